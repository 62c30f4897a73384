//! One step: in one transaction, or statement by statement with a cursor.

use crate::backend::Database;
use crate::backend::engine::{Atomic, FailedAt, Failure, Limits, Outcome, Tables, is_lock_wait};
use crate::error::{Error, FailedStatement, Left, MigrationError};
use crate::event::{Event, Observe};
use crate::history::{self, Progress, Run, RunState, Runner};
use crate::options::Options;
use crate::report::{Done, Report};
use dbmig_core::migration::{Down, Execution, Script, Settings};
use dbmig_core::plan::{Action, Direction, DownScript, Step};
use dbmig_core::sql::{self, Statement, kind};
use dbmig_core::{Checksum, Dialect};
use std::time::{Duration, Instant};

mod cursor;

/// Where a step is executed.
pub(crate) struct Place<'a> {
    pub(crate) tables: &'a Tables,
    pub(crate) options: &'a Options,
    pub(crate) runner: &'a Runner,
}

/// What a step plays.
struct Playing {
    script: Script,
    /// The way back, which an apply stores.
    down: Option<String>,
    settings: Settings,
    checksum: Checksum,
}

/// Executes one step. `before` is what the run has done so far, for the error.
pub(crate) fn step(
    db: &mut dyn Database,
    place: &Place<'_>,
    step: &Step<'_>,
    before: &Report,
    observe: &mut Observe<'_>,
) -> Result<Option<Done>, Error> {
    let playing = playing(db, place.tables, step)?;
    let dialect = place.tables.dialect;
    let statements = playing
        .script
        .statements(dialect)
        .map_err(|error| Error::Script { path: playing.script.path.to_string(), error })?;
    let execution = execution(dialect, playing.settings.execution, &statements);
    let run = Run {
        version: step.version(),
        name: step.name(),
        direction: step.direction(),
        execution,
        checksum: playing.checksum,
        settings: &playing.settings,
        total: statements.len(),
        script: &playing.script.text,
        down: playing.down.as_deref(),
        runner: place.runner,
    };
    let begun = Instant::now();
    let failed = |failure: Failure, left| {
        migration_error(&run, &playing.script.path, &statements, failure, left, before)
    };
    let outcome = match execution {
        Execution::Transaction => transaction(db, place, &run, &statements, observe)
            .map_err(|failure| failed(failure, Left::Nothing))?,
        Execution::Statements => {
            cursor::one_by_one(db, place, &run, &statements, step.done_before, observe)
                .map_err(|(failure, done)| failed(failure, Left::Statements(done)))?
        }
    };
    Ok((outcome == Outcome::Committed).then(|| Done {
        version: run.version.clone(),
        name: run.name.to_owned(),
        direction: run.direction,
        elapsed: begun.elapsed(),
    }))
}

