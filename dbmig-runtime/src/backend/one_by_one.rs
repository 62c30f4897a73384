//! A step in one transaction, statement by statement.

use diesel::QueryResult;

use crate::database::atomic::{Atomic, AtomicOutcome, FailedAt, StepFailure};
use crate::database::engine::Engine;
use crate::database::envelope::Envelope;
use crate::database::session::{Session, Stop};

/// A step in one transaction, statement by statement: for databases where a round trip is cheap
/// or where one message may hold only one statement.
pub(super) fn one_by_one(
    engine: &dyn Engine,
    db: &mut dyn Session,
    step: &Atomic<'_>,
    before_commit: &dyn Fn(&mut dyn Session) -> QueryResult<()>,
) -> Result<AtomicOutcome, StepFailure> {
    let envelope = engine.envelope(&step.setting);
    let begun = std::time::Instant::now();
    if let Err(error) = db.execute(&envelope.open) {
        let _ = db.execute(&envelope.abort);
        return Err(engine.around(error));
    }
    let result = statements_and_rows(db, step, &envelope, begun, before_commit);
    let end = match &result {
        Ok(AtomicOutcome::Committed) => &envelope.close,
        Ok(AtomicOutcome::Overtaken) | Err(_) => &envelope.abort,
    };
    // To undo a lot takes as long as it took to do it.
    let ended = db.execute_sql(end, Stop::AfterIt);
    if ended.is_err() && result.is_ok() {
        // A failed COMMIT leaves the transaction open in SQLite; its error matters, not this one's.
        let _ = db.execute_sql(&envelope.abort, Stop::AfterIt);
    }
    let outcome = result?;
    ended.map_err(StepFailure::bookkeeping)?;
    Ok(outcome)
}

fn statements_and_rows(
    db: &mut dyn Session,
    step: &Atomic<'_>,
    envelope: &Envelope,
    begun: std::time::Instant,
    before_commit: &dyn Fn(&mut dyn Session) -> QueryResult<()>,
) -> Result<AtomicOutcome, StepFailure> {
    if !step.overtaken.is_empty()
        && !db.query(step.overtaken).map_err(StepFailure::bookkeeping)?.is_empty()
    {
        return Ok(AtomicOutcome::Overtaken);
    }
    for (index, statement) in step.statements.iter().enumerate() {
        if step.control.is_cancelled() {
            return Err(StepFailure::cancelled());
        }
        db.execute_sql(statement.text, Stop::Interrupts).map_err(|error| {
            let at = FailedAt::Statement(index, None);
            StepFailure::of(std::slice::from_ref(statement), at, error)
        })?;
    }
    before_commit(db).map_err(StepFailure::bookkeeping)?;
    let rows = format!("{}{}", envelope.proof, (step.rows)(Some(begun.elapsed())));
    db.execute(&rows).map_err(StepFailure::closing)?;
    Ok(AtomicOutcome::Committed)
}
