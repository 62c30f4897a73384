//! Both tables, as far as they decide something.

use dbmig_core::history::{self as rows, RunRow, RunState};
use dbmig_core::migration::Execution;
use dbmig_core::plan::{Direction, History};
use dbmig_core::{Build, Version};

use super::asked::Selection;
use crate::database::Database;
use crate::database::engine::Engine;
use crate::database::session::{Nesting, Row};
use crate::error::Error;
use crate::tables::columns::Column;
use crate::tables::{Presence, Tables};

/// What is in the first column of a row of the ledger.
const LEDGER_ROW: &str = "l";
/// What is in the first column of a row of the history.
const RUN_ROW: &str = "h";
/// What is in the first column of the row with the mark of both tables.
const MARK_ROW: &str = "m";

/// What is read of a run. The value of a row of another kind stands where the version does.
const RUN: Selection = Selection {
    before: 1,
    columns: &[
        Column::Version,
        Column::Format,
        Column::Name,
        Column::Direction,
        Column::State,
        Column::Execution,
        Column::Checksum,
        Column::StatementsStarted,
        Column::StatementsDone,
        Column::DownScript,
        Column::Script,
        Column::Error,
        Column::Session,
        Column::CatalogBefore,
        Column::Id,
        Column::Compatible,
        Column::Impact,
        Column::App,
        Column::StartedAt,
        Column::Host,
        Column::DatabaseUser,
    ],
};

/// Reads both tables in one query, with their mark; missing ones are empty ones.
pub(crate) fn read(db: &mut dyn Database, tables: &Tables) -> Result<(History, String), Error> {
    let Some(query) = both(db.engine(), tables) else {
        return Ok((History::default(), String::new()));
    };
    let found = db.query(&query);
    let mut found = found.map_err(Error::database("read the ledger and the history"))?;
    // `UNION ALL` promises no order.
    found.sort_by_key(|row| RUN.number(row, Column::Id));
    let of = |kind| found.iter().filter(move |row: &&Row| row.text(0) == kind);
    let versions = of(LEDGER_ROW).map(|row| RUN.text(row, Column::Version).to_owned()).collect();
    let runs: Vec<_> = of(RUN_ROW).map(run_row).collect();
    let history = rows::read(versions, &runs);
    let mark = of(MARK_ROW).next().map(|row| RUN.text(row, Column::Version).to_owned());
    Ok((history, mark.unwrap_or_default()))
}

/// The versions in a ledger, whose name is qualified.
pub(crate) fn versions(db: &mut dyn Database, ledger: &str) -> Result<Vec<Version>, Error> {
    let version = db.engine().text("version");
    let rows = db.query(&format!("SELECT {version} FROM {ledger}"));
    let rows = rows.map_err(Error::database("read a ledger"))?;
    Ok(rows.iter().map(|row| Version::from_ledger(row.text(0))).collect())
}

/// A query for both tables, as far as they are there.
fn both(engine: &dyn Engine, tables: &Tables) -> Option<String> {
    let mut parts = Vec::new();
    if tables.history == Presence::Present {
        parts.push(latest_rows(engine, tables));
    }
    if tables.ledger == Presence::Present {
        parts.push(ledger_rows(engine, tables));
    }
    if parts.is_empty() {
        return None;
    }
    let mark = engine.mark(tables);
    let fresh = format!(" FROM (SELECT 1) one WHERE {}", engine.fresh());
    parts.extend(mark.map(|mark| narrow(MARK_ROW, &mark, &fresh)));
    Some(parts.join(" UNION ALL "))
}

/// Whether the server that writes answers what another one did not: tables that were found there
/// may not have come to a replica yet. In a transaction, which no proxy sends to one.
pub(crate) fn is_readable_where_written(db: &mut dyn Database, tables: &Tables) -> bool {
    let engine = db.engine();
    let (Some(query), Some(_), Nesting::TopLevel) =
        (both(engine, tables), engine.mark(tables), db.nesting())
    else {
        return false;
    };
    let answered = db.execute(&format!("BEGIN;\n{query};\nCOMMIT;\n")).is_ok();
    if !answered {
        let _ = db.execute("ROLLBACK");
    }
    answered
}

