//! Rows out of the two tables.

#[cfg(feature = "cli")]
use std::collections::HashMap;

use dbmig_core::history::{self as rows, RunRow};
use dbmig_core::migration::Execution;
use dbmig_core::outlook::Outlook;
use dbmig_core::plan::History;
use dbmig_core::{Build, Checksum, Version};

use crate::database::Database;
use crate::database::engine::Engine;
use crate::database::session::{Nesting, Row};
use crate::error::Error;
use crate::report::HistoryRow;
use crate::signature::StoredScript;
use crate::tables::{Presence, Tables};

/// What is in the first column of a row of the ledger.
const LEDGER_ROW: &str = "l";
/// The same of a row of the history.
const RUN_ROW: &str = "h";
/// The same of the mark of both tables.
const MARK_ROW: &str = "m";

/// Reads both tables in one query, with their mark; missing ones are empty ones.
pub(crate) fn read(db: &mut dyn Database, tables: &Tables) -> Result<(History, String), Error> {
    let Some(query) = both(db.engine(), tables) else {
        return Ok((History::default(), String::new()));
    };
    let found = db.query(&query);
    let mut found = found.map_err(Error::database("read the ledger and the history"))?;
    // `UNION ALL` promises no order.
    found.sort_by_key(|row| row.number(15));
    let of = |kind| found.iter().filter(move |row: &&Row| row.text(0) == kind);
    let versions = of(LEDGER_ROW).map(|row| row.text(1).to_owned()).collect();
    let runs: Vec<_> = of(RUN_ROW).map(run_row).collect();
    let history = rows::read(versions, &runs);
    let mark = of(MARK_ROW).next().map(|row| row.text(1).to_owned());
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
    let text = |column: &str| engine.text(column);
    let history = tables.history_name();
    let open = |column: &str| {
        let column = text(column);
        format!(
            "CASE WHEN execution = 'statements' AND state IN ('running', 'failed') THEN {column} END"
        )
    };
    // Only what is in somebody's way is told with when and where it came.
    let breaking =
        |column: &str| format!("CASE WHEN compatible = 'compatible' THEN NULL ELSE {column} END");
    let columns = [
        format!("'{RUN_ROW}'"),
        text("version"),
        text("format"),
        text("name"),
        text("direction"),
        text("state"),
        text("execution"),
        text("checksum"),
        text("statements_started"),
        text("statements_done"),
        "CASE WHEN down_script IS NULL THEN '0' ELSE '1' END".to_owned(),
        open("script"),
        text("error"),
        format!("CASE WHEN state IN ('running', 'failed') THEN {} END", text("session")),
        open("sighted"),
        text("id"),
        text("compatible"),
        text("outlook"),
        text("app"),
        breaking(&engine.iso("started_at")),
        breaking(&text("host")),
        breaking(&text("database_user")),
    ];
    format!(
        "SELECT {} FROM {history} WHERE id IN (SELECT MAX(id) FROM {history} GROUP BY version) \
         OR id IN (SELECT MAX(id) FROM {history} WHERE state IN ('done', 'baselined') GROUP BY version)",
        columns.join(", "),
    )
}

fn ledger_rows(engine: &dyn Engine, tables: &Tables) -> String {
    narrow(LEDGER_ROW, &engine.text("version"), &format!(" FROM {}", tables.ledger_name()))
}

/// A row of one value, as wide as the ones of the history.
fn narrow(kind: &str, value: &str, from: &str) -> String {
    format!("SELECT '{kind}', {value}{}{from}", ", NULL".repeat(20))
}

fn run_row(row: &Row) -> RunRow {
    let optional = |i| row.optional(i).map(str::to_owned);
    let text = |i| row.text(i).to_owned();
    RunRow {
        id: row.number(15),
        version: text(1),
        format: row.number(2),
        name: text(3),
        direction: text(4),
        state: text(5),
        execution: text(6),
        checksum: text(7),
        started: row.number(8),
        done: row.number(9),
        down: row.is_true(10),
        script: text(11),
        error: text(12),
        session: optional(13),
        sighted: optional(14),
        compatible: text(16),
        outlook: text(17),
        app: text(18),
        at: text(19),
        host: text(20),
        user: text(21),
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
        same("state", rows::RunState::WentOn.name()),
        same("app", &build.to_string()),
        same("host", host),
    );
    let found = db.query(&sql).map_err(Error::database("read the history"))?;
    Ok(!found.is_empty())
}

/// What is stored of an applied migration.
#[cfg(feature = "cli")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredTexts {
    /// Without its passwords.
    pub(crate) up: String,
    pub(crate) down: Option<String>,
    pub(crate) settings: String,
}

