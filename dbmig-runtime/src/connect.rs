//! Opens connections by URL.

use std::sync::Arc;

use dbmig_core::Dialect;

#[cfg(feature = "mysql")]
use crate::backend::mysql;
#[cfg(feature = "postgres")]
use crate::backend::postgres;
#[cfg(feature = "sqlite")]
use crate::backend::sqlite;
use crate::control::Control;
use crate::database::Database;
use crate::database::connection::ConnectionOrigin;
use crate::error::Error;
use crate::url::DatabaseUrl;

/// Connects to the database at `url`.
///
/// # Errors
/// [`Error::NotBuiltIn`] without the feature of that database, [`Error::Connect`] when there is
/// no connection. SQLite creates a missing file.
pub fn connect(url: &DatabaseUrl) -> Result<Box<dyn Database>, Error> {
    connect_with(url, &Control::new())
}

/// [`connect`], with a `control` that is told of what is asked on the connection.
pub(crate) fn connect_with(
    url: &DatabaseUrl,
    control: &Control,
) -> Result<Box<dyn Database>, Error> {
    match url.dialect() {
        #[cfg(feature = "postgres")]
        Dialect::Postgres => postgres::connect(origin(url, control), url),
        #[cfg(feature = "mysql")]
        Dialect::Mysql => mysql::connect(origin(url, control), url),
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => sqlite::connect(origin(url, control), url),
        #[cfg(not(all(feature = "postgres", feature = "mysql", feature = "sqlite")))]
        dialect => Err(Error::NotBuiltIn { dialect: dialect.name() }),
    }
}

/// Connects only to read: a missing SQLite file is an empty database then, and is not created.
///
/// # Errors
/// As [`connect`].
pub(crate) fn connect_to_read(
    url: &DatabaseUrl,
    control: &Control,
) -> Result<Box<dyn Database>, Error> {
    match url.dialect() {
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => sqlite::connect_to_read(origin(url, control), url),
        #[cfg(not(feature = "sqlite"))]
        Dialect::Sqlite => connect_with(url, control),
        Dialect::Postgres | Dialect::Mysql => connect_with(url, control),
    }
}

fn origin(url: &DatabaseUrl, control: &Control) -> ConnectionOrigin {
    let url = url.clone();
    ConnectionOrigin::new(control, Arc::new(move |control| connect_with(&url, control)))
}

/// Whether this program can speak to `dialect`.
pub const fn is_built_in(dialect: Dialect) -> bool {
    match dialect {
        Dialect::Postgres => cfg!(feature = "postgres"),
        Dialect::Mysql => cfg!(feature = "mysql"),
        Dialect::Sqlite => cfg!(feature = "sqlite"),
    }
}
