//! A step statement by statement: where it ended, the next run goes on.
//!
//! A statement that can share a transaction with the note that it is done does so: then it is
//! known for certain whether it took effect. The others run alone, between the note that they have
//! begun, with what the catalogue said before, and the note that they are done.

use dbmig_core::migration::ForeignKeys;
use dbmig_core::plan::Step;
use dbmig_core::sql::{Statement, kind};

use super::reached::{Reached, begun_at, reached};
use super::{StepContext, limits, retrying};
use crate::database::Database;
use crate::database::atomic::{Atomic, AtomicOutcome, FailedAt, StepFailure};
use crate::database::envelope::{Limits, Part};
use crate::database::session::Stop;
use crate::error::Left;
use crate::event::{Event, Observe};
use crate::history::{self, Cursor, RunRecord};

mod notes;

/// What failed, and what is left of the migration.
type Stopped = (StepFailure, Left);

/// How a statement is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// In one transaction with the cursor.
    Together,
    /// On its own.
    Alone,
}

/// Whether the history says that a statement has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Noted {
    Already,
    NotYet,
}

struct Stepper<'a, 's> {
    place: &'a StepContext<'a>,
    run: &'a RunRecord<'a>,
    statements: &'a [Statement<'s>],
    name: String,
    limits: Limits,
    /// A script with transactions of its own: our cursor must not be in their way.
    own_transactions: bool,
}

/// Executes the statements that are not done yet.
pub(super) fn one_by_one(
    db: &mut dyn Database,
    place: &StepContext<'_>,
    run: &RunRecord<'_>,
    statements: &[Statement<'_>],
    step: &Step<'_>,
    observe: &mut Observe<'_>,
) -> Result<AtomicOutcome, Stopped> {
    let done = step.done_before;
    if run.settings.foreign_keys == ForeignKeys::Off {
        let error = diesel::result::Error::QueryBuilderError(
            "`foreign_keys = \"off\"` needs `run_in_transaction = true`".into(),
        );
        return Err((StepFailure::bookkeeping(error), Left::Statements(done)));
    }
    let dialect = place.tables.dialect;
    let stepper = Stepper {
        place,
        run,
        statements,
        name: place.session_name(run.name),
        limits: limits(place, run.settings, statements),
        own_transactions: statements.iter().any(|s| kind::ends_transaction(dialect, s)),
    };
    // What has to be restored first may change what there is to be seen.
    let noted = !step.is_begun();
    let cursor = if noted { stepper.before(db, 0) } else { stepper.where_it_ended(step) };
    stepper.begin(db, step, cursor).map_err(|failure| (failure, Left::Statements(done)))?;
    if let Err(failure) = stepper.restore(db, step, observe) {
        stepper.record_failure(db, Reached::AsNoted(done), &failure);
        return Err((failure, Left::Statements(done)));
    }
    for index in done..statements.len() {
        let noted = if noted && index == done { Noted::Already } else { Noted::NotYet };
        let played = if place.options.control.is_cancelled() {
            Err(StepFailure::cancelled())
        } else {
            stepper.execute_sql(db, index, noted, observe)
        };
        if let Err(failure) = played {
            if begun_at(dialect, &statements[..index]).is_some() {
                // Or a transaction of ours would commit the half of the script's.
                let _ = db.execute("ROLLBACK");
            }
            let reached = reached(dialect, statements, index, &failure);
            stepper.record_failure(db, reached, &failure);
            let left = reached.left(statements, index, &failure);
            return Err((failure, left));
        }
    }
    stepper.end(db, done).map_err(|failure| (failure, Left::Statements(statements.len())))?;
    Ok(AtomicOutcome::Committed)
}

impl Stepper<'_, '_> {
    fn way(&self, statement: &Statement<'_>) -> Way {
        let shares = kind::shares_transaction(self.place.tables.dialect, statement);
        if shares && !self.own_transactions { Way::Together } else { Way::Alone }
    }

    /// The session that an earlier run had set up is gone; what was half-done must go.
    fn restore(
        &self,
        db: &mut dyn Database,
        step: &Step<'_>,
        observe: &mut Observe<'_>,
    ) -> Result<(), StepFailure> {
        let dialect = self.place.tables.dialect;
        let done = self.statements.iter().take(step.done_before);
        for statement in done.filter(|s| kind::sets_session(dialect, s)) {
            db.execute(statement.text).map_err(|error| {
                StepFailure::of(std::slice::from_ref(statement), FailedAt::Bookkeeping, error)
            })?;
        }
        for leftover in &step.leftovers {
            observe(&Event::Clearing { name: self.run.name, leftover });
            let drop = db.engine().drop_leftover(leftover);
            db.execute_sql(&drop, Stop::AfterIt).map_err(StepFailure::bookkeeping)?;
        }
        Ok(())
    }

    fn execute_sql(
        &self,
        db: &mut dyn Database,
        index: usize,
        noted: Noted,
        observe: &mut Observe<'_>,
    ) -> Result<(), StepFailure> {
        let Some(statement) = self.statements.get(index) else { return Ok(()) };
        let shown = statement.without_secrets();
        let of = self.statements.len();
        observe(&Event::StatementStarted { number: index + 1, of, sql: &shown });
        match self.way(statement) {
            Way::Together => self.together(db, index, observe),
            Way::Alone => self.alone(db, statement, index, noted, observe),
        }
    }

    fn together(
        &self,
        db: &mut dyn Database,
        index: usize,
        observe: &mut Observe<'_>,
    ) -> Result<(), StepFailure> {
        let (engine, place) = (db.engine(), self.place);
        let last = index + 1 == self.statements.len();
        let rows = |_| {
            if last {
                self.closing_rows(engine)
            } else {
                self.advance(engine, &Cursor::after(index + 1))
            }
        };
        let atomic = Atomic {
            setting: self.setting(db, if last { Part::Last } else { Part::Middle }),
            statements: &self.statements[index..=index],
            foreign_keys: ForeignKeys::Unchanged,
            overtaken: "",
            rows: &rows,
            proof: &history::reached(engine, place.tables, self.run, index + 1),
            control: &place.options.control,
        };
        retrying(place, self.run, observe, || engine.atomic(db, &atomic)).map(drop).map_err(
            |failure| {
                let at = match failure.at {
                    FailedAt::Statement(_, position) => FailedAt::Statement(index, position),
                    // The connection was lost, perhaps after the commit; the next run finds out.
                    FailedAt::Script => FailedAt::Statement(index, None),
                    other => other,
                };
                StepFailure { at, ..failure }
            },
        )
    }

    fn alone(
        &self,
        db: &mut dyn Database,
        statement: &Statement<'_>,
        index: usize,
        noted: Noted,
        observe: &mut Observe<'_>,
    ) -> Result<(), StepFailure> {
        let engine = db.engine();
        if noted == Noted::NotYet {
            let rows = self.advance(engine, &self.before(db, index));
            self.write(db, &rows, Part::Middle)?;
        }
        let mut execute_sql = || {
            db.execute_sql(statement.text, Stop::AfterIt).map_err(|error| {
                let place = engine.place(&error, statement);
                let at = FailedAt::Statement(index, place);
                StepFailure::of(std::slice::from_ref(statement), at, error)
            })
        };
        // A second try would find what the first has left, or miss what a transaction around it had
        // done before.
        let dialect = self.place.tables.dialect;
        let whole = kind::fails_whole(dialect, statement)
            && !kind::refuses_transaction(dialect, statement)
            && begun_at(dialect, &self.statements[..index]).is_none();
        match whole {
            true => retrying(self.place, self.run, observe, execute_sql),
            false => execute_sql(),
        }
    }
}
