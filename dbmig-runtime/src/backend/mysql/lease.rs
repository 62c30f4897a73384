//! The lease in MySQL's words.

use super::MysqlEngine;
use crate::backend::lease::{Lease, LeaseSql};

pub(super) static LEASE: Lease = Lease {
    engine: &MysqlEngine,
    words: LeaseSql {
        // Where another level is the default, what is read may lock, or be as old as the transaction.
        begin: "SET SESSION lc_messages = 'en_US';\n\
                SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\nSTART TRANSACTION;\n",
        end: "COMMIT;\n",
        time: "DATETIME(3)",
        past: "'1970-01-02 00:00:00'",
        storage: " ENGINE = InnoDB",
        insert: "INSERT IGNORE",
        unless: "",
        lock: touch,
        seize: |table| {
            format!("SELECT id FROM {table} WHERE id = 2 FOR UPDATE NOWAIT;\n{}", touch(table))
        },
    },
};

/// Changes row 2, for a cluster: a row that is changed to what it was is none to it.
fn touch(table: &str) -> String {
    format!("UPDATE {table} SET token = token + 1 WHERE id = 2;\n")
}
