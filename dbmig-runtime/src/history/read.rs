//! Rows out of the two tables.

use std::collections::HashMap;

use dbmig_core::migration::Execution;
use dbmig_core::plan::{Applied, Cause, Direction, History, Interrupted, Record, StoredDown};
use dbmig_core::{Checksum, Version};

use super::FORMAT;
use crate::backend::engine::{Engine, Presence, Tables};
use crate::backend::{Database, Row};
use crate::error::Error;

/// Reads both tables; missing ones are empty ones.
pub(crate) fn read(db: &mut dyn Database, tables: &Tables) -> Result<History, Error> {
    let engine = db.engine();
    let mut history = History::default();
    let mut records = Vec::new();
    if tables.history == Presence::Present {
        let sql = latest_rows(engine, tables);
        for row in db.query(&sql).map_err(Error::database("read the history"))? {
            if row.number(1) > FORMAT {
                return Err(Error::NewerHistory { found: row.number(1) });
            }
            records.push(row);
        }
    }
    if tables.ledger == Presence::Present {
        let sql = format!("SELECT version FROM {}", tables.ledger_name());
        let rows = db.query(&sql).map_err(Error::database("read the ledger"))?;
        let mut versions: Vec<_> = rows.iter().map(|row| row.text(0).to_owned()).collect();
        // Here, not in SQL: the database's collation may not be text order.
        versions.sort();
        let completed = by_version(records.iter().filter(|row| is_completed(row)));
        history.applied = versions
            .into_iter()
            .map(|version| Applied {
                record: record(completed.get(version.as_str()).copied()),
                version: Version::from_ledger(version),
            })
            .collect();
    }
    history.interrupted = interrupted(&records, &history);
    Ok(history)
}

/// The last row and the last completed row of each version, oldest first.
fn latest_rows(engine: &dyn Engine, tables: &Tables) -> String {
    let text = |column: &str| cast(engine, column);
    let history = tables.history_name();
    let columns = [
        text("format"),
        "name".to_owned(),
        "direction".to_owned(),
        "state".to_owned(),
        "execution".to_owned(),
        "checksum".to_owned(),
        text("statements_started"),
        text("statements_done"),
        "CASE WHEN down_script IS NULL THEN '0' ELSE '1' END".to_owned(),
        "CASE WHEN execution = 'statements' AND state IN ('running', 'failed') THEN script END"
            .to_owned(),
        "error".to_owned(),
    ];
    format!(
        "SELECT version, {} FROM {history} WHERE id IN (SELECT MAX(id) FROM {history} GROUP BY version) \
         OR id IN (SELECT MAX(id) FROM {history} WHERE state IN ('done', 'baselined') GROUP BY version) \
         ORDER BY id",
        columns.join(", "),
    )
}

fn cast(engine: &dyn Engine, column: &str) -> String {
    match engine.dialect() {
        dbmig_core::Dialect::Mysql => format!("CAST({column} AS CHAR)"),
        dbmig_core::Dialect::Postgres | dbmig_core::Dialect::Sqlite => {
            format!("CAST({column} AS TEXT)")
        }
    }
}

fn is_completed(row: &Row) -> bool {
    matches!(row.text(4), "done" | "baselined")
}

/// The last row of each version; `rows` are oldest first.
fn by_version<'r>(rows: impl Iterator<Item = &'r Row>) -> HashMap<&'r str, &'r Row> {
    rows.map(|row| (row.text(0), row)).collect()
}

/// The ledger has the version: a record of ours belongs to it if the last thing that we completed
/// there was going up. Else another tool has applied it since.
fn record(last_completed: Option<&Row>) -> Record {
    match last_completed {
        Some(row) if row.text(3) == Direction::Up.name() => match Checksum::from_hex(row.text(6)) {
            Some(checksum) => Record::Recorded {
                name: row.text(2).to_owned(),
                checksum,
                down: if row.text(9) == "1" { StoredDown::Present } else { StoredDown::Absent },
            },
            None => Record::Unverified,
        },
        _ => Record::Unverified,
    }
}

