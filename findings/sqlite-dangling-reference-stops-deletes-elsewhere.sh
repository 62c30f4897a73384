#!/usr/bin/env bash
# SQLite takes a foreign key to a table that does not exist, and it is not only the new table that is then
# useless: with foreign keys enforced, DELETE on *another* table that the new one refers to with ON DELETE CASCADE fails,
# although the new table is empty. So a CREATE TABLE that is fine by itself stops a statement of a program
# that does not know the table. The same without an action is harmless.
#
# Seen with: Node.js package better-sqlite3 12.4.1 (SQLite 3.50.4).
#   before: 1 deleted
#   NO ACTION: 1 deleted
#   CASCADE: no such table: main.missing
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm install --silent --no-audit --no-fund better-sqlite3@12.4.1 >/dev/null
cat >play.js <<'T'
const Database = require('better-sqlite3');
for (const [label, sql] of [
  ['before', ''],
  ['NO ACTION', 'CREATE TABLE tags (user_id INTEGER REFERENCES users (id), kind INTEGER REFERENCES missing (id))'],
  ['CASCADE', 'CREATE TABLE tags (user_id INTEGER REFERENCES users (id) ON DELETE CASCADE, kind INTEGER REFERENCES missing (id))'],
]) {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = ON');
  db.exec(`CREATE TABLE users (id INTEGER PRIMARY KEY); INSERT INTO users VALUES (1); ${sql}`);
  try { console.log(`${label}: ${db.prepare('DELETE FROM users WHERE id = 1').run().changes} deleted`); }
  catch (error) { console.log(`${label}: ${error.message}`); }
}
T
node play.js | tee out
diff - out <<'T' && echo "as described"
before: 1 deleted
NO ACTION: 1 deleted
CASCADE: no such table: main.missing
T