/// The last row and the last completed row of each version.
fn latest_rows(engine: &dyn Engine, tables: &Tables) -> String {
    let history = tables.history_name();
    format!(
        "SELECT '{RUN_ROW}', {} FROM {history} WHERE id IN (SELECT MAX(id) FROM {history} GROUP BY version) \
         OR id IN (SELECT MAX(id) FROM {history} WHERE state IN ('done', 'baselined') GROUP BY version)",
        RUN.list(|column| latest(engine, column)),
    )
}

/// An expression for what is read of a run.
fn latest(engine: &dyn Engine, column: Column) -> String {
    let text = engine.text(column.name());
    let in_the_way =
        |value: &str| format!("CASE WHEN compatible = 'compatible' THEN NULL ELSE {value} END");
    match column {
        Column::DownScript => "CASE WHEN down_script IS NULL THEN '0' ELSE '1' END".to_owned(),
        Column::Script | Column::CatalogBefore => format!(
            "CASE WHEN execution = 'statements' AND state IN ('running', 'failed') THEN {text} END"
        ),
        Column::Session => format!("CASE WHEN state IN ('running', 'failed') THEN {text} END"),
        // Only what is in somebody's way is told with when and where it came.
        Column::StartedAt => in_the_way(&engine.iso(column.name())),
        Column::Host | Column::DatabaseUser => in_the_way(&text),
        Column::Id
        | Column::Format
        | Column::Version
        | Column::Name
        | Column::Direction
        | Column::State
        | Column::Execution
        | Column::Checksum
        | Column::StatementsTotal
        | Column::StatementsStarted
        | Column::StatementsDone
        | Column::Compatible
        | Column::Reversible
        | Column::Impact
        | Column::Settings
        | Column::DownChecksum
        | Column::Signature
        | Column::EndedAt
        | Column::App
        | Column::Error
        | Column::Note => text,
    }
}

fn ledger_rows(engine: &dyn Engine, tables: &Tables) -> String {
    narrow(LEDGER_ROW, &engine.text("version"), &format!(" FROM {}", tables.ledger_name()))
}

/// A row of one value, as wide as the ones of the history.
fn narrow(kind: &str, value: &str, from: &str) -> String {
    format!("SELECT '{kind}', {value}{}{from}", ", NULL".repeat(RUN.columns.len() - 1))
}

fn run_row(row: &Row) -> RunRow {
    let optional = |column| RUN.optional(row, column).map(str::to_owned);
    let text = |column| RUN.text(row, column).to_owned();
    let number = |column| RUN.number(row, column);
    RunRow {
        id: number(Column::Id),
        version: text(Column::Version),
        format: number(Column::Format),
        name: text(Column::Name),
        direction: Direction::of(RUN.text(row, Column::Direction)),
        state: RunState::of(RUN.text(row, Column::State)),
        execution: Execution::of(RUN.text(row, Column::Execution)),
        checksum: text(Column::Checksum),
        started: number(Column::StatementsStarted),
        done: number(Column::StatementsDone),
        down: number(Column::DownScript) == 1,
        script: text(Column::Script),
        error: text(Column::Error),
        session: optional(Column::Session),
        catalog_before: optional(Column::CatalogBefore),
        compatible: text(Column::Compatible),
        impact: text(Column::Impact),
        app: text(Column::App),
        at: text(Column::StartedAt),
        host: text(Column::Host),
        user: text(Column::DatabaseUser),
    }
}

/// Whether it is noted already that this build on this host goes on beyond `version`.
pub(crate) fn is_noted(
    db: &mut dyn Database,
    tables: &Tables,
    version: &Version,
    (build, host): (&Build, &str),
) -> Result<bool, Error> {
    if tables.history == Presence::Absent {
        return Ok(false);
    }
    let engine = db.engine();
    let same = |column: &str, text: &str| {
        format!("{} = {}", engine.text(column), engine.dialect().literal(text))
    };
    let sql = format!(
        "SELECT 1 FROM {} WHERE {} AND {} AND {} AND {}",
        tables.history_name(),
        engine.is_version(version),
        same("state", RunState::WentOn.name()),
        same("app", &build.to_string()),
        same("host", host),
    );
    let found = db.query(&sql).map_err(Error::database("read the history"))?;
    Ok(!found.is_empty())
}
