//! What a start-up migration is doing.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{Class, Error};
use crate::event::Event;
use crate::report::Report;

/// How it has ended.
pub(super) type StartupOutcome = Result<Report, Arc<Error>>;

/// What a start-up migration is doing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StartupState {
    /// It tries to reach the database, or begins once more after a transient error.
    Connecting {
        /// What was in the way the last time.
        problem: Option<String>,
    },
    /// Another runner is migrating.
    Waiting {
        /// Who, where the database tells: app, version, host, since when, at work on what.
        holder: Option<String>,
    },
    /// It migrates.
    Migrating(Migrating),
    /// The schema is what the app needs.
    Ready,
    /// The schema is a later one: it holds migrations that this app does not know.
    Ahead {
        /// Their names.
        unknown: Vec<String>,
        /// Those of them that this app cannot live with; it goes on because somebody said that it may.
        breaking: Vec<String>,
    },
    /// It was ready, and since then somebody has applied what it can live with once it has been
    /// restarted: what it does on connections from before fails. [`Watch`](crate::Watch) notices.
    Stale(Stale),
    /// The app must not serve: policy or facts forbid it. Nothing was done.
    Refused(Arc<Error>),
    /// The app must not serve: a migration failed.
    Failed(Arc<Error>),
    /// It was asked to stop.
    Stopped,
}

/// Why a process must be restarted, and what becomes of it until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// Names of what asks for it.
    pub restart: Vec<String>,
    /// Names of all that is applied and that this app does not know.
    pub unknown: Vec<String>,
    /// Those of them that it cannot live with.
    pub breaking: Vec<String>,
    /// What becomes of it at this moment.
    pub service: WhenStale,
}

/// What becomes of a process that must be restarted: its connections hold statements from before a
/// migration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenStale {
    /// It serves on, and says so.
    #[default]
    Serve,
    /// It is not ready any more, and the gate refuses.
    NotReady,
    /// It is not ready and not alive any more, so that whoever looks after it restarts it.
    Restart,
}

/// How far it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrating {
    /// Migrations done.
    pub done: usize,
    /// Migrations in all.
    pub of: usize,
    /// The name of the one it is at work on.
    pub current: Option<String>,
    /// The number of its statement and of its statements in all; only where they run one by one.
    pub statement: Option<(usize, usize)>,
    /// How often it was tried again, because somebody else held a lock on a table or row.
    pub retries: u32,
}

/// Where a start-up migration stands at one moment.
#[derive(Clone, Debug)]
pub struct StartupStatus {
    /// What it is doing.
    pub state: StartupState,
    /// For how long it has been doing that.
    pub in_state: Duration,
    /// Since it was started.
    pub elapsed: Duration,
    /// For how long the database has not answered what it answers at once when it is well.
    pub unanswered: Option<Duration>,
}

