//! Opens connections by URL.

use diesel::connection::Connection;

use crate::backend::{Database, Owned};
use crate::error::{ConnectReason, Error};
use crate::url::DatabaseUrl;
use dbmig_core::Dialect;

/// Connects to the database at `url`.
///
/// # Errors
/// [`Error::NotBuiltIn`] without the feature of that database, [`Error::Connect`] when there is
/// no connection. SQLite creates a missing file.
pub fn connect(url: &DatabaseUrl) -> Result<Box<dyn Database>, Error> {
    match url.dialect() {
        #[cfg(feature = "postgres")]
        Dialect::Postgres => open::<diesel::PgConnection>(url),
        #[cfg(feature = "mysql")]
        Dialect::Mysql => open::<diesel::MysqlConnection>(url),
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => open::<diesel::SqliteConnection>(url),
        #[cfg(not(all(feature = "postgres", feature = "mysql", feature = "sqlite")))]
        dialect => Err(Error::NotBuiltIn { dialect: dialect.name() }),
    }
}

/// Whether this program can speak to `dialect`.
pub const fn is_built_in(dialect: Dialect) -> bool {
    match dialect {
        Dialect::Postgres => cfg!(feature = "postgres"),
        Dialect::Mysql => cfg!(feature = "mysql"),
        Dialect::Sqlite => cfg!(feature = "sqlite"),
    }
}

#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
fn open<C>(url: &DatabaseUrl) -> Result<Box<dyn Database>, Error>
where
    C: diesel::connection::LoadConnection + 'static,
    C::Backend: crate::backend::Backend,
{
    match <C as Connection>::establish(url.expose()) {
        Ok(connection) => Ok(Box::new(Owned(connection))),
        Err(error) => {
            let message = url.redact(&error.to_string());
            Err(Error::Connect { url: url.to_string(), reason: reason(&message), message })
        }
    }
}

/// Diesel hands on only the text of the database's library.
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
fn reason(message: &str) -> ConnectReason {
    const NO_DATABASE: [&str; 2] = ["does not exist", "Unknown database"];
    const REFUSED: [&str; 5] = [
        "authentication failed",
        "Access denied",
        "no pg_hba.conf entry",
        "no password supplied",
        "certificate",
    ];
    let has = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    if message.contains("role \"") || has(&REFUSED) {
        ConnectReason::Refused
    } else if has(&NO_DATABASE) {
        ConnectReason::NoSuchDatabase
    } else {
        ConnectReason::Unreachable
    }
}
