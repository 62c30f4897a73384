//! An app that goes on though a breaking migration is ahead of it, because somebody said that it may:
//! that is told, and noted in the history.

use std::time::Duration;

use dbmig_core::MigrationSet;
use dbmig_core::plan::{AheadState, BreakingAhead, Comparison, History, Relation, Unknown};

use super::{baseline, ensure_tables, runner};
use crate::database::Database;
use crate::database::session::Nesting;
use crate::error::Error;
use crate::event::{Event, Observe};
use crate::execute::StepContext;
use crate::history;
use crate::lock::{Held, with_lock};
use crate::options::{Options, host};
use crate::snapshot::{Seek, read};

/// A note keeps nobody from starting: whoever is at work is not waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the set's app goes on beside though it could not live with it.
pub(super) fn breaking(set: &MigrationSet, history: &History, options: &Options) -> Vec<Unknown> {
    let comparison = Comparison::of(set, history);
    match (options.policy.breaking_ahead, comparison.verdict()) {
        (BreakingAhead::Warn, Relation::BelowFloor) => comparison.breaking(),
        (BreakingAhead::Warn | BreakingAhead::Refuse, _) => Vec::new(),
    }
}

/// Tells of it, and notes it in the history, once for each build on each host.
pub(super) fn tell(
    db: &mut dyn Database,
    set: &MigrationSet,
    options: &Options,
    breaking: &[Unknown],
    observe: &mut Observe<'_>,
) {
    if breaking.is_empty() {
        return;
    }
    let unnoted = note(db, set, options, breaking).err();
    observe(&Event::BreakingAhead { breaking, unnoted: unnoted.as_ref() });
}

fn note(
    db: &mut dyn Database,
    set: &MigrationSet,
    options: &Options,
    breaking: &[Unknown],
) -> Result<(), Error> {
    // What fails in somebody's transaction would take that along.
    if db.nesting() != Nesting::TopLevel {
        return Ok(());
    }
    let impatient = Options { lock_wait: PATIENCE, connect_wait: PATIENCE, ..options.clone() };
    let decide = |db: &mut dyn Database| {
        let snapshot = read(db, &Seek::of(set, options))?;
        for one in breaking {
            if history::is_noted(
                db,
                &snapshot.tables,
                &one.version,
                (&options.this_build(), &host()),
            )? {
                continue;
            }
            return Ok(Some(snapshot));
        }
        Ok(None)
    };
    with_lock(db, &impatient, &mut |_| {}, None, decide, |held, _| {
        breaking.iter().try_for_each(|one| note_one(held, &impatient, one))
    })?;
    Ok(())
}

fn note_one(held: &mut Held<'_>, options: &Options, one: &Unknown) -> Result<(), Error> {
    let Some(applied) = held.snapshot.history.find(&one.version).cloned() else { return Ok(()) };
    let (tables, runner) = (ensure_tables(held)?, runner(held, options));
    let told = history::is_noted(held.db(), &tables, &one.version, (&runner.build, &runner.host))?;
    if told || one.presence != AheadState::Applied {
        return Ok(());
    }
    let engine = held.db().engine();
    let rows = history::went_on(engine, &tables, (one, &applied.impact), &runner);
    let fence = held.fence.clone();
    let place = StepContext { tables: &tables, options, runner: &runner, fence: &fence };
    baseline::write(held.db(), &place, &rows, "note that this version goes on")
}
