//! The floor below which no app may run: it rises before the first statement of a breaking migration,
//! so that an older app that starts meanwhile knows.
//!
//! Statement by statement, the row of the run is there before anyway. A transaction is seen by nobody
//! until it is over, so it is announced with a row of its own.

use dbmig_core::history::RunState;
use dbmig_core::plan::Direction;

use super::{StepContext, note};
use crate::database::Database;
use crate::database::atomic::{AtomicOutcome, FailedAt, StepFailure};
use crate::database::session::Nesting;
use crate::error::transient::is_lost;
use crate::history::{self, Cursor, RunProgress, RunRecord, Why};

/// Whether a row says that the run has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StartRow {
    Yes,
    No,
}

/// Announces a breaking migration.
pub(super) fn raise(
    db: &mut dyn Database,
    place: &StepContext<'_>,
    run: &RunRecord<'_>,
) -> Result<StartRow, StepFailure> {
    let breaking = run.impact.compatibility().verdict.raises_floor();
    // In a transaction that somebody else has begun, nobody would see it.
    let seen = db.nesting() == Nesting::TopLevel;
    if run.direction == Direction::Down || !breaking || !seen {
        return Ok(StartRow::No);
    }
    let engine = db.engine();
    let progress = RunProgress {
        state: RunState::Running,
        cursor: Cursor::default(),
        error: None,
        note: None,
        span: history::beginning(engine),
    };
    let rows = history::expect_ledger(engine, place.tables, run.version, run.direction)
        + &history::supersede(engine, place.tables, run.version, RunState::Resumed)
        + &history::insert(engine, place.tables, run, &progress);
    note(db, place, &rows).map_err(|error| engine.around(error))?;
    Ok(StartRow::Yes)
}

/// What was announced has not come. Best effort: where it cannot be written, the row stays, and the
/// next runner that holds the lock knows that it means nothing.
pub(super) fn lower(
    db: &mut dyn Database,
    place: &StepContext<'_>,
    run: &RunRecord<'_>,
    result: &Result<AtomicOutcome, StepFailure>,
) {
    let (engine, tables) = (db.engine(), place.tables);
    let message;
    let rows = match result {
        Ok(AtomicOutcome::Committed) => return,
        Ok(AtomicOutcome::Overtaken) => {
            history::supersede(engine, tables, run.version, RunState::Forgotten)
        }
        Err(failure)
            if matches!(failure.at, FailedAt::Fence | FailedAt::Changed)
                || is_lost(&failure.error) =>
        {
            return;
        }
        Err(failure) if failure.at == FailedAt::Cancelled => {
            history::fail(engine, tables, run, None, Why::Stopped)
        }
        Err(failure) => {
            message = failure.error.to_string();
            history::fail(engine, tables, run, None, Why::Error(&message))
        }
    };
    let _ = note(db, place, &rows);
}
