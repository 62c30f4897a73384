//! The harness behind the suites: private database servers, a fresh database per test, throw-away
//! projects to run the command line tool in, and Diesel's own tool to compare with; a pooler, a
//! proxy that breaks connections and points to kill the tool at, for what goes wrong.
//!
//! Nothing here is skipped: what is missing is a panic that says what to install. Nothing is left
//! behind either, however the test process ends: see [`servers`].
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a harness fails by panicking")]

mod backend;
mod bookkeeping;
mod copy;
mod database;
pub mod diesel;
mod dump;
mod each;
mod environment;
mod eventually;
mod instructions;
pub mod kill_points;
mod mariadb_client;
mod programs;
pub mod project;
pub mod proxy;
mod running;
mod scratch;
pub mod servers;
mod session;
mod wire;

pub use backend::{Backend, Engine};
pub use database::{TestDatabase, database};
pub use environment::clean;
pub use eventually::eventually;
pub use instructions::{allocations, instructions};
pub use project::Project;
pub use proxy::Proxy;
pub use running::{Running, terminate};
pub use scratch::folder;
pub use session::{Rows, Session};
pub use wire::Wire;

/// The password in every server's URL, unlike any other word: no output may ever hold it.
pub const PASSWORD: &str = "pw-Ohm7eiquaeK5";

/// The role in every server's URL, with all rights.
pub const USER: &str = "dbmig";

/// The root folder of the workspace.
pub fn workspace() -> std::path::PathBuf {
    let package = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap().to_owned()
}
