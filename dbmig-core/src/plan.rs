//! What is to be done: the one place where that is decided.
//!
//! [`plan`] is pure. Run, dry run, status, readiness and the commands inside an app all call it;
//! they differ only in where the migrations come from and who prints.

use crate::impact::ReversalVerdict;
use crate::migration::{DeclaredReversibility, Down, Migration, MigrationSet, NoWayBack};

mod blocked;
mod comparison;
mod drift;
mod facts;
mod home;
mod in_flight;
mod loss;
mod lowest;
mod model;
mod repair;
mod resume;
#[cfg(test)]
mod tests;
mod unresumable;

pub use crate::migration::BreakingAhead;
pub use blocked::{Blocked, Irreversible, IrreversibleReason};
pub use comparison::{AheadState, Comparison, Relation, TOOL, Unknown};
pub use drift::Drifted;
pub use facts::{
    Announced, Applied, Cause, FailedRun, History, Interrupted, Record, RunCircumstances,
    StoredDown, UntrustedReason,
};
pub use home::{Creator, is_home};
pub use in_flight::{INVALID, SEPARATOR};
pub use loss::{allow_loss, moves};
pub use lowest::Lowest;
pub use model::{
    Action, Beyond, Counted, DataLoss, DataLossReport, Direction, Diverged, DownScript, Extent,
    LossProgress, Lossy, OutOfOrder, Plan, Policy, StatementPlace, Step, SupersededRun, Target,
};
pub use repair::{Diagnosis, Issue, Repair, RepairAction, Unrepairable, diagnose, repair};
pub use resume::{Resumption, discard_stale, same_so_far};
pub use unresumable::{Unresumable, UnresumableReason};

/// Decides what is to be done to bring the database that `history` describes to `target`.
///
/// # Errors
/// [`Blocked`] when `policy` or the facts forbid it; then nothing at all is to be done.
pub fn plan<'s>(
    set: &'s MigrationSet,
    history: &History,
    target: &Target,
    policy: &Policy,
) -> Result<Plan<'s>, Blocked> {
    let steps = match target {
        Target::Latest => upwards(set, history, policy, |_| true)?,
        Target::Through(version) => {
            if set.get(version).is_none() {
                return Err(Blocked::unknown(version, set));
            }
            upwards(set, history, policy, |migration| migration.version <= *version)?
        }
        Target::MatchSet(beyond) => match_set(set, history, policy, *beyond)?,
        Target::Revert(extent) => downwards(set, newest(history, *extent).iter())?,
        Target::RevertTo(version) => {
            if history.find(version).is_none() {
                return Err(Blocked::NotApplied { version: version.clone() });
            }
            let newer = history.applied.partition_point(|applied| applied.version <= *version);
            downwards(set, history.applied[newer..].iter())?
        }
        Target::Redo(extent) => redo(set, newest(history, *extent))?,
    };
    resume::resume(set, history, target, steps).map(|steps| Plan { steps })
}

fn newest(history: &History, extent: Extent) -> &[Applied] {
    let count = match extent {
        Extent::Last(count) => count.get().min(history.applied.len()),
        Extent::All => history.applied.len(),
    };
    &history.applied[history.applied.len() - count..]
}

fn upwards<'s>(
    set: &'s MigrationSet,
    history: &History,
    policy: &Policy,
    wanted: impl Fn(&Migration) -> bool,
) -> Result<Vec<Step<'s>>, Blocked> {
    let drifted = Drifted::all(set, history);
    if !drifted.is_empty() {
        return Err(Blocked::Drift(drifted));
    }
    let pending: Vec<_> = set
        .iter()
        .filter(|migration| wanted(migration) && history.find(&migration.version).is_none())
        .collect();
    let comparison = Comparison::of(set, history);
    match comparison.verdict() {
        Relation::BelowFloor if policy.breaking_ahead == BreakingAhead::Refuse => {
            return Err(Blocked::below(&comparison));
        }
        // What is asked for may be there already, whatever else is pending.
        Relation::Diverged if policy.diverged == Diverged::Refuse && !pending.is_empty() => {
            return Err(Blocked::diverged(set, history, &comparison));
        }
        Relation::BelowFloor
        | Relation::Diverged
        | Relation::Same
        | Relation::Behind
        | Relation::Ahead => {}
    }
    if policy.out_of_order == OutOfOrder::Refuse {
        refuse_late(set, history, &pending)?;
    }
    Ok(pending.into_iter().map(|migration| Step::new(Action::Apply(migration))).collect())
}

/// What another runner has met since `before` was read, where `plan` would do the very same: the
/// same text would fail again.
pub fn failed_meanwhile<'h>(
    plan: &Plan<'_>,
    before: &History,
    now: &'h History,
) -> Option<&'h FailedRun> {
    let Action::Apply(next) = &plan.steps.first()?.action else { return None };
    now.failures.iter().find(|failed| {
        failed.version == next.version
            && failed.checksum == Some(next.checksum)
            && before.failures.iter().all(|known| known.run != failed.run)
    })
}

