//! Statements and rows that commit together or not at all, and why they did not.

use std::time::Duration;

use dbmig_core::migration::ForeignKeys;
use dbmig_core::sql::{Position, Statement};
#[cfg(any(feature = "mysql", feature = "sqlite"))]
use diesel::QueryResult;

use super::assertion::Breach;
#[cfg(any(feature = "mysql", feature = "sqlite"))]
use super::connection::{Database, Stop};
use super::engine::Engine;
#[cfg(any(feature = "mysql", feature = "sqlite"))]
use super::envelope::Envelope;
use super::envelope::{Setting, is_ended};
use crate::control::Control;
use crate::error::without_secrets;

/// Statements and rows that commit together or not at all.
pub struct Atomic<'a> {
    /// Where.
    pub setting: Setting<'a>,
    /// The migration's statements.
    pub statements: &'a [Statement<'a>],
    /// `PRAGMA foreign_keys` during it.
    pub foreign_keys: ForeignKeys,
    /// A query that gives a row when another runner was faster, or nothing.
    pub overtaken: &'a str,
    /// The rows for both tables; the argument as for [`Engine::span`].
    pub rows: &'a dyn Fn(Option<Duration>) -> String,
    /// A condition that holds once the rows are committed, and not before.
    pub proof: &'a str,
    /// Whether it is to stop.
    pub control: &'a Control,
}

/// How an atomic step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is committed.
    Committed,
    /// Another runner had done it before; nothing was done.
    Overtaken,
}

/// Why an atomic step failed; it is rolled back, unless the connection was lost on the way.
#[derive(Debug)]
pub struct Failure {
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

impl Failure {
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

    /// What failed before the first statement, or in rows that come without one.
    pub(crate) fn around(engine: &dyn Engine, error: diesel::result::Error) -> Self {
        if engine.is_fence(&error) {
            return Self { at: FailedAt::Fence, error };
        }
        Self::ours(error)
    }

    /// What dbmig itself says.
    fn ours(error: diesel::result::Error) -> Self {
        let at = match Breach::Changed.caused(&error) {
            true => FailedAt::Changed,
            false => FailedAt::Around,
        };
        Self { at, error }
    }
}

/// A step in one transaction, statement by statement: for databases where a round trip is cheap
/// or where one message may hold only one statement.
#[cfg(any(feature = "mysql", feature = "sqlite"))]
pub(crate) fn one_by_one(
    db: &mut dyn Database,
    step: &Atomic<'_>,
    before_commit: &dyn Fn(&mut dyn Database) -> QueryResult<()>,
) -> Result<Outcome, Failure> {
    let engine = db.engine();
    let envelope = engine.envelope(&step.setting);
    let begun = std::time::Instant::now();
    if let Err(error) = db.execute(&envelope.open) {
        let _ = db.execute(&envelope.abort);
        return Err(Failure::around(engine, error));
    }
    let result = statements_and_rows(db, step, &envelope, begun, before_commit);
    let end = match &result {
        Ok(Outcome::Committed) => &envelope.close,
        Ok(Outcome::Overtaken) | Err(_) => &envelope.abort,
    };
    // To undo a lot takes as long as it took to do it.
    let ended = db.play(end, Stop::AfterIt);
    if ended.is_err() && result.is_ok() {
        // A failed COMMIT leaves the transaction open in SQLite; its error matters, not this one's.
        let _ = db.play(&envelope.abort, Stop::AfterIt);
    }
    let outcome = result?;
    ended.map_err(Failure::bookkeeping)?;
    Ok(outcome)
}

#[cfg(any(feature = "mysql", feature = "sqlite"))]
fn statements_and_rows(
    db: &mut dyn Database,
    step: &Atomic<'_>,
    envelope: &Envelope,
    begun: std::time::Instant,
    before_commit: &dyn Fn(&mut dyn Database) -> QueryResult<()>,
) -> Result<Outcome, Failure> {
    if !step.overtaken.is_empty()
        && !db.query(step.overtaken).map_err(Failure::bookkeeping)?.is_empty()
    {
        return Ok(Outcome::Overtaken);
    }
    for (index, statement) in step.statements.iter().enumerate() {
        if step.control.is_cancelled() {
            return Err(Failure::cancelled());
        }
        db.play(statement.text, Stop::Interrupts).map_err(|error| {
            let at = FailedAt::Statement(index, None);
            Failure::of(std::slice::from_ref(statement), at, error)
        })?;
    }
    before_commit(db).map_err(Failure::bookkeeping)?;
    let rows = format!("{}{}", envelope.seal, (step.rows)(Some(begun.elapsed())));
    db.execute(&rows).map_err(Failure::closing)?;
    Ok(Outcome::Committed)
}
