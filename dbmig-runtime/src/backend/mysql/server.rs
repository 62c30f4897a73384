//! What a server says of itself, to whoever asks: whether it takes writes, and whether it is one of
//! several that do. Needs no right.

use super::Row;
use crate::tables::{Cluster, HISTORY, LEDGER, Obstacle};

/// Its variables, for any session. MariaDB passes over what is for MySQL from 5.7 on.
const VARIABLES: &str =
    "/*M! information_schema. */ /*!50720 performance_schema. */ global_variables";

/// The columns of a query that reads it; `schema` is an expression for the database of the tables.
pub(super) fn columns(schema: &str) -> String {
    let count = |condition: &str| {
        format!("(SELECT CAST(COUNT(*) AS CHAR) FROM {VARIABLES} WHERE {condition})")
    };
    let galera = count(
        "(variable_name = 'wsrep_on' AND variable_value = 'ON') \
         OR (variable_name = 'wsrep_provider' AND variable_value NOT IN ('', 'none'))",
    );
    let group = count("variable_name = 'group_replication_group_name' AND variable_value <> ''");
    // MySQL tells only whom it trusts.
    let replicas = "COALESCE(/*M! (SELECT MAX(variable_value) FROM information_schema.global_status \
                    WHERE variable_name = 'slaves_running'), */ '0')";
    // `TRANSACTIONS` of what keeps no promise of a transaction.
    let engine = |table: &str| {
        format!(
            "(SELECT CAST(MAX(t.engine) AS CHAR) FROM information_schema.tables t \
             JOIN information_schema.engines e ON e.engine = t.engine AND e.transactions = 'NO' \
             WHERE t.table_schema = {schema} AND t.table_name = '{table}')"
        )
    };
    [
        "CAST(@@GLOBAL.read_only AS CHAR), CAST(@@GLOBAL.innodb_read_only AS CHAR)".to_owned(),
        replicas.to_owned(),
        engine(LEDGER),
        engine(HISTORY),
        galera,
        group,
    ]
    .join(", ")
}

/// Why nothing can be written there, from those columns, which begin with the column `first`.
pub(super) fn obstacle(row: &Row, first: usize) -> Option<Obstacle> {
    let is_on = |index: usize| !matches!(row.text(first + index), "" | "0" | "OFF");
    let only_reads = |why: &str| Some(Obstacle::OnlyReads { why: why.to_owned() });
    let plain = |index: usize, table: &str| {
        let engine = row.optional(first + index)?.to_owned();
        Some(Obstacle::NotTransactional { table: table.to_owned(), engine })
    };
    if is_on(0) {
        return only_reads("the server is read-only (@@read_only), as replicas are");
    }
    if is_on(1) {
        return only_reads("the server is read-only (@@innodb_read_only)");
    }
    if is_on(2) {
        return Some(Obstacle::Replicates);
    }
    plain(3, LEDGER).or_else(|| plain(4, HISTORY))
}

/// The cluster that it is a node of, from the same columns.
pub(super) fn cluster(row: &Row, first: usize) -> Option<Cluster> {
    match (row.number(first + 5), row.number(first + 6)) {
        // It is on, and it has a provider.
        (2, _) => Some(Cluster::Galera),
        (_, 1) => Some(Cluster::GroupReplication),
        _ => None,
    }
}
