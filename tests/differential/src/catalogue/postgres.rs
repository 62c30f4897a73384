//! PostgreSQL's catalogue.

use std::sync::Arc;

use dbmig_tests::{Backend, Session};

use super::{Absent, Access, Call, Catalogue, Column, ForeignKey, Key, Rank, Routine, Row, Table};
use super::{list, query, quote};
use crate::kind::{Kind, Sign, SqlType, Wire};

/// A domain counts as what it is made of, as for Diesel.
const TYPE: &str = "format_type(b.oid, CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE MOD END), \
    b.typname, bn.nspname, b.typtype, b.oid, b.typarray, e.typname, e.typtype, \
    (SELECT string_agg(enumlabel, E'\\x1f' ORDER BY enumsortorder) FROM pg_enum \
     WHERE enumtypid = b.oid)";

const TYPE_JOINS: &str = "JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype \
    ELSE t.oid END JOIN pg_namespace bn ON bn.oid = b.typnamespace \
    LEFT JOIN pg_type e ON e.oid = b.typelem AND b.typcategory = 'A'";

/// What belongs to the project: no system schema, nothing of an extension.
const OURS: &str = "n.nspname NOT IN ('pg_catalog', 'information_schema') \
    AND n.nspname NOT LIKE 'pg\\_%' AND NOT EXISTS (SELECT FROM pg_depend x \
    WHERE x.objid = OBJECT AND x.deptype = 'e')";

pub(super) fn read(session: &mut Session) -> Result<Catalogue, String> {
    let mut tables = tables(session)?;
    for table in &mut tables {
        complete(session, table)?;
    }
    tables.retain(|table| !table.columns.is_empty());
    Ok(Catalogue { tables, routines: routines(session)?, sequences: sequences(session)? })
}

fn name(schema: &str, name: &str) -> String {
    let quoted = quote(Backend::Postgres, name);
    match schema {
        "public" => quoted,
        other => format!("{}.{quoted}", quote(Backend::Postgres, other)),
    }
}

/// A view of the server's own state gives something else each time.
fn tables(session: &mut Session) -> Result<Vec<Table>, String> {
    let ours = OURS.replace("OBJECT", "c.oid");
    let sql = format!(
        "SELECT n.nspname, c.relname, c.relkind, \
         (pg_relation_is_updatable(c.oid, false) & 28) = 28, c.relispartition \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'v', 'm') AND {ours} \
         AND (c.relkind <> 'v' OR pg_get_viewdef(c.oid) !~ '\\mpg_|information_schema') \
         ORDER BY c.oid"
    );
    let table = |row: Row| Table {
        name: name(&row[0], &row[1]),
        plain: row[1].clone(),
        access: match (&*row[2], &*row[3], &*row[4]) {
            // Rows go where they belong through the table that it is a part of.
            (_, _, "t") => Access::ReadOnly,
            ("r" | "p", _, _) => Access::Table,
            ("v", "t", _) => Access::WritableView,
            _ => Access::ReadOnly,
        },
        columns: Vec::new(),
        keys: Vec::new(),
        foreign_keys: Vec::new(),
        wanted: String::new(),
    };
    Ok(query(session, &sql)?.into_iter().map(table).collect())
}

fn complete(session: &mut Session, table: &mut Table) -> Result<(), String> {
    let class = format!("'{}'::regclass", table.name.replace('\'', "''"));
    let ty = TYPE.replace("MOD", "a.atttypmod");
    let columns = format!(
        "SELECT a.attname, a.attnotnull, a.atthasdef, a.attidentity, a.attgenerated, \
         t.typdefault IS NOT NULL, {ty} FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid \
         {TYPE_JOINS} WHERE a.attrelid = {class} AND a.attnum > 0 AND NOT a.attisdropped \
         ORDER BY a.attnum"
    );
    table.columns = query(session, &columns)?.iter().map(|row| column(row)).collect();
    let keys = format!(
        "SELECT i.indisprimary, i.indimmediate, (SELECT string_agg(a.attname, E'\\x1f' ORDER BY k.n) \
         FROM unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY k (attnum, n) \
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum) \
         FROM pg_index i WHERE i.indrelid = {class} AND i.indisunique AND i.indpred IS NULL \
         AND i.indexprs IS NULL ORDER BY i.indexrelid"
    );
    table.keys = query(session, &keys)?.iter().map(|row| key(row)).collect();
    let names = |key: &str, of: &str| {
        format!(
            "(SELECT string_agg(a.attname, E'\\x1f' ORDER BY k.n) \
             FROM unnest(c.{key}) WITH ORDINALITY k (attnum, n) \
             JOIN pg_attribute a ON a.attrelid = c.{of} AND a.attnum = k.attnum)"
        )
    };
    let foreign = format!(
        "SELECT {}, n.nspname, r.relname, {} FROM pg_constraint c \
         JOIN pg_class r ON r.oid = c.confrelid JOIN pg_namespace n ON n.oid = r.relnamespace \
         WHERE c.conrelid = {class} AND c.contype = 'f' ORDER BY c.oid",
        names("conkey", "conrelid"),
        names("confkey", "confrelid"),
    );
    table.foreign_keys = query(session, &foreign)?.iter().map(|row| foreign_key(row)).collect();
    let wanted = format!(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND \
         (conrelid = {class} OR contypid IN (SELECT atttypid FROM pg_attribute WHERE attrelid = {class})) \
         UNION ALL SELECT pg_get_expr(c.relpartbound, c.oid) FROM pg_class c \
         LEFT JOIN pg_inherits i ON i.inhrelid = c.oid WHERE i.inhparent = {class} OR c.oid = {class}"
    );
    table.wanted = query(session, &wanted)?.concat().join(" ");
    Ok(())
}

