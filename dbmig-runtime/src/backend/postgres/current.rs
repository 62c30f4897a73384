//! Whether the two tables say what the set says, asked in one message.

use std::fmt::Write as _;

use dbmig_core::history::FORMAT;
use dbmig_core::{Dialect, MigrationSet};

use super::{HISTORY, LEDGER, Session, Sought, trust};

/// One row with one number, whatever the length of the two tables.
///
/// A query that names a table is planned as a whole before anything of it runs, and the planner
/// itself calls what it takes for constant in a view. So the query is a text here, which does not
/// exist before the tables have been judged: `ts_stat` runs it, and of none makes no rows.
pub(super) fn is_current(db: &mut dyn Session, set: &MigrationSet, sought: Sought<'_>) -> bool {
    let schema = sought.schema();
    let table = |name: &str| match schema {
        Some(schema) => format!("{}.{name}", Dialect::Postgres.identifier(schema)),
        None => name.to_owned(),
    };
    let sql = format!(
        "SELECT pg_catalog.count(*)::pg_catalog.text FROM pg_catalog.ts_stat({})",
        trust::if_both_readable(schema, &holds_exactly(set, &table(LEDGER), &table(HISTORY))),
    );
    db.query(&sql).is_ok_and(|rows| rows.first().is_some_and(|row| row.is_true(0)))
}

/// A query with a row if the database holds `set` and nothing else, and no run is interrupted. The
/// row is of the type that `ts_stat` wants.
fn holds_exactly(set: &MigrationSet, ledger: &str, history: &str) -> String {
    format!(
        "SELECT 'current'::pg_catalog.tsvector FROM \
         (SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(pg_catalog.string_agg(\
         pg_catalog.concat(l.version, ' ', h.checksum), E'\\n'::pg_catalog.text \
         ORDER BY l.version COLLATE pg_catalog.\"C\"), ''), 'UTF8')), 'hex') \
         AS digest FROM {ledger} l LEFT JOIN (SELECT DISTINCT ON (version) version, checksum, \
         direction FROM {history} WHERE state IN ('done', 'baselined') \
         ORDER BY version, id DESC) h ON h.version::pg_catalog.text = l.version::pg_catalog.text \
         AND h.direction = 'up'::pg_catalog.text) held \
         WHERE held.digest = '{digest}'::pg_catalog.text \
         AND NOT EXISTS (SELECT 1 FROM {history} WHERE state = 'running'::pg_catalog.text \
         OR (state = 'failed'::pg_catalog.text AND execution = 'statements'::pg_catalog.text) OR format > {format}::pg_catalog.int2)",
        digest = digits(&set.digest()),
        format = FORMAT,
    )
}

fn digits(digest: &[u8; 32]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
