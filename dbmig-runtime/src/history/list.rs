//! Runs, for people.

use dbmig_core::history::RunState;
use dbmig_core::plan::Direction;
use dbmig_core::{Build, Version};

use super::asked::Selection;
use crate::database::Database;
use crate::database::session::Row;
use crate::error::Error;
use crate::report::{HistoryRow, Word};
use crate::tables::columns::{Column, ColumnType};
use crate::tables::{Presence, Tables};

const SHOWN: Selection = Selection {
    before: 0,
    columns: &[
        Column::StartedAt,
        Column::EndedAt,
        Column::Version,
        Column::Name,
        Column::Direction,
        Column::State,
        Column::StatementsDone,
        Column::StatementsTotal,
        Column::App,
        Column::Host,
        Column::DatabaseUser,
        Column::Error,
        Column::Note,
    ],
};

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
    let shown = SHOWN.list(|column| match column.kind() {
        ColumnType::Time => engine.iso(column.name()),
        ColumnType::Id | ColumnType::Format | ColumnType::Count => engine.text(column.name()),
        ColumnType::Version
        | ColumnType::Direction
        | ColumnType::Word
        | ColumnType::Digest
        | ColumnType::Text
        | ColumnType::LongText => column.name().to_owned(),
    });
    let sql = format!("SELECT {shown} FROM {} WHERE {condition}", tables.history_name());
    let rows = db.query(&sql).map_err(Error::database("read the history"))?;
    Ok(rows.iter().map(history_row).collect())
}

fn history_row(row: &Row) -> HistoryRow {
    let text = |column| SHOWN.text(row, column).to_owned();
    let optional = |column| SHOWN.optional(row, column).map(str::to_owned);
    let Build { app, id } = Build::parse(SHOWN.text(row, Column::App));
    HistoryRow {
        started_at: text(Column::StartedAt),
        ended_at: optional(Column::EndedAt),
        version: Version::from_ledger(text(Column::Version)),
        name: text(Column::Name),
        direction: Word::of(SHOWN.text(row, Column::Direction), Direction::of),
        state: Word::of(SHOWN.text(row, Column::State), RunState::of),
        statements_done: SHOWN.number(row, Column::StatementsDone),
        statements_total: SHOWN.number(row, Column::StatementsTotal),
        app,
        build: id,
        host: text(Column::Host),
        database_user: optional(Column::DatabaseUser),
        error: optional(Column::Error),
        note: optional(Column::Note),
    }
}