fn column(row: &[String]) -> Column {
    let absent = match (&*row[3], &*row[4]) {
        ("a", _) | (_, "s" | "v") => Absent::Always,
        ("d", _) => Absent::Default,
        _ if row[2] == "t" || row[5] == "t" => Absent::Default,
        _ => Absent::Null,
    };
    let ty = Arc::new(sql_type(&row[6..]));
    Column { name: row[0].clone(), ty, nullable: row[1] == "f", absent }
}

fn key(row: &[String]) -> Key {
    let rank = match (&*row[0], &*row[1]) {
        ("t", "t") => Rank::Primary,
        (_, "t") => Rank::Unique,
        _ => Rank::Deferrable,
    };
    Key { columns: list(&row[2]), rank }
}

fn foreign_key(row: &[String]) -> ForeignKey {
    let table = name(&row[1], &row[2]);
    ForeignKey { columns: list(&row[0]), table, referenced: list(&row[3]) }
}

/// The columns of [`TYPE`].
fn sql_type(row: &[String]) -> SqlType {
    let [shown, name, schema, typtype, oid, array, element, element_type, labels] = row else {
        panic!("{row:?}")
    };
    let kind = match (&**typtype, element.is_empty()) {
        ("e", _) => Kind::Enum(list(labels)),
        (_, false) if element_type == "b" => Kind::Array(Box::new(kind(element, ""))),
        _ => kind(name, shown),
    };
    let number = |text: &str| text.parse().unwrap_or(0);
    let wire = match (&kind, number(oid)) {
        // Diesel's `VarChar` and `Bpchar` are its `Text`.
        (Kind::Text(_), oid) if oid < 16384 => Wire::Fixed { oid: 25, array: 1009 },
        (_, oid) if oid < 16384 => Wire::Fixed { oid, array: number(array) },
        _ => {
            Wire::Named { schema: (schema != "public").then(|| schema.clone()), name: name.clone() }
        }
    };
    SqlType { name: shown.clone(), kind, wire }
}

fn kind(name: &str, shown: &str) -> Kind {
    let numbers = || {
        shown.split_once('(').map_or_else(Vec::new, |(_, rest)| {
            let rest = rest.split(')').next().unwrap_or_default();
            rest.split(',').filter_map(|digits| digits.parse::<u32>().ok()).collect::<Vec<_>>()
        })
    };
    match name {
        "bool" => Kind::Bool,
        "int2" => Kind::Small(Sign::Signed),
        "int4" => Kind::Int(Sign::Signed),
        "int8" => Kind::Big(Sign::Signed),
        "float4" => Kind::Float,
        "float8" => Kind::Double,
        "numeric" => match numbers()[..] {
            [precision] => Kind::Numeric(precision),
            [precision, scale] => Kind::Numeric(precision.saturating_sub(scale)),
            _ => Kind::Numeric(20),
        },
        "text" | "citext" => Kind::Text(None),
        "varchar" => Kind::Text(numbers().first().copied()),
        "bpchar" => Kind::Text(Some(numbers().first().copied().unwrap_or(1))),
        "bytea" => Kind::Bytes(None),
        "date" => Kind::Date,
        "time" => Kind::Time,
        "timestamp" => Kind::Timestamp,
        "timestamptz" => Kind::Timestamptz,
        "interval" => Kind::Interval,
        "uuid" => Kind::Uuid,
        "json" => Kind::Json,
        "jsonb" => Kind::Jsonb,
        other => Kind::Other(other.to_owned()),
    }
}

/// Those that belong to no column.
fn sequences(session: &mut Session) -> Result<Vec<String>, String> {
    let ours = OURS.replace("OBJECT", "c.oid");
    let sql = format!(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind = 'S' AND {ours} AND NOT EXISTS (SELECT FROM pg_depend d \
         WHERE d.objid = c.oid AND d.deptype IN ('a', 'i')) ORDER BY c.oid"
    );
    Ok(query(session, &sql)?.iter().map(|row| name(&row[0], &row[1])).collect())
}

fn routines(session: &mut Session) -> Result<Vec<Routine>, String> {
    let ours = OURS.replace("OBJECT", "p.oid");
    let sql = format!(
        "SELECT p.oid, n.nspname, p.proname, p.prokind, p.prorettype FROM pg_proc p \
         JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_type r ON r.oid = p.prorettype \
         WHERE p.prokind IN ('f', 'p') AND r.typname NOT IN ('trigger', 'event_trigger') \
         AND NOT p.proretset AND p.proallargtypes IS NULL AND p.provariadic = 0 AND {ours} \
         ORDER BY p.oid"
    );
    let mut routines = Vec::new();
    for row in query(session, &sql)? {
        let types = |of: &str| {
            let ty = TYPE.replace("MOD", "-1");
            format!(
                "SELECT {ty} FROM {of} JOIN pg_type t ON t.oid = o.ty {TYPE_JOINS} ORDER BY o.n"
            )
        };
        let of = format!(
            "(SELECT a.ty, a.n FROM pg_proc p, unnest(p.proargtypes) WITH ORDINALITY a (ty, n) \
             WHERE p.oid = {}) o",
            row[0]
        );
        let arguments = query(session, &types(&of))?;
        let arguments = arguments.iter().map(|row| Arc::new(sql_type(row))).collect();
        let call = match &*row[3] {
            "p" => Call::Procedure,
            _ => {
                let result =
                    query(session, &types(&format!("(SELECT {} AS ty, 1 AS n) o", row[4])))?;
                let Some(result) = result.first() else { continue };
                Call::Function(Arc::new(sql_type(result)))
            }
        };
        routines.push(Routine { name: name(&row[1], &row[2]), call, arguments });
    }
    Ok(routines)
}
