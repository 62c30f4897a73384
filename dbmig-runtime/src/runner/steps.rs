//! The steps of a plan, one after the other, under the lock.

use dbmig_core::plan::Plan;

use crate::database::creation::create_concurrently;
use crate::database::place::{Location, Sought};
use crate::error::Error;
use crate::event::{Event, Observe};
use crate::execute::{self, StepContext};
use crate::history;
use crate::lock::{Held, refuse_foreign, refuse_obstacle};
use crate::options::{Options, host};
use crate::report::Report;
use crate::snapshot::locate_again;
use crate::tables::{Presence, Tables};

/// Creates what is missing of the two tables, under the lock.
pub(super) fn ensure_tables(held: &mut Held<'_>) -> Result<Tables, Error> {
    let tables = held.snapshot.tables.clone();
    if tables.ledger == Presence::Present && tables.history == Presence::Present {
        return Ok(tables);
    }
    let db = held.db();
    let engine = db.engine();
    let (writing, ledger) = (engine.writing(), engine.create_ledger(&tables));
    let create = format!("{writing}{ledger};\n{};\n", history::create(engine, &tables));
    // Diesel's tools create the first one without our lock.
    create_concurrently(db, tables.dialect.ddl(), &create, (tables.ledger, tables.history), |db| {
        Ok(match engine.locate(db, Sought::Again(&tables.schema))? {
            Location::At(now) => (now.ledger, now.history),
            Location::NoSchema | Location::InDoubt(_) => (Presence::Absent, Presence::Absent),
        })
    })
    .map_err(Error::database("create the migrations' tables"))?;
    // Somebody may have been there first.
    let created = locate_again(db, &tables)?;
    refuse_foreign(&created)?;
    refuse_obstacle(&created)?;
    held.snapshot.tables =
        Tables { ledger: Presence::Present, history: Presence::Present, ..tables };
    Ok(held.snapshot.tables.clone())
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
    let mut report = Report::default();
    for (index, step) in plan.steps.iter().enumerate() {
        if options.control.is_cancelled() {
            return Err(Error::Cancelled(Box::new(report)));
        }
        let (number, of) = (index + 1, plan.steps.len());
        observe(&Event::StepStarted { step, number, of });
        held.announce(step.name());
        let fence = held.fence.clone();
        let runner = runner(held, options);
        let place = StepContext { tables: &tables, options, runner: &runner, fence: &fence };
        stored.read_for(held.db(), &tables, step, options.history_key.as_ref())?;
        let resolved = execute::resolve(tables.dialect, &stored, step)?;
        if let Some(done) = execute::step(held.db(), &place, step, resolved, &report, observe)? {
            observe(&Event::StepDone { done: &done, number, of });
            report.done.push(done);
        }
        if number < of {
            held.renew(options, observe).map_err(|error| error.after(&report))?;
        }
    }
    Ok(report)
}

pub(super) fn runner(held: &Held<'_>, options: &Options) -> history::RunnerIdentity {
    history::RunnerIdentity {
        build: options.this_build(),
        host: host(),
        session: held.session.clone(),
        key: options.history_key.clone(),
    }
}
