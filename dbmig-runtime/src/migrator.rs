//! The typed edge: a set, a connection of the same database, and what to do.

use std::marker::PhantomData;
use std::time::Duration;

use dbmig_core::plan::{
    Beyond, BreakingAhead, DataLoss, Diverged, Extent, OutOfOrder, Plan, Target,
};
use dbmig_core::status::StatusEntry;
use dbmig_core::{MigrationSet, Version};
use diesel::connection::LoadConnection;

use crate::control::Control;
use crate::database::connection::borrow;
use crate::database::{Backend, Database};
use crate::error::Error;
use crate::event::{Event, SendObserve};
use crate::migrations::Migrations;
use crate::options::{Locking, Options};
use crate::report::{HistoryRow, Report};
use crate::runner::Runner;
use crate::signature::HistoryKey;
use crate::startup::{OnFailure, Watch};

mod at_url;

/// Applies a set of migrations on a Diesel connection: a plain one, or one from a pool.
///
/// ```no_run
/// # use dbmig_runtime::{Migrations, Migrator, Sqlite};
/// # static ALL: Migrations<Sqlite> = Migrations::from_static(&[]);
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use diesel::{Connection, SqliteConnection};
///
/// let mut conn = SqliteConnection::establish("app.db")?;
/// let report = Migrator::new(&ALL).app(env!("CARGO_PKG_NAME"), "1.0").run(&mut conn)?;
/// for name in report.applied() {
///     println!("applied {name}");
/// }
/// # Ok(())
/// # }
/// ```
pub struct Migrator<'m, B, V = Version> {
    set: &'m MigrationSet,
    options: Options,
    observe: Option<Box<SendObserve<'m>>>,
    on_failure: OnFailure,
    watch: Watch,
    typed: PhantomData<fn() -> (B, V)>,
}

impl<B, V> std::fmt::Debug for Migrator<'_, B, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Migrator").field("options", &self.options).finish_non_exhaustive()
    }
}

impl<'m, B: Backend, V: Into<Version>> Migrator<'m, B, V> {
    /// A migrator for `migrations`.
    #[must_use]
    pub fn new(migrations: &'m Migrations<B, V>) -> Self {
        Self {
            set: migrations.set(),
            options: Options::default(),
            observe: None,
            on_failure: OnFailure::default(),
            watch: Watch::default(),
            typed: PhantomData,
        }
    }

    /// Name and version of the app, for the history and for those who wait for the lock.
    #[must_use]
    pub fn app(mut self, name: &str, version: &str) -> Self {
        self.options.app = format!("{name} {version}");
        self
    }

