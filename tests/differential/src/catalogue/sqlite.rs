//! SQLite's catalogue.

use std::sync::Arc;

use dbmig_tests::{Backend, Session};

use super::{Absent, Access, Catalogue, Column, ForeignKey, Key, Rank, Row, Table};
use super::{query, quote};
use crate::kind::{Kind, Sign, SqlType, Wire};

pub(super) fn read(session: &mut Session) -> Result<Catalogue, String> {
    let sql = "SELECT s.name, s.type, s.sql, l.type, EXISTS (SELECT 1 FROM sqlite_schema t \
               WHERE t.type = 'trigger' AND t.tbl_name = s.name) FROM sqlite_schema s \
               JOIN pragma_table_list l ON l.name = s.name AND l.schema = 'main' \
               WHERE s.type IN ('table', 'view') AND s.name NOT LIKE 'sqlite_%' \
               AND l.type <> 'shadow' ORDER BY s.rowid";
    let mut tables = Vec::new();
    for row in query(session, sql)? {
        let mut table = table(&row);
        // A view of what is no more has no columns.
        if complete(session, &mut table).is_ok() && !table.columns.is_empty() {
            tables.push(table);
        }
    }
    Ok(Catalogue { tables, ..Catalogue::default() })
}

fn table(row: &[String]) -> Table {
    Table {
        name: quote(Backend::Sqlite, &row[0]),
        plain: row[0].clone(),
        access: match (&*row[1], &*row[4]) {
            ("table", _) => Access::Table,
            // With triggers that write.
            (_, "1") => Access::WritableView,
            _ => Access::ReadOnly,
        },
        columns: Vec::new(),
        keys: Vec::new(),
        foreign_keys: Vec::new(),
        wanted: row[2].clone(),
    }
}

fn complete(session: &mut Session, table: &mut Table) -> Result<(), String> {
    let of = format!("'{}'", table.plain.replace('\'', "''"));
    let columns =
        query(session, &format!("SELECT * FROM pragma_table_xinfo({of}) WHERE hidden <> 1"))?;
    table.columns = columns.iter().map(|row| column(row, &columns)).collect();
    let mut primary: Vec<_> = columns.iter().filter(|row| row[5] != "0").collect();
    primary.sort_by_key(|row| row[5].parse::<u32>().unwrap_or(0));
    if !primary.is_empty() {
        let columns = primary.iter().map(|row| row[1].clone()).collect();
        table.keys.push(Key { columns, rank: Rank::Primary });
    }
    let indexes = format!(
        "SELECT name FROM pragma_index_list({of}) WHERE \"unique\" = 1 AND partial = 0 AND origin <> 'pk'"
    );
    for index in query(session, &indexes)? {
        let index = index[0].replace('\'', "''");
        let rows = query(
            session,
            &format!("SELECT cid, name FROM pragma_index_info('{index}') ORDER BY seqno"),
        )?;
        if rows.iter().all(|row| !row[0].starts_with('-')) {
            let columns = rows.into_iter().map(|mut row| row.remove(1)).collect();
            table.keys.push(Key { columns, rank: Rank::Unique });
        }
    }
    let foreign = format!(
        "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list({of}) ORDER BY id, seq"
    );
    let mut last = String::new();
    for row in query(session, &foreign)? {
        if row[0] != last || table.foreign_keys.is_empty() {
            let referred = quote(Backend::Sqlite, &row[1]);
            let (columns, referenced) = (Vec::new(), Vec::new());
            table.foreign_keys.push(ForeignKey { columns, table: referred, referenced });
        }
        last.clone_from(&row[0]);
        let key = table.foreign_keys.last_mut().expect("one was added");
        key.columns.push(row[2].clone());
        key.referenced.push(if row[3].is_empty() {
            primary_of(session, &row[1])?
        } else {
            row[3].clone()
        });
    }
    Ok(())
}

/// What a foreign key refers to that names no column.
fn primary_of(session: &mut Session, table: &str) -> Result<String, String> {
    let of = table.replace('\'', "''");
    let rows = query(session, &format!("SELECT name FROM pragma_table_info('{of}') WHERE pk = 1"))?;
    Ok(rows.into_iter().next().map_or_else(|| "rowid".to_owned(), |mut row| row.remove(0)))
}

/// `cid, name, type, notnull, dflt_value, pk, hidden`
fn column(row: &[String], all: &[Row]) -> Column {
    let alone = all.iter().filter(|row| row[5] != "0").count() == 1;
    let rowid = row[5] != "0" && alone && row[2].eq_ignore_ascii_case("integer");
    let absent = match &*row[6] {
        "2" | "3" => Absent::Always,
        _ if rowid || !row[4].is_empty() => Absent::Default,
        _ => Absent::Null,
    };
    let ty = Arc::new(SqlType { name: row[2].clone(), kind: kind(&row[2]), wire: Wire::None });
    // Diesel takes a primary key for NOT NULL, though SQLite does not.
    let nullable = row[3] == "0" && row[5] == "0";
    Column { name: row[1].clone(), ty, nullable, absent }
}

/// As `diesel print-schema` reads the name of a type.
fn kind(declared: &str) -> Kind {
    let name = declared.to_lowercase();
    let limit = name.split_once('(').and_then(|(_, rest)| rest.trim_end_matches(')').parse().ok());
    match name.as_str() {
        n if n.contains("bool") || n.contains("tiny") && n.contains("int(1)") => Kind::Bool,
        n if n.contains("smallint") || n.contains("int2") => Kind::Small(Sign::Signed),
        n if n.contains("bigint") || n.contains("int8") => Kind::Big(Sign::Signed),
        n if n.contains("int") && !n.contains("interval") => Kind::Int(Sign::Signed),
        n if n.contains("char") || n.contains("clob") || n.contains("text") => Kind::Text(limit),
        n if n.contains("blob") || n.is_empty() => Kind::Bytes(None),
        n if n == "real" || n.contains("float") => Kind::Float,
        n if n.contains("double") || n.contains("num") || n.contains("dec") => Kind::Double,
        n if n.contains("datetime") || n.contains("timestamp") => Kind::Timestamp,
        "date" => Kind::Date,
        "time" => Kind::Time,
        _ => Kind::Other(name),
    }
}
