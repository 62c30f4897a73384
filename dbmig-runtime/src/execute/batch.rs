//! Several short steps in one message: each has a transaction of its own, with its own check of the lock
//! and its own rows, so nothing depends on the message. What it spares is a round trip for each.
//!
//! Of a message that fails the history says which of its steps are committed. The next one is then
//! executed alone, which finds out why it fails, as if there had been no message.

use std::time::{Duration, Instant};

use dbmig_core::migration::Execution;
use dbmig_core::plan::{Direction, Step};
use diesel::QueryResult;

use super::failed::step_error;
use super::{Resolved, StepContext, limits, record, refusal, resolve, rows_of_done};
use crate::database::Database;
use crate::database::atomic::{FailedAt, StepFailure};
use crate::database::engine::StepsOfMessage;
use crate::database::envelope::{Part, TransactionSetting};
use crate::database::session::{Nesting, Ownership, Stop};
use crate::error::transient::is_lost;
use crate::error::{Error, Left};
use crate::history::{self, StoredScripts};
use crate::report::{Done, Report};

/// What a message may last: who waits for a step, or asks to stop, is to be told soon.
const SHORT: Duration = Duration::from_millis(100);
/// Steps.
const MOST: usize = 32;
/// Bytes of a script: more of it is data, which may take its time.
const SMALL: usize = 16 * 1024;

/// How many steps the next message may hold: more and more, as long as they prove to be short.
#[derive(Debug)]
pub(crate) struct Pace {
    steps: usize,
}

impl Pace {
    /// One: nothing is known yet.
    pub(crate) const fn new() -> Self {
        Self { steps: 1 }
    }

    /// How many steps to try for.
    pub(crate) const fn steps(&self) -> usize {
        self.steps
    }

    /// A message has taken so long. After one that failed the next step comes alone.
    pub(crate) fn learn(&mut self, sent: &Sent) {
        match sent.end {
            End::Whole => self.grow(sent.done.len(), sent.elapsed),
            End::Failed | End::Lost(_) => self.steps = 1,
        }
    }

    /// A step alone has taken so long.
    pub(crate) fn learn_one(&mut self, elapsed: Duration) {
        self.grow(1, elapsed);
    }

    fn grow(&mut self, steps: usize, elapsed: Duration) {
        let each = elapsed.as_micros() / steps.max(1) as u128;
        let fit = usize::try_from(SHORT.as_micros() / each.max(1)).unwrap_or(MOST);
        self.steps = fit.min(2 * steps).clamp(1, MOST);
    }
}

/// Steps that fit into one message, from the first.
pub(crate) struct Batch<'p, 'a> {
    steps: &'p [Step<'a>],
    /// How many statements each has.
    totals: Vec<usize>,
    message: String,
}

/// What came of a message.
pub(crate) struct Sent {
    /// The steps that the server has committed; each with the mean of what they took.
    pub(crate) done: Vec<Done>,
    elapsed: Duration,
    /// Why there are no more of them.
    pub(crate) end: End,
}

/// How a message ended.
#[derive(Debug)]
pub(crate) enum End {
    /// All of it is done.
    Whole,
    /// The step after those that are done has failed, or was stopped.
    Failed,
    /// No answer: of those after the ones that are done, each may be done or not.
    Lost(diesel::result::Error),
}

