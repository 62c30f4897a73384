//! What a statement means for the transaction around it.

use super::Statement;
use crate::Dialect;

/// Whether the statement begins or ends the transaction around it: `BEGIN`, `COMMIT`,
/// `ROLLBACK` and their like. Savepoints stay within.
pub fn ends_transaction(dialect: Dialect, statement: &Statement<'_>) -> bool {
    let begins = |words: &[&str]| statement.begins_with(words);
    let rolls_back = begins(&["ROLLBACK"]) && !mentions(statement, "TO");
    let common = rolls_back || begins(&["COMMIT"]);
    match dialect {
        Dialect::Postgres => {
            common
                || ["BEGIN", "END", "ABORT"].iter().any(|word| begins(&[word]))
                || begins(&["START", "TRANSACTION"])
                || begins(&["PREPARE", "TRANSACTION"])
        }
        Dialect::Mysql => {
            // With anything else behind it, BEGIN opens a compound statement.
            let alone = statement.tokens().count() == 1;
            common
                || (begins(&["BEGIN"]) && alone)
                || begins(&["BEGIN", "WORK"])
                || begins(&["START", "TRANSACTION"])
                || begins(&["XA"])
                || (begins(&["SET"]) && mentions(statement, "AUTOCOMMIT"))
        }
        Dialect::Sqlite => common || begins(&["BEGIN"]) || begins(&["END"]),
    }
}

/// Whether the database refuses the statement inside a transaction.
pub fn refuses_transaction(dialect: Dialect, statement: &Statement<'_>) -> bool {
    match dialect {
        Dialect::Postgres => postgres_refuses(statement),
        Dialect::Mysql => false,
        Dialect::Sqlite => sqlite_refuses(statement),
    }
}

/// Whether a rollback of the transaction around it undoes the statement: in MySQL and MariaDB
/// only what does not commit implicitly, elsewhere all that a transaction accepts.
pub fn is_rollbackable(dialect: Dialect, statement: &Statement<'_>) -> bool {
    match dialect {
        Dialect::Postgres => !postgres_refuses(statement),
        Dialect::Sqlite => !sqlite_refuses(statement) && !statement.begins_with(&["ATTACH"]),
        Dialect::Mysql => {
            MYSQL_DATA.iter().any(|word| statement.begins_with(&[word]))
                && !statement.begins_with(&["SET", "PASSWORD"])
                && !ends_transaction(dialect, statement)
        }
    }
}

/// <https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html>
const MYSQL_DATA: &[&str] =
    &["INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT", "SET", "WITH", "DO", "VALUES"];

/// All callers of `PreventInTransactionBlock` in PostgreSQL that the text alone shows.
fn postgres_refuses(statement: &Statement<'_>) -> bool {
    let begins = |words: &[&str]| statement.begins_with(words);
    let mentions = |word| mentions(statement, word);
    let all_tables = || {
        let options = ["CLUSTER", "VERBOSE", "(", ")"];
        statement.tokens().all(|token| options.iter().any(|o| token.text.eq_ignore_ascii_case(o)))
    };
    POSTGRES_ALWAYS.iter().any(|words| begins(words))
        || (POSTGRES_INDEXES.iter().any(|words| begins(words)) && mentions("CONCURRENTLY"))
        || (begins(&["REINDEX"]) && POSTGRES_REINDEX.iter().any(|word| mentions(word)))
        || (begins(&["CLUSTER"]) && all_tables())
        || (begins(&["ALTER", "DATABASE"]) && mentions("TABLESPACE"))
        || (begins(&["ALTER", "TABLE"]) && mentions("DETACH") && mentions("CONCURRENTLY"))
        || (begins(&["ALTER", "SUBSCRIPTION"]) && mentions("PUBLICATION"))
        || (begins(&["CREATE", "SUBSCRIPTION"]) && !mentions("create_slot") && !mentions("connect"))
}

const POSTGRES_ALWAYS: &[&[&str]] = &[
    &["VACUUM"],
    &["CREATE", "DATABASE"],
    &["DROP", "DATABASE"],
    &["CREATE", "TABLESPACE"],
    &["DROP", "TABLESPACE"],
    &["DROP", "SUBSCRIPTION"],
    &["ALTER", "SYSTEM"],
    &["DISCARD", "ALL"],
    &["COMMIT", "PREPARED"],
    &["ROLLBACK", "PREPARED"],
];

const POSTGRES_INDEXES: &[&[&str]] =
    &[&["CREATE", "INDEX"], &["CREATE", "UNIQUE", "INDEX"], &["DROP", "INDEX"]];

const POSTGRES_REINDEX: &[&str] = &["CONCURRENTLY", "SCHEMA", "DATABASE", "SYSTEM"];

fn sqlite_refuses(statement: &Statement<'_>) -> bool {
    let begins = |word| statement.begins_with(&[word]);
    let assigns = || statement.tokens().any(|token| token.is("=") || token.is("("));
    ["VACUUM", "DETACH"].into_iter().any(begins)
        || (begins("PRAGMA")
            && ["journal_mode", "synchronous"].iter().any(|name| mentions(statement, name))
            && assigns())
}

/// Whether the word stands anywhere in the statement, outside of quotes.
fn mentions(statement: &Statement<'_>, keyword: &str) -> bool {
    statement.tokens().any(|t| t.word().is_some_and(|word| word.eq_ignore_ascii_case(keyword)))
}

#[cfg(test)]
mod tests {
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
        let no =
            ["PREPARE p AS SELECT 1", "ROLLBACK WORK TO SAVEPOINT s", "START", "SELECT 'COMMIT'"];
        holds(ends_transaction, Dialect::Postgres, &yes, &no);
        let yes =
            ["BEGIN WORK", "START TRANSACTION READ ONLY", "XA START 'x'", "SET @@autocommit = 1"];
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
    fn statements_that_mysql_rolls_back() {
        let yes =
            ["insert INTO t VALUES (1)", "/*!40101 SET @a = 1 */", "WITH a AS (SELECT 1) SELECT 1"];
        let no = [
            "CREATE TABLE t (a INT)",
            "SET PASSWORD = 'x'",
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
}