/// The newest applied version counts only where the set knows it: rows of other tools and of
/// other branches do not make the set's own migrations late.
fn refuse_late(
    set: &MigrationSet,
    history: &History,
    pending: &[&Migration],
) -> Result<(), Blocked> {
    let known = history.applied.iter().rev().find_map(|applied| set.get(&applied.version));
    let Some(newest) = known else { return Ok(()) };
    let begun = |m: &Migration| history.interrupted.iter().any(|i| i.version == m.version);
    let late: Vec<_> = pending
        .iter()
        .filter(|migration| migration.version < newest.version && !begun(migration))
        .map(|migration| migration.name.to_string())
        .collect();
    if late.is_empty() {
        return Ok(());
    }
    Err(Blocked::OutOfOrder { late, newest: newest.name.to_string() })
}

/// Where each has what the other lacks, going back would leave a third state that nobody has built.
fn match_set<'s>(
    set: &'s MigrationSet,
    history: &History,
    policy: &Policy,
    beyond: Beyond,
) -> Result<Vec<Step<'s>>, Blocked> {
    let comparison = Comparison::of(set, history);
    match (comparison.verdict(), beyond) {
        (Relation::Diverged, Beyond::Revert) => Err(Blocked::diverged(set, history, &comparison)),
        (Relation::Ahead | Relation::BelowFloor, Beyond::Revert) => {
            downwards(set, history.beyond(set).into_iter())
        }
        (Relation::Same | Relation::Behind, Beyond::Revert) | (_, Beyond::Keep) => {
            upwards(set, history, policy, |_| true)
        }
    }
}

fn downwards<'s, 'h>(
    set: &'s MigrationSet,
    applied: impl DoubleEndedIterator<Item = &'h Applied>,
) -> Result<Vec<Step<'s>>, Blocked> {
    let mut steps = Vec::new();
    let mut irreversible = Vec::new();
    for applied in applied.rev() {
        match way_back(set, applied) {
            Ok(script) => steps.push(Step::new(Action::Revert {
                version: applied.version.clone(),
                name: applied.name(set).to_owned(),
                script,
            })),
            Err(reason) => irreversible.push(Irreversible {
                version: applied.version.clone(),
                name: applied.name(set).to_owned(),
                reason,
            }),
        }
    }
    if irreversible.is_empty() { Ok(steps) } else { Err(Blocked::Irreversible(irreversible)) }
}

fn redo<'s>(set: &'s MigrationSet, applied: &[Applied]) -> Result<Vec<Step<'s>>, Blocked> {
    let gone: Vec<_> = applied
        .iter()
        .filter(|applied| set.get(&applied.version).is_none())
        .map(|applied| Irreversible {
            version: applied.version.clone(),
            name: applied.name(set).to_owned(),
            reason: IrreversibleReason::NotInSet,
        })
        .collect();
    if !gone.is_empty() {
        return Err(Blocked::Irreversible(gone));
    }
    let mut steps = downwards(set, applied.iter())?;
    let again = applied.iter().filter_map(|applied| set.get(&applied.version));
    steps.extend(again.map(|migration| Step::new(Action::Apply(migration))));
    Ok(steps)
}

/// The stored script belongs to the text that was applied; the file may have been mended since.
/// So the file serves while its `up.sql` is the one that was applied, else the stored script.
fn way_back<'s>(
    set: &'s MigrationSet,
    applied: &Applied,
) -> Result<DownScript<'s>, IrreversibleReason> {
    let in_set = |migration| check_down(migration, set).map(|()| DownScript::InSet(migration));
    let stored = match applied.record {
        Record::Recorded { down, .. } => down,
        Record::Unverified => StoredDown::Absent,
    };
    match (set.get(&applied.version), stored) {
        (Some(migration), _) if !applied.differs_from(migration) => in_set(migration),
        (_, StoredDown::Untrusted(why)) => Err(IrreversibleReason::Untrusted(why)),
        (_, StoredDown::Present)
            if applied.impact.reversibility().reversal == ReversalVerdict::Impossible =>
        {
            Err(IrreversibleReason::Declared)
        }
        (_, StoredDown::Present) => Ok(DownScript::Stored),
        // The database has no script: the file, though changed, is the best there is.
        (Some(migration), StoredDown::Absent) => in_set(migration),
        (None, StoredDown::Absent) => Err(IrreversibleReason::GoneWithoutStored),
    }
}

fn check_down(migration: &Migration, set: &MigrationSet) -> Result<(), IrreversibleReason> {
    if migration.settings.reversible == DeclaredReversibility::No {
        return Err(IrreversibleReason::Declared);
    }
    let path = match migration.down() {
        Down::Script(script) => script.path.to_string(),
        Down::Missing => String::new(),
    };
    migration.way_back(set.dialect()).map(|_| ()).map_err(|why| match why {
        NoWayBack::Missing => IrreversibleReason::NoDown,
        NoWayBack::Empty => IrreversibleReason::EmptyDown { path },
        NoWayBack::Broken(error) => IrreversibleReason::BrokenDown { path, error },
    })
}
