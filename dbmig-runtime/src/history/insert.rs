//! New rows of the history, as SQL.

use dbmig_core::Version;
use dbmig_core::history::{FORMAT, RunState, inference};
use dbmig_core::impact::Impact;
use dbmig_core::migration::Execution;
use dbmig_core::plan::{Direction, Interrupted, Unknown};

use super::{RunProgress, RunRecord, RunnerIdentity};
use crate::database::engine::Engine;
use crate::signature::{Signed, sum};
use crate::tables::Tables;
use crate::tables::columns::Column;

/// A new row, but for its end: what its columns hold, as expressions.
///
/// Its number is the one after the last row's, and not one of the table's own sequence: that stays
/// behind where only the rows were copied (a dump of data, logical replication), and skips numbers in a
/// cluster. Who holds the lock is alone.
fn row(engine: &dyn Engine, tables: &Tables, values: &[(Column, String)]) -> String {
    let (history, given) = (tables.history_name(), engine.given_id());
    let columns: Vec<_> = values.iter().map(|(column, _)| column.name()).collect();
    let values: Vec<_> = values.iter().map(|(_, value)| value.as_str()).collect();
    format!(
        "INSERT INTO {history} (id, {}){given} SELECT (SELECT COALESCE(MAX(id), 0) + 1 FROM {history}), {}",
        columns.join(", "),
        values.join(", "),
    )
}

/// The row of a run.
pub(crate) fn insert(
    engine: &dyn Engine,
    tables: &Tables,
    run: &RunRecord<'_>,
    progress: &RunProgress<'_>,
) -> String {
    let literal = |text: &str| engine.dialect().literal(text);
    let optional = |text: Option<&str>| text.map_or_else(|| "NULL".to_owned(), literal);
    let settings = run.settings.to_history() + &inference::note(run.impact);
    let signed = run.down.and_then(|down| {
        let RunRecord { version, execution, .. } = *run;
        let impact = run.impact.text();
        let signed = Signed { version, execution, settings: &settings, impact, down };
        Some(run.runner.key.as_ref()?.sign(&signed))
    });
    let values = [
        (Column::Format, FORMAT.to_string()),
        (Column::Version, literal(run.version.as_str())),
        (Column::Name, literal(run.name)),
        (Column::Direction, literal(run.direction.name())),
        (Column::State, literal(progress.state.name())),
        (Column::Execution, literal(run.execution.name())),
        (Column::Checksum, literal(&run.checksum.to_string())),
        (Column::StatementsTotal, run.total.to_string()),
        (Column::StatementsStarted, progress.cursor.started.to_string()),
        (Column::StatementsDone, progress.cursor.done.to_string()),
        (Column::Script, literal(run.script)),
        (Column::DownScript, optional(run.down)),
        (Column::Compatible, literal(run.impact.compatibility().verdict.stored())),
        (Column::Reversible, literal(run.impact.reversibility().reversal.name())),
        (Column::Impact, literal(run.impact.text().as_str())),
        (Column::Settings, literal(&settings)),
        (Column::DownChecksum, optional(run.down.map(sum).as_deref())),
        (Column::Signature, optional(signed.as_deref())),
        (Column::StartedAt, progress.span[0].clone()),
        (Column::EndedAt, progress.span[1].clone()),
        (Column::App, literal(&run.runner.build.to_string())),
        (Column::Host, literal(&run.runner.host)),
        (Column::DatabaseUser, engine.user().to_owned()),
        (Column::Session, literal(&run.runner.session)),
        (Column::CatalogBefore, progress.cursor.catalog_before().to_owned()),
        (Column::Error, optional(progress.error)),
        (Column::Note, optional(progress.note)),
    ];
    row(engine, tables, &values) + ";\n"
}

/// The columns of a row like an earlier one, but for `changed`. What belongs to the session that ran
/// it, and to its end, is not taken over.
fn like_before(changed: &[(Column, String)]) -> Vec<(Column, String)> {
    let own = [Column::Id, Column::Session, Column::CatalogBefore, Column::Error];
    let kept = Column::ALL.into_iter().filter(|column| !own.contains(column));
    let value = |column: Column| {
        let changed = changed.iter().find(|(one, _)| *one == column);
        changed.map_or_else(|| column.name().to_owned(), |(_, value)| value.clone())
    };
    kept.map(|column| (column, value(column))).collect()
}

/// What a person has settled.
pub(crate) struct Settled<'a> {
    pub(crate) state: RunState,
    pub(crate) done: usize,
    pub(crate) note: &'a str,
    pub(crate) runner: &'a RunnerIdentity,
}

