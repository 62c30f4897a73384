//! Migrating while the app starts: on a thread of its own, with connections of its own.

mod ready;
mod shared;
mod state;
mod thread;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use crate::control::Control;
use crate::error::Error;
use crate::report::Report;

pub use ready::Ready;
use shared::SharedState;
pub use state::{Migrating, Stale, StartupState, StartupStatus, WhenStale};
pub(crate) use thread::{OnFailure, Task};
pub use watch::Watch;

/// A migration that goes on beside the start of the app: [`Migrator::start`](crate::Migrator::start)
/// makes one. Its clones are the same handle, for any thread and any executor; when all of them are
/// dropped, the migration goes on.
///
/// While the database cannot be reached, and after a transient error, it tries again for as long as
/// the app lives. What is final (a migration that fails, a refusal) ends it.
///
/// ```no_run
/// # use dbmig_runtime::{Migrations, Migrator, Sqlite};
/// # static ALL: Migrations<Sqlite> = Migrations::from_static(&[]);
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// let migrations = Migrator::new(&ALL).app("shop", "1.4.0").start("sqlite://shop.db");
/// // .. whatever else the app has to prepare ..
/// let report = migrations.wait(Duration::from_secs(600))?;
/// println!("{} migrations applied", report.done.len());
/// # Ok(())
/// # }
/// ```
///
/// In an async app `migrations.ready().await?` does the same, and blocks no executor.
#[derive(Clone, Debug)]
pub struct Startup {
    shared: Arc<SharedState>,
    control: Control,
}

impl Startup {
    /// Where it stands at this moment.
    pub fn status(&self) -> StartupStatus {
        self.shared.status(self.control.unanswered())
    }

    /// Whether the app may serve: the schema is there, or is a later one. It may end again, where
    /// [`Watch`] says so.
    pub fn is_ready(&self) -> bool {
        self.shared.is_ready()
    }

    /// Waits until it has ended, but not longer than `timeout`. It blocks the thread.
    ///
    /// # Errors
    /// Why the app must not serve; [`Error::NotReady`] when it has not ended yet.
    pub fn wait(&self, timeout: Duration) -> Result<Report, Arc<Error>> {
        self.shared.wait(timeout).unwrap_or_else(|| {
            let doing = self.status().to_string();
            Err(Arc::new(Error::NotReady { doing, waited: timeout }))
        })
    }

    /// The end of the start-up as a future, for any executor; it has no time limit of its own.
    pub fn ready(&self) -> Ready {
        Ready::new(&self.shared)
    }

    /// How it has ended, if it has.
    pub fn outcome(&self) -> Option<Result<Report, Arc<Error>>> {
        self.shared.outcome()
    }

    /// Asks it to stop, as for SIGTERM: what is in a transaction is rolled back, what is not ends with
    /// its statement, the lock is released. [`Startup::wait`] tells when it has; the next start goes
    /// on from there.
    pub fn cancel(&self) {
        self.control.cancel();
    }
}
