//! Rows into the two tables, as SQL.

use dbmig_core::Version;
use dbmig_core::history::{FORMAT, RunState, inference};
use dbmig_core::migration::Execution;
use dbmig_core::outlook::Outlook;
use dbmig_core::plan::{Direction, Interrupted, TakenUp, Unknown};

use super::{Progress, Run, Runner};
use crate::database::assertion::{Breach, expect};
use crate::database::engine::Engine;
use crate::signature::{Sealed, sum};
use crate::tables::Tables;

/// How far a run outside of a transaction has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Statements begun.
    pub(crate) started: usize,
    /// Statements done.
    pub(crate) done: usize,
    /// An expression for what the catalogue says of the statement between the two.
    pub(crate) sighted: Option<String>,
}

impl Cursor {
    /// Between two statements.
    pub(crate) const fn after(done: usize) -> Self {
        Self { started: done, done, sighted: None }
    }

    fn sighted(&self) -> &str {
        self.sighted.as_deref().unwrap_or("NULL")
    }
}

/// The columns `id` and so on, and the beginning of their values: the number after the last row's.
///
/// Not one of the table's own sequence: that stays behind where only the rows were copied (a dump of
/// data, logical replication), and skips numbers in a cluster. Who holds the lock is alone.
fn into(engine: &dyn Engine, tables: &Tables, columns: &str) -> String {
    let (history, given) = (tables.history_name(), engine.given_id());
    format!(
        "INSERT INTO {history} (id, {columns}){given} SELECT (SELECT COALESCE(MAX(id), 0) + 1 FROM {history}), "
    )
}

/// The row of a run.
pub(crate) fn insert(
    engine: &dyn Engine,
    tables: &Tables,
    run: &Run<'_>,
    progress: &Progress<'_>,
) -> String {
    let literal = |text: &str| engine.dialect().literal(text);
    let optional = |text: Option<&str>| text.map_or_else(|| "NULL".to_owned(), literal);
    let settings = run.settings.to_history() + &inference::note(run.outlook);
    let signed = run.down.and_then(|down| {
        let Run { version, execution, outlook, .. } = *run;
        let sealed = Sealed { version, execution, settings: &settings, outlook, down };
        run.runner.key.as_ref()?.sign(&sealed)
    });
    let values = [
        FORMAT.to_string(),
        literal(run.version.as_str()),
        literal(run.name),
        literal(run.direction.name()),
        literal(progress.state.name()),
        literal(run.execution.name()),
        literal(&run.checksum.to_string()),
        run.total.to_string(),
        progress.cursor.started.to_string(),
        progress.cursor.done.to_string(),
        literal(run.script),
        optional(run.down),
        literal(run.outlook.forward().impact.stored()),
        literal(run.outlook.backward().reversal.name()),
        literal(run.outlook.as_str()),
        literal(&settings),
        optional(run.down.map(sum).as_deref()),
        optional(signed.as_deref()),
        progress.span[0].clone(),
        progress.span[1].clone(),
        literal(&run.runner.build.to_string()),
        literal(&run.runner.host),
        engine.user().to_owned(),
        literal(&run.runner.session),
        progress.cursor.sighted().to_owned(),
        optional(progress.error),
        optional(progress.note),
    ];
    let columns = "format, version, name, direction, state, execution, checksum, statements_total, \
         statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, \
         down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note";
    format!("{}{};\n", into(engine, tables, columns), values.join(", "))
}

/// What a person has settled.
pub(crate) struct Settled<'a> {
    pub(crate) state: RunState,
    pub(crate) done: usize,
    pub(crate) note: &'a str,
    pub(crate) runner: &'a Runner,
}

/// A row like the one that `run` left, as a person has settled it.
pub(crate) fn settle(
    engine: &dyn Engine,
    tables: &Tables,
    run: &Interrupted,
    settled: &Settled<'_>,
) -> String {
    let literal = |text: &str| engine.dialect().literal(text);
    let history = tables.history_name();
    let columns = "format, version, name, direction, state, execution, checksum, \
         statements_total, statements_started, statements_done, script, down_script, compatible, reversible, \
         outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, note";
    format!(
        "{}{FORMAT}, version, name, direction, \
         '{}', execution, checksum, statements_total, {done}, {done}, script, down_script, compatible, \
         reversible, outlook, settings, down_checksum, signature, {now}, {now}, {}, {}, {}, {} FROM {history} WHERE id = (SELECT MAX(id) FROM {history} \
         WHERE {});\n",
        into(engine, tables, columns),
        settled.state.name(),
        literal(&settled.runner.build.to_string()),
        literal(&settled.runner.host),
        engine.user(),
        literal(settled.note),
        engine.is_version(&run.version),
        done = settled.done,
        now = engine.now(),
    )
}

/// What a person says of an applied version.
pub(crate) struct Verdict<'a> {
    pub(crate) version: &'a Version,
    pub(crate) name: &'a str,
    pub(crate) outlook: &'a Outlook,
    pub(crate) signature: Option<&'a str>,
}

