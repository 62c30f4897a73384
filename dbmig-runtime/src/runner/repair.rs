//! Writing down what a person has settled.

use dbmig_core::Version;
use dbmig_core::history::RunState;
use dbmig_core::outlook::{Forward, Ground, Impact, Outlook};
use dbmig_core::plan::{self, Diagnosis, Mending, Repair};

use super::baseline::{adopt, write};
use super::{Runner, ensure_tables, runner, within};
use crate::database::Database;
use crate::error::Error;
use crate::execute::Place;
use crate::history::{self, Settled, Verdict};
use crate::lock::{Held, with_lock};
use crate::options::Options;
use crate::snapshot::{Seek, look, look_closely, look_surely};

impl<'a> Runner<'a> {
    /// All that asks for a decision, or for a run that goes on. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn diagnose(&self, db: &mut dyn Database) -> Result<Vec<Diagnosis>, Error> {
        within(db, |db| Ok(plan::diagnose(self.set, &look_closely(db, &self.seek())?.history)))
    }

    /// What [`Runner::repair`] would write. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn repair_plan(
        &self,
        db: &mut dyn Database,
        wanted: &Repair,
    ) -> Result<Mending<'a>, Error> {
        within(db, |db| Ok(plan::repair(self.set, &look(db, &self.seek())?.history, wanted)?))
    }

    /// Writes down what a person says of an interrupted run or a changed migration, and that it
    /// was said. It changes nothing but dbmig's own rows.
    ///
    /// # Errors
    /// [`Error::Unrepairable`] where there is nothing of the kind to settle.
    pub fn repair(&mut self, db: &mut dyn Database, wanted: &Repair) -> Result<Mending<'a>, Error> {
        let Self { set, options, observe } = self;
        db.report_to(&options.control);
        within(db, |db| {
            let decide = |db: &mut dyn Database| {
                let look = look_surely(db, &Seek::of(set, options))?;
                plan::repair(set, &look.history, wanted)?;
                Ok(Some(look))
            };
            let done = with_lock(db, options, observe, None, decide, |held, _| {
                let mending = plan::repair(set, &held.look.history, wanted)?;
                mend(held, options, &mending)?;
                Ok(mending)
            })?;
            done.ok_or_else(|| Error::Cancelled(Box::default()))
        })
    }
}

/// What becomes of Diesel's table.
enum Ledger {
    Unchanged,
    AsIfItHadEnded,
}

fn mend(held: &mut Held<'_>, options: &Options, mending: &Mending<'_>) -> Result<(), Error> {
    let note = format!("repair: {mending}");
    let (run, state, done, ledger) = match mending {
        // Settled as if the database had refused the next statement: the next run goes on there.
        Mending::Cursor { run, done } => (run, RunState::Failed, *done, Ledger::Unchanged),
        Mending::Forget { run } => (run, RunState::Forgotten, run.done, Ledger::Unchanged),
        Mending::Finish { run } => (run, RunState::Baselined, run.done, Ledger::AsIfItHadEnded),
        Mending::Accept { migration } => return adopt(held, options, migration, Some(&note)),
        Mending::Compatible { version, name } => {
            return make_compatible(held, options, (version, name), &note);
        }
    };
    let tables = ensure_tables(held)?;
    let runner = runner(held, options);
    let engine = held.db().engine();
    let ledger = match ledger {
        Ledger::AsIfItHadEnded => history::ledger(engine, &tables, &run.version, run.direction),
        Ledger::Unchanged => String::new(),
    };
    let rows = history::take_up(engine, &tables, &run.version, RunState::Resumed)
        + &history::settle(
            engine,
            &tables,
            run,
            &Settled { state, done, note: &note, runner: &runner },
        )
        + &ledger;
    let fence = held.fence.clone();
    let place = Place { tables: &tables, options, runner: &runner, fence: &fence };
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
    let applied = held.look.history.find(version);
    let backward = applied.map(|applied| applied.outlook.backward());
    let backward = backward.unwrap_or_else(|| Outlook::UNREAD.backward());
    let forward = Forward {
        impact: Impact::Compatible,
        ground: Ground::declared("a person said so with `repair`"),
    };
    let outlook = Outlook::new(&forward, &backward);
    let stored = history::stored_down(held.db(), &tables, version)?;
    // Nobody gets a signature for what was not trustworthy before.
    let key = options.history_key.as_ref();
    let stored = stored.filter(|stored| stored.trust(key).is_ok());
    let signature = stored.and_then(|mut stored| {
        stored.outlook = outlook.clone();
        key?.sign(&stored.sealed())
    });
    let verdict = Verdict { version, name, outlook: &outlook, signature: signature.as_deref() };
    let rows = history::say(held.db().engine(), &tables, &verdict, (note, &runner));
    let fence = held.fence.clone();
    let place = Place { tables: &tables, options, runner: &runner, fence: &fence };
    write(held.db(), &place, &rows, "write the repair")
}