impl<'p, 'a> Batch<'p, 'a> {
    /// As many of `steps` as may share a message; nothing, where that is less than two.
    pub(crate) fn of(
        db: &mut dyn Database,
        place: &StepContext<'_>,
        stored: &StoredScripts,
        steps: &'p [Step<'a>],
    ) -> Option<Self> {
        let shares = db.engine().message() == StepsOfMessage::Several;
        if !shares || steps.len() < 2 || db.nesting() == Nesting::InTransaction {
            return None;
        }
        let mut batch = Self { steps, totals: Vec::new(), message: String::new() };
        for step in steps {
            let Some((total, message)) = batch.appendable(db, place, stored, step) else { break };
            batch.totals.push(total);
            batch.message.push_str(&message);
        }
        batch.steps = &steps[..batch.totals.len()];
        (batch.steps.len() > 1).then_some(batch)
    }

    /// How many statements `step` has, and its part of the message.
    fn appendable(
        &self,
        db: &mut dyn Database,
        place: &StepContext<'_>,
        stored: &StoredScripts,
        step: &Step<'_>,
    ) -> Option<(usize, String)> {
        let resolved = resolve(place.tables.dialect, stored, step).ok()?;
        if !is_plain(db, place, step, &resolved) {
            return None;
        }
        let shown = resolved.statements.without_secrets();
        let run = record(step, &resolved, &shown, place.runner);
        let name = place.session_name(run.name);
        let limits = limits(place, run.settings, &resolved.statements);
        // The session is as new after the one before. What an owner has set is kept for each.
        let part = match (self.totals.is_empty(), db.ownership()) {
            (true, _) | (false, Ownership::Borrowed) => Part::Whole,
            (false, Ownership::Owned) => Part::Last,
        };
        let setting = TransactionSetting { limits, ..place.setting(db, &name, part) };
        let engine = db.engine();
        let rows = rows_of_done(engine, place.tables, &run, None);
        Some((run.total, engine.appendable(&setting, &resolved.statements, &rows)?))
    }

    /// Sends the message.
    pub(crate) fn send(&self, db: &mut dyn Database, place: &StepContext<'_>) -> Sent {
        let begun = Instant::now();
        let sent = db.execute_sql(&self.message, Stop::Interrupts);
        let elapsed = begun.elapsed();
        let (committed, end) = match sent {
            Ok(()) => (self.steps.len(), End::Whole),
            Err(error) => self.after(db, place, error),
        };
        let each = elapsed / u32::try_from(committed.max(1)).unwrap_or(u32::MAX);
        let done = self.steps[..committed].iter().map(|step| Done {
            version: step.version().clone(),
            name: step.name().to_owned(),
            direction: step.direction(),
            elapsed: each,
        });
        Sent { done: done.collect(), elapsed, end }
    }

    /// What came of it where `error` was the answer.
    fn after(
        &self,
        db: &mut dyn Database,
        place: &StepContext<'_>,
        error: diesel::result::Error,
    ) -> (usize, End) {
        if !is_lost(&error) {
            let abort = db.engine().envelope(&place.setting(db, "", Part::Whole)).abort;
            let aborted = db.execute_sql(&abort, Stop::AfterIt);
            return match aborted.and_then(|()| self.committed(db, place)) {
                Ok(committed) => (committed, End::Failed),
                Err(error) => (0, End::Lost(error)),
            };
        }
        // Another connection may know more.
        let found = match db.another() {
            Some(Ok(mut other)) => self.committed(&mut *other, place).ok(),
            Some(Err(_)) | None => None,
        };
        match found.unwrap_or_default() {
            committed if committed == self.steps.len() => (committed, End::Whole),
            committed => (committed, End::Lost(error)),
        }
    }

    /// How many of the steps the history says are done, from the first.
    fn committed(&self, db: &mut dyn Database, place: &StepContext<'_>) -> QueryResult<usize> {
        let engine = db.engine();
        let is_done = |(step, total): (&Step<'_>, &usize)| {
            let of = (step.version(), step.direction());
            let session = &place.runner.session;
            let done = history::has_reached(engine, place.tables, of, session, *total);
            format!("CASE WHEN {done} THEN '1' ELSE '0' END")
        };
        let done: Vec<_> = self.steps.iter().zip(&self.totals).map(is_done).collect();
        let rows = db.query(&format!("SELECT {} WHERE {}", done.join(", "), engine.fresh()))?;
        let is_done = |index: &usize| rows.first().is_some_and(|row| row.is_true(*index));
        Ok((0..self.steps.len()).take_while(is_done).count())
    }

    /// They.
    pub(crate) fn steps(&self) -> &'p [Step<'a>] {
        self.steps
    }

    /// The steps behind the first `done` are in doubt, for `error`.
    pub(crate) fn lost(
        &self,
        (place, stored): (&StepContext<'_>, &StoredScripts),
        done: usize,
        error: diesel::result::Error,
        before: &Report,
    ) -> Error {
        let (step, behind) = (&self.steps[done], &self.steps[done + 1..]);
        let resolved = match resolve(place.tables.dialect, stored, step) {
            Ok(resolved) => resolved,
            Err(error) => return error,
        };
        let run = record(step, &resolved, "", place.runner);
        let (path, statements) = (&resolved.script.path, &resolved.statements);
        let failure = StepFailure { at: FailedAt::Script, error };
        let mut error = step_error(&run, path, statements, failure, Left::Unknown, before);
        if let Error::Migration(failed) = &mut error {
            failed.sent_with = behind.iter().map(|step| step.name().to_owned()).collect();
        }
        error
    }
}

/// Whether nothing but its rows is to be said of it, before it or after.
fn is_plain(
    db: &mut dyn Database,
    place: &StepContext<'_>,
    step: &Step<'_>,
    resolved: &Resolved<'_>,
) -> bool {
    let Resolved { script, statements, execution, settings, impact, .. } = resolved;
    let announced =
        step.direction() == Direction::Up && impact.compatibility().verdict.raises_floor();
    let dialect = place.tables.dialect;
    *execution == Execution::Transaction
        && step.supersedes.is_none()
        && !announced
        && script.text.len() <= SMALL
        && refusal::refuse(dialect, settings.execution, statements, step, db.nesting()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_grow_while_their_steps_are_short_and_begin_anew_after_a_failure() {
        let mut pace = Pace::new();
        let mut sizes = Vec::new();
        for _ in 0..7 {
            sizes.push(pace.steps());
            let elapsed = Duration::from_millis(pace.steps() as u64);
            pace.learn(&Sent { done: done(pace.steps()), elapsed, end: End::Whole });
        }
        assert_eq!(sizes, [1, 2, 4, 8, 16, 32, 32]);
        // Ten fit into what a message may last.
        pace.learn(&Sent { done: done(32), elapsed: Duration::from_millis(320), end: End::Whole });
        assert_eq!(pace.steps(), 10);
        pace.learn(&Sent { done: done(3), elapsed: Duration::ZERO, end: End::Failed });
        assert_eq!(pace.steps(), 1);
        pace.learn_one(Duration::from_secs(10));
        assert_eq!(pace.steps(), 1);
        pace.learn_one(Duration::ZERO);
        assert_eq!(pace.steps(), 2);
    }

    fn done(count: usize) -> Vec<Done> {
        let version = dbmig_core::Version::of_directory("1_a").expect("a version");
        let done = Done {
            version,
            name: "1_a".to_owned(),
            direction: Direction::Up,
            elapsed: Duration::ZERO,
        };
        vec![done; count]
    }
}
