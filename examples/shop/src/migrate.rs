//! Brings the database to what this build needs: beside the start, or as `shop migrate`.

use dbmig_runtime::cli::{Exit, Migrate};
use dbmig_runtime::url::DatabaseUrl;
use dbmig_runtime::{Backend, Event, Migrations, Migrator, SetVersion, Startup, Version};

#[cfg(feature = "sqlite")]
use dbmig_runtime::Dialect;

use crate::migrations;

/// What becomes of the process when a migration fails for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// It lives on, answers its probes, and is not ready.
    Stay,
    /// It exits.
    Exit,
}

/// Migrates on a thread of its own, and tells `observe` about it.
pub fn start(
    url: &DatabaseUrl,
    on_failure: OnFailure,
    observe: impl FnMut(&Event<'_>) + Send + 'static,
) -> Startup {
    match url.dialect() {
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => start_set(&migrations::sqlite::ALL, url, on_failure, observe),
        #[cfg(feature = "postgres")]
        _ => start_set(&migrations::postgres::ALL, url, on_failure, observe),
        // It says that the URL leads to another database.
        #[cfg(not(feature = "postgres"))]
        _ => start_set(&migrations::sqlite::ALL, url, on_failure, observe),
    }
}

fn start_set<B, V>(
    set: &'static Migrations<B, V>,
    url: &DatabaseUrl,
    on_failure: OnFailure,
    observe: impl FnMut(&Event<'_>) + Send + 'static,
) -> Startup
where
    B: Backend,
    V: SetVersion<Backend = B> + Into<Version>,
{
    let migrator = migrator(set).on_event(observe);
    match on_failure {
        OnFailure::Stay => migrator.start(url),
        OnFailure::Exit => migrator.exit_on_failure().start(url),
    }
}

/// `shop migrate ..`, on the database that it names, or on `url`.
pub(crate) fn command(migrate: &Migrate, url: &DatabaseUrl) -> Exit {
    let named = migrate.database_url().and_then(Result::ok);
    match named.as_ref().unwrap_or(url).dialect() {
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => migrate.run_or(migrator(&migrations::sqlite::ALL), url.expose()),
        #[cfg(feature = "postgres")]
        _ => migrate.run_or(migrator(&migrations::postgres::ALL), url.expose()),
        #[cfg(not(feature = "postgres"))]
        _ => migrate.run_or(migrator(&migrations::sqlite::ALL), url.expose()),
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
