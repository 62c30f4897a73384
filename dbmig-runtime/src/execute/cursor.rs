//! A step statement by statement: where it ended, the next run goes on.

use dbmig_core::migration::ForeignKeys;
use dbmig_core::sql::{Statement, kind};
use diesel::QueryResult;

use super::{Place, limits, retrying};
use crate::backend::Database;
use crate::backend::engine::{Brackets, FailedAt, Failure, Outcome, Scope};
use crate::event::{Event, Observe};
use crate::history::{self, Progress, Run, RunState};

/// The cursor is written before and after each statement, so that the next run knows where this
/// one ended. The error carries how many statements are done.
pub(super) fn one_by_one(
    db: &mut dyn Database,
    place: &Place<'_>,
    run: &Run<'_>,
    statements: &[Statement<'_>],
    done_before: usize,
    observe: &mut Observe<'_>,
) -> Result<Outcome, (Failure, usize)> {
    let (engine, tables) = (db.engine(), place.tables);
    let ours = |done: usize| move |error| (Failure::bookkeeping(error), done);
    if run.settings.foreign_keys == ForeignKeys::Off {
        let error = diesel::result::Error::QueryBuilderError(
            "`foreign_keys = \"off\"` needs `run_in_transaction = true`".into(),
        );
        return Err((Failure::bookkeeping(error), done_before));
    }
    let limits = engine.limits(&limits(place, run, statements), Scope::Session);
    if !limits.is_empty() {
        db.execute(&limits).map_err(ours(done_before))?;
    }
    begin(db, place, run, done_before).map_err(ours(done_before))?;
    for (index, statement) in statements.iter().enumerate().skip(done_before) {
        if index > done_before {
            db.execute(&history::advance(engine, tables, run.version, index + 1, index))
                .map_err(ours(index))?;
        }
        observe(&Event::StatementStarted {
            number: index + 1,
            of: statements.len(),
            sql: statement.text,
        });
        let mut play = || {
            db.execute(statement.text).map_err(|error| {
                let place = engine.place(&error, statement);
                Failure { at: FailedAt::Statement(index, place), error }
            })
        };
        // Its second try would only find what the first has left.
        let played = match kind::refuses_transaction(tables.dialect, statement) {
            true => play(),
            false => retrying(place, run, observe, play),
        };
        if let Err(failure) = played {
            record_failure(db, place, run, index, &failure.error);
            return Err((failure, index));
        }
    }
    let total = statements.len();
    let brackets = engine.transaction(db.nesting());
    let end = format!(
        "{}{};\n{}{}{};\n",
        engine.cleanse(db, tables),
        brackets.open,
        history::ledger(engine, tables, run.version, run.direction),
        history::finish(engine, tables, run.version, RunState::Done, total, None),
        brackets.close,
    );
    or_abort(db, &end, brackets).map_err(ours(total))?;
    Ok(Outcome::Committed)
}

/// The row of this run replaces the one that it takes up, in one transaction: between the two,
/// nobody would know what is half-done. It says at once that the first statement is started: one
/// commit less for each migration.
fn begin(
    db: &mut dyn Database,
    place: &Place<'_>,
    run: &Run<'_>,
    done_before: usize,
) -> QueryResult<()> {
    let (engine, tables) = (db.engine(), place.tables);
    let progress = Progress {
        state: RunState::Running,
        started: run.total.min(done_before + 1),
        done: done_before,
        error: None,
        span: history::beginning(engine),
    };
    let brackets = engine.transaction(db.nesting());
    let begin = format!(
        "{};\n{}{}{};\n",
        brackets.open,
        history::take_up(engine, tables, run.version),
        history::insert(engine, tables, run, &progress),
        brackets.close,
    );
    or_abort(db, &begin, brackets)
}

/// A transaction of ours, which a failure does not leave open.
fn or_abort(db: &mut dyn Database, transaction: &str, brackets: Brackets) -> QueryResult<()> {
    let done = db.execute(transaction);
    if done.is_err() {
        // The first error is the one that matters.
        let _ = db.execute(brackets.abort);
    }
    done
}

/// Best effort: where it cannot be written, the row stays `running`, which is the careful reading.
fn record_failure(
    db: &mut dyn Database,
    place: &Place<'_>,
    run: &Run<'_>,
    done: usize,
    error: &diesel::result::Error,
) {
    let (engine, tables) = (db.engine(), place.tables);
    let cleanse = engine.cleanse(db, tables);
    let message = error.to_string();
    let state = RunState::Failed;
    let finish = history::finish(engine, tables, run.version, state, done, Some(&message));
    let _ = db.execute(&format!("{cleanse}{finish}"));
}
