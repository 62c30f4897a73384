//! A step statement by statement: where it ended, the next run goes on.
//!
//! A statement that can share a transaction with the note that it is done does so: then it is
//! known for certain whether it took effect. The others run alone, between the note that they have
//! begun, with what the catalogue said before, and the note that they are done.

use dbmig_core::history::RunState;
use dbmig_core::migration::ForeignKeys;
use dbmig_core::plan::Step;
use dbmig_core::sql::{self, Statement, kind};

use super::{Place, limits, retrying};
use crate::backend::atomic::{Atomic, FailedAt, Failure, Outcome, is_lost};
use crate::backend::engine::Engine;
use crate::backend::envelope::{Limits, Part, Setting};
use crate::backend::{Database, Stop};
use crate::event::{Event, Observe};
use crate::history::{self, Cursor, Progress, Run};
use crate::look::sight_before;

/// What failed, and how many statements are done.
type Stopped = (Failure, usize);

/// How a statement is played.
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
    place: &'a Place<'a>,
    run: &'a Run<'a>,
    statements: &'a [Statement<'s>],
    name: String,
    limits: Limits,
    /// A script with transactions of its own: our cursor must not be in their way.
    own_transactions: bool,
}

/// Plays the statements that are not done yet. The error carries how many are.
pub(super) fn one_by_one(
    db: &mut dyn Database,
    place: &Place<'_>,
    run: &Run<'_>,
    statements: &[Statement<'_>],
    step: &Step<'_>,
    observe: &mut Observe<'_>,
) -> Result<Outcome, Stopped> {
    let done = step.done_before;
    if run.settings.foreign_keys == ForeignKeys::Off {
        let error = diesel::result::Error::QueryBuilderError(
            "`foreign_keys = \"off\"` needs `run_in_transaction = true`".into(),
        );
        return Err((Failure::bookkeeping(error), done));
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
    let noted = done == 0 && step.leftovers.is_empty();
    let cursor = if noted { stepper.before(db, 0) } else { Cursor::after(done) };
    stepper.begin(db, done, cursor).map_err(|failure| (failure, done))?;
    stepper.restore(db, step, observe).map_err(|failure| (failure, done))?;
    for index in done..statements.len() {
        let noted = if noted && index == done { Noted::Already } else { Noted::NotYet };
        let played = if place.options.control.is_cancelled() {
            Err(Failure::cancelled())
        } else {
            stepper.play(db, index, noted, observe)
        };
        if let Err(failure) = played {
            stepper.record_failure(db, index, &failure);
            return Err((failure, index));
        }
    }
    stepper.end(db, done).map_err(|failure| (failure, statements.len()))?;
    Ok(Outcome::Committed)
}

impl<'a, 's> Stepper<'a, 's> {
    fn way(&self, statement: &Statement<'_>) -> Way {
        let shares = kind::shares_transaction(self.place.tables.dialect, statement);
        if shares && !self.own_transactions { Way::Together } else { Way::Alone }
    }

    /// The cursor before the statement `index` begins.
    fn before(&self, db: &dyn Database, index: usize) -> Cursor {
        match self.statements.get(index) {
            Some(statement) if self.way(statement) == Way::Alone => Cursor {
                started: index + 1,
                done: index,
                sighted: sight_before(db, self.place.tables, statement),
            },
            _ => Cursor::after(index),
        }
    }

    /// The row of this run replaces the one that it takes up, in one transaction: between the two,
    /// nobody would know what is half-done. It says at once that the first statement has begun:
    /// one commit less for each migration.
    fn begin(&self, db: &mut dyn Database, done: usize, cursor: Cursor) -> Result<(), Failure> {
        let (engine, tables, run) = (db.engine(), self.place.tables, self.run);
        let progress = Progress {
            state: RunState::Running,
            cursor,
            error: None,
            note: None,
            span: history::beginning(engine),
        };
        let rows = history::take_up(engine, tables, run.version, RunState::Resumed)
            + &history::insert(engine, tables, run, &progress);
        self.write(db, &rows, Part::First)?;
        let alone = |s: &Statement<'_>| self.way(s) == Way::Alone;
        if self.statements.iter().skip(done).any(alone) {
            let prepare = engine.prepare_alone(&self.setting(db, Part::Middle));
            if !prepare.is_empty() {
                db.execute(&prepare).map_err(Failure::bookkeeping)?;
            }
        }
        Ok(())
    }

    /// The session that an earlier run had set up is gone; what was half-done must go.
    fn restore(
        &self,
        db: &mut dyn Database,
        step: &Step<'_>,
        observe: &mut Observe<'_>,
    ) -> Result<(), Failure> {
        let dialect = self.place.tables.dialect;
        let done = self.statements.iter().take(step.done_before);
        for statement in done.filter(|s| kind::sets_session(dialect, s)) {
            db.execute(statement.text).map_err(|error| {
                Failure::of(std::slice::from_ref(statement), FailedAt::Bookkeeping, error)
            })?;
        }
        for leftover in &step.leftovers {
            observe(&Event::Clearing { name: self.run.name, leftover });
            let drop = db.engine().drop_leftover(leftover);
            db.play(&drop, Stop::AfterIt).map_err(Failure::bookkeeping)?;
        }
        Ok(())
    }

    fn play(
        &self,
        db: &mut dyn Database,
        index: usize,
        noted: Noted,
        observe: &mut Observe<'_>,
    ) -> Result<(), Failure> {
        let Some(statement) = self.statements.get(index) else { return Ok(()) };
        let shown = sql::hide_secrets(self.place.tables.dialect, statement.text);
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
    ) -> Result<(), Failure> {
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
                Failure { at, ..failure }
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
    ) -> Result<(), Failure> {
        let engine = db.engine();
        if noted == Noted::NotYet {
            let rows = self.advance(engine, &self.before(db, index));
            self.write(db, &rows, Part::Middle)?;
        }
        let mut play = || {
            db.play(statement.text, Stop::AfterIt).map_err(|error| {
                let place = engine.place(&error, statement);
                let at = FailedAt::Statement(index, place);
                Failure::of(std::slice::from_ref(statement), at, error)
            })
        };
        // Its second try would only find what the first has left.
        match kind::refuses_transaction(self.place.tables.dialect, statement) {
            true => play(),
            false => retrying(self.place, self.run, observe, play),
        }
    }

    /// Unless the last statement, which this run has played, has taken the rows with it.
    fn end(&self, db: &mut dyn Database, done_before: usize) -> Result<(), Failure> {
        let mut played = self.statements.iter().skip(done_before);
        if played.next_back().is_some_and(|s| self.way(s) == Way::Together) {
            return Ok(());
        }
        let engine = db.engine();
        self.write(db, &self.closing_rows(engine), Part::Last)
    }

    fn closing_rows(&self, engine: &dyn Engine) -> String {
        let (tables, run) = (self.place.tables, self.run);
        let total = self.statements.len();
        history::ledger(engine, tables, run.version, run.direction)
            + &history::finish(engine, tables, run.version, RunState::Done, total, None)
    }

    fn advance(&self, engine: &dyn Engine, cursor: &Cursor) -> String {
        history::advance(engine, self.place.tables, self.run.version, cursor)
    }

    fn setting(&self, db: &mut dyn Database, part: Part) -> Setting<'_> {
        Setting { limits: self.limits, ..self.place.setting(db, &self.name, part) }
    }

    /// In a transaction of ours, which a failure does not leave open; or in the script's own.
    fn write(&self, db: &mut dyn Database, rows: &str, part: Part) -> Result<(), Failure> {
        let engine = db.engine();
        if part == Part::Middle && self.own_transactions {
            return db.execute(rows).map_err(Failure::bookkeeping);
        }
        let setting = Setting { limits: Limits::default(), ..self.setting(db, part) };
        let envelope = engine.envelope(&setting);
        db.execute(&envelope.around(rows)).map_err(|error| {
            // The first error is the one that matters.
            let _ = db.execute(&envelope.abort);
            Failure::opening(engine, error)
        })
    }

    /// Best effort: where it cannot be written, the row stays `running`, which is the careful
    /// reading.
    fn record_failure(&self, db: &mut dyn Database, done: usize, failure: &Failure) {
        if failure.at == FailedAt::Fence || is_lost(&failure.error) {
            return;
        }
        let (engine, tables) = (db.engine(), self.place.tables);
        let message = failure.error.to_string();
        let (version, state) = (self.run.version, RunState::Failed);
        let rows = history::finish(engine, tables, version, state, done, Some(&message));
        let _ = self.write(db, &rows, Part::Last);
    }
}
