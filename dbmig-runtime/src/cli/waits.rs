//! How long to wait for what, and how runners exclude each other.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::options::{Locking, Options};

/// Options of every command that works on a database.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Waiting")]
pub struct WaitArgs {
    /// How long to wait for another runner [default: the program's own, else 10m]
    #[arg(id = "dbmig_lock_wait", long = "lock-wait", global = true, value_name = "TIME",
          value_parser = humantime::parse_duration, env = "DBMIG_LOCK_WAIT", hide_env_values = true)]
    pub lock_wait: Option<Duration>,
    /// How long to try again while the database cannot be reached, or takes no more connections
    /// [default: the program's own, else 10s]
    #[arg(id = "dbmig_connect_wait", long = "connect-wait", global = true, value_name = "TIME",
          value_parser = humantime::parse_duration, env = "DBMIG_CONNECT_WAIT", hide_env_values = true)]
    pub connect_wait: Option<Duration>,
    /// How long an answer of the database may take before the run gives up; the statements of a
    /// migration, their commit and their rollback may take as long as they take
    #[arg(id = "dbmig_answer_timeout", long = "answer-timeout", global = true, value_name = "TIME",
          value_parser = humantime::parse_duration, env = "DBMIG_ANSWER_TIMEOUT", hide_env_values = true, default_value = "30s")]
    pub answer_timeout: Duration,
    /// How runners exclude each other: `lease` is for servers and proxies without usable advisory
    /// locks
    #[arg(
        id = "dbmig_lock",
        long = "lock",
        global = true,
        value_name = "HOW",
        env = "DBMIG_LOCK",
        hide_env_values = true
    )]
    pub lock: Option<LockArg>,
}

/// [`Locking`], as a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LockArg {
    /// The database's own locks; the default.
    #[default]
    Advisory,
    /// A row that its holder renews.
    Lease,
}

impl From<LockArg> for Locking {
    fn from(arg: LockArg) -> Self {
        match arg {
            LockArg::Advisory => Self::Advisory,
            LockArg::Lease => Self::Lease,
        }
    }
}

impl WaitArgs {
    /// Puts them into `options`.
    pub fn apply(&self, options: &mut Options) {
        options.lock_wait = self.lock_wait.unwrap_or(options.lock_wait);
        options.connect_wait = self.connect_wait.unwrap_or(options.connect_wait);
        if let Some(lock) = self.lock {
            options.locking = lock.into();
        }
    }
}

/// Nothing that differs from the program's own, and the default patience for answers.
impl Default for WaitArgs {
    fn default() -> Self {
        let answer_timeout = Duration::from_secs(30);
        Self { lock_wait: None, connect_wait: None, answer_timeout, lock: None }
    }
}
