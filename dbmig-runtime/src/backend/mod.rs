//! The three databases: their connections behind [`Database`], their SQL behind `Engine`.

use dbmig_core::Dialect;
use diesel::QueryResult;
use diesel::connection::LoadConnection;

pub(crate) mod assertion;
pub(crate) mod atomic;
mod closed;
mod connection;
pub(crate) mod creation;
#[cfg(any(feature = "mysql", feature = "sqlite"))]
mod current;
pub(crate) mod engine;
pub(crate) mod envelope;
#[cfg(feature = "mysql")]
mod mysql;
pub(crate) mod place;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

pub(crate) use closed::Closed;
pub use connection::{Database, Nesting, Row};
pub(crate) use connection::{Owned, Ownership, Stop, borrow};

/// Diesel's PostgreSQL.
#[cfg(feature = "postgres")]
pub type Postgres = diesel::pg::Pg;
/// Diesel's MySQL, which MariaDB shares.
#[cfg(feature = "mysql")]
pub type Mysql = diesel::mysql::Mysql;
/// Diesel's SQLite.
#[cfg(feature = "sqlite")]
pub type Sqlite = diesel::sqlite::Sqlite;

pub(crate) mod sealed {
    /// Keeps [`super::Backend`] and [`super::Database`] ours to extend.
    pub trait Sealed {}
}

/// A database that dbmig knows: [`Postgres`], [`Mysql`] or [`Sqlite`].
pub trait Backend: diesel::backend::Backend + sealed::Sealed + 'static {
    /// The dialect of its SQL.
    const DIALECT: Dialect;

    /// Its SQL.
    #[doc(hidden)]
    const ENGINE: &'static dyn engine::Engine;

    /// The rows of a query whose columns are all text.
    #[doc(hidden)]
    fn rows<C: LoadConnection<Backend = Self>>(conn: &mut C, sql: &str) -> QueryResult<Vec<Row>>;
}
