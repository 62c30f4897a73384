//! The three databases: their SQL behind [`Engine`](crate::database::engine::Engine), and how a
//! connection to each is opened.

#[cfg(any(feature = "mysql", feature = "sqlite"))]
mod current;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod lease;
#[cfg(feature = "mysql")]
pub(crate) mod mysql;
#[cfg(any(feature = "mysql", feature = "sqlite"))]
mod one_by_one;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

/// Diesel's PostgreSQL.
#[cfg(feature = "postgres")]
pub type Postgres = diesel::pg::Pg;
/// Diesel's MySQL, which MariaDB shares.
#[cfg(feature = "mysql")]
pub type Mysql = diesel::mysql::Mysql;
/// Diesel's SQLite.
#[cfg(feature = "sqlite")]
pub type Sqlite = diesel::sqlite::Sqlite;