/// A row like the one that `run` left, as a person has settled it.
pub(crate) fn settle(
    engine: &dyn Engine,
    tables: &Tables,
    run: &Interrupted,
    settled: &Settled<'_>,
) -> String {
    let literal = |text: &str| engine.dialect().literal(text);
    let (done, now) = (settled.done.to_string(), engine.now().to_owned());
    let values = like_before(&[
        (Column::Format, FORMAT.to_string()),
        (Column::State, literal(settled.state.name())),
        (Column::StatementsStarted, done.clone()),
        (Column::StatementsDone, done),
        (Column::StartedAt, now.clone()),
        (Column::EndedAt, now),
        (Column::App, literal(&settled.runner.build.to_string())),
        (Column::Host, literal(&settled.runner.host)),
        (Column::DatabaseUser, engine.user().to_owned()),
        (Column::Note, literal(settled.note)),
    ]);
    let history = tables.history_name();
    format!(
        "{} FROM {history} WHERE id = (SELECT MAX(id) FROM {history} WHERE {});\n",
        row(engine, tables, &values),
        engine.is_version(&run.version),
    )
}

/// What a person says of an applied version.
pub(crate) struct Declaration<'a> {
    pub(crate) version: &'a Version,
    pub(crate) name: &'a str,
    pub(crate) impact: &'a Impact,
    pub(crate) signature: Option<&'a str>,
}

/// A row like the one of the run that applied the version, or the first one where another tool did,
/// with another verdict.
pub(crate) fn say(
    engine: &dyn Engine,
    tables: &Tables,
    verdict: &Declaration<'_>,
    (note, runner): (&str, &RunnerIdentity),
) -> String {
    let literal = |text: &str| engine.dialect().literal(text);
    let (history, now) = (tables.history_name(), engine.now().to_owned());
    let signature = verdict.signature.map_or_else(|| "NULL".to_owned(), literal);
    // Who had applied it stays: that is the lowest version that is known to run with it.
    let again = like_before(&[
        (Column::Format, FORMAT.to_string()),
        (Column::State, literal(RunState::Baselined.name())),
        (Column::Compatible, literal(verdict.impact.compatibility().verdict.stored())),
        (Column::Impact, literal(verdict.impact.text().as_str())),
        (Column::Signature, signature),
        (Column::StartedAt, now.clone()),
        (Column::EndedAt, now),
        (Column::Host, literal(&runner.host)),
        (Column::DatabaseUser, engine.user().to_owned()),
        (Column::Note, literal(note)),
    ]);
    let first = NoRun {
        version: verdict.version,
        name: verdict.name,
        state: RunState::Baselined,
        impact: verdict.impact,
        app: "",
        host: &runner.host,
        note,
    };
    let last = format!(
        "(SELECT MAX(id) FROM {history} WHERE {} AND state IN ('done', 'baselined'))",
        engine.is_version(verdict.version),
    );
    format!(
        "{} FROM {history} WHERE id = {last} AND direction = 'up';\n\
         {} WHERE NOT EXISTS (SELECT 1 FROM {history} WHERE id = {last} AND direction = 'up');\n",
        row(engine, tables, &again),
        row(engine, tables, &first.values(engine)),
    )
}

/// A row that is no run: the build of `runner` goes on though it does not know this breaking
/// migration. To readers that do not know its state it is nothing; it comes after the run that
/// applied the migration and hides nothing.
pub(crate) fn went_on(
    engine: &dyn Engine,
    tables: &Tables,
    (unknown, impact): (&Unknown, &Impact),
    runner: &RunnerIdentity,
) -> String {
    let note = NoRun {
        version: &unknown.version,
        name: &unknown.name,
        state: RunState::WentOn,
        impact,
        app: &runner.build.to_string(),
        host: &runner.host,
        note: "this version does not know it and goes on all the same: breaking_ahead is `warn`",
    };
    row(engine, tables, &note.values(engine)) + ";\n"
}

/// What is written down of a version of which nothing was run.
struct NoRun<'a> {
    version: &'a Version,
    name: &'a str,
    state: RunState,
    impact: &'a Impact,
    app: &'a str,
    host: &'a str,
    note: &'a str,
}

impl NoRun<'_> {
    fn values(&self, engine: &dyn Engine) -> [(Column, String); 21] {
        let literal = |text: &str| engine.dialect().literal(text);
        let (none, zero, now) = (literal(""), || "0".to_owned(), || engine.now().to_owned());
        [
            (Column::Format, FORMAT.to_string()),
            (Column::Version, literal(self.version.as_str())),
            (Column::Name, literal(self.name)),
            (Column::Direction, literal(Direction::Up.name())),
            (Column::State, literal(self.state.name())),
            (Column::Execution, literal(Execution::Transaction.name())),
            (Column::Checksum, none.clone()),
            (Column::StatementsTotal, zero()),
            (Column::StatementsStarted, zero()),
            (Column::StatementsDone, zero()),
            (Column::Script, none.clone()),
            (Column::Compatible, literal(self.impact.compatibility().verdict.stored())),
            (Column::Reversible, literal(self.impact.reversibility().reversal.name())),
            (Column::Impact, literal(self.impact.text().as_str())),
            (Column::Settings, none),
            (Column::StartedAt, now()),
            (Column::EndedAt, now()),
            (Column::App, literal(self.app)),
            (Column::Host, literal(self.host)),
            (Column::DatabaseUser, engine.user().to_owned()),
            (Column::Note, literal(self.note)),
        ]
    }
}
