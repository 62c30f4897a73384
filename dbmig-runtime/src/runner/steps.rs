//! The steps of a plan, one after the other, under the lock.

use std::time::Instant;

use dbmig_core::plan::{Plan, Step};
use dbmig_core::sql::{Statement, session};

use crate::database::Database;
use crate::database::assertion::{Breach, expect};
use crate::database::creation::create_concurrently;
use crate::database::place::{Location, Sought};
use crate::error::Error;
use crate::event::{Event, Observe};
use crate::execute::{self, Batch, End, Pace, Sent, StepContext};
use crate::history::{self, StoredScripts};
use crate::lock::{Held, refuse_foreign, refuse_obstacle};
use crate::options::{Options, host};
use crate::report::{Done, Report};
use crate::snapshot::locate_again;
use crate::tables::{Presence, Tables};

/// Creates what is missing of the two tables, under the lock.
pub(super) fn ensure_tables(held: &mut Held<'_>) -> Result<Tables, Error> {
    let tables = held.snapshot.tables.clone();
    if tables.ledger == Presence::Present && tables.history == Presence::Present {
        return Ok(tables);
    }
    create(held.db(), &tables)?;
    held.snapshot.tables =
        Tables { ledger: Presence::Present, history: Presence::Present, ..tables };
    Ok(held.snapshot.tables.clone())
}

/// Diesel's tools create the first one without our lock. Somebody may have been there first, so it is
/// made sure whose they are: by the message that creates them, where that tells.
fn create(db: &mut dyn Database, tables: &Tables) -> Result<(), Error> {
    let engine = db.engine();
    let (writing, ledger) = (engine.writing(), engine.create_ledger(tables));
    let create = format!("{writing}{ledger};\n{};\n", history::create(engine, tables));
    let before = (tables.ledger, tables.history);
    let mut concurrently = |create: &str| {
        create_concurrently(db, tables.dialect.ddl(), create, before, |db| {
            Ok(match engine.locate(db, Sought::Again(&tables.schema))? {
                Location::At(now) => (now.ledger, now.history),
                Location::NoSchema | Location::InDoubt(_) => (Presence::Absent, Presence::Absent),
            })
        })
    };
    let failed = || Error::database("create the migrations' tables");
    if let Some(own) = engine.are_own(tables) {
        let own = expect(tables.dialect, &own, Breach::Changed);
        match concurrently(&format!("{create}{own}")) {
            Err(error) if Breach::Changed.caused(&error) => {}
            created => return created.map_err(failed()),
        }
    }
    concurrently(&create).map_err(failed())?;
    let created = locate_again(db, tables)?;
    refuse_foreign(&created)?;
    refuse_obstacle(&created)
}

pub(super) fn execute_plan(
    held: &mut Held<'_>,
    options: &Options,
    plan: &Plan<'_>,
    observe: &mut Observe<'_>,
) -> Result<Report, Error> {
    if plan.is_empty() {
        return Ok(Report::default());
    }
    let tables = ensure_tables(held)?;
    let mut stored = std::mem::take(&mut held.snapshot.stored);
    observe(&Event::Planned { plan });
    let mut progress = Progress { of: plan.steps.len(), told: 0, report: Report::default() };
    let (mut next, mut pace) = (0, Pace::new());
    while let Some(step) = plan.steps.get(next) {
        if options.control.is_cancelled() {
            return Err(Error::Cancelled(Box::new(progress.report)));
        }
        progress.begins(next, step, observe);
        held.announce(step.name());
        let (fence, runner) = (held.fence.clone(), runner(held, options));
        let place = StepContext { tables: &tables, options, runner: &runner, fence: &fence };
        let several = &plan.steps[next..progress.of.min(next + pace.steps())];
        next += match Batch::of(held.db(), &place, &stored, several) {
            Some(batch) => {
                let sent = batch.send(held.db(), &place);
                pace.learn(&sent);
                let done = progress.are_done(next, batch.steps(), &sent, observe);
                if let End::Lost(error) = sent.end {
                    return Err(batch.lost((&place, &stored), done, error, &progress.report));
                }
                done
            }
            None => {
                let begun = Instant::now();
                alone(held, &place, &mut stored, (next, step), &mut progress, observe)?;
                pace.learn_one(begun.elapsed());
                1
            }
        };
    }
    Ok(progress.report)
}

/// Executes the step with this index, and leaves the session as new for the one behind it.
fn alone(
    held: &mut Held<'_>,
    place: &StepContext<'_>,
    stored: &mut StoredScripts,
    (index, step): (usize, &Step<'_>),
    progress: &mut Progress,
    observe: &mut Observe<'_>,
) -> Result<(), Error> {
    let StepContext { tables, options, .. } = place;
    stored.read_for(held.db(), tables, step, options.history_key.as_ref())?;
    let resolved = execute::resolve(tables.dialect, stored, step)?;
    let keeps = |s: &Statement<'_>| session::keeps_session(tables.dialect, s);
    let is_kept = resolved.statements.iter().all(keeps);
    if let Some(done) = execute::step(held.db(), place, step, resolved, &progress.report, observe)?
    {
        progress.is_done(index, done, observe);
    }
    if is_kept || index + 1 == progress.of {
        return Ok(());
    }
    held.renew(options, observe).map_err(|error| error.after(&progress.report))
}

/// What was done so far, and what of it was told.
struct Progress {
    of: usize,
    /// How many steps have been said to begin.
    told: usize,
    report: Report,
}

impl Progress {
    /// The step with this index begins, if that was not said before.
    fn begins(&mut self, index: usize, step: &Step<'_>, observe: &mut Observe<'_>) {
        if self.told <= index {
            self.told = index + 1;
            observe(&Event::StepStarted { step, number: index + 1, of: self.of });
        }
    }

    fn is_done(&mut self, index: usize, done: Done, observe: &mut Observe<'_>) {
        observe(&Event::StepDone { done: &done, number: index + 1, of: self.of });
        self.report.done.push(done);
    }

    /// What came of the message that held `steps`, from the one with this index; how many are done.
    fn are_done(
        &mut self,
        index: usize,
        steps: &[Step<'_>],
        sent: &Sent,
        observe: &mut Observe<'_>,
    ) -> usize {
        for (index, (done, step)) in (index..).zip(sent.done.iter().zip(steps)) {
            self.begins(index, step, observe);
            self.is_done(index, done.clone(), observe);
        }
        sent.done.len()
    }
}

pub(super) fn runner(held: &Held<'_>, options: &Options) -> history::RunnerIdentity {
    history::RunnerIdentity {
        build: options.this_build(),
        host: host(),
        session: held.session.clone(),
        key: options.history_key.clone(),
    }
}
