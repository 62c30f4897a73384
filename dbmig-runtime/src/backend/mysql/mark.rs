//! What tells whether the two tables are still what was seen.

use dbmig_core::Dialect;

use super::{HISTORY, LEDGER, Presence, Tables};

/// An expression that changes when a version comes or goes, or a run moves; empty without tables.
pub(super) fn mark(tables: &Tables) -> String {
    let ledger = match tables.ledger {
        Presence::Absent => gone(tables, LEDGER),
        Presence::Present => {
            format!("(SELECT {} FROM {})", digest("version", "1 = 1"), tables.ledger_name())
        }
    };
    let history = match tables.history {
        Presence::Absent => gone(tables, HISTORY),
        Presence::Present => format!(
            "(SELECT CONCAT(COALESCE(MAX(id), 0), ' ', COUNT(*), ' ', {}) FROM {})",
            digest(
                "CONCAT_WS('/', id, state, statements_started, statements_done)",
                "state IN ('running', 'failed')"
            ),
            tables.history_name()
        ),
    };
    format!("CAST(TRIM(CONCAT({ledger}, ' ', {history})) AS CHAR)")
}

/// In whatever order the rows come: `GROUP_CONCAT` would cut long lists without a word.
fn digest(value: &str, condition: &str) -> String {
    format!(
        "CONCAT(COUNT(*), ':', COALESCE(BIT_XOR(CASE WHEN {condition} THEN \
         CAST(CONV(LEFT(MD5({value}), 15), 16, 10) AS UNSIGNED) ELSE 0 END), 0))"
    )
}

/// A condition: the tables that were seen are there.
pub(super) fn there(tables: &Tables) -> String {
    let names = [(tables.ledger, LEDGER), (tables.history, HISTORY)];
    let seen = names.into_iter().filter(|(presence, _)| *presence == Presence::Present);
    let there = seen.map(|(_, name)| format!("EXISTS ({})", row_of(tables, name)));
    ["1 = 1".to_owned()].into_iter().chain(there).collect::<Vec<_>>().join(" AND ")
}

/// An expression that is empty as long as the table is not there.
fn gone(tables: &Tables, name: &str) -> String {
    format!("COALESCE(({}), '')", row_of(tables, name))
}

fn row_of(tables: &Tables, name: &str) -> String {
    format!(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = {} AND table_name = '{name}'",
        Dialect::Mysql.literal(&tables.schema)
    )
}
