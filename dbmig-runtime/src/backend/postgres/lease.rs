//! The lease in PostgreSQL's words.

use dbmig_core::Dialect;

use super::PostgresEngine;
use crate::backend::lease::{Lease, LeaseSql};
use crate::database::assertion::{Breach, expect};

pub(super) static LEASE: Lease = Lease {
    engine: &PostgresEngine,
    words: LeaseSql {
        // The message itself is the transaction. One that an error leaves open is too much for a pooler
        // in statement mode.
        begin: "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;\n",
        end: "",
        time: "TIMESTAMPTZ",
        past: "'1970-01-02 00:00:00+00'",
        storage: "",
        insert: "INSERT",
        unless: "ON CONFLICT DO NOTHING",
        lock: |table| format!("SELECT id FROM {table} WHERE id = 2 FOR UPDATE;\n"),
        seize,
    },
};

/// Where it is locked, there is none. An error of the server would be in its own language.
fn seize(table: &str) -> String {
    let free = format!("(SELECT id FROM {table} WHERE id = 2 FOR UPDATE SKIP LOCKED)");
    expect(Dialect::Postgres, &format!("{free} IS NOT NULL"), Breach::Taken)
}
