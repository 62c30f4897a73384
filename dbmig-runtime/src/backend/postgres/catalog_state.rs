//! What the catalogue says of what a statement in flight is about.

use dbmig_core::Dialect;
use dbmig_core::plan::INVALID;
use dbmig_core::sql::object::{Object, ObjectKind};

use super::Tables;
use super::envelope::SCHEMAS;

pub(super) fn catalog_state(tables: &Tables, object: &Object) -> Option<String> {
    let found = relation(tables, object);
    match object.kind {
        ObjectKind::Indexes => Some(format!(
            "(SELECT coalesce(pg_catalog.string_agg(pg_catalog.concat(CASE WHEN i.indisvalid THEN '' \
             ELSE '{INVALID}' END, pg_catalog.quote_ident(n.nspname::pg_catalog.text), '.', \
             pg_catalog.quote_ident(c.relname::pg_catalog.text)), E'\\n'::pg_catalog.text ORDER BY c.oid), '') \
             FROM pg_catalog.pg_index i \
             JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE i.indrelid = {found})"
        )),
        ObjectKind::Index => Some(format!("coalesce({found}::pg_catalog.text, '')")),
        ObjectKind::Database => Some(format!(
            "(SELECT pg_catalog.count(*)::pg_catalog.text FROM pg_catalog.pg_database \
             WHERE datname = {}::pg_catalog.name)",
            Dialect::Postgres.literal(&object.name),
        )),
        ObjectKind::Table
        | ObjectKind::Trigger
        | ObjectKind::Routine
        | ObjectKind::Event
        | ObjectKind::Definition
        | ObjectKind::Partitions => None,
    }
}

/// The relation: a bare name is looked up in the schemas that were searched at first, whatever is
/// searched at the moment.
fn relation(tables: &Tables, object: &Object) -> String {
    let literal = |text: &str| Dialect::Postgres.literal(text);
    let schemas: Vec<_> = match &object.schema {
        Some(schema) => vec![literal(schema)],
        None => tables.setting(SCHEMAS).lines().map(literal).collect(),
    };
    format!(
        "(SELECT c.oid FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.unnest(ARRAY[{}]::pg_catalog.name[]) WITH ORDINALITY AS p(name, place) \
         ON n.nspname = p.name \
         WHERE c.relname = {}::pg_catalog.name ORDER BY p.place LIMIT 1)",
        schemas.join(", "),
        literal(&object.name),
    )
}
