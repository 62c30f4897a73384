//! Writing down what a person has settled.

use dbmig_core::Version;
use dbmig_core::history::RunState;
use dbmig_core::impact::{Compatibility, Impact, ImpactText, Reason, Verdict};
use dbmig_core::plan::{self, Diagnosis, Repair, RepairAction};

use super::baseline::{adopt, write};
use super::{Runner, ensure_tables, runner, within};
use crate::database::Database;
use crate::error::Error;
use crate::execute::StepContext;
use crate::history::{self, Declaration, Settled};
use crate::lock::{Held, with_lock};
use crate::options::Options;
use crate::snapshot::{Seek, read, read_confirmed, read_with_catalog};

impl<'a> Runner<'a> {
    /// All that asks for a decision, or for a run that goes on. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn diagnose(&self, db: &mut dyn Database) -> Result<Vec<Diagnosis>, Error> {
        within(db, |db| Ok(plan::diagnose(self.set, &read_with_catalog(db, &self.seek())?.history)))
    }

    /// What [`Runner::repair`] would write. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn repair_plan(
        &self,
        db: &mut dyn Database,
        wanted: &Repair,
    ) -> Result<RepairAction<'a>, Error> {
        within(db, |db| Ok(plan::repair(self.set, &read(db, &self.seek())?.history, wanted)?))
    }

    /// Writes down what a person says of an interrupted run or a changed migration, and that it
    /// was said. It changes nothing but dbmig's own rows.
    ///
    /// # Errors
    /// [`Error::Unrepairable`] where there is nothing of the kind to settle.
    pub fn repair(
        &mut self,
        db: &mut dyn Database,
        wanted: &Repair,
    ) -> Result<RepairAction<'a>, Error> {
        let Self { set, options, observe } = self;
        db.report_to(&options.control);
        within(db, |db| {
            let decide = |db: &mut dyn Database| {
                let snapshot = read_confirmed(db, &Seek::of(set, options))?;
                plan::repair(set, &snapshot.history, wanted)?;
                Ok(Some(snapshot))
            };
            let done = with_lock(db, options, observe, None, decide, |held, _| {
                let action = plan::repair(set, &held.snapshot.history, wanted)?;
                carry_out(held, options, &action)?;
                Ok(action)
            })?;
            done.ok_or_else(|| Error::Cancelled(Box::default()))
        })
    }
}

/// What becomes of Diesel's table.
enum LedgerChange {
    Unchanged,
    AsIfItHadEnded,
}

fn carry_out(
    held: &mut Held<'_>,
    options: &Options,
    action: &RepairAction<'_>,
) -> Result<(), Error> {
    let note = format!("repair: {action}");
    let (run, state, done, ledger) = match action {
        // Settled as if the database had refused the next statement: the next run goes on there.
        RepairAction::Cursor { run, done } => {
            (run, RunState::Failed, *done, LedgerChange::Unchanged)
        }
        RepairAction::Forget { run } => {
            (run, RunState::Forgotten, run.done, LedgerChange::Unchanged)
        }
        RepairAction::Finish { run } => {
            (run, RunState::Baselined, run.done, LedgerChange::AsIfItHadEnded)
        }
        RepairAction::Accept { migration } => return adopt(held, options, migration, Some(&note)),
        RepairAction::Compatible { version, name } => {
            return make_compatible(held, options, (version, name), &note);
        }
    };
    let tables = ensure_tables(held)?;
    let runner = runner(held, options);
    let engine = held.db().engine();
    let ledger = match ledger {
        LedgerChange::AsIfItHadEnded => {
            history::ledger(engine, &tables, &run.version, run.direction)
        }
        LedgerChange::Unchanged => String::new(),
    };
    let rows = history::supersede(engine, &tables, &run.version, RunState::Resumed)
        + &history::settle(
            engine,
            &tables,
            run,
            &Settled { state, done, note: &note, runner: &runner },
        )
        + &ledger;
    let fence = held.fence.clone();
    let place = StepContext { tables: &tables, options, runner: &runner, fence: &fence };
    write(held.db(), &place, &rows, "write the repair")
}

/// The stored way back stays as it is; what is signed is signed anew.
fn make_compatible(
    held: &mut Held<'_>,
    options: &Options,
    (version, name): (&Version, &str),
    note: &str,
) -> Result<(), Error> {
    let (tables, runner) = (ensure_tables(held)?, runner(held, options));
    let applied = held.snapshot.history.find(version);
    let reversibility = applied.map(|applied| applied.impact.reversibility().clone());
    let reversibility = reversibility.unwrap_or_else(|| ImpactText::UNREAD.reversibility());
    let compatibility = Compatibility {
        verdict: Verdict::Compatible,
        reason: Reason::declared("a person said so with `repair`"),
    };
    let impact = Impact::new(&compatibility, &reversibility);
    let stored = history::stored_down(held.db(), &tables, version)?;
    // Nobody gets a signature for what was not trustworthy before.
    let key = options.history_key.as_ref();
    let stored = stored.filter(|stored| stored.trust(key).is_ok());
    let signature = stored.and_then(|mut stored| {
        stored.impact = impact.text().clone();
        Some(key?.sign(&stored.signed()))
    });
    let verdict = Declaration { version, name, impact: &impact, signature: signature.as_deref() };
    let rows = history::say(held.db().engine(), &tables, &verdict, (note, &runner));
    let fence = held.fence.clone();
    let place = StepContext { tables: &tables, options, runner: &runner, fence: &fence };
    write(held.db(), &place, &rows, "write the repair")
}
