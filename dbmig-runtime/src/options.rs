//! How a run behaves.

use std::time::Duration;

#[cfg(feature = "cli")]
use dbmig_core::impact::Impact;
use dbmig_core::plan::{BreakingAhead, Policy};
use dbmig_core::{Build, MigrationSet};
#[cfg(feature = "cli")]
use dbmig_core::{Dialect, Migration};

use crate::control::Control;
use crate::signature::HistoryKey;

/// Names the schema of the ledger, for an app and for `cargo dbmig`.
pub(crate) const LEDGER_SCHEMA: &str = "DBMIG_LEDGER_SCHEMA";

/// Says what an app does where a breaking migration is ahead of it: for who is called at night, and
/// has the image as it is.
const BREAKING_AHEAD: &str = "DBMIG_BREAKING_AHEAD";

/// How a run behaves; [`Default`] is right for most.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// What is allowed.
    pub policy: Policy,
    /// The schema (of MySQL: the database) of the ledger and of dbmig's own tables, where it is not the
    /// one that Diesel's own would take. Default: what `DBMIG_LEDGER_SCHEMA` holds, else what
    /// Cargo.toml said when the migrations were compiled in, if anything.
    pub ledger_schema: Option<String>,
    /// What the program itself says of a breaking migration ahead of it: it goes before what Cargo.toml
    /// said when the migrations were compiled in, and behind `DBMIG_BREAKING_AHEAD`.
    pub breaking_ahead: Option<BreakingAhead>,
    /// What goes before that: an argument of the command line, else what `DBMIG_BREAKING_AHEAD` holds.
    /// What is neither `refuse` nor `warn` says nothing.
    pub breaking_ahead_now: Option<BreakingAhead>,
    /// How runners exclude each other. Default: with the database's own lock.
    pub locking: Locking,
    /// How long to wait for another runner. Default: 10 minutes.
    pub lock_wait: Duration,
    /// How long to try again while the database cannot be reached, or takes no more connections;
    /// only for connections that dbmig opens. Default: 10 s. Under the lock, for the connection that
    /// works, no more than 20 s.
    pub connect_wait: Duration,
    /// How long a statement may wait for a lock on a table or row; then the step is rolled back
    /// and tried again. Default: 5 s. None: the server's own setting.
    pub lock_timeout: Option<Duration>,
    /// How long one statement may take. Default: the server's own setting.
    pub statement_timeout: Option<Duration>,
    /// How often a step is tried again after `lock_timeout`. Default: 5.
    pub retries: u32,
    /// Name and version of the program, for the history and for those who wait.
    pub app: String,
    /// What tells builds of that version apart, for the history; empty for nothing.
    pub build: String,
    /// Signs what is stored to revert migrations, and is demanded of it. Default: what
    /// `DBMIG_HISTORY_KEY` holds.
    pub history_key: Option<HistoryKey>,
    /// Judges by today's rules what older ones have found of migrations that are not in the set, where
    /// their text is stored. An app has none, and trusts what is stored.
    #[cfg(feature = "cli")]
    pub judge: Option<Judge>,
    /// To stop the run, and to see whether the database still answers.
    pub control: Control,
}

/// How runners exclude each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locking {
    /// With the database's own lock for such things: an advisory lock, `GET_LOCK`, a lock on a
    /// file. It is gone the moment its holder is.
    #[default]
    Advisory,
    /// With a row that its holder renews, in a table of its own: for servers and proxies that know
    /// no advisory locks, or only pretend to. After its holder has died, others wait until it runs
    /// out, half a minute at most. Needs a connection of its own. SQLite
    /// has no use for it: its lock is that of a file.
    Lease,
}

/// Judges migrations, the oldest first.
#[cfg(feature = "cli")]
pub type Judge = fn(Dialect, &[Migration]) -> Vec<Impact>;

impl Default for Options {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            ledger_schema: std::env::var(LEDGER_SCHEMA).ok().filter(|name| !name.is_empty()),
            breaking_ahead: None,
            breaking_ahead_now: std::env::var(BREAKING_AHEAD)
                .ok()
                .and_then(|name| BreakingAhead::of(name.trim())),
            locking: Locking::default(),
            lock_wait: Duration::from_secs(600),
            connect_wait: Duration::from_secs(10),
            lock_timeout: Some(Duration::from_secs(5)),
            statement_timeout: None,
            retries: 5,
            app: String::new(),
            build: String::new(),
            history_key: HistoryKey::from_env(),
            #[cfg(feature = "cli")]
            judge: None,
            control: Control::new(),
        }
    }
}

impl Options {
    /// With what holds for `set` of all that is said about a breaking migration ahead of it.
    pub(crate) fn for_set(mut self, set: &MigrationSet) -> Self {
        let said = self.breaking_ahead_now.or(self.breaking_ahead).or(set.breaking_ahead());
        self.policy.breaking_ahead = said.unwrap_or(self.policy.breaking_ahead);
        self
    }

    /// Which build of which program this is.
    pub(crate) fn this_build(&self) -> Build {
        Build::new(&self.app, Some(&self.build))
    }

    /// The program and its host, for those who wait.
    pub(crate) fn who(&self) -> String {
        let app = if self.app.is_empty() { "dbmig" } else { &self.app };
        format!("{app} on {}", host())
    }
}

/// The machine's name.
#[cfg(target_os = "linux")]
pub(crate) fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname");
    // Without /proc, it is only a name that is missing.
    name.map_or_else(|_| "unknown".to_owned(), |name| name.trim_end().to_owned())
}

/// The same.
#[cfg(not(target_os = "linux"))]
pub(crate) fn host() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}