/// A row like the one of the run that applied the version, or the first one where another tool did,
/// with another outlook.
pub(crate) fn say(
    engine: &dyn Engine,
    tables: &Tables,
    verdict: &Verdict<'_>,
    (note, runner): (&str, &Runner),
) -> String {
    let literal = |text: &str| engine.dialect().literal(text);
    let (history, now) = (tables.history_name(), engine.now());
    let state = RunState::Baselined.name();
    let impact = literal(verdict.outlook.forward().impact.stored());
    let outlook = literal(verdict.outlook.as_str());
    let signature = verdict.signature.map_or_else(|| "NULL".to_owned(), literal);
    let condition = engine.is_version(verdict.version);
    let last = format!(
        "(SELECT MAX(id) FROM {history} WHERE {condition} AND state IN ('done', 'baselined'))"
    );
    let columns = "format, version, name, direction, state, execution, checksum, statements_total, \
                   statements_started, statements_done, script, down_script, compatible, reversible, outlook, \
                   settings, down_checksum, signature, started_at, ended_at, app, host, database_user, note";
    let by = [literal(&runner.host), engine.user().to_owned(), literal(note)].join(", ");
    // Who had applied it stays: that is the lowest version that is known to run with it.
    format!(
        "{into}{FORMAT}, version, name, direction, '{state}', execution, \
         checksum, statements_total, statements_started, statements_done, script, down_script, {impact}, \
         reversible, {outlook}, settings, down_checksum, {signature}, {now}, {now}, app, {by} FROM {history} \
         WHERE id = {last} AND direction = 'up';\n\
         {into}{FORMAT}, {version}, {name}, 'up', '{state}', 'transaction', '', \
         0, 0, 0, '', NULL, {impact}, {reversible}, {outlook}, '', NULL, NULL, {now}, {now}, '', {by} \
         WHERE NOT EXISTS (SELECT 1 FROM {history} WHERE id = {last} AND direction = 'up');\n",
        into = into(engine, tables, columns),
        version = literal(verdict.version.as_str()),
        name = literal(verdict.name),
        reversible = literal(verdict.outlook.backward().reversal.name()),
    )
}

/// A row that is no run: the build of `runner` goes on though it does not know this breaking
/// migration. To readers that do not know its state it is nothing; it comes after the run that
/// applied the migration and hides nothing.
pub(crate) fn went_on(
    engine: &dyn Engine,
    tables: &Tables,
    (unknown, outlook): (&Unknown, &Outlook),
    runner: &Runner,
) -> String {
    let literal = |text: &str| engine.dialect().literal(text);
    let columns = "format, version, name, direction, state, execution, checksum, statements_total, \
                   statements_started, statements_done, script, compatible, reversible, outlook, settings, \
                   started_at, ended_at, app, host, database_user, note";
    let values = [
        FORMAT.to_string(),
        literal(unknown.version.as_str()),
        literal(&unknown.name),
        literal(Direction::Up.name()),
        literal(RunState::WentOn.name()),
        literal(Execution::Transaction.name()),
        "'', 0, 0, 0, ''".to_owned(),
        literal(outlook.forward().impact.stored()),
        literal(outlook.backward().reversal.name()),
        literal(outlook.as_str()),
        "''".to_owned(),
        engine.now().to_owned(),
        engine.now().to_owned(),
        literal(&runner.build.to_string()),
        literal(&runner.host),
        engine.user().to_owned(),
        literal("this version does not know it and goes on all the same: breaking_ahead is `warn`"),
    ];
    format!("{}{};\n", into(engine, tables, columns), values.join(", "))
}

/// Sets the cursor of `run`, which is under way; fails where its row is gone.
pub(crate) fn advance(
    engine: &dyn Engine,
    tables: &Tables,
    run: &Run<'_>,
    cursor: &Cursor,
) -> String {
    let set = format!(
        "UPDATE {} SET statements_started = {}, statements_done = {}, sighted = {} WHERE {};\n",
        tables.history_name(),
        cursor.started,
        cursor.done,
        cursor.sighted(),
        under_way(engine, run),
    );
    set + &expect_reached(engine, tables, run, cursor.done)
}

/// `run` is done; fails where its row is gone.
pub(crate) fn complete(engine: &dyn Engine, tables: &Tables, run: &Run<'_>) -> String {
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
fn expect_reached(engine: &dyn Engine, tables: &Tables, run: &Run<'_>, done: usize) -> String {
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
    run: &Run<'_>,
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
fn under_way(engine: &dyn Engine, run: &Run<'_>) -> String {
    format!(
        "{} AND state = '{}' AND session = {}",
        engine.is_version(run.version),
        RunState::Running.name(),
        engine.dialect().literal(&run.runner.session),
    )
}

/// A condition: the history says that so many statements of `run` are done.
pub(crate) fn reached(engine: &dyn Engine, tables: &Tables, run: &Run<'_>, done: usize) -> String {
    let literal = |text: &str| engine.dialect().literal(text);
    format!(
        "EXISTS (SELECT 1 FROM {} WHERE {} AND direction = {} AND session = {} AND state IN ({}, {}) \
         AND statements_done >= {done})",
        tables.history_name(),
        engine.is_version(run.version),
        literal(run.direction.name()),
        literal(&run.runner.session),
        literal(RunState::Running.name()),
        literal(RunState::Done.name()),
    )
}

/// What earlier runs of `version` have left open becomes `state`: a later one has taken them up,
/// or a person has put them aside.
pub(crate) fn take_up(
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
    takes_up: Option<&TakenUp>,
) -> String {
    let history = tables.history_name();
    let last = format!(
        "SELECT 1 FROM {history} WHERE id = (SELECT MAX(id) FROM {history} WHERE {}) \
         AND execution = 'statements' AND state IN ('running', 'failed') AND direction = '{}'",
        engine.is_version(version),
        direction.name(),
    );
    let condition = match takes_up {
        Some(TakenUp { run, started, done }) => format!(
            "EXISTS ({last} AND id = {run} AND statements_started = {started} AND statements_done = {done})"
        ),
        None => format!("NOT EXISTS ({last} AND (statements_started > 0 OR statements_done > 0))"),
    };
    expect(engine.dialect(), &condition, Breach::Changed)
}
