//! Where a run goes on that an earlier one has left.

use super::blocked::Blocked;
use super::in_flight::{self, InFlightOutcome};
use super::unresumable::{Unresumable, UnresumableReason};
use super::{
    Action, Beyond, Cause, Direction, DownScript, History, Interrupted, StatementPlace, Step,
    SupersededRun, Target,
};
use crate::migration::{Down, MigrationSet, Script};
use crate::sql::{self, Statement, kind, session};
use crate::{Checksum, Dialect, Version};

/// Where a run goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resumption {
    /// How many statements are done.
    pub done: usize,
    /// What the statement in flight has left, to be dropped first.
    pub leftovers: Vec<String>,
    /// What the catalogue said before that statement.
    pub catalog_before: Option<String>,
}

/// Sets the cursor of the steps that an earlier run has begun.
///
/// Every interrupted run must be superseded by one of `steps`: doing other work beside a
/// half-applied migration would build on a schema that nobody has described.
pub(super) fn resume<'s>(
    set: &MigrationSet,
    history: &History,
    target: &Target,
    mut steps: Vec<Step<'s>>,
) -> Result<Vec<Step<'s>>, Blocked> {
    // Who wants exactly what the set holds wants nothing half-done beside it.
    let idle = steps.is_empty() && *target != Target::MatchSet(Beyond::Revert);
    for run in &history.interrupted {
        let step = steps
            .iter_mut()
            .find(|step| step.version() == &run.version && step.direction() == run.direction);
        let Some(step) = step else {
            // What reverts a migration that is gone is stored.
            let gone = set.get(&run.version).is_none() && run.direction == Direction::Up;
            // A newer version of the app is at work, or was: in nobody's way where nothing is to be
            // done, and this set's app can live with it.
            if gone && idle && !run.impact.compatibility().verdict.raises_floor() {
                continue;
            }
            let reason = if gone { UnresumableReason::Gone } else { UnresumableReason::OtherWork };
            return Err(unresumable(run, reason));
        };
        let resumption = check(set.dialect(), run, script_of(step))
            .map_err(|reason| unresumable(run, reason))?;
        step.done_before = resumption.done;
        step.leftovers = resumption.leftovers;
        step.catalog_before = resumption.catalog_before;
        step.earlier_script = Some(run.script.clone());
        step.supersedes =
            Some(SupersededRun { run: run.run, started: run.started, done: run.done });
    }
    Ok(steps)
}

/// Takes out of `history` what is none: what was announced and has not begun, and what a runner began
/// of a migration that the set does not know, if the catalogue says that nothing of it is there. Only
/// for who knows that no runner lives. The versions of them.
pub fn discard_stale(set: &MigrationSet, history: &mut History) -> Vec<Version> {
    if history.newer_format.is_some() {
        // What a newer dbmig is doing, this one cannot judge.
        return Vec::new();
    }
    let announced = std::mem::take(&mut history.announced).into_iter().map(|run| run.version);
    let is_void = |run: &Interrupted| {
        let gone = set.get(&run.version).is_none() && run.direction == Direction::Up;
        gone && check(set.dialect(), run, None) == Ok(Resumption::default())
    };
    let (void, open) =
        std::mem::take(&mut history.interrupted).into_iter().partition(|run| is_void(run));
    history.interrupted = open;
    let void: Vec<Interrupted> = void;
    announced.chain(void.into_iter().map(|run| run.version)).collect()
}

fn unresumable(run: &Interrupted, reason: UnresumableReason) -> Blocked {
    Blocked::Interrupted(Box::new(Unresumable {
        version: run.version.clone(),
        name: run.name.clone(),
        direction: run.direction,
        reason,
    }))
}

/// The script that the step will execute; a stored one is compared when it is read
/// ([`same_so_far`]).
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

