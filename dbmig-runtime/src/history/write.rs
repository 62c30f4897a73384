//! What changes in the two tables, and what must hold for it, as SQL.

use dbmig_core::Version;
use dbmig_core::history::RunState;
use dbmig_core::plan::{Direction, SupersededRun};

use super::RunRecord;
use crate::database::assertion::{Breach, expect};
use crate::database::engine::Engine;
use crate::tables::Tables;

/// How far a run outside of a transaction has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Statements begun.
    pub(crate) started: usize,
    /// Statements done.
    pub(crate) done: usize,
    /// An expression for what the catalogue says of the statement between the two.
    pub(crate) catalog_before: Option<String>,
}

impl Cursor {
    /// Between two statements.
    pub(crate) const fn after(done: usize) -> Self {
        Self { started: done, done, catalog_before: None }
    }

    pub(super) fn catalog_before(&self) -> &str {
        self.catalog_before.as_deref().unwrap_or("NULL")
    }
}

/// Sets the cursor of `run`, which is under way; fails where its row is gone.
pub(crate) fn advance(
    engine: &dyn Engine,
    tables: &Tables,
    run: &RunRecord<'_>,
    cursor: &Cursor,
) -> String {
    let set = format!(
        "UPDATE {} SET statements_started = {}, statements_done = {}, sighted = {} WHERE {};\n",
        tables.history_name(),
        cursor.started,
        cursor.done,
        cursor.catalog_before(),
        under_way(engine, run),
    );
    set + &expect_reached(engine, tables, run, cursor.done)
}

/// `run` is done; fails where its row is gone.
pub(crate) fn complete(engine: &dyn Engine, tables: &Tables, run: &RunRecord<'_>) -> String {
    let (total, done) = (run.total, RunState::Done.name());
    let set = format!(
        "UPDATE {} SET state = '{done}', statements_started = {total}, statements_done = {total}, \
         ended_at = {} WHERE {};\n",
        tables.history_name(),
        engine.now(),
        under_way(engine, run),
    );
    set + &expect_reached(engine, tables, run, total)
}

/// An `UPDATE` of no row is no error, and says nothing.
fn expect_reached(
    engine: &dyn Engine,
    tables: &Tables,
    run: &RunRecord<'_>,
    done: usize,
) -> String {
    expect(engine.dialect(), &reached(engine, tables, run, done), Breach::Changed)
}

/// Why a run ended before its time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Why<'a> {
    /// The database refused a statement, with this message.
    Error(&'a str),
    /// It was asked to stop.
    Stopped,
}

/// `run` has ended before its time; its cursor stays where `reached` does not say better.
pub(crate) fn fail(
    engine: &dyn Engine,
    tables: &Tables,
    run: &RunRecord<'_>,
    reached: Option<usize>,
    why: Why<'_>,
) -> String {
    let cursor = reached.map_or_else(String::new, |done| {
        format!("statements_started = {done}, statements_done = {done}, ")
    });
    let why = match why {
        Why::Error(message) => format!("error = {}", engine.dialect().literal(message)),
        Why::Stopped => "note = 'stopped, as it was asked to'".to_owned(),
    };
    format!(
        "UPDATE {} SET state = '{}', {cursor}ended_at = {}, {why} WHERE {};\n",
        tables.history_name(),
        RunState::Failed.name(),
        engine.now(),
        under_way(engine, run),
    )
}

/// The row of `run` and no other's.
fn under_way(engine: &dyn Engine, run: &RunRecord<'_>) -> String {
    format!(
        "{} AND state = '{}' AND session = {}",
        engine.is_version(run.version),
        RunState::Running.name(),
        engine.dialect().literal(&run.runner.session),
    )
}

/// A condition: the history says that so many statements of `run` are done.
pub(crate) fn reached(
    engine: &dyn Engine,
    tables: &Tables,
    run: &RunRecord<'_>,
    done: usize,
) -> String {
    has_reached(engine, tables, (run.version, run.direction), &run.runner.session, done)
}

/// A condition: the history says that `session` has done so many statements of a run.
pub(crate) fn has_reached(
    engine: &dyn Engine,
    tables: &Tables,
    (version, direction): (&Version, Direction),
    session: &str,
    done: usize,
) -> String {
    let literal = |text: &str| engine.dialect().literal(text);
    format!(
        "EXISTS (SELECT 1 FROM {} WHERE {} AND direction = {} AND session = {} AND state IN ({}, {}) \
         AND statements_done >= {done})",
        tables.history_name(),
        engine.is_version(version),
        literal(direction.name()),
        literal(session),
        literal(RunState::Running.name()),
        literal(RunState::Done.name()),
    )
}

/// What earlier runs of `version` have left open becomes `state`: a later one has taken them up,
/// or a person has put them aside.
pub(crate) fn supersede(
    engine: &dyn Engine,
    tables: &Tables,
    version: &Version,
    state: RunState,
) -> String {
    format!(
        "UPDATE {} SET state = '{}' WHERE {} AND (state = 'running' OR (state = 'failed' \
         AND execution = 'statements'));\n",
        tables.history_name(),
        state.name(),
        engine.is_version(version),
    )
}

/// The row of Diesel's table: there after an up, gone after a down.
pub(crate) fn ledger(
    engine: &dyn Engine,
    tables: &Tables,
    version: &Version,
    direction: Direction,
) -> String {
    let (table, literal) = (tables.ledger_name(), engine.dialect().literal(version.as_str()));
    let change = match direction {
        Direction::Up => format!("INSERT INTO {table} (version) VALUES ({literal});\n"),
        Direction::Down => format!("DELETE FROM {table} WHERE {};\n", engine.is_version(version)),
    };
    expect_ledger(engine, tables, version, direction) + &change
}

/// Fails unless the ledger lacks the version before an up, and has it before a down.
pub(crate) fn expect_ledger(
    engine: &dyn Engine,
    tables: &Tables,
    version: &Version,
    direction: Direction,
) -> String {
    let not = match direction {
        Direction::Up => "NOT ",
        Direction::Down => "",
    };
    let row = format!("FROM {} WHERE {}", tables.ledger_name(), engine.is_version(version));
    let condition = format!("{not}EXISTS (SELECT 1 {row})");
    expect(engine.dialect(), &condition, Breach::Changed)
}

/// Fails unless what earlier runs have left of the version is what was seen: the row that is taken
/// up as it was, or none that has begun this way.
pub(crate) fn expect_left(
    engine: &dyn Engine,
    tables: &Tables,
    (version, direction): (&Version, Direction),
    supersedes: Option<&SupersededRun>,
) -> String {
    let history = tables.history_name();
    let last = format!(
        "SELECT 1 FROM {history} WHERE id = (SELECT MAX(id) FROM {history} WHERE {}) \
         AND execution = 'statements' AND state IN ('running', 'failed') AND direction = '{}'",
        engine.is_version(version),
        direction.name(),
    );
    let condition = match supersedes {
        Some(SupersededRun { run, started, done }) => format!(
            "EXISTS ({last} AND id = {run} AND statements_started = {started} AND statements_done = {done})"
        ),
        None => format!("NOT EXISTS ({last} AND (statements_started > 0 OR statements_done > 0))"),
    };
    expect(engine.dialect(), &condition, Breach::Changed)
}