fn interrupted(rows: &[Row], history: &History) -> Vec<Interrupted> {
    let mut found: Vec<Interrupted> = Vec::new();
    let last = by_version(rows.iter());
    let is_open =
        |row: &Row| row.text(5) == "statements" && matches!(row.text(4), "running" | "failed");
    for row in rows.iter().filter(|row| is_open(row)) {
        let version = Version::from_ledger(row.text(0));
        let is_last = last.get(row.text(0)).is_some_and(|last| std::ptr::eq(*last, row));
        let (started, done) = (row.number(7), row.number(8));
        let cause = match row.text(4) {
            "failed" => Cause::Failed(row.text(11).to_owned()),
            _ => Cause::Lost,
        };
        let begun = done > 0 || (started > 0 && cause == Cause::Lost);
        let direction =
            if row.text(3) == Direction::Down.name() { Direction::Down } else { Direction::Up };
        // Where the ledger says otherwise, somebody has settled it.
        let applied = history.find(&version).is_some();
        let unsettled = applied == (direction == Direction::Down);
        if is_last && begun && unsettled {
            let (name, script) = (row.text(2).to_owned(), row.text(10).to_owned());
            found.push(Interrupted { version, name, direction, started, done, cause, script });
        }
    }
    found
}

/// The way back that was stored when `version` was last applied.
pub(crate) struct StoredScript {
    pub(crate) text: String,
    pub(crate) execution: Execution,
    pub(crate) checksum: Checksum,
}

/// Reads the way back of `version`.
pub(crate) fn stored_down(
    db: &mut dyn Database,
    tables: &Tables,
    version: &Version,
) -> Result<Option<StoredScript>, Error> {
    let history = tables.history_name();
    let version = tables.dialect.literal(version.as_str());
    let sql = format!(
        "SELECT down_script, execution, checksum FROM {history} WHERE id = (SELECT MAX(id) FROM {history} \
         WHERE version = {version} AND state IN ('done', 'baselined') AND direction = 'up') \
         AND down_script IS NOT NULL"
    );
    let rows = db.query(&sql).map_err(Error::database("read a stored script"))?;
    Ok(rows.first().map(|row| StoredScript {
        text: row.text(0).to_owned(),
        execution: if row.text(1) == "statements" {
            Execution::Statements
        } else {
            Execution::Transaction
        },
        checksum: Checksum::from_hex(row.text(2)).unwrap_or(Checksum::from_bytes([0; 32])),
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
    let version = tables.dialect.literal(version.as_str());
    let sql = format!(
        "SELECT script FROM {history} WHERE id = (SELECT MAX(id) FROM {history} \
         WHERE version = {version} AND state IN ('done', 'baselined') AND direction = 'up')"
    );
    let rows = db.query(&sql).map_err(Error::database("read a stored script"))?;
    Ok(rows.first().map(|row| row.text(0).to_owned()))
}

/// A row of the history, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// When it began, in UTC, as `2026-11-22T16:30:00.000Z`.
    pub started_at: String,
    /// When it ended; nothing while it runs, or when its runner vanished.
    pub ended_at: Option<String>,
    /// The version.
    pub version: Version,
    /// The name of the migration's directory.
    pub name: String,
    /// `up` or `down`.
    pub direction: String,
    /// The word of a [`RunState`](super::RunState).
    pub state: String,
    /// Statements done.
    pub statements_done: usize,
    /// Statements of the script.
    pub statements_total: usize,
    /// Which app, and its version.
    pub app: String,
    /// On which machine.
    pub host: String,
    /// As which user of the database.
    pub database_user: Option<String>,
    /// What the database said, for a failed run.
    pub error: Option<String>,
}

/// The newest `limit` rows of the history, newest first.
pub(crate) fn list(
    db: &mut dyn Database,
    tables: &Tables,
    limit: usize,
) -> Result<Vec<HistoryRow>, Error> {
    if tables.history == Presence::Absent {
        return Ok(Vec::new());
    }
    let engine = db.engine();
    let sql = format!(
        "SELECT {}, {}, version, name, direction, state, {}, {}, app, host, database_user, error \
         FROM {} ORDER BY id DESC LIMIT {limit}",
        engine.iso("started_at"),
        engine.iso("ended_at"),
        cast(engine, "statements_done"),
        cast(engine, "statements_total"),
        tables.history_name(),
    );
    let rows = db.query(&sql).map_err(Error::database("read the history"))?;
    Ok(rows.iter().map(history_row).collect())
}

fn history_row(row: &Row) -> HistoryRow {
    let optional = |i| row.optional(i).map(str::to_owned);
    HistoryRow {
        started_at: row.text(0).to_owned(),
        ended_at: optional(1),
        version: Version::from_ledger(row.text(2)),
        name: row.text(3).to_owned(),
        direction: row.text(4).to_owned(),
        state: row.text(5).to_owned(),
        statements_done: row.number(6),
        statements_total: row.number(7),
        app: row.text(8).to_owned(),
        host: row.text(9).to_owned(),
        database_user: optional(10),
        error: optional(11),
    }
}
