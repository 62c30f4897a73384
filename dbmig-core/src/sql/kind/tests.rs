use super::*;
use crate::sql::split;

fn holds(
    question: fn(Dialect, &Statement<'_>) -> bool,
    dialect: Dialect,
    yes: &[&str],
    no: &[&str],
) {
    for (texts, expected) in [(yes, true), (no, false)] {
        for text in texts {
            let statements = split(dialect, text).unwrap();
            assert_eq!(statements.len(), 1, "{text}");
            assert_eq!(question(dialect, &statements[0]), expected, "{dialect}: {text}");
        }
    }
}

#[test]
fn statements_that_begin_or_end_a_transaction() {
    let common = ["BEGIN", "/* c */ commit", "ROLLBACK"];
    let savepoints = ["SAVEPOINT s", "ROLLBACK TO s", "RELEASE SAVEPOINT s", "SELECT 1"];
    for dialect in Dialect::ALL {
        holds(ends_transaction, dialect, &common, &savepoints);
    }
    let yes =
        ["START TRANSACTION", "END", "ABORT", "PREPARE TRANSACTION 'x'", "COMMIT PREPARED 'x'"];
    let no = ["PREPARE p AS SELECT 1", "ROLLBACK WORK TO SAVEPOINT s", "START", "SELECT 'COMMIT'"];
    holds(ends_transaction, Dialect::Postgres, &yes, &no);
    let yes = ["BEGIN WORK", "START TRANSACTION READ ONLY", "XA START 'x'", "SET @@autocommit = 1"];
    let no = ["BEGIN NOT ATOMIC SELECT 1; END", "SET @a = 1", "START SLAVE"];
    holds(ends_transaction, Dialect::Mysql, &yes, &no);
    let yes = ["BEGIN IMMEDIATE", "END TRANSACTION"];
    holds(ends_transaction, Dialect::Sqlite, &yes, &["ROLLBACK TRANSACTION TO s"]);
}

#[test]
fn statements_that_postgres_refuses_in_a_transaction() {
    let yes = [
        "create unique index concurrently i ON t (a)",
        "CREATE INDEX /* c */ CONCURRENTLY IF NOT EXISTS i ON t (a)",
        "DROP INDEX CONCURRENTLY IF EXISTS i",
        "REINDEX TABLE CONCURRENTLY t",
        "REINDEX (VERBOSE, CONCURRENTLY) INDEX i",
        "REINDEX SCHEMA public",
        "VACUUM (ANALYZE) t",
        "CREATE DATABASE d",
        "ALTER DATABASE d SET TABLESPACE x",
        "ALTER SYSTEM SET work_mem = '1MB'",
        "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
        "CLUSTER",
        "CLUSTER (VERBOSE)",
    ];
    let no = [
        "CREATE INDEX i ON t (a)",
        "CREATE INDEX \"concurrently\" ON t (a)",
        "DROP INDEX i",
        "REINDEX TABLE t",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
        "ALTER DATABASE d SET work_mem = '1MB'",
        "CLUSTER t",
        "ANALYZE",
        "COMMENT ON TABLE t IS 'VACUUM'",
    ];
    holds(refuses_transaction, Dialect::Postgres, &yes, &no);
    holds(is_rollbackable, Dialect::Postgres, &no, &yes);
}

#[test]
fn statements_that_set_up_their_session() {
    let yes = [
        "SET search_path TO a",
        "RESET ALL",
        "SELECT pg_catalog.set_config('search_path', '', false)",
        "PREPARE p AS SELECT 1",
    ];
    let no = ["SET LOCAL x = 1", "SET TRANSACTION READ ONLY", "PREPARE TRANSACTION 'x'"];
    holds(sets_session, Dialect::Postgres, &yes, &no);
    let yes = ["SET @a = 1", "USE d", "/*!40101 SET NAMES utf8mb4 */"];
    let no = ["SET PASSWORD = 'x'", "SET STATEMENT max_statement_time = 1 FOR SELECT 1"];
    holds(sets_session, Dialect::Mysql, &yes, &no);
    holds(sets_session, Dialect::Sqlite, &["ATTACH 'x' AS y"], &["VACUUM"]);
    holds(moves_names, Dialect::Postgres, &["SET ROLE a"], &["SET work_mem = '1MB'"]);
    let temporary = |_: Dialect, statement: &Statement<'_>| makes_temporary(statement);
    let yes = [
        "CREATE TEMP TABLE t (a INT)",
        "create local temporary table t (a INT)",
        "SELECT 1 INTO TEMP t",
    ];
    holds(temporary, Dialect::Postgres, &yes, &["CREATE TABLE temp (a INT)", "SELECT temp"]);
}

#[test]
fn statements_that_turn_foreign_keys_off() {
    let of = |_: Dialect, statement: &Statement<'_>| turns_foreign_keys_off(statement);
    let yes =
        ["PRAGMA foreign_keys=OFF", "pragma main.foreign_keys(0)", "PRAGMA foreign_keys = 'no'"];
    let no = ["PRAGMA foreign_keys", "PRAGMA foreign_keys = ON", "PRAGMA legacy_file_format = 0"];
    holds(of, Dialect::Sqlite, &yes, &no);
}

#[test]
fn statements_of_which_nothing_is_left_where_they_fail() {
    let yes = ["CREATE INDEX i ON t (a)", "DO 'x'", "DROP TABLE a, b", "CREATE DATABASE d"];
    let no = [
        "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)",
        "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
        "REINDEX TABLE CONCURRENTLY t",
        "CALL p()",
        "DO $$ BEGIN COMMIT; END $$",
    ];
    holds(fails_whole, Dialect::Postgres, &yes, &no);
    let yes = ["DROP TABLE a", "ALTER TABLE t ADD a INT, ADD b INT", "INSERT INTO t VALUES (1)"];
    let no = [
        "CALL p()",
        "DROP TABLE a, b",
        "RENAME TABLE a TO b, c TO d",
        "BEGIN NOT ATOMIC SELECT 1; END",
    ];
    holds(fails_whole, Dialect::Mysql, &yes, &no);
    holds(fails_whole, Dialect::Sqlite, &["VACUUM"], &[]);
}

#[test]
fn statements_behind_which_a_transaction_is_open() {
    let open = |dialect, text| opens_transaction(dialect, &split(dialect, text).unwrap()[0]);
    let mysql = |text| open(Dialect::Mysql, text);
    for text in ["BEGIN", "START TRANSACTION", "SET autocommit = 0", "COMMIT AND CHAIN"] {
        assert_eq!(mysql(text), Some(true), "{text}");
    }
    for text in ["COMMIT", "ROLLBACK", "CREATE TABLE t (a INT)", "COMMIT AND NO CHAIN"] {
        assert_eq!(mysql(text), Some(false), "{text}");
    }
    assert_eq!(mysql("UPDATE t SET a = 1"), None);
    assert_eq!(open(Dialect::Postgres, "CREATE TABLE t (a INT)"), None);
    assert_eq!(open(Dialect::Postgres, "END"), Some(false));
}

#[test]
fn statements_that_share_a_transaction_with_their_cursor() {
    let yes = ["CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)", "SET x = 1", "DO 'x'"];
    let no = [
        "CALL p()",
        "DO 'BEGIN Commit; END'",
        "VACUUM",
        "COMMIT",
        "CREATE INDEX CONCURRENTLY ON t (a)",
    ];
    holds(shares_transaction, Dialect::Postgres, &yes, &no);
    let no = ["CREATE TABLE t (a INT)", "SET STATEMENT max_statement_time = 1 FOR DROP TABLE t"];
    holds(shares_transaction, Dialect::Mysql, &["INSERT INTO t VALUES (1)"], &no);
    holds(shares_transaction, Dialect::Sqlite, &["DROP TABLE t"], &["PRAGMA foreign_keys = on"]);
}

#[test]
fn statements_that_mysql_rolls_back() {
    let yes =
        ["insert INTO t VALUES (1)", "/*!40101 SET @a = 1 */", "WITH a AS (SELECT 1) SELECT 1"];
    let no = [
        "CREATE TABLE t (a INT)",
        "SET PASSWORD = 'x'",
        "SET DEFAULT ROLE NONE",
        "SET autocommit = 1",
        "COMMIT",
        "CALL p()",
    ];
    holds(is_rollbackable, Dialect::Mysql, &yes, &no);
}

#[test]
fn statements_that_sqlite_cannot_roll_back() {
    let no = ["VACUUM", "ATTACH 'x' AS y", "DETACH y", "PRAGMA journal_mode = wal"];
    holds(
        is_rollbackable,
        Dialect::Sqlite,
        &["CREATE TABLE t (a)", "PRAGMA foreign_keys = on"],
        &no,
    );
}
