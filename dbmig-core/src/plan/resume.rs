//! Where a run goes on that an earlier one has left.

use super::blocked::Blocked;
use super::in_flight::{self, Outcome};
use super::stuck::{Stuck, StuckReason};
use super::{Action, Cause, DownScript, History, Interrupted, Place, Step};
use crate::migration::{Down, MigrationSet, Script};
use crate::sql::{self, Statement, kind};
use crate::{Checksum, Dialect};

/// Where a run goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resumption {
    /// How many statements are done.
    pub done: usize,
    /// What the statement in flight has left, to be dropped first.
    pub leftovers: Vec<String>,
}

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
        let resumption =
            check(set.dialect(), run, script_of(step)).map_err(|reason| stuck(run, reason))?;
        step.done_before = resumption.done;
        step.leftovers = resumption.leftovers;
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

/// Where `run` goes on if `now` is played, or the script that it played itself.
pub(super) fn check(
    dialect: Dialect,
    run: &Interrupted,
    now: Option<&Script>,
) -> Result<Resumption, StuckReason> {
    let before = sql::split(dialect, &run.script).unwrap_or_default();
    let path = now.map_or_else(|| format!("stored script of {}", run.name), |s| s.path.to_string());
    // A row that claims more than its script holds.
    let mut resumption = Resumption { done: run.done.min(before.len()), leftovers: Vec::new() };
    if let Some((statement, outcome)) = in_flight::outcome(dialect, run, &before) {
        match outcome {
            Outcome::Done => resumption.done += 1,
            Outcome::NotDone => {}
            Outcome::HalfDone(leftovers) => resumption.leftovers = leftovers,
            Outcome::Unknown => {
                return Err(StuckReason::InFlight(place(path, run.done, &statement)));
            }
        }
    }
    unchanged(dialect, &before, now, resumption.done)?;
    // The session is gone, and with it what was made in it.
    let done = before.iter().take(resumption.done).enumerate();
    if let Some((index, lost)) = done.into_iter().find(|(_, s)| kind::makes_temporary(s)) {
        return Err(StuckReason::SessionGone(place(path, index, lost)));
    }
    Ok(resumption)
}

/// What is done must still be the same statements.
fn unchanged(
    dialect: Dialect,
    before: &[Statement<'_>],
    now: Option<&Script>,
    done: usize,
) -> Result<(), StuckReason> {
    let Some(now) = now else { return Ok(()) };
    let after = now.statements(dialect).unwrap_or_default();
    // The script of before was stored without its passwords.
    let sum = |statement: &Statement<'_>| {
        Checksum::of(dialect, &sql::hide_secrets(dialect, statement.text))
    };
    let same = |n: usize| match (before.get(n), after.get(n)) {
        (Some(old), Some(new)) => sum(old) == sum(new),
        _ => false,
    };
    match (0..done).find(|&n| !same(n)) {
        None => Ok(()),
        Some(n) => match after.get(n).or_else(|| before.get(n)) {
            Some(statement) => Err(StuckReason::Changed(place(now.path.to_string(), n, statement))),
            None => Ok(()),
        },
    }
}

fn place(path: String, index: usize, statement: &Statement<'_>) -> Place {
    let text = sql::hide_secrets(statement.dialect(), statement.text).into_owned();
    Place { path, position: statement.position, number: index + 1, text }
}

impl Interrupted {
    /// Whether its runner vanished while a statement of its own was under way.
    pub(super) fn lost_in_flight(&self) -> bool {
        self.started > self.done && self.cause == Cause::Lost
    }
}
