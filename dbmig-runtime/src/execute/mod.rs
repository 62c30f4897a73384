//! One step: in one transaction, or statement by statement with a cursor.

use std::time::{Duration, Instant};

use dbmig_core::history::RunState;
use dbmig_core::migration::{Execution, Settings};
use dbmig_core::plan::{Direction, Step};
use dbmig_core::sql::{Statement, kind};

use crate::database::Database;
use crate::database::atomic::{Atomic, AtomicOutcome, FailedAt, StepFailure};
use crate::database::engine::Engine;
use crate::database::envelope::{Limits, Part, TransactionSetting};
use crate::database::lock::Fence;
use crate::database::session::{Nesting, Ownership};
use crate::error::transient::{is_lock_wait, is_lost};
use crate::error::{Error, Left};
use crate::event::{Event, Observe};
use crate::history::{self, Cursor, RunProgress, RunRecord, RunnerIdentity};
use crate::last_words;
use crate::options::Options;
use crate::report::{Done, Report};
use crate::tables::Tables;

mod batch;
mod cursor;
mod failed;
mod floor;
mod reached;
mod refusal;
mod resolved;

pub(crate) use batch::{Batch, End, Pace, Sent};
use diesel::QueryResult;
use failed::step_error;
use floor::StartRow;
#[cfg(feature = "cli")]
pub(crate) use resolved::ScriptSource;
pub(crate) use resolved::{Resolved, resolve, storable_down};

/// Where a step is executed.
pub(crate) struct StepContext<'a> {
    pub(crate) tables: &'a Tables,
    pub(crate) options: &'a Options,
    pub(crate) runner: &'a RunnerIdentity,
    /// Fails in a transaction when the lock is lost.
    pub(crate) fence: &'a Fence,
}

impl StepContext<'_> {
    /// The setting of a transaction for the session `name`.
    pub(crate) fn setting<'s>(
        &'s self,
        db: &mut dyn Database,
        name: &'s str,
        part: Part,
    ) -> TransactionSetting<'s> {
        TransactionSetting {
            tables: self.tables,
            nesting: db.nesting(),
            ownership: db.ownership(),
            name,
            fence: self.fence,
            limits: Limits::default(),
            part,
        }
    }

    /// What the session is called while it is at work on the migration `name`.
    fn session_name(&self, name: &str) -> String {
        format!("{}: {name}", self.runner.session)
    }
}

/// Executes one step, as it was resolved. `before` is what the run has done so far, for the error.
pub(crate) fn step(
    db: &mut dyn Database,
    place: &StepContext<'_>,
    step: &Step<'_>,
    resolved: Resolved<'_>,
    before: &Report,
    observe: &mut Observe<'_>,
) -> Result<Option<Done>, Error> {
    let Resolved { script, statements, execution, settings, .. } = &resolved;
    let dialect = place.tables.dialect;
    let shown = statements.without_secrets();
    let run = record(step, &resolved, &shown, place.runner);
    let begun = Instant::now();
    let (engine, guest) = (db.engine(), db.ownership() == Ownership::Borrowed);
    let owners = match db.nesting() {
        Nesting::InTransaction if guest => engine.owners_limits(place.tables),
        Nesting::InTransaction | Nesting::TopLevel => "",
    };
    let failed = |failure: StepFailure, left| {
        let StepFailure { at, error } = failure;
        let error = last_words::of_limits(engine, statements, owners, error);
        step_error(&run, &script.path, statements, StepFailure { at, error }, left, before)
    };
    refusal::refuse(dialect, settings.execution, statements, step, db.nesting())
        .map_err(|failure| failed(failure, Left::Statements(step.done_before)))?;
    let outcome = match *execution {
        Execution::Transaction => transaction(db, place, &run, statements, observe)
            .map_err(|failure| failed(failure, Left::Nothing))?,
        Execution::Statements => cursor::one_by_one(db, place, &run, statements, step, observe)
            .map_err(|(failure, left)| failed(failure, left))?,
    };
    Ok((outcome == AtomicOutcome::Committed).then(|| Done {
        version: run.version.clone(),
        name: run.name.to_owned(),
        direction: run.direction,
        elapsed: begun.elapsed(),
    }))
}

/// A run of `step`, whose script is `shown` to others.
fn record<'r>(
    step: &'r Step<'_>,
    resolved: &'r Resolved<'_>,
    shown: &'r str,
    runner: &'r RunnerIdentity,
) -> RunRecord<'r> {
    RunRecord {
        version: step.version(),
        name: step.name(),
        direction: step.direction(),
        execution: resolved.execution,
        checksum: resolved.checksum,
        settings: &resolved.settings,
        impact: &resolved.impact,
        total: resolved.statements.len(),
        script: shown,
        down: resolved.down.as_deref(),
        runner,
    }
}

/// What refuses a transaction, such as `CREATE INDEX CONCURRENTLY`, waits without making others
/// wait, and leaves an invalid index when it is stopped: the runner's own limit is not for it.
fn limits(place: &StepContext<'_>, settings: &Settings, statements: &[Statement<'_>]) -> Limits {
    let patient = |s: &Statement<'_>| kind::refuses_transaction(place.tables.dialect, s);
    let default = place.options.lock_timeout.filter(|_| !statements.iter().any(patient));
    Limits {
        lock: settings.lock_timeout.or(default),
        statement: settings.statement_timeout.or(place.options.statement_timeout),
    }
}