/// Where `run` goes on if `now` is executed, or the script that it executed itself.
pub(super) fn check(
    dialect: Dialect,
    run: &Interrupted,
    now: Option<&Script>,
) -> Result<Resumption, UnresumableReason> {
    let before = sql::split(dialect, &run.script).unwrap_or_default();
    let path = now.map_or_else(|| format!("stored script of {}", run.name), |s| s.path.to_string());
    // A row that claims more than its script holds.
    let done = run.done.min(before.len());
    let mut resumption = Resumption { done, ..Resumption::default() };
    if let Some((statement, outcome)) = in_flight::outcome(dialect, run, &before) {
        match outcome {
            InFlightOutcome::Done => resumption.done += 1,
            InFlightOutcome::NotDone => {}
            InFlightOutcome::HalfDone(leftovers) => {
                resumption.leftovers = leftovers;
                resumption.catalog_before.clone_from(&run.catalog_before);
            }
            InFlightOutcome::Unknown => {
                return Err(UnresumableReason::InFlight(place(path, run.done, statement)));
            }
        }
    }
    let after = now.map(|now| (now.path.as_ref(), now.statements(dialect)));
    if let Some((path, after)) = &after {
        unchanged(&before, path, after.as_deref().unwrap_or_default(), resumption.done)?;
    }
    let to_come = after.as_ref().and_then(|(_, after)| after.as_deref().ok()).unwrap_or(&before);
    match gone_with_its_session(dialect, &before, to_come, resumption.done) {
        Some(index) => Err(UnresumableReason::SessionGone(place(path, index, &before[index]))),
        None => Ok(resumption),
    }
}

/// The statement whose work was part of its session, and is missed by those that are to come.
fn gone_with_its_session(
    dialect: Dialect,
    before: &[Statement<'_>],
    now: &[Statement<'_>],
    done: usize,
) -> Option<usize> {
    let mut done_before = before.iter().take(done);
    if let Some(temporary) = done_before.position(kind::makes_temporary) {
        return Some(temporary);
    }
    session::lost_value(dialect, now, done)
}

/// Whether the first `done` statements of `now`, the script at `path`, are those of `earlier_script`, which an
/// earlier run has executed.
///
/// # Errors
/// Which one is not.
pub fn same_so_far(
    dialect: Dialect,
    earlier_script: &str,
    path: &str,
    now: &[Statement<'_>],
    done: usize,
) -> Result<(), UnresumableReason> {
    let earlier_script = sql::split(dialect, earlier_script).unwrap_or_default();
    unchanged(&earlier_script, path, now, done)
}

/// What is done must still be the same statements.
fn unchanged(
    before: &[Statement<'_>],
    path: &str,
    after: &[Statement<'_>],
    done: usize,
) -> Result<(), UnresumableReason> {
    // The script of before was stored without its passwords.
    let sum = |one: &Statement<'_>| Checksum::read(one.reading(), &one.without_secrets());
    let same = |n: usize| match (before.get(n), after.get(n)) {
        (Some(old), Some(new)) => sum(old) == sum(new),
        _ => false,
    };
    match (0..done).find(|&n| !same(n)) {
        None => Ok(()),
        Some(n) => match after.get(n).or_else(|| before.get(n)) {
            Some(statement) => {
                Err(UnresumableReason::Changed(place(path.to_owned(), n, statement)))
            }
            None => Ok(()),
        },
    }
}

fn place(path: String, index: usize, statement: &Statement<'_>) -> StatementPlace {
    let text = statement.without_secrets().into_owned();
    StatementPlace { path, position: statement.position, number: index + 1, text }
}

impl Interrupted {
    /// Whether only the database can tell how far it came.
    pub fn is_lost_or_in_doubt(&self) -> bool {
        self.cause == Cause::Lost || self.in_doubt()
    }

    /// Whether a statement of its own has begun and nobody has noted how it ended.
    pub(super) fn in_doubt(&self) -> bool {
        self.started > self.done
    }
}
