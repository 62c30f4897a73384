//! Brings the database to what this build needs.

use std::fmt;

use dbmig_runtime::url::DatabaseUrl;
use dbmig_runtime::{Backend, Event, Migrations, Migrator, Report, SetVersion, Version};

use crate::database::{AnyConnection, ConnectError, connect};
use crate::migrations;

/// Applies everything pending and tells `observe` about it.
///
/// # Errors
/// [`MigrateError`]; the app must not serve then.
pub fn migrate(url: &DatabaseUrl, observe: impl FnMut(&Event<'_>)) -> Result<Report, MigrateError> {
    let report = match connect(url)? {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(mut conn) => {
            migrator(&migrations::sqlite::ALL).on_event(observe).run(&mut conn)
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(mut conn) => {
            migrator(&migrations::postgres::ALL).on_event(observe).run(&mut conn)
        }
    };
    Ok(report?)
}

/// Who migrates stands in the history, and is told to those who wait for the lock.
pub(crate) fn migrator<B, V>(migrations: &Migrations<B, V>) -> Migrator<'_, B, V>
where
    B: Backend,
    V: SetVersion<Backend = B> + Into<Version>,
{
    Migrator::new(migrations).app(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
}

/// Why the database is not ready.
#[derive(Debug)]
pub enum MigrateError {
    /// There is no connection.
    Connect(ConnectError),
    /// The migrations did not run.
    Run(dbmig_runtime::Error),
}

impl MigrateError {
    /// What to do next, where it is known.
    pub fn remedy(&self) -> Option<String> {
        match self {
            Self::Connect(error) => error.remedy(),
            Self::Run(error) => error.remedy("cargo dbmig"),
        }
    }
}

impl fmt::Display for MigrateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) => error.fmt(f),
            Self::Run(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for MigrateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Connect(error) => Some(error),
            Self::Run(error) => Some(error),
        }
    }
}

impl From<ConnectError> for MigrateError {
    fn from(error: ConnectError) -> Self {
        Self::Connect(error)
    }
}

impl From<dbmig_runtime::Error> for MigrateError {
    fn from(error: dbmig_runtime::Error) -> Self {
        Self::Run(error)
    }
}