/// What is stored of each version whose last completed run went up.
#[cfg(feature = "cli")]
pub(crate) fn stored_texts(
    db: &mut dyn Database,
    tables: &Tables,
) -> Result<HashMap<Version, StoredTexts>, Error> {
    if tables.history == Presence::Absent {
        return Ok(HashMap::new());
    }
    let (engine, history) = (db.engine(), tables.history_name());
    let sql = format!(
        "SELECT {}, script, down_script, settings FROM {history} WHERE direction = 'up' AND id IN \
         (SELECT MAX(id) FROM {history} WHERE state IN ('done', 'baselined') GROUP BY version)",
        engine.text("version"),
    );
    let rows = db.query(&sql).map_err(Error::database("read the stored scripts"))?;
    let text = |row: &Row, i| row.optional(i).unwrap_or_default().to_owned();
    let stored = rows.iter().map(|row| {
        let version = Version::from_ledger(row.text(0));
        let down = row.optional(2).map(str::to_owned);
        (version, StoredTexts { up: text(row, 1), down, settings: text(row, 3) })
    });
    Ok(stored.collect())
}

/// Reads the way back of `version`, whether or not it can be trusted.
pub(crate) fn stored_down(
    db: &mut dyn Database,
    tables: &Tables,
    version: &Version,
) -> Result<Option<StoredScript>, Error> {
    let history = tables.history_name();
    let condition = db.engine().is_version(version);
    let sql = format!(
        "SELECT down_script, execution, checksum, settings, outlook, down_checksum, signature \
         FROM {history} WHERE id = (SELECT MAX(id) FROM {history} \
         WHERE {condition} AND state IN ('done', 'baselined') AND direction = 'up') \
         AND down_script IS NOT NULL AND {}",
        db.engine().fresh(),
    );
    let rows = db.query(&sql).map_err(Error::database("read a stored script"))?;
    let optional = |row: &Row, i| row.optional(i).map(str::to_owned);
    Ok(rows.first().map(|row| StoredScript {
        version: version.clone(),
        text: row.text(0).to_owned(),
        execution: if row.text(1) == "statements" {
            Execution::Statements
        } else {
            Execution::Transaction
        },
        applied: Checksum::from_hex(row.text(2)).unwrap_or(Checksum::from_bytes([0; 32])),
        settings: row.text(3).to_owned(),
        outlook: Outlook::from_history(row.text(4).to_owned()),
        checksum: optional(row, 5),
        signature: optional(row, 6),
    }))
}

/// The text that was applied under `version`, where the history has it.
pub(crate) fn stored_up(
    db: &mut dyn Database,
    tables: &Tables,
    version: &Version,
) -> Result<Option<String>, Error> {
    if tables.history == Presence::Absent {
        return Ok(None);
    }
    let history = tables.history_name();
    let version = db.engine().is_version(version);
    let sql = format!(
        "SELECT script FROM {history} WHERE id = (SELECT MAX(id) FROM {history} \
         WHERE {version} AND state IN ('done', 'baselined') AND direction = 'up')"
    );
    let rows = db.query(&sql).map_err(Error::database("read a stored script"))?;
    Ok(rows.first().map(|row| row.text(0).to_owned()))
}

/// The newest `limit` rows of the history, newest first.
pub(crate) fn list(
    db: &mut dyn Database,
    tables: &Tables,
    limit: usize,
) -> Result<Vec<HistoryRow>, Error> {
    rows_where(db, tables, &format!("1 = 1 ORDER BY id DESC LIMIT {limit}"))
}

/// The row with the number `id`.
pub(crate) fn run(db: &mut dyn Database, tables: &Tables, id: usize) -> Result<HistoryRow, Error> {
    let fresh = db.engine().fresh();
    let row = rows_where(db, tables, &format!("id = {id} AND {fresh}"))?.pop();
    row.ok_or(Error::Database {
        doing: "read the history",
        source: diesel::result::Error::NotFound,
    })
}

fn rows_where(
    db: &mut dyn Database,
    tables: &Tables,
    condition: &str,
) -> Result<Vec<HistoryRow>, Error> {
    if tables.history == Presence::Absent {
        return Ok(Vec::new());
    }
    let engine = db.engine();
    let sql = format!(
        "SELECT {}, {}, version, name, direction, state, {}, {}, app, host, database_user, error, note \
         FROM {} WHERE {condition}",
        engine.iso("started_at"),
        engine.iso("ended_at"),
        engine.text("statements_done"),
        engine.text("statements_total"),
        tables.history_name(),
    );
    let rows = db.query(&sql).map_err(Error::database("read the history"))?;
    Ok(rows.iter().map(history_row).collect())
}

fn history_row(row: &Row) -> HistoryRow {
    let optional = |i| row.optional(i).map(str::to_owned);
    let Build { app, id } = Build::parse(row.text(8));
    HistoryRow {
        started_at: row.text(0).to_owned(),
        ended_at: optional(1),
        version: Version::from_ledger(row.text(2)),
        name: row.text(3).to_owned(),
        direction: row.text(4).to_owned(),
        state: row.text(5).to_owned(),
        statements_done: row.number(6),
        statements_total: row.number(7),
        app,
        build: id,
        host: row.text(9).to_owned(),
        database_user: optional(10),
        error: optional(11),
        note: optional(12),
    }
}
