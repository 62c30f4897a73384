//! What happens during a run, for those who want to show or log it.

use std::time::Duration;

use dbmig_core::plan::{Plan, Step, Unknown};

use crate::error::Error;
use crate::report::{Done, Report};
use crate::tables::Cluster;

/// Something that happened. Libraries tell; who prints is somebody else's decision.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The database cannot be reached yet, or takes no more connections; it is tried again.
    Connecting {
        /// Why not.
        error: &'a Error,
        /// For how long it has been tried.
        waited: Duration,
        /// For how long it will be.
        wait: Duration,
    },
    /// The database is reached; told only where the migrator opens its connections itself.
    Connected,
    /// A run has ended with a transient error; told only by [`Migrator::start`](crate::Migrator::start),
    /// which begins another one.
    StartingOver {
        /// Why it has ended.
        error: &'a Error,
        /// How long it pauses before.
        pause: Duration,
    },
    /// The schema is there, and the app may serve; told only by `Migrator::start`.
    Ready {
        /// What was done, and whether the database is ahead.
        report: &'a Report,
        /// How long it took.
        elapsed: Duration,
    },
    /// It has failed for good, or was refused or stopped; told only by `Migrator::start`.
    Failed {
        /// Why.
        error: &'a Error,
    },
    /// The database holds breaking migrations that this app does not know, and it goes on:
    /// [`BreakingAhead::Warn`](crate::BreakingAhead::Warn).
    BreakingAhead {
        /// They.
        breaking: &'a [Unknown],
        /// Why that could not be noted in the history.
        unnoted: Option<&'a Error>,
    },
    /// While the app runs, somebody has applied what it can live with only once it has been
    /// restarted, or not at all; told only by `Migrator::start`, as [`Watch`](crate::Watch) says.
    Stale {
        /// Names of what asks for a restart.
        restart: &'a [String],
        /// Names of what the app cannot live with.
        breaking: &'a [String],
    },
    /// Migrations are pending that somebody else is to apply; told only by
    /// [`Migrator::wait_at`](crate::Migrator::wait_at) and `wait`.
    Awaiting {
        /// How many.
        pending: usize,
        /// Of how many in all.
        of: usize,
        /// Who is at work on them, where the database tells.
        holder: Option<&'a str>,
        /// The name of the one whose last run has failed.
        failed: Option<&'a str>,
        /// For how long it has been waited.
        waited: Duration,
    },
    /// The server is one of a cluster whose servers all take writes, so the lock is the lease.
    Cluster {
        /// Which kind of cluster it is.
        cluster: Cluster,
    },
    /// Another runner holds the lock, or the database still works for one that is gone.
    Waiting {
        /// Who it is, where the database tells.
        holder: Option<&'a str>,
        /// How long this runner has waited.
        waited: Duration,
    },
    /// The lock is held; this is what will be done.
    Planned {
        /// The steps.
        plan: &'a Plan<'a>,
    },
    /// A step begins.
    StepStarted {
        /// The step.
        step: &'a Step<'a>,
        /// Its number, from 1.
        number: usize,
        /// The number of steps.
        of: usize,
    },
    /// What an interrupted run has left half-done is removed before its statement runs again.
    Clearing {
        /// The name of the migration.
        name: &'a str,
        /// What is dropped, as PostgreSQL names it.
        leftover: &'a str,
    },
    /// A statement begins; told only where statements run one by one.
    StatementStarted {
        /// Its number in the migration, from 1.
        number: usize,
        /// The number of statements in the migration.
        of: usize,
        /// Its text, without passwords.
        sql: &'a str,
    },
    /// A step waited too long for a lock on a table or row; it is rolled back and tried again.
    Retrying {
        /// The name of the migration.
        name: &'a str,
        /// The try that failed, from 1.
        attempt: u32,
        /// What the database said.
        message: &'a str,
    },
    /// A step is done.
    StepDone {
        /// What was done.
        done: &'a Done,
        /// Its number, from 1.
        number: usize,
        /// The number of steps.
        of: usize,
    },
}

/// Takes events.
pub(crate) type Observe<'o> = dyn FnMut(&Event<'_>) + 'o;

/// Takes events, on whatever thread.
pub(crate) type SendObserve<'o> = dyn FnMut(&Event<'_>) + Send + 'o;

/// Hands `event` to `tracing`, where that is wanted.
#[cfg(feature = "tracing")]
pub(crate) fn trace(event: &Event<'_>) {
    match event {
        Event::Connecting { error, waited, .. } => {
            tracing::warn!(target: "dbmig", %error, ?waited, "waiting for the database");
        }
        Event::Connected => tracing::debug!(target: "dbmig", "connected"),
        Event::StartingOver { error, pause } => {
            tracing::warn!(target: "dbmig", %error, ?pause, "migrating again");
        }
        Event::Ready { report, elapsed } if report.ahead.is_empty() => {
            tracing::info!(target: "dbmig", migrations = report.done.len(), ?elapsed, "ready");
        }
        Event::Ready { report, elapsed } => {
            tracing::warn!(target: "dbmig", unknown = ?report.ahead, ?elapsed, "ready; the database is ahead of this app");
        }
        Event::Awaiting { pending, of, holder, failed, waited } => {
            tracing::info!(target: "dbmig", pending, of, holder = holder.unwrap_or("nobody"), failed = failed.unwrap_or("none"), ?waited, "waiting for migrations");
        }
        Event::BreakingAhead { breaking, unnoted } => {
            let names: Vec<_> = breaking.iter().map(|one| &one.name).collect();
            let noted = unnoted.is_none();
            tracing::warn!(target: "dbmig", breaking = ?names, noted, "going on beside migrations that this version may not be able to live with");
        }
        Event::Stale { restart, breaking } => {
            tracing::warn!(target: "dbmig", ?restart, ?breaking, "the schema has changed; this process must be restarted, or cannot live with it");
        }
        Event::Failed { error } => tracing::error!(target: "dbmig", %error, "not ready"),
        Event::Clearing { name, leftover } => {
            tracing::warn!(target: "dbmig", migration = name, leftover, "clearing what an interrupted run has left");
        }
        Event::Cluster { cluster } => {
            tracing::info!(target: "dbmig", cluster = cluster.name(), "locking with the lease");
        }
        Event::Waiting { holder, waited } => {
            tracing::info!(target: "dbmig", holder = holder.unwrap_or("unknown"), ?waited, "waiting for the migration lock");
        }
        Event::Planned { plan } => {
            tracing::info!(target: "dbmig", steps = plan.steps.len(), "migrating")
        }
        Event::StepStarted { step, number, of } => {
            tracing::info!(target: "dbmig", migration = step.name(), direction = step.direction().name(), number, of, "migration started");
        }
        Event::StatementStarted { number, of, .. } => {
            tracing::debug!(target: "dbmig", number, of, "statement started");
        }
        Event::Retrying { name, attempt, message } => {
            tracing::warn!(target: "dbmig", migration = name, attempt, message, "trying again");
        }
        Event::StepDone { done, number, of } => {
            tracing::info!(target: "dbmig", migration = done.name, direction = done.direction.name(), elapsed = ?done.elapsed, number, of, "migration done");
        }
    }
}

/// Nothing is wanted.
#[cfg(not(feature = "tracing"))]
pub(crate) const fn trace(_event: &Event<'_>) {}
