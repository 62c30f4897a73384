//! Brings the database to what this build needs: beside the start, or as `shop migrate`.

use std::time::Duration;

use dbmig_runtime::cli::{Exit, Migrate};
use dbmig_runtime::url::DatabaseUrl;
use dbmig_runtime::{
    Backend, Event, Migrations, Migrator, SetVersion, Startup, Version, Watch, WhenStale,
};

use crate::migrations;

/// Does something with the set for the database at `$url`: each has a type of its own.
macro_rules! with_set_for {
    (in $database:ident, |$set:ident| $do:expr) => {{
        let $set = &migrations::$database::ALL;
        $do
    }};
    ($url:expr, |$set:ident| $do:expr) => {{
        match $url.dialect() {
            #[cfg(feature = "sqlite")]
            dbmig_runtime::Dialect::Sqlite => with_set_for!(in sqlite, |$set| $do),
            #[cfg(feature = "mysql")]
            dbmig_runtime::Dialect::Mysql => with_set_for!(in mysql, |$set| $do),
            #[cfg(feature = "postgres")]
            _ => with_set_for!(in postgres, |$set| $do),
            // Any of them says that the URL leads to another database.
            #[cfg(all(feature = "sqlite", not(feature = "postgres")))]
            _ => with_set_for!(in sqlite, |$set| $do),
            #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
            _ => with_set_for!(in mysql, |$set| $do),
        }
    }};
}

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
    with_set_for!(url, |set| start_set(set, url, on_failure, observe))
}

pub(crate) fn start_set<B, V>(
    set: &'static Migrations<B, V>,
    url: &DatabaseUrl,
    on_failure: OnFailure,
    observe: impl FnMut(&Event<'_>) + Send + 'static,
) -> Startup
where
    B: Backend,
    V: SetVersion<Backend = B> + Into<Version>,
{
    let migrator = migrator(set).watch(watch()).on_event(observe);
    match on_failure {
        OnFailure::Stay => migrator.start(url),
        OnFailure::Exit => migrator.exit_on_failure().start(url),
    }
}

/// How a running shop learns of what others do to its schema. `WATCH_EVERY` is in seconds; with
/// `WHEN_STALE=not-ready` a shop that must be restarted gets no more requests, with `restart` its
/// liveness probe fails as well.
fn watch() -> Watch {
    let every = std::env::var("WATCH_EVERY").ok().and_then(|seconds| seconds.parse().ok());
    let watch =
        every.map_or_else(Watch::default, |every| Watch::every(Duration::from_secs_f64(every)));
    match std::env::var("WHEN_STALE").as_deref() {
        Ok("not-ready") => watch.when_stale(WhenStale::NotReady).spread(Duration::ZERO),
        Ok("restart") => watch.when_stale(WhenStale::Restart).spread(Duration::ZERO),
        _ => watch,
    }
}

/// `shop migrate ..`, on the database that it names, or on `url`.
pub(crate) fn command(migrate: &Migrate, url: &DatabaseUrl) -> Exit {
    let named = migrate.database_url().and_then(Result::ok);
    let named = named.as_ref().unwrap_or(url);
    with_set_for!(named, |set| migrate.run_or(migrator(set), url.expose()))
}

/// Who migrates stands in the history, and is told to those who wait for the lock.
pub(crate) fn migrator<B, V>(migrations: &Migrations<B, V>) -> Migrator<'_, B, V>
where
    B: Backend,
    V: SetVersion<Backend = B> + Into<Version>,
{
    Migrator::new(migrations)
        .app("shop", env!("CARGO_PKG_VERSION"))
        .build(option_env!("DBMIG_BUILD"))
}