fn transaction(
    db: &mut dyn Database,
    place: &StepContext<'_>,
    run: &RunRecord<'_>,
    statements: &[Statement<'_>],
    observe: &mut Observe<'_>,
) -> Result<AtomicOutcome, StepFailure> {
    let (engine, tables) = (db.engine(), place.tables);
    let announced = retrying(place, run, observe, || floor::raise(db, place, run))?;
    let rows = |elapsed: Option<Duration>| {
        if announced == StartRow::Yes {
            let ledger = history::ledger(engine, tables, run.version, run.direction);
            return ledger + &history::complete(engine, tables, run);
        }
        rows_of_done(engine, tables, run, elapsed)
    };
    let name = place.session_name(run.name);
    let limits = limits(place, run.settings, statements);
    let atomic = Atomic {
        setting: TransactionSetting { limits, ..place.setting(db, &name, Part::Whole) },
        statements,
        foreign_keys: run.settings.foreign_keys,
        overtaken: &overtaken(engine, tables, run),
        rows: &rows,
        proof: &history::reached(engine, tables, run, statements.len()),
        control: &place.options.control,
    };
    let begun = Instant::now();
    let result = retrying(place, run, observe, || engine.atomic(db, &atomic));
    let result = match result {
        // Somebody without our lock, or the last word of a runner that is gone.
        Err(failure) if was_overtaken(db, &atomic, &failure) => Ok(AtomicOutcome::Overtaken),
        result => result,
    };
    match (&result, announced) {
        (Err(failure), StartRow::No) => record_failure(db, place, run, failure, begun),
        (_, StartRow::Yes) => floor::lower(db, place, run, &result),
        (Ok(_), StartRow::No) => {}
    }
    result
}

/// The rows of a run that was not announced, and is done.
fn rows_of_done(
    engine: &dyn Engine,
    tables: &Tables,
    run: &RunRecord<'_>,
    elapsed: Option<Duration>,
) -> String {
    let progress = RunProgress {
        state: RunState::Done,
        cursor: Cursor::after(run.total),
        error: None,
        note: None,
        span: engine.span(elapsed),
    };
    history::ledger(engine, tables, run.version, run.direction)
        + &history::insert(engine, tables, run, &progress)
}

/// Whether the step failed because it is done already.
fn was_overtaken(db: &mut dyn Database, atomic: &Atomic<'_>, failure: &StepFailure) -> bool {
    let refused = !matches!(failure.at, FailedAt::Fence | FailedAt::Cancelled);
    refused
        && !is_lost(&failure.error)
        && db.query(atomic.overtaken).is_ok_and(|rows| !rows.is_empty())
}

/// For `history`; the error itself is on its way to the caller, so this is best effort.
fn record_failure(
    db: &mut dyn Database,
    place: &StepContext<'_>,
    run: &RunRecord<'_>,
    failure: &StepFailure,
    begun: Instant,
) {
    if matches!(failure.at, FailedAt::Fence | FailedAt::Changed | FailedAt::Cancelled)
        || is_lost(&failure.error)
    {
        return;
    }
    let (engine, tables) = (db.engine(), place.tables);
    let error = failure.error.to_string();
    let progress = RunProgress {
        state: RunState::Failed,
        cursor: Cursor::default(),
        error: Some(&error),
        note: None,
        span: history::ending(engine, begun.elapsed()),
    };
    // Its own error is on its way to the caller.
    let _ = note(db, place, &history::insert(engine, tables, run, &progress));
}

/// Writes `rows` about a step that is not under way, in a transaction of their own.
fn note(db: &mut dyn Database, place: &StepContext<'_>, rows: &str) -> QueryResult<()> {
    let envelope = db.engine().envelope(&place.setting(db, &place.runner.session, Part::Whole));
    db.execute(&envelope.around(rows)).inspect_err(|_| {
        // The first error is the one that matters.
        let _ = db.execute(&envelope.abort);
    })
}

/// A row, if another runner has already done what `run` is about to do.
fn overtaken(engine: &dyn Engine, tables: &Tables, run: &RunRecord<'_>) -> String {
    let row = format!(
        "SELECT version FROM {} WHERE {}",
        tables.ledger_name(),
        engine.is_version(run.version)
    );
    match run.direction {
        Direction::Up => row,
        Direction::Down => format!("SELECT '1' WHERE NOT EXISTS ({row})"),
    }
}

/// Tries again what failed only because somebody else held a lock on a table or row.
fn retrying<T>(
    place: &StepContext<'_>,
    run: &RunRecord<'_>,
    observe: &mut Observe<'_>,
    mut attempt: impl FnMut() -> Result<T, StepFailure>,
) -> Result<T, StepFailure> {
    let control = &place.options.control;
    let retries = run.settings.retries.unwrap_or(place.options.retries);
    let mut tried = 0;
    loop {
        if control.is_cancelled() {
            return Err(StepFailure::cancelled());
        }
        match attempt() {
            // Whatever the database calls it: it was we who interrupted the statement.
            Err(failure) if control.is_cancelled() && !is_lost(&failure.error) => {
                return Err(StepFailure { at: FailedAt::Cancelled, ..failure });
            }
            Err(failure) if tried < retries && is_lock_wait(&failure.error) => {
                tried += 1;
                let message = failure.error.to_string();
                observe(&Event::Retrying { name: run.name, attempt: tried, message: &message });
                control.sleep(Duration::from_millis(100 + fastrand::u64(0..400)));
            }
            result => return result,
        }
    }
}
