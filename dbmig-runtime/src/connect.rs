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
        Dialect::Postgres => open::<diesel::PgConnection>(url, url.expose()),
        #[cfg(feature = "mysql")]
        Dialect::Mysql => open::<diesel::MysqlConnection>(url, url.expose()),
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => sqlite::open(url),
        #[cfg(not(all(feature = "postgres", feature = "mysql", feature = "sqlite")))]
        dialect => Err(Error::NotBuiltIn { dialect: dialect.name() }),
    }
}

/// Connects only to read: a missing SQLite file is an empty database then, and is not created.
///
/// # Errors
/// As [`connect`].
#[cfg(feature = "cli")]
pub(crate) fn connect_to_read(url: &DatabaseUrl) -> Result<Box<dyn Database>, Error> {
    #[cfg(feature = "sqlite")]
    if sqlite::would_create(url) {
        return open::<diesel::SqliteConnection>(url, ":memory:");
    }
    connect(url)
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
fn open<C>(url: &DatabaseUrl, text: &str) -> Result<Box<dyn Database>, Error>
where
    C: diesel::connection::LoadConnection + 'static,
    C::Backend: crate::backend::Backend,
{
    match <C as Connection>::establish(text) {
        Ok(connection) => Ok(Box::new(Owned(connection))),
        Err(error) => Err(Error::connect(url, &error)),
    }
}

impl Error {
    /// What Diesel's `establish` says, classified and without the password: for apps that open
    /// their connections themselves.
    #[must_use]
    pub fn connect(url: &DatabaseUrl, error: &diesel::ConnectionError) -> Self {
        let message = url.redact(&error.to_string());
        Self::Connect { url: url.to_string(), reason: reason(&message), message }
    }
}

/// Diesel hands on only the text of the database's library.
fn reason(message: &str) -> ConnectReason {
    const NO_DATABASE: [&str; 2] = ["does not exist", "Unknown database"];
    const REFUSED: [&str; 8] = [
        "authentication failed",
        "Access denied",
        "no pg_hba.conf entry",
        "no password supplied",
        "certificate",
        "does not support SSL",
        "is not allowed to connect",
        "permission denied for database",
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

#[cfg(feature = "sqlite")]
mod sqlite {
    use std::path::{Path, PathBuf};

    #[cfg(feature = "cli")]
    use super::Dialect;
    use super::{ConnectReason, Database, DatabaseUrl, Error};

    /// SQLite itself says `unable to open database file` to every wrong path, and nothing about a
    /// file that is no database before it is read.
    pub(super) fn open(url: &DatabaseUrl) -> Result<Box<dyn Database>, Error> {
        let mut db = super::open::<diesel::SqliteConnection>(url, url.expose())
            .map_err(|error| with_reason(url, error))?;
        match db.query("SELECT CAST(schema_version AS TEXT) FROM pragma_schema_version") {
            Err(error) if error.to_string().contains("not a database") => Err(Error::Connect {
                url: url.to_string(),
                reason: ConnectReason::UnusableFile,
                message: error.to_string(),
            }),
            // A busy database is no reason to refuse the connection.
            _ => Ok(db),
        }
    }

    /// Whether opening it would create a file.
    #[cfg(feature = "cli")]
    pub(super) fn would_create(url: &DatabaseUrl) -> bool {
        url.dialect() == Dialect::Sqlite
            && file(url).is_some_and(|path| !path.exists() && folder(&path).is_dir())
    }

    fn with_reason(url: &DatabaseUrl, error: Error) -> Error {
        let Error::Connect { url: shown, message, .. } = error else { return error };
        let reason = match file(url) {
            Some(path) if !folder(&path).exists() => ConnectReason::NoSuchDatabase,
            _ => ConnectReason::UnusableFile,
        };
        Error::Connect { url: shown, reason, message }
    }

    fn file(url: &DatabaseUrl) -> Option<PathBuf> {
        let path = url.database()?;
        (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
    }

    fn folder(path: &Path) -> &Path {
        match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        }
    }
}
