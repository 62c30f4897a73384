//! Which migration has created a schema.

use dbmig_core::plan::Creator;
use dbmig_core::sql::effect::schema_name;
use dbmig_core::sql::split;
use dbmig_core::{Checksum, Dialect, Version};
use diesel::QueryResult;

use super::{Row, Session, Tables};

/// The migrations in the history that have created `schema`, as far as their scripts say so in plain
/// words. One that was rolled back has not; one that was cut off outside of a transaction may have.
pub(super) fn creators(
    db: &mut dyn Session,
    tables: &Tables,
    schema: &str,
) -> QueryResult<Vec<Creator>> {
    let rows = db.query(&format!(
        "SELECT version::pg_catalog.text, checksum::pg_catalog.text, script FROM {} \
         WHERE direction = 'up'::pg_catalog.text AND script ILIKE '%schema%'::pg_catalog.text \
         AND (state IN ('done', 'baselined', 'resumed') \
         OR (execution = 'statements'::pg_catalog.text AND state IN ('running', 'failed')))",
        tables.history_name(),
    ))?;
    let made_it = |row: &&Row| {
        let statements = split(Dialect::Postgres, row.text(2)).unwrap_or_default();
        statements.iter().any(|statement| schema_name(statement).as_deref() == Some(schema))
    };
    let creator = |row: &Row| {
        Some(Creator {
            version: Version::from_ledger(row.text(0)),
            checksum: Checksum::from_hex(row.text(1))?,
        })
    };
    Ok(rows.iter().filter(made_it).filter_map(creator).collect())
}
