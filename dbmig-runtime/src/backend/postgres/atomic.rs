//! A step in one transaction, and what its answer means.

use std::time::{Duration, Instant};

use dbmig_core::Dialect;
use dbmig_core::sql::Statement;
use diesel::result::Error;

use super::PostgresEngine;
use super::envelope::{RESTORE_PATH, to_safe_path};
use super::message::{Message, position_of};
use crate::database::assertion::{Breach, assert_that};
use crate::database::atomic::{Atomic, AtomicOutcome, FailedAt, StepFailure};
use crate::database::engine::Engine;
use crate::database::envelope::{Envelope, TransactionSetting, TransactionSql, is_ended};
use crate::database::session::{Session, Stop};
use crate::error::transient::{is_lock_wait, is_lost};
use crate::tables::{HISTORY, LEDGER};

/// A failed script is executed again, to find the statement, only if that costs little.
const LOCATE_WITHIN: Duration = Duration::from_secs(10);

/// The whole of it is one message.
pub(super) fn atomic(
    db: &mut dyn Session,
    step: &Atomic<'_>,
) -> Result<AtomicOutcome, StepFailure> {
    let envelope = PostgresEngine.envelope(&step.setting);
    let after = format!("{}{}{}", envelope.proof, (step.rows)(None), envelope.close);
    let message = Message::new(&envelope.open, step.statements, &after);
    let begun = Instant::now();
    let mut earlier = message.earlier.iter();
    let played = earlier
        .try_for_each(|part| db.execute_sql(part, Stop::Interrupts))
        .and_then(|()| db.execute_sql(&message.sql, Stop::Interrupts));
    let Err(error) = played else { return committed(db, step) };
    if is_lost(&error) {
        // So is the transaction, unless it was committed at the last moment.
        return Err(StepFailure { at: FailedAt::Script, error });
    }
    let _ = db.execute_sql(&envelope.abort, Stop::AfterIt);
    if is_ended(&error) {
        return Err(StepFailure::closing(error));
    }
    let at = match position_of(&error).and_then(|position| message.find(position)) {
        _ if PostgresEngine.is_fence(&error) => FailedAt::Fence,
        _ if Breach::Changed.caused(&error) => FailedAt::Changed,
        Some(at) => at,
        None if step.statements.len() == 1 && !is_ours(&error) => FailedAt::Statement(0, None),
        None if begun.elapsed() < LOCATE_WITHIN
            && !is_lock_wait(&error)
            && !step.control.is_cancelled() =>
        {
            replay(db, step, &envelope)
        }
        None => FailedAt::Script,
    };
    let at = if at == FailedAt::Script && is_ours(&error) { FailedAt::Around } else { at };
    Err(StepFailure::of(step.statements, at, error))
}

/// Not where the server's silence proves nothing, nor where the script says how its quotes are read: the
/// server reads a message as a whole before it executes any of it.
pub(super) fn appendable(
    setting: &TransactionSetting<'_>,
    statements: &[Statement<'_>],
    rows: &str,
) -> Option<String> {
    let alone = |s: &Statement<'_>| names_copy(s.text) || !s.is_read_plainly();
    if statements.iter().any(alone) {
        return None;
    }
    let envelope = PostgresEngine.envelope(setting);
    let after = format!("{}{rows}{}", envelope.proof, envelope.close);
    Some(Message::new(&envelope.open, statements, &after).sql)
}

/// Finds the statement that fails by playing the script again, one statement at a time, and
/// rolling it back: an error such as "already exists" carries no position.
fn replay(db: &mut dyn Session, step: &Atomic<'_>, envelope: &Envelope) -> FailedAt {
    if db.execute(&envelope.open).is_err() {
        let _ = db.execute(&envelope.abort);
        return FailedAt::Script;
    }
    let mut statements = step.statements.iter();
    let failed = statements.position(|s| db.execute_sql(s.text, Stop::Interrupts).is_err());
    let _ = db.execute(&envelope.abort);
    // Everything went well this time: then it was our own part, or something passing.
    failed.map_or(FailedAt::Script, |index| FailedAt::Statement(index, None))
}

/// No error is an answer only where every statement was executed: libpq stops at a COPY that sends or
/// wants rows, and Diesel takes that for success. Where the word is nowhere in the script, however the
/// server reads it, there was none.
fn committed(db: &mut dyn Session, step: &Atomic<'_>) -> Result<AtomicOutcome, StepFailure> {
    if !step.statements.iter().any(|statement| names_copy(statement.text)) {
        return Ok(AtomicOutcome::Committed);
    }
    let words = TransactionSql {
        begin: "BEGIN ISOLATION LEVEL READ COMMITTED",
        commit: "COMMIT",
        rollback: "ROLLBACK",
    };
    let ask = Envelope::plain(&words, step.setting.nesting);
    let proof = assert_that(Dialect::Postgres, step.proof);
    match db.execute(&ask.around(&format!("{}{proof}{RESTORE_PATH}", to_safe_path()))) {
        Ok(()) => Ok(AtomicOutcome::Committed),
        Err(error) if is_lost(&error) => Err(StepFailure { at: FailedAt::Script, error }),
        Err(_) => {
            let _ = db.execute(&ask.abort);
            Err(StepFailure::unproven(
                "the server does not confirm that it has committed the script: it has taken a part of it \
                 for a COPY, and waited for rows that dbmig does not send",
            ))
        }
    }
}

fn names_copy(text: &str) -> bool {
    text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"copy"))
}

/// Whether the error is about one of our own tables.
fn is_ours(error: &Error) -> bool {
    match error {
        Error::DatabaseError(_, info) => {
            info.table_name().is_some_and(|name| name == LEDGER || name == HISTORY)
        }
        _ => false,
    }
}
