//! What the catalogue says of what a statement in flight is about.

use dbmig_core::Dialect;
use dbmig_core::sql::object::{Object, ObjectKind};

pub(super) fn catalog_state(object: &Object) -> String {
    let schema = match &object.schema {
        Some(schema) => Dialect::Mysql.literal(schema),
        None => "DATABASE()".to_owned(),
    };
    let name = Dialect::Mysql.literal(&object.name);
    let count = |table: &str, prefix: &str| {
        format!(
            "(SELECT CAST(COUNT(*) AS CHAR) FROM information_schema.{table} \
             WHERE {prefix}_schema = {schema} AND {prefix}_name = {name})"
        )
    };
    match object.kind {
        ObjectKind::Table | ObjectKind::Indexes | ObjectKind::Index => count("tables", "table"),
        // By its table's schema, which is its own: by the other column, the server would open the
        // tables of all databases, and fail where one of them is being changed.
        ObjectKind::Trigger => format!(
            "(SELECT CAST(COUNT(*) AS CHAR) FROM information_schema.triggers \
             WHERE event_object_schema = {schema} AND trigger_name = {name})"
        ),
        ObjectKind::Routine => count("routines", "routine"),
        ObjectKind::Event => count("events", "event"),
        ObjectKind::Database => format!(
            "(SELECT CAST(COUNT(*) AS CHAR) FROM information_schema.schemata WHERE schema_name = {name})"
        ),
        ObjectKind::Definition => definition(&PARTS[..PARTS.len() - 1], &schema, &name),
        ObjectKind::Partitions => definition(&PARTS, &schema, &name),
    }
}

/// All that `ALTER TABLE` can change and that data cannot: no row counts, no AUTO_INCREMENT.
fn definition(parts: &[(&str, &str)], schema: &str, name: &str) -> String {
    let parts: Vec<_> =
        parts.iter().map(|(table, columns)| part(table, columns, schema, name)).collect();
    format!("CONCAT_WS(' ', {})", parts.join(", "))
}

/// The tables of `information_schema` that describe a table, and the columns that do; the last one
/// only where partitions are what it is about.
const PARTS: [(&str, &str); 6] = [
    ("tables", "table_type, engine, row_format, table_collation, create_options, table_comment"),
    (
        "columns",
        "column_name, ordinal_position, column_default, is_nullable, column_type, collation_name, \
         extra, column_comment, generation_expression",
    ),
    (
        "statistics",
        "index_name, seq_in_index, column_name, non_unique, sub_part, collation, index_type, index_comment",
    ),
    ("table_constraints", "constraint_name, constraint_type"),
    (
        "key_column_usage",
        "constraint_name, column_name, ordinal_position, referenced_table_schema, \
         referenced_table_name, referenced_column_name",
    ),
    (
        "partitions",
        "partition_name, partition_ordinal_position, partition_method, partition_expression, \
         partition_description",
    ),
];

/// A number that changes with any of the rows, in whatever order they come: `GROUP_CONCAT` would
/// cut long ones without a word.
fn part(table: &str, columns: &str, schema: &str, name: &str) -> String {
    let columns: Vec<_> =
        columns.split(',').map(|column| format!("COALESCE({}, '-')", column.trim())).collect();
    format!(
        "(SELECT CONCAT(COUNT(*), ':', COALESCE(BIT_XOR(CAST(CONV(LEFT(MD5(CONCAT_WS('|', {})), 15), 16, 10) \
         AS UNSIGNED)), 0)) FROM information_schema.{table} WHERE table_schema = {schema} AND table_name = {name})",
        columns.join(", "),
    )
}
