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
    let alone = statement.keywords().count() == 1 && statement.tokens().count() == 1;
    POSTGRES_ALWAYS.iter().any(|words| begins(words))
        || (POSTGRES_INDEXES.iter().any(|words| begins(words)) && mentions("CONCURRENTLY"))
        || (begins(&["REINDEX"])
            && (mentions("CONCURRENTLY") || mentions("DATABASE") || mentions("SYSTEM")))
        || (begins(&["CLUSTER"]) && alone)
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