    /// What tells this build from others of the same version, such as the git revision that it was
    /// made from: for the history, and for a refusal, which names a build that can run where versions
    /// are equal. `cargo dbmig init` sets it up as `.build(option_env!("DBMIG_BUILD"))`.
    #[must_use]
    pub fn build<'i>(mut self, id: impl Into<Option<&'i str>>) -> Self {
        self.options.build = id.into().unwrap_or_default().to_owned();
        self
    }

    /// How long to wait for another runner. Default: 10 minutes.
    #[must_use]
    pub fn lock_wait(mut self, wait: Duration) -> Self {
        self.options.lock_wait = wait;
        self
    }

    /// How long a statement may wait for a lock on a table or row before its step is rolled back
    /// and tried again. Default: 5 seconds.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.options.lock_timeout = Some(timeout);
        self
    }

    /// Applies pending migrations that are older than applied ones, instead of refusing.
    #[must_use]
    pub fn allow_out_of_order(mut self) -> Self {
        self.options.policy.out_of_order = OutOfOrder::Allow;
        self
    }

    /// Keeps the ledger and dbmig's own tables in `schema` (of MySQL: in that database), as the catalogue
    /// spells it, wherever `search_path` leads; the schema must be there. For tenants in schemas of their
    /// own, and where a schema came that `search_path` names before the one with the ledger. Migrations
    /// find their own tables by the session's `search_path`, as ever, and so does Diesel's own command
    /// line the ledger. Default: what `DBMIG_LEDGER_SCHEMA` holds, else `ledger-schema` under
    /// `[package.metadata.dbmig]` in Cargo.toml, as it was compiled in, if anything.
    #[must_use]
    pub fn ledger_schema(mut self, schema: impl Into<String>) -> Self {
        self.options.ledger_schema = Some(schema.into());
        self
    }

    /// How runners exclude each other. Default: with the database's own lock.
    #[must_use]
    pub fn locking(mut self, locking: Locking) -> Self {
        self.options.locking = locking;
        self
    }

    /// How long [`Migrator::run_at`] tries again while the database cannot be reached, or takes no
    /// more connections. Default: 10 seconds.
    #[must_use]
    pub fn connect_wait(mut self, wait: Duration) -> Self {
        self.options.connect_wait = wait;
        self
    }

    /// Applies pending migrations though the database holds some that the set does not know, instead
    /// of refusing.
    #[must_use]
    pub fn allow_diverged(mut self) -> Self {
        self.options.policy.diverged = Diverged::Allow;
        self
    }

    /// What to do where the database holds a breaking migration that the set does not know: refuse,
    /// which is the default, or go on and say so, in events, probes and the history. An argument of
    /// the command line and `DBMIG_BREAKING_AHEAD` go before it; `breaking-ahead` under
    /// `[package.metadata.dbmig]` in Cargo.toml, as it was compiled in, holds where nothing else is said.
    #[must_use]
    pub fn breaking_ahead(mut self, policy: BreakingAhead) -> Self {
        self.options.breaking_ahead = Some(policy);
        self
    }

    /// Lets [`Migrator::sync`] take migrations back though that drops tables or columns that hold
    /// rows, instead of refusing.
    #[must_use]
    pub fn allow_data_loss(mut self) -> Self {
        self.options.policy.data_loss = DataLoss::Allow;
        self
    }

    /// Signs the scripts that are stored to revert migrations, and executes none that `key` has not
    /// signed. Default: the key in `DBMIG_HISTORY_KEY`, if there is one.
    #[must_use]
    pub fn history_key(mut self, key: HistoryKey) -> Self {
        self.options.history_key = Some(key);
        self
    }

    /// Ends the process when [`Migrator::start`] fails for good or is refused: with the exit code of
    /// [`Class::exit_code`](crate::Class::exit_code), and with the error on standard error where no
    /// [`Migrator::on_event`] has heard it. Otherwise the process lives on without being ready.
    #[must_use]
    pub fn exit_on_failure(mut self) -> Self {
        self.on_failure = OnFailure::Exit;
        self
    }

    /// How an app that was started with [`Migrator::start`] learns of what others do to its schema
    /// while it runs, and what becomes of it then. Default: it looks every 30 seconds, serves on, and
    /// says so.
    #[must_use]
    pub fn watch(mut self, watch: Watch) -> Self {
        self.watch = watch;
        self
    }

    /// Lets `control` stop the run from another thread, and see whether the database answers.
    #[must_use]
    pub fn control(mut self, control: &Control) -> Self {
        self.options.control = control.clone();
        self
    }

    /// Tells `observe` what happens. Without it, nothing is printed or logged, but for `tracing`
    /// where that feature is on.
    #[must_use]
    pub fn on_event(mut self, observe: impl FnMut(&Event<'_>) + Send + 'm) -> Self {
        self.observe = Some(Box::new(observe));
        self
    }

    /// Applies everything pending, on a borrowed connection. The lock is held by its session:
    /// behind a pooler that hands its statements to several sessions, the run ends with
    /// [`Error::LockLost`] as soon as that shows. The lock may then stay with a session of the
    /// pooler, as it does when the process is killed, and all others wait until that session ends.
    /// [`Migrator::run_at`] is for such a pooler.
    ///
    /// Limits and the like that the owner of the connection had set are as before, however it ends.
    ///
    /// # Errors
    /// [`Error`], which says what had been done before.
    pub fn run<C>(&mut self, conn: &mut C) -> Result<Report, Error>
    where
        C: LoadConnection<Backend = B>,
    {
        self.to(conn, &Target::Latest)
    }

    /// Brings the database to what this set holds: up; nothing; or, where `beyond` says so, down, with
    /// the scripts that were stored in the database when the migrations were applied. For a job that
    /// runs once at each deployment, which may be a rollback.
    ///
    /// # Errors
    /// [`Error`]; before anything is touched where one step cannot be taken back, would lose data, or
    /// where each side has what the other lacks.
    pub fn sync<C>(&mut self, conn: &mut C, beyond: Beyond) -> Result<Report, Error>
    where
        C: LoadConnection<Backend = B>,
    {
        self.to(conn, &Target::MatchSet(beyond))
    }

    /// Applies everything pending up to and with `version`.
    ///
    /// # Errors
    /// [`Error`]
    pub fn run_to<C>(&mut self, conn: &mut C, version: V) -> Result<Report, Error>
    where
        C: LoadConnection<Backend = B>,
    {
        self.to(conn, &Target::Through(version.into()))
    }

    /// Reverts the newest migrations.
    ///
    /// # Errors
    /// [`Error`]; before anything is touched where one of them cannot be reverted.
    pub fn revert<C>(&mut self, conn: &mut C, extent: Extent) -> Result<Report, Error>
    where
        C: LoadConnection<Backend = B>,
    {
        self.to(conn, &Target::Revert(extent))
    }

    /// Reverts everything newer than `version`.
    ///
    /// # Errors
    /// As [`Migrator::revert`].
    pub fn revert_to<C>(&mut self, conn: &mut C, version: V) -> Result<Report, Error>
    where
        C: LoadConnection<Backend = B>,
    {
        self.to(conn, &Target::RevertTo(version.into()))
    }

    /// Reverts the newest migrations and applies them again, as they are now.
    ///
    /// # Errors
    /// As [`Migrator::revert`].
    pub fn redo<C>(&mut self, conn: &mut C, extent: Extent) -> Result<Report, Error>
    where
        C: LoadConnection<Backend = B>,
    {
        self.to(conn, &Target::Redo(extent))
    }

    /// The dry run: what would be done to reach `target`. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn plan<C>(&mut self, conn: &mut C, target: &Target) -> Result<Plan<'m>, Error>
    where
        C: LoadConnection<Backend = B>,
    {
        self.runner().plan(&mut borrow::<B, C>(conn), target)
    }

    /// Where each migration stands. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn status<C>(&mut self, conn: &mut C) -> Result<Vec<StatusEntry>, Error>
    where
        C: LoadConnection<Backend = B>,
    {
        self.runner().status(&mut borrow::<B, C>(conn))
    }

    /// The newest `limit` runs, newest first. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn history<C>(&mut self, conn: &mut C, limit: usize) -> Result<Vec<HistoryRow>, Error>
    where
        C: LoadConnection<Backend = B>,
    {
        self.runner().history(&mut borrow::<B, C>(conn), limit)
    }

    fn to<C>(&mut self, conn: &mut C, target: &Target) -> Result<Report, Error>
    where
        C: LoadConnection<Backend = B>,
    {
        self.bring(&mut borrow::<B, C>(conn), target)
    }

    /// The set, and how a run behaves.
    #[cfg(feature = "cli")]
    pub(crate) fn into_parts(self) -> (&'m MigrationSet, Options) {
        (self.set, self.options)
    }

    fn bring(&mut self, db: &mut dyn Database, target: &Target) -> Result<Report, Error> {
        let runner = Runner::new(self.set, self.options.clone());
        match &mut self.observe {
            Some(observe) => runner.observe(|event| observe(event)).run(db, target),
            None => { runner }.run(db, target),
        }
    }

    fn runner(&self) -> Runner<'m> {
        Runner::new(self.set, self.options.clone())
    }
}
