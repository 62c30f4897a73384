#!/usr/bin/env bash
# MariaDB: SET DEFAULT ROLE commits the transaction around it, like a schema change. SET ROLE, SET NAMES
# and SET of a variable do not, and the list of such statements in the manual (as of January 2025) does not name it.
#
# Seen with MariaDB 10.11.19 (Debian 12's packages):
#   SET ROLE NONE: 0 rows after ROLLBACK
#   SET NAMES utf8mb4: 0 rows after ROLLBACK
#   SET DEFAULT ROLE NONE: 1 rows after ROLLBACK
set -euo pipefail
version=1:10.11.19-0+deb12u1
work=$(mktemp -d); pid=
trap '[ -z "$pid" ] || kill "$pid"; wait 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 777 "$work"; cd "$work"
apt-get download -qq "mariadb-server-core=$version" "mariadb-client-core=$version" "mariadb-client=$version" "mariadb-server=$version" 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
libs=(); for package in libaio1 liburing2 libpcre2-8-0 libmariadb3 libsnappy1v5; do apt-get download -qq "$package" 2>/dev/null && libs+=("$package"); done
for package in "${libs[@]}"; do dpkg -x "$package"_*.deb root; done
LD_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu:$work/root/lib/x86_64-linux-gnu; export LD_LIBRARY_PATH
user=$(id -un); [ "$(id -u)" != 0 ] || user=nobody
mkdir data; [ "$user" != nobody ] || chown nobody data
"$work/root/usr/bin/mariadb-install-db" --no-defaults --basedir="$work/root/usr" --user="$user" --datadir="$work/data" \
    --auth-root-authentication-method=normal --skip-test-db >install.log 2>&1
"$work/root/usr/sbin/mariadbd" --no-defaults --basedir="$work/root/usr" --user="$user" --datadir="$work/data" \
    --skip-networking --socket="$work/data/s" --pid-file="$work/data/pid" >log 2>&1 & pid=$!
client() { "$work/root/usr/bin/mariadb" --no-defaults -N -uroot -S "$work/data/s" "$@"; }
for _ in $(seq 150); do client -e 'SELECT 1' >/dev/null 2>&1 && break; sleep 0.2; done
client -e 'CREATE DATABASE d; CREATE TABLE d.t (a INT) ENGINE = InnoDB'
for statement in 'SET ROLE NONE' 'SET NAMES utf8mb4' 'SET DEFAULT ROLE NONE'; do
    client d -e "DELETE FROM t; START TRANSACTION; INSERT INTO t VALUES (1); $statement; ROLLBACK"
    echo "$statement: $(client d -e 'SELECT COUNT(*) FROM t') rows after ROLLBACK"
done | tee out
diff - out <<'T' && echo "as described"
SET ROLE NONE: 0 rows after ROLLBACK
SET NAMES utf8mb4: 0 rows after ROLLBACK
SET DEFAULT ROLE NONE: 1 rows after ROLLBACK
T
