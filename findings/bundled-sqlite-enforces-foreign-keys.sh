#!/usr/bin/env bash
# The same Diesel program, the same SQL, another SQLite: libsqlite3-sys's feature `bundled` compiles SQLite
# with foreign keys enforced by default, the system's library does not enforce them. In a transaction
# SQLite ignores PRAGMA foreign_keys = OFF, so the usual rebuild of a table deletes what refers to it with
# ON DELETE CASCADE in one build, and nothing in the other.
#
# Seen with: diesel 2.3.14, libsqlite3-sys 0.38.2 (SQLite 3.53), Debian 12's libsqlite3 3.40.1.
#   system: 1 child left
#   bundled: 0 child left
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
mkdir -p app/src
cat >app/Cargo.toml <<'T'
[package]
name = "app"
version = "0.0.0"
edition = "2021"
[features]
bundled = ["libsqlite3-sys/bundled"]
[dependencies]
diesel = { version = "=2.3.14", default-features = false, features = ["sqlite"] }
libsqlite3-sys = "=0.38.2"
[workspace]
T
cat >app/src/main.rs <<'T'
use diesel::{connection::SimpleConnection, sql_types::BigInt, Connection, QueryableByName, RunQueryDsl, SqliteConnection};
#[derive(QueryableByName)]
struct Count { #[diesel(sql_type = BigInt)] n: i64 }
fn main() {
    let mut c = SqliteConnection::establish(":memory:").unwrap();
    c.batch_execute(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY);
         CREATE TABLE child (p INTEGER REFERENCES parent (id) ON DELETE CASCADE);
         INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1);
         BEGIN; PRAGMA foreign_keys = OFF;
         CREATE TABLE rebuilt (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO rebuilt (id) SELECT id FROM parent;
         DROP TABLE parent; ALTER TABLE rebuilt RENAME TO parent; COMMIT;",
    ).unwrap();
    let rows: Vec<Count> = diesel::sql_query("SELECT count(*) AS n FROM child").load(&mut c).unwrap();
    println!("{}: {} child left", std::env::args().nth(1).unwrap(), rows[0].n);
}
T
cd app
{ cargo run --quiet -- system; cargo run --quiet --features bundled -- bundled; } | tee ../out
diff - ../out <<'T' && echo "as described"
system: 1 child left
bundled: 0 child left
T
