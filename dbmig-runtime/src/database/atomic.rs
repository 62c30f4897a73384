//! Statements and rows that commit together or not at all, and why they did not.

use std::time::Duration;

use dbmig_core::migration::ForeignKeys;
use dbmig_core::sql::{Position, Statement};

use super::assertion::Breach;
use super::envelope::{TransactionSetting, is_ended};
use crate::control::Control;
use crate::error::without_secrets;

/// Statements and rows that commit together or not at all.
pub struct Atomic<'a> {
    /// Where.
    pub setting: TransactionSetting<'a>,
    /// The migration's statements.
    pub statements: &'a [Statement<'a>],
    /// `PRAGMA foreign_keys` during it.
    pub foreign_keys: ForeignKeys,
    /// A query that gives a row when another runner was faster, or nothing.
    pub overtaken: &'a str,
    /// The rows for both tables; the argument as for [`Engine::span`](super::engine::Engine::span).
    pub rows: &'a dyn Fn(Option<Duration>) -> String,
    /// A condition that holds once the rows are committed, and not before.
    pub proof: &'a str,
    /// Whether it is to stop.
    pub control: &'a Control,
}

/// How an atomic step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtomicOutcome {
    /// It is committed.
    Committed,
    /// Another runner had done it before; nothing was done.
    Overtaken,
}

/// Why an atomic step failed; it is rolled back, unless the connection was lost on the way.
#[derive(Debug)]
pub struct StepFailure {
    /// Where.
    pub at: FailedAt,
    /// What the database said.
    pub error: diesel::result::Error,
}

/// Where a step failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedAt {
    /// In the statement with this index, at this place of the script where the database told it.
    Statement(usize, Option<Position>),
    /// Somewhere in the script: the database did not say where.
    Script,
    /// In what dbmig itself does about the script.
    Bookkeeping,
    /// In what dbmig says before the script, or in the rows about it: the script is not at fault.
    Around,
    /// Behind it: the script had ended the transaction that was begun for it, or the server did not
    /// confirm that it is committed.
    Unproven,
    /// Before it: the lock was lost.
    Fence,
    /// What it was decided on does not hold any more.
    Changed,
    /// Nowhere: it was asked to stop.
    Cancelled,
}

impl StepFailure {
    /// What became of `statements` of a migration, without the passwords in them.
    pub(crate) fn of(
        statements: &[Statement<'_>],
        at: FailedAt,
        error: diesel::result::Error,
    ) -> Self {
        Self { at, error: without_secrets(statements, error) }
    }

    pub(crate) fn bookkeeping(error: diesel::result::Error) -> Self {
        let at = match Breach::Changed.caused(&error) {
            true => FailedAt::Changed,
            false => FailedAt::Bookkeeping,
        };
        Self { at, error }
    }

    /// What failed behind the last statement, with nothing of ours written.
    pub(crate) fn closing(error: diesel::result::Error) -> Self {
        match is_ended(&error) {
            true => Self::unproven(
                "the script has ended the transaction that dbmig had begun for it, so dbmig wrote nothing",
            ),
            false => Self::ours(error),
        }
    }

    /// Only what the script itself has committed is done.
    pub(crate) fn unproven(why: &str) -> Self {
        let error = diesel::result::Error::QueryBuilderError(why.into());
        Self { at: FailedAt::Unproven, error }
    }

    /// Nothing of what it was about to do is done.
    pub(crate) fn cancelled() -> Self {
        let error = diesel::result::Error::QueryBuilderError("asked to stop".into());
        Self { at: FailedAt::Cancelled, error }
    }

    /// What dbmig itself says, before the script or behind it.
    pub(crate) fn ours(error: diesel::result::Error) -> Self {
        let at = match Breach::Changed.caused(&error) {
            true => FailedAt::Changed,
            false => FailedAt::Around,
        };
        Self { at, error }
    }
}
