//! What other runners have begun, left, or failed at.

use dbmig_core::history::RunState;
use dbmig_core::plan::{Blocked, History, Plan, discard_stale, failed_meanwhile};
use dbmig_core::{MigrationSet, Version};

use super::{baseline, runner};
use crate::database::Database;
use crate::error::Error;
use crate::error::transient::tells_of_lock_wait;
use crate::execute::StepContext;
use crate::history;
use crate::lock::Held;
use crate::options::Options;
use crate::snapshot::Snapshot;

/// Whether nothing is left to do, as far as that can be told without the lock: a run that looks
/// interrupted may be going on at this moment.
pub(super) fn is_settled(plan: Result<Plan<'_>, Blocked>) -> Result<bool, Error> {
    match plan {
        Ok(plan) => Ok(plan.is_empty()),
        Err(blocked) if blocked.may_pass() => Ok(false),
        Err(blocked) => Err(blocked.into()),
    }
}

/// With the lock in hand, what other runners have announced and not begun will not come any more.
pub(super) fn settle(
    held: &mut Held<'_>,
    set: &MigrationSet,
    options: &Options,
) -> Result<(), Error> {
    let void = discard_stale(set, &mut held.snapshot.history);
    if void.is_empty() {
        return Ok(());
    }
    let (tables, runner, fence) =
        (held.snapshot.tables.clone(), runner(held, options), held.fence.clone());
    let engine = held.db().engine();
    let forget =
        |version: &Version| history::supersede(engine, &tables, version, RunState::Forgotten);
    let rows: String = void.iter().map(forget).collect();
    let place = StepContext { tables: &tables, options, runner: &runner, fence: &fence };
    baseline::write(held.db(), &place, &rows, "discard what an earlier run has announced")
}

/// Those who waited for a runner that failed do not each fail again. What only waited too long for
/// others is no such failure.
pub(super) fn refuse_failed(
    db: &mut dyn Database,
    snapshot: &Snapshot,
    plan: &Plan<'_>,
    before: &History,
) -> Result<(), Error> {
    match failed_meanwhile(plan, before, &snapshot.history) {
        Some(failed) if !tells_of_lock_wait(&failed.error) => {
            Err(Error::FailedElsewhere(Box::new(history::run(db, &snapshot.tables, failed.run)?)))
        }
        _ => Ok(()),
    }
}
