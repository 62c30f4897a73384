//! Whether a database is up to date, from its rows: where no round trip is to be spared, but the
//! reading of all that the history knows of a thousand migrations.

use dbmig_core::history::FORMAT;
use dbmig_core::{Checksum, Migration, MigrationSet};
use diesel::QueryResult;

use crate::database::session::{Row, Session};
use crate::tables::{HISTORY, LEDGER};

/// Whether the ledger holds the versions of `set` and no other, each applied from the same text as
/// far as that is known, with no run interrupted. `select` begins the query, `schema` goes before the names of the tables.
///
/// `false` stands for everything else, also for tables that are not there: who gets it reads on.
pub(super) fn by_rows(
    db: &mut dyn Session,
    set: &MigrationSet,
    select: &str,
    schema: &str,
) -> bool {
    rows(db, select, schema).is_ok_and(|rows| is_current(rows, set))
}

/// Each applied version, its checksum where there is one, and in the third column a word if
/// anything else in the history asks for a closer look.
fn rows(db: &mut dyn Session, select: &str, schema: &str) -> QueryResult<Vec<Row>> {
    let (ledger, history) = (format!("{schema}{LEDGER}"), format!("{schema}{HISTORY}"));
    db.query(&format!(
        "{select} l.version, h.checksum, CASE WHEN EXISTS (SELECT 1 FROM {history} \
         WHERE state = 'running' OR (state = 'failed' AND execution = 'statements') OR format > {FORMAT}) \
         THEN 'look' END FROM {ledger} l LEFT JOIN (SELECT version, MAX(id) AS id FROM {history} \
         WHERE state IN ('done', 'baselined') GROUP BY version) c ON c.version = l.version \
         LEFT JOIN {history} h ON h.id = c.id AND h.direction = 'up'"
    ))
}

fn is_current(mut rows: Vec<Row>, set: &MigrationSet) -> bool {
    // Here, not in SQL: the database's collation may not be text order.
    rows.sort_by(|a, b| a.text(0).cmp(b.text(0)));
    let same = |(row, migration): (&Row, &Migration)| {
        let is_same = |checksum| Checksum::from_hex(checksum) == Some(migration.checksum);
        row.text(0) == migration.version.as_str()
            && row.optional(2).is_none()
            && row.optional(1).is_none_or(is_same)
    };
    rows.len() == set.as_slice().len() && rows.iter().zip(set).all(same)
}