impl StartupState {
    /// Its word in JSON and logs: `connecting`, `waiting`, `migrating`, `ready`, `ahead`, `stale`,
    /// `refused`, `failed`, `stopped`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Connecting { .. } => "connecting",
            Self::Waiting { .. } => "waiting",
            Self::Migrating(_) => "migrating",
            Self::Ready => "ready",
            Self::Ahead { .. } => "ahead",
            Self::Stale(_) => "stale",
            Self::Refused(_) => "refused",
            Self::Failed(_) => "failed",
            Self::Stopped => "stopped",
        }
    }

    /// Whether the app may serve.
    pub const fn is_ready(&self) -> bool {
        match self {
            Self::Ready | Self::Ahead { .. } => true,
            Self::Stale(stale) => matches!(stale.service, WhenStale::Serve),
            Self::Connecting { .. }
            | Self::Waiting { .. }
            | Self::Migrating(_)
            | Self::Refused(_)
            | Self::Failed(_)
            | Self::Stopped => false,
        }
    }

    /// Whether it stays like that.
    pub const fn is_final(&self) -> bool {
        match self {
            Self::Connecting { .. } | Self::Waiting { .. } | Self::Migrating(_) => false,
            Self::Ready
            | Self::Ahead { .. }
            | Self::Stale(_)
            | Self::Refused(_)
            | Self::Failed(_)
            | Self::Stopped => true,
        }
    }

    pub(super) fn of(outcome: &StartupOutcome) -> Self {
        match outcome {
            Ok(report) if report.ahead.is_empty() => Self::Ready,
            Ok(report) => {
                Self::Ahead { unknown: report.ahead.clone(), breaking: report.breaking.clone() }
            }
            Err(error) if matches!(**error, Error::Cancelled(_)) => Self::Stopped,
            Err(error) if error.class() == Class::Refused => Self::Refused(Arc::clone(error)),
            Err(error) => Self::Failed(Arc::clone(error)),
        }
    }

    /// The state that `event` leads to from this one.
    pub(super) fn after(&self, event: &Event<'_>) -> Option<Self> {
        let mut at = match self {
            Self::Migrating(at) => at.clone(),
            Self::Connecting { .. }
            | Self::Waiting { .. }
            | Self::Ready
            | Self::Ahead { .. }
            | Self::Stale(_)
            | Self::Refused(_)
            | Self::Failed(_)
            | Self::Stopped => Migrating::default(),
        };
        match event {
            Event::Connecting { error, .. } | Event::StartingOver { error, .. } => {
                return Some(Self::Connecting { problem: Some(error.gist()) });
            }
            Event::Connected => return Some(Self::Connecting { problem: None }),
            Event::Waiting { holder, .. } => {
                return Some(Self::Waiting { holder: holder.map(str::to_owned) });
            }
            Event::Planned { plan } => at.of = plan.steps.len(),
            Event::StepStarted { step, number, of } => {
                let current = Some(step.name().to_owned());
                at = Migrating { done: number - 1, of: *of, current, ..Migrating::default() };
            }
            Event::StatementStarted { number, of, .. } => at.statement = Some((*number, *of)),
            Event::Retrying { attempt, .. } => at.retries = *attempt,
            Event::StepDone { number, of, .. } => {
                at = Migrating { done: *number, of: *of, ..Migrating::default() };
            }
            Event::Clearing { .. }
            | Event::Cluster { .. }
            | Event::Awaiting { .. }
            | Event::BreakingAhead { .. }
            | Event::Ready { .. }
            | Event::Stale { .. }
            | Event::Failed { .. } => return None,
        }
        Some(Self::Migrating(at))
    }
}

/// One line, without SQL.
impl fmt::Display for StartupStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.state.name())?;
        match &self.state {
            StartupState::Connecting { problem: Some(problem) } => write!(f, " ({problem})"),
            StartupState::Waiting { holder: Some(holder) } => write!(f, " for {holder}"),
            StartupState::Migrating(Migrating { done, of, current, .. }) => {
                write!(f, ", {done} of {of} done")?;
                current.iter().try_for_each(|current| write!(f, ", at {current}"))
            }
            StartupState::Refused(error) | StartupState::Failed(error) => {
                write!(f, ": {}", error.gist())
            }
            StartupState::Stale(stale) => {
                write!(f, ": must be restarted because of {}", stale.restart.join(", "))
            }
            StartupState::Connecting { problem: None }
            | StartupState::Waiting { holder: None }
            | StartupState::Ready
            | StartupState::Ahead { .. }
            | StartupState::Stopped => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(state: StartupState) -> StartupStatus {
        let elapsed = Duration::from_secs(1);
        StartupStatus { state, in_state: elapsed, elapsed, unanswered: None }
    }

    #[test]
    fn a_wait_is_left_with_the_first_step() {
        let waiting = StartupState::Connecting { problem: None }
            .after(&Event::Waiting { holder: Some("shop 1.0 on pod-1"), waited: Duration::ZERO })
            .unwrap();
        assert_eq!(status(waiting.clone()).to_string(), "waiting for shop 1.0 on pod-1");
        let at = waiting.after(&Event::StatementStarted { number: 2, of: 5, sql: "SELECT 1" });
        let Some(StartupState::Migrating(at)) = at else { panic!("{at:?}") };
        assert_eq!(at.statement, Some((2, 5)));
    }

    #[test]
    fn the_end_says_whether_the_app_may_serve() {
        let ahead = Report { ahead: vec!["2_b".to_owned()], ..Report::default() };
        let ends = [
            (Ok(Report::default()), "ready", true),
            (Ok(ahead), "ahead", true),
            (Err(Error::NewerHistory { found: 9 }), "refused", false),
            (Err(Error::Panicked { message: "no".to_owned() }), "failed", false),
            (Err(Error::Cancelled(Box::default())), "stopped", false),
        ];
        for (outcome, name, ready) in ends {
            let state = StartupState::of(&outcome.map_err(Arc::new));
            assert_eq!((state.name(), state.is_ready(), state.is_final()), (name, ready, true));
        }
    }
}
