//! How a run behaves.

use std::time::Duration;

use dbmig_core::plan::Policy;

/// How a run behaves; [`Default`] is right for most.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// What is allowed.
    pub policy: Policy,
    /// How long to wait for another runner. Default: 10 minutes.
    pub lock_wait: Duration,
    /// How long a statement may wait for a lock on a table or row; then the step is rolled back
    /// and tried again. Default: 5 s. None: the server's own setting.
    pub lock_timeout: Option<Duration>,
    /// How long one statement may take. Default: the server's own setting.
    pub statement_timeout: Option<Duration>,
    /// How often a step is tried again after `lock_timeout`. Default: 5.
    pub retries: u32,
    /// Name and version of the program, for the history and for those who wait.
    pub app: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            lock_wait: Duration::from_secs(600),
            lock_timeout: Some(Duration::from_secs(5)),
            statement_timeout: None,
            retries: 5,
            app: String::new(),
        }
    }
}
