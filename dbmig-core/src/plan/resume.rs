//! Where a run goes on that an earlier one has left.

use super::blocked::{Blocked, Stuck, StuckReason};
use super::{Action, Cause, DownScript, History, Interrupted, Place, Step};
use crate::migration::{Down, MigrationSet, Script};
use crate::sql::{self, Statement};
use crate::{Checksum, Dialect};

/// Sets the cursor of the steps that an earlier run has begun.
///
/// Every interrupted run must be taken up by one of `steps`: doing other work beside a
/// half-applied migration would build on a schema that nobody has described.
pub(super) fn resume<'s>(
    set: &MigrationSet,
    history: &History,
    mut steps: Vec<Step<'s>>,
) -> Result<Vec<Step<'s>>, Blocked> {
    for run in &history.interrupted {
        let step = steps
            .iter_mut()
            .find(|step| step.version() == &run.version && step.direction() == run.direction);
        let Some(step) = step else {
            let here = set.get(&run.version).is_some();
            let reason = if here { StuckReason::OtherWork } else { StuckReason::Gone };
            return Err(stuck(run, reason));
        };
        let now = script_of(step);
        check(set.dialect(), run, now).map_err(|reason| stuck(run, reason))?;
        step.done_before = run.done;
    }
    Ok(steps)
}

fn stuck(run: &Interrupted, reason: StuckReason) -> Blocked {
    Blocked::Interrupted(Box::new(Stuck {
        version: run.version.clone(),
        name: run.name.clone(),
        direction: run.direction,
        reason,
    }))
}

/// The script that the step will play; a stored one is what the interrupted run played.
fn script_of<'a>(step: &'a Step<'_>) -> Option<&'a Script> {
    match &step.action {
        Action::Apply(migration) => Some(migration.up()),
        Action::Revert { script: DownScript::InSet(migration), .. } => match migration.down() {
            Down::Script(script) => Some(script),
            Down::Missing => None,
        },
        Action::Revert { script: DownScript::Stored, .. } => None,
    }
}

fn check(dialect: Dialect, run: &Interrupted, now: Option<&Script>) -> Result<(), StuckReason> {
    let before = sql::split(dialect, &run.script).unwrap_or_default();
    if run.started > run.done
        && run.cause == Cause::Lost
        && let Some(statement) = before.get(run.done)
    {
        let path =
            now.map_or_else(|| format!("stored script of {}", run.name), |s| s.path.to_string());
        return Err(StuckReason::InFlight(place(path, run.done, statement)));
    }
    let Some(now) = now else { return Ok(()) };
    let after = now.statements(dialect).unwrap_or_default();
    let same = |n: usize| match (before.get(n), after.get(n)) {
        (Some(old), Some(new)) => {
            Checksum::of(dialect, old.text) == Checksum::of(dialect, new.text)
        }
        _ => false,
    };
    match (0..run.done).find(|&n| !same(n)) {
        None => Ok(()),
        Some(n) => match after.get(n).or_else(|| before.get(n)) {
            Some(statement) => Err(StuckReason::Changed(place(now.path.to_string(), n, statement))),
            None => Ok(()),
        },
    }
}

fn place(path: String, index: usize, statement: &Statement<'_>) -> Place {
    Place { path, position: statement.position, number: index + 1, text: statement.text.to_owned() }
}
