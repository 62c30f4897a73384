//! What the history is told while a migration is executed statement by statement.

use dbmig_core::history::RunState;
use dbmig_core::plan::Step;
use dbmig_core::sql::Statement;

use super::{Stepper, Way};
use crate::database::Database;
use crate::database::atomic::{FailedAt, StepFailure};
use crate::database::engine::Engine;
use crate::database::envelope::{Limits, Part, TransactionSetting};
use crate::error::transient::is_lost;
use crate::execute::reached::Reached;
use crate::history::{self, Cursor, RunProgress, Why};
use crate::snapshot::catalog_expression;

impl Stepper<'_, '_> {
    /// The cursor before the statement `index` begins.
    pub(super) fn before(&self, db: &dyn Database, index: usize) -> Cursor {
        match self.statements.get(index) {
            Some(statement) if self.way(statement) == Way::Alone => Cursor {
                started: index + 1,
                done: index,
                catalog_before: catalog_expression(db, self.place.tables, statement),
            },
            _ => Cursor::after(index),
        }
    }

    /// The cursor that an earlier run has left: until what it has left half-done is dropped, that
    /// must be known.
    pub(super) fn where_it_ended(&self, step: &Step<'_>) -> Cursor {
        let literal = |text: &String| self.place.tables.dialect.literal(text);
        match step.leftovers.as_slice() {
            [] => Cursor::after(step.done_before),
            _ => Cursor {
                started: step.done_before + 1,
                done: step.done_before,
                catalog_before: step.catalog_before.as_ref().map(literal),
            },
        }
    }

    /// The row of this run replaces the one that it supersedes, in one transaction: between the two,
    /// nobody would know what is half-done. It says at once that the first statement has begun:
    /// one commit less for each migration.
    pub(super) fn begin(
        &self,
        db: &mut dyn Database,
        step: &Step<'_>,
        cursor: Cursor,
    ) -> Result<(), StepFailure> {
        let (engine, tables, run) = (db.engine(), self.place.tables, self.run);
        let progress = RunProgress {
            state: RunState::Running,
            cursor,
            error: None,
            note: None,
            span: history::beginning(engine),
        };
        let way = (run.version, run.direction);
        let rows = history::expect_ledger(engine, tables, run.version, run.direction)
            + &history::expect_left(engine, tables, way, step.supersedes.as_ref())
            + &history::supersede(engine, tables, run.version, RunState::Resumed)
            + &history::insert(engine, tables, run, &progress);
        self.write(db, &rows, Part::First)?;
        let alone = |s: &Statement<'_>| self.way(s) == Way::Alone;
        if self.statements.iter().skip(step.done_before).any(alone) {
            let prepare = engine.prepare_alone(&self.setting(db, Part::Middle));
            if !prepare.is_empty() {
                db.execute(&prepare).map_err(|error| engine.around(error))?;
            }
        }
        Ok(())
    }

    /// Unless the last statement, which this run has executed, has taken the rows with it.
    pub(super) fn end(&self, db: &mut dyn Database, done_before: usize) -> Result<(), StepFailure> {
        let mut played = self.statements.iter().skip(done_before);
        if played.next_back().is_some_and(|s| self.way(s) == Way::Together) {
            return Ok(());
        }
        let engine = db.engine();
        self.write(db, &self.closing_rows(engine), Part::Last)
    }

    pub(super) fn closing_rows(&self, engine: &dyn Engine) -> String {
        let (tables, run) = (self.place.tables, self.run);
        history::ledger(engine, tables, run.version, run.direction)
            + &history::complete(engine, tables, run)
    }

    pub(super) fn advance(&self, engine: &dyn Engine, cursor: &Cursor) -> String {
        history::advance(engine, self.place.tables, self.run, cursor)
    }

    pub(super) fn setting(&self, db: &mut dyn Database, part: Part) -> TransactionSetting<'_> {
        TransactionSetting { limits: self.limits, ..self.place.setting(db, &self.name, part) }
    }

    /// In a transaction of ours, which a failure does not leave open; or in the script's own.
    pub(super) fn write(
        &self,
        db: &mut dyn Database,
        rows: &str,
        part: Part,
    ) -> Result<(), StepFailure> {
        let engine = db.engine();
        if part == Part::Middle && self.own_transactions {
            return db.execute(rows).map_err(|error| engine.around(error));
        }
        let setting = TransactionSetting { limits: Limits::default(), ..self.setting(db, part) };
        let envelope = engine.envelope(&setting);
        // What comes next is the migration's.
        let after = if part.ends() { String::new() } else { engine.hand_over() };
        db.execute(&(envelope.around(rows) + &after)).map_err(|error| {
            // The first error is the one that matters.
            let _ = db.execute(&envelope.abort);
            engine.around(error)
        })
    }

    /// Best effort: where it cannot be written, the row stays `running`, which is the careful
    /// reading.
    pub(super) fn record_failure(
        &self,
        db: &mut dyn Database,
        reached: Reached,
        failure: &StepFailure,
    ) {
        if matches!(failure.at, FailedAt::Fence | FailedAt::Changed) || is_lost(&failure.error) {
            return;
        }
        let (engine, tables) = (db.engine(), self.place.tables);
        let done = match reached {
            Reached::Done(done) => Some(done),
            Reached::AsNoted(_) => None,
        };
        let message = failure.error.to_string();
        // What was asked to stop has not failed: others may go on at once.
        let why = match failure.at {
            FailedAt::Cancelled => Why::Stopped,
            FailedAt::Statement(..)
            | FailedAt::Script
            | FailedAt::Bookkeeping
            | FailedAt::Around
            | FailedAt::Unproven
            | FailedAt::Fence
            | FailedAt::Changed => Why::Error(&message),
        };
        let rows = history::fail(engine, tables, self.run, done, why);
        let _ = self.write(db, &rows, Part::Last);
    }
}
