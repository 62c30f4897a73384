//! Brings the database to what this build needs.

use dbmig_runtime::url::DatabaseUrl;
use dbmig_runtime::{Backend, Error, Event, Migrations, Migrator, Report, SetVersion, Version};

use crate::database::{AnyConnection, connect};
use crate::migrations;

/// Applies everything pending and tells `observe` about it.
///
/// # Errors
/// [`Error`]; the app must not serve then.
pub fn migrate(url: &DatabaseUrl, observe: impl FnMut(&Event<'_>) + Send) -> Result<Report, Error> {
    match connect(url)? {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(mut conn) => {
            migrator(&migrations::sqlite::ALL).on_event(observe).run(&mut conn)
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(mut conn) => {
            migrator(&migrations::postgres::ALL).on_event(observe).run(&mut conn)
        }
    }
}

/// Who migrates stands in the history, and is told to those who wait for the lock.
pub(crate) fn migrator<B, V>(migrations: &Migrations<B, V>) -> Migrator<'_, B, V>
where
    B: Backend,
    V: SetVersion<Backend = B> + Into<Version>,
{
    Migrator::new(migrations).app(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
}