/// A transaction, unless it is not wanted, or would be none: where schema changes commit by
/// themselves, a script that holds one runs with a cursor.
pub(crate) fn execution(
    dialect: Dialect,
    declared: Execution,
    statements: &[Statement<'_>],
) -> Execution {
    match declared {
        Execution::Transaction
            if dialect.ddl() == dbmig_core::dialect::Ddl::Transactional
                || statements.iter().all(|s| kind::is_rollbackable(dialect, s)) =>
        {
            Execution::Transaction
        }
        _ => Execution::Statements,
    }
}

fn playing(db: &mut dyn Database, tables: &Tables, step: &Step<'_>) -> Result<Playing, Error> {
    match &step.action {
        Action::Apply(migration) => Ok(Playing {
            script: migration.up().clone(),
            down: storable_down(migration.down(), tables.dialect),
            settings: migration.settings.clone(),
            checksum: migration.checksum,
        }),
        Action::Revert { script: DownScript::InSet(migration), name, .. } => match migration.down()
        {
            Down::Script(script) => Ok(Playing {
                script: script.clone(),
                down: None,
                settings: migration.settings.clone(),
                checksum: migration.checksum,
            }),
            Down::Missing => Err(Error::StoredScriptGone { name: name.clone() }),
        },
        Action::Revert { script: DownScript::Stored, version, name } => {
            let stored = history::stored_down(db, tables, version)?
                .ok_or_else(|| Error::StoredScriptGone { name: name.clone() })?;
            Ok(Playing {
                script: Script {
                    path: format!("stored down.sql of {name}").into(),
                    text: stored.text.into(),
                },
                down: None,
                settings: Settings { execution: stored.execution, ..Settings::DEFAULT },
                checksum: stored.checksum,
            })
        }
    }
}

/// A script without a statement is no way back; storing it would promise one.
pub(crate) fn storable_down(down: &Down, dialect: Dialect) -> Option<String> {
    let Down::Script(script) = down else { return None };
    let statements = sql::split(dialect, &script.text).ok()?;
    (!statements.is_empty()).then(|| script.text.to_string())
}

/// What refuses a transaction, such as `CREATE INDEX CONCURRENTLY`, waits without making others
/// wait, and leaves an invalid index when it is stopped: the runner's own limit is not for it.
fn limits(place: &Place<'_>, run: &Run<'_>, statements: &[Statement<'_>]) -> Limits {
    let patient = |s: &Statement<'_>| kind::refuses_transaction(place.tables.dialect, s);
    let default = place.options.lock_timeout.filter(|_| !statements.iter().any(patient));
    Limits {
        lock: run.settings.lock_timeout.or(default),
        statement: run.settings.statement_timeout.or(place.options.statement_timeout),
    }
}

fn transaction(
    db: &mut dyn Database,
    place: &Place<'_>,
    run: &Run<'_>,
    statements: &[Statement<'_>],
    observe: &mut Observe<'_>,
) -> Result<Outcome, Failure> {
    let (engine, tables) = (db.engine(), place.tables);
    let bookkeeping = |elapsed: Option<Duration>| {
        let progress = Progress {
            state: RunState::Done,
            started: statements.len(),
            done: statements.len(),
            error: None,
            span: engine.span(elapsed),
        };
        history::ledger(engine, tables, run.version, run.direction)
            + &history::insert(engine, tables, run, &progress)
    };
    let atomic = Atomic {
        statements,
        limits: limits(place, run, statements),
        foreign_keys: run.settings.foreign_keys,
        nesting: db.nesting(),
        overtaken: &overtaken(tables, run),
        cleanse: &engine.cleanse(db, tables),
        bookkeeping: &bookkeeping,
    };
    let begun = Instant::now();
    let result = retrying(place, run, observe, || engine.atomic(db, &atomic));
    if let Err(failure) = &result {
        let error = failure.error.to_string();
        let progress = Progress {
            state: RunState::Failed,
            started: 0,
            done: 0,
            error: Some(&error),
            span: history::ending(engine, begun.elapsed()),
        };
        // For `history`; the error itself is on its way to the caller.
        let _ = db.execute(&history::insert(engine, tables, run, &progress));
    }
    result
}

/// A row, if another runner has already done what `run` is about to do.
fn overtaken(tables: &Tables, run: &Run<'_>) -> String {
    let (table, version) = (tables.ledger_name(), tables.dialect.literal(run.version.as_str()));
    match run.direction {
        Direction::Up => format!("SELECT version FROM {table} WHERE version = {version}"),
        Direction::Down => format!(
            "SELECT '1' WHERE NOT EXISTS (SELECT version FROM {table} WHERE version = {version})"
        ),
    }
}

/// Tries again what failed only because somebody else held a lock on a table or row.
fn retrying<T>(
    place: &Place<'_>,
    run: &Run<'_>,
    observe: &mut Observe<'_>,
    mut attempt: impl FnMut() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let retries = run.settings.retries.unwrap_or(place.options.retries);
    let mut tried = 0;
    loop {
        match attempt() {
            Err(failure) if tried < retries && is_lock_wait(&failure.error) => {
                tried += 1;
                let message = failure.error.to_string();
                observe(&Event::Retrying { name: run.name, attempt: tried, message: &message });
                std::thread::sleep(Duration::from_millis(100 + fastrand::u64(0..400)));
            }
            result => return result,
        }
    }
}

fn migration_error(
    run: &Run<'_>,
    path: &str,
    statements: &[Statement<'_>],
    failure: Failure,
    left: Left,
    before: &Report,
) -> Error {
    let failed = match failure.at {
        FailedAt::Statement(index, position) => statements.get(index).map(|s| (index, s, position)),
        FailedAt::Script | FailedAt::Bookkeeping => None,
    };
    Error::Migration(Box::new(MigrationError {
        name: run.name.to_owned(),
        direction: run.direction,
        path: path.to_owned(),
        statement: failed.map(|(index, statement, position)| FailedStatement {
            number: index + 1,
            of: statements.len(),
            position: position.unwrap_or(statement.position),
            text: statement.text.to_owned(),
        }),
        left,
        before: before.clone(),
        source: failure.error,
    }))
}
