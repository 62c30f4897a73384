//! Applies the migrations that an app embeds: when it starts, from its tests, or as a job.
//!
//! ```no_run
//! # #[cfg(feature = "sqlite")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # mod migrations {
//! #     use dbmig_runtime::{Migrations, Sqlite};
//! #     pub static ALL: Migrations<Sqlite> = Migrations::from_static(&[]);
//! # }
//! use dbmig_runtime::Migrator;
//! use diesel::{Connection, SqliteConnection};
//!
//! let mut conn = SqliteConnection::establish("app.db")?;
//! Migrator::new(&migrations::ALL).run(&mut conn)?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "sqlite"))]
//! # fn main() {}
//! ```
//!
//! In an app the module `migrations` is one line, `embed_migrations!(Sqlite);`, and the build
//! script one more; `cargo dbmig init` writes both.

#![cfg_attr(
    not(any(feature = "postgres", feature = "mysql", feature = "sqlite")),
    expect(
        dead_code,
        unused_imports,
        unused_variables,
        reason = "without a database there is nothing to connect to"
    )
)]

mod backend;
mod backoff;
#[cfg(feature = "cli")]
pub mod cli;
mod connect;
mod control;
mod database;
mod error;
mod event;
mod execute;
mod history;
mod last_words;
mod lock;
mod migrations;
mod migrator;
mod options;
#[cfg(feature = "probe")]
pub mod probe;
mod report;
mod runner;
mod signature;
mod snapshot;
mod startup;
mod tables;
pub mod url;

#[cfg(feature = "mysql")]
pub use backend::Mysql;
#[cfg(feature = "postgres")]
pub use backend::Postgres;
#[cfg(feature = "sqlite")]
pub use backend::Sqlite;
pub use connect::{connect, is_built_in};
pub use control::Control;
pub use database::{Backend, Database, Nesting, Row, Session};
pub use dbmig_core::history::RunState;
pub use dbmig_core::plan::{
    self, Beyond, BreakingAhead, Extent, OutOfOrder, Plan, Policy, Relation, Repair, Target,
};
pub use dbmig_core::status::{MigrationState, StatusEntry};
pub use dbmig_core::{Dialect, Migration, MigrationSet, Version};
pub use dbmig_macros::embed_migrations;
pub use error::{
    Class, ConnectReason, Error, FailedPart, FailedStatement, LedgerInDoubt, LedgerSeen, Left,
    MigrationError,
};
pub use event::Event;
pub use migrations::{Migrations, SetVersion};
pub use migrator::Migrator;
#[cfg(feature = "cli")]
pub use options::Judge;
pub use options::{Locking, Options};
pub use report::{Done, HistoryRow, Report, Word};
pub use runner::{LedgerPlace, Preview, Runner};
pub use signature::HistoryKey;
pub use startup::{
    Migrating, Ready, Stale, Startup, StartupState, StartupStatus, Watch, WhenStale,
};
pub use tables::{Cluster, Foreign, Obstacle};

/// What generated code refers to.
#[doc(hidden)]
pub use dbmig_core as __private;
