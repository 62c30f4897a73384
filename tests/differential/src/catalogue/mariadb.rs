//! MariaDB's catalogue.

use std::sync::Arc;

use dbmig_tests::{Backend, Session};

use super::{Absent, Access, Call, Catalogue, Column, ForeignKey, Key, Rank, Routine, Row, Table};
use super::{list, query, quote};
use crate::kind::{Kind, Sign, SqlType, Wire};

pub(super) fn read(session: &mut Session) -> Result<Catalogue, String> {
    let mut tables = tables(session)?;
    for table in &mut tables {
        complete(session, table)?;
    }
    Ok(Catalogue { tables, routines: routines(session)?, sequences: Vec::new() })
}

fn tables(session: &mut Session) -> Result<Vec<Table>, String> {
    let sql = "SELECT t.table_name, t.table_type, v.is_updatable, e.transactions \
               FROM information_schema.tables t LEFT JOIN information_schema.views v \
               ON v.table_schema = t.table_schema AND v.table_name = t.table_name \
               LEFT JOIN information_schema.engines e ON e.engine = t.engine \
               WHERE t.table_schema = database() ORDER BY t.table_name";
    let table = |row: Row| Table {
        name: quote(Backend::MariaDb, &row[0]),
        plain: row[0].clone(),
        access: match (&*row[1], &*row[2], &*row[3]) {
            ("BASE TABLE" | "SYSTEM VERSIONED", _, "YES") => Access::Table,
            ("VIEW", "YES", _) => Access::WritableView,
            // What is written to it cannot be rolled back.
            _ => Access::ReadOnly,
        },
        columns: Vec::new(),
        keys: Vec::new(),
        foreign_keys: Vec::new(),
        wanted: String::new(),
    };
    Ok(query(session, sql)?.into_iter().map(table).collect())
}

fn complete(session: &mut Session, table: &mut Table) -> Result<(), String> {
    let literal = table.plain.replace('\'', "''");
    let of = format!("table_schema = database() AND table_name = '{literal}'");
    let columns = format!(
        "SELECT column_name, data_type, column_type, is_nullable, column_default IS NOT NULL AND \
         column_default <> 'NULL', extra, character_maximum_length, numeric_precision, numeric_scale \
         FROM information_schema.columns WHERE {of} ORDER BY ordinal_position"
    );
    table.columns = query(session, &columns)?.iter().map(|row| column(row)).collect();
    let keys = format!(
        "SELECT index_name, group_concat(column_name ORDER BY seq_in_index SEPARATOR '\u{1f}') \
         FROM information_schema.statistics WHERE {of} AND non_unique = 0 GROUP BY index_name \
         HAVING sum(sub_part IS NOT NULL) = 0"
    );
    let key = |row: Row| Key {
        rank: if row[0] == "PRIMARY" { Rank::Primary } else { Rank::Unique },
        columns: list(&row[1]),
    };
    table.keys = query(session, &keys)?.into_iter().map(key).collect();
    let foreign = format!(
        "SELECT group_concat(column_name ORDER BY ordinal_position SEPARATOR '\u{1f}'), \
         referenced_table_name, \
         group_concat(referenced_column_name ORDER BY ordinal_position SEPARATOR '\u{1f}') \
         FROM information_schema.key_column_usage WHERE {of} AND referenced_table_name IS NOT NULL \
         GROUP BY constraint_name, referenced_table_name"
    );
    let foreign_key = |row: Row| ForeignKey {
        columns: list(&row[0]),
        table: quote(Backend::MariaDb, &row[1]),
        referenced: list(&row[2]),
    };
    table.foreign_keys = query(session, &foreign)?.into_iter().map(foreign_key).collect();
    let wanted = format!(
        "SELECT check_clause FROM information_schema.check_constraints \
         WHERE constraint_schema = database() AND table_name = '{literal}' UNION ALL \
         SELECT coalesce(partition_description, '') FROM information_schema.partitions WHERE {of}"
    );
    table.wanted = query(session, &wanted)?.concat().join(" ");
    Ok(())
}

fn column(row: &[String]) -> Column {
    let extra = row[5].to_lowercase();
    let absent = match extra.as_str() {
        _ if extra.contains("generated") => Absent::Always,
        _ if extra.contains("auto_increment") || row[4] == "1" => Absent::Default,
        _ => Absent::Null,
    };
    let kind = kind(&row[1], &row[2], [&row[6], &row[7], &row[8]]);
    let ty = Arc::new(SqlType { name: row[2].clone(), kind, wire: Wire::None });
    Column { name: row[0].clone(), ty, nullable: row[3] == "YES", absent }
}

fn kind(data_type: &str, column_type: &str, [length, precision, scale]: [&str; 3]) -> Kind {
    let sign = match column_type.contains("unsigned") {
        true => Sign::Unsigned,
        false => Sign::Signed,
    };
    let length = length.parse().ok();
    let number = |text: &str| text.parse::<u32>().unwrap_or(0);
    match data_type {
        "tinyint" if column_type.starts_with("tinyint(1)") => Kind::Bool,
        "tinyint" => Kind::Tiny(sign),
        "smallint" => Kind::Small(sign),
        "int" | "mediumint" => Kind::Int(sign),
        "bigint" => Kind::Big(sign),
        "float" => Kind::Float,
        "double" => Kind::Double,
        "decimal" => Kind::Numeric(number(precision).saturating_sub(number(scale))),
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => Kind::Text(length),
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => {
            Kind::Bytes(length)
        }
        "date" => Kind::Date,
        "time" => Kind::Time,
        "datetime" => Kind::Timestamp,
        "timestamp" => Kind::Timestamptz,
        "enum" => Kind::Enum(labels(column_type)),
        other => Kind::Other(other.to_owned()),
    }
}

/// `enum('a','b')`
fn labels(column_type: &str) -> Vec<String> {
    let inside = column_type.split_once('(').map_or("", |(_, rest)| rest);
    let inside = inside.trim_end_matches(')').trim_matches('\'');
    inside.split("','").map(|label| label.replace("''", "'")).collect()
}

fn routines(session: &mut Session) -> Result<Vec<Routine>, String> {
    let sql = "SELECT specific_name, routine_type FROM information_schema.routines \
               WHERE routine_schema = database() ORDER BY specific_name";
    let mut routines = Vec::new();
    for row in query(session, sql)? {
        let parameters = format!(
            "SELECT ordinal_position, parameter_mode, data_type, dtd_identifier, \
             character_maximum_length, numeric_precision, numeric_scale \
             FROM information_schema.parameters WHERE specific_schema = database() \
             AND specific_name = '{}' ORDER BY ordinal_position",
            row[0].replace('\'', "''")
        );
        let parameters = query(session, &parameters)?;
        let ty = |row: &Row| {
            let kind = kind(&row[2], &row[3], [&row[4], &row[5], &row[6]]);
            Arc::new(SqlType { name: row[3].clone(), kind, wire: Wire::None })
        };
        // What it gives back has the position 0.
        let (result, inputs): (Vec<_>, Vec<_>) = parameters.iter().partition(|row| row[0] == "0");
        if inputs.iter().any(|row| !row[1].is_empty() && row[1] != "IN") {
            continue;
        }
        let call = result.first().map_or(Call::Procedure, |row| Call::Function(ty(row)));
        let arguments = inputs.into_iter().map(ty).collect();
        routines.push(Routine { name: quote(Backend::MariaDb, &row[0]), call, arguments });
    }
    Ok(routines)
}
