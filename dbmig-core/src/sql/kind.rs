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
                || prepares_transaction(dialect, statement)
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

/// Whether the statement makes a prepared transaction of the one around it, whose locks outlive its
/// session.
pub fn prepares_transaction(dialect: Dialect, statement: &Statement<'_>) -> bool {
    dialect == Dialect::Postgres && statement.begins_with(&["PREPARE", "TRANSACTION"])
}

/// Whether the statement ends a prepared transaction.
pub fn ends_prepared(dialect: Dialect, statement: &Statement<'_>) -> bool {
    let ends = |word| statement.begins_with(&[word, "PREPARED"]);
    dialect == Dialect::Postgres && (ends("COMMIT") || ends("ROLLBACK"))
}

/// Whether a transaction of the script's own is open behind the statement; nothing, where it
/// leaves that as it was.
pub fn opens_transaction(dialect: Dialect, statement: &Statement<'_>) -> Option<bool> {
    if !ends_transaction(dialect, statement) {
        // What MySQL commits by itself ends a transaction, too.
        let commits = dialect == Dialect::Mysql && !is_rollbackable(dialect, statement);
        return commits.then_some(false);
    }
    let begins = |words: &[&str]| statement.begins_with(words);
    let chains = mentions(statement, "CHAIN") && !mentions(statement, "NO");
    Some(
        begins(&["BEGIN"])
            || begins(&["START"])
            || begins(&["XA", "START"])
            || begins(&["SET"])
            || chains,
    )
}

/// Whether nothing of the statement is left where the database refuses it: not so where it may
/// commit in between, works on several objects one after the other, or builds something in more
/// than one transaction.
pub fn fails_whole(dialect: Dialect, statement: &Statement<'_>) -> bool {
    let begins = |words: &[&str]| statement.begins_with(words);
    let any = |words: &[&str]| words.iter().any(|word| begins(&[word]));
    match dialect {
        Dialect::Postgres => {
            !(begins(&["CALL"])
                || (begins(&["DO"]) && may_commit(statement))
                || (any(&["CREATE", "ALTER", "REINDEX"]) && mentions(statement, "CONCURRENTLY"))
                || (any(&["VACUUM", "REINDEX", "CLUSTER"])))
        }
        Dialect::Mysql => {
            let several = statement.tokens().any(|token| token.is(","));
            !(begins(&["CALL"]) || begins(&["BEGIN"]) || (any(&["DROP", "RENAME"]) && several))
        }
        Dialect::Sqlite => true,
    }
}

/// Whether the program of a `DO` may end its transaction. As it is written, strings and all: the
/// program is one.
fn may_commit(statement: &Statement<'_>) -> bool {
    let text = statement.text.to_ascii_lowercase();
    ["commit", "rollback", "call"].iter().any(|word| text.contains(word))
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
                && !MYSQL_SET.iter().any(|w| statement.begins_with(&["SET", w]))
                && !ends_transaction(dialect, statement)
        }
    }
}

/// Whether the statement can share a transaction with the note that it is done, and means the same
/// there as on its own.
pub fn shares_transaction(dialect: Dialect, statement: &Statement<'_>) -> bool {
    let begins = |word| statement.begins_with(&[word]);
    // These may hold a COMMIT, or set what has no effect inside a transaction.
    let own_way = match dialect {
        Dialect::Postgres => begins("CALL") || (begins("DO") && may_commit(statement)),
        Dialect::Mysql => false,
        Dialect::Sqlite => begins("PRAGMA"),
    };
    is_rollbackable(dialect, statement) && !ends_transaction(dialect, statement) && !own_way
}

/// Whether the statement sets something for its session that later statements may rely on: a run
/// that goes on in another session must say it again first.
pub fn sets_session(dialect: Dialect, statement: &Statement<'_>) -> bool {
    let begins = |words: &[&str]| statement.begins_with(words);
    match dialect {
        Dialect::Postgres => {
            let passing = ["LOCAL", "TRANSACTION", "CONSTRAINTS"];
            (begins(&["SET"]) && !passing.iter().any(|word| begins(&["SET", word])))
                || begins(&["RESET"])
                || (begins(&["PREPARE"]) && !begins(&["PREPARE", "TRANSACTION"]))
                || begins(&["DEALLOCATE"])
                || begins(&["LOAD"])
                || (begins(&["SELECT"]) && mentions(statement, "set_config"))
        }
        Dialect::Mysql => {
            let other = ["PASSWORD", "STATEMENT"];
            (begins(&["SET"]) && !other.iter().any(|word| begins(&["SET", word])))
                || ["USE", "PREPARE", "DEALLOCATE"].iter().any(|word| begins(&[word]))
        }
        Dialect::Sqlite => ["PRAGMA", "ATTACH", "DETACH"].iter().any(|word| begins(&[word])),
    }
}

/// Whether the statement makes names without a schema mean something else from here on.
pub fn moves_names(dialect: Dialect, statement: &Statement<'_>) -> bool {
    let search_path = ["search_path", "SCHEMA", "ROLE", "AUTHORIZATION", "set_config"];
    sets_session(dialect, statement)
        && match dialect {
            Dialect::Postgres => search_path.iter().any(|word| mentions(statement, word)),
            Dialect::Mysql => statement.begins_with(&["USE"]),
            Dialect::Sqlite => false,
        }
}

/// Whether the statement is SQLite's `PRAGMA foreign_keys = OFF`, which has no effect in a transaction.
pub fn turns_foreign_keys_off(statement: &Statement<'_>) -> bool {
    let off = |text: &str| ["off", "false", "no", "0"].iter().any(|o| text.eq_ignore_ascii_case(o));
    statement.begins_with(&["PRAGMA"])
        && mentions(statement, "foreign_keys")
        && statement.tokens().any(|token| off(token.text.trim_matches(['\'', '"'])))
}

/// Whether the statement makes a table that goes with its session.
pub fn makes_temporary(statement: &Statement<'_>) -> bool {
    let is = |word: &str, any: &[&str]| any.iter().any(|one| word.eq_ignore_ascii_case(one));
    let temporary = |word: &str| is(word, &["TEMP", "TEMPORARY"]);
    let mut words = statement.keywords();
    let created = words.next().is_some_and(|word| is(word, &["CREATE"]))
        && words
            .find(|word| !is(word, &["OR", "REPLACE", "LOCAL", "GLOBAL"]))
            .is_some_and(temporary);
    if created || !statement.begins_with(&["SELECT"]) {
        return created;
    }
    // PostgreSQL's `SELECT .. INTO TEMP t ..`
    let words: Vec<_> = statement.tokens().filter_map(|token| token.word()).collect();
    words.windows(2).any(|pair| is(pair[0], &["INTO"]) && temporary(pair[1]))
}

/// <https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html>
const MYSQL_DATA: &[&str] =
    &["INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT", "SET", "WITH", "DO", "VALUES"];

/// Of these, too: `SET DEFAULT ROLE` is not in that list, but commits (MariaDB 10.11, tried).
const MYSQL_SET: &[&str] = &["PASSWORD", "STATEMENT", "DEFAULT"];

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
pub(super) fn mentions(statement: &Statement<'_>, keyword: &str) -> bool {
    statement.tokens().any(|t| t.word().is_some_and(|word| word.eq_ignore_ascii_case(keyword)))
}

#[cfg(test)]
mod tests;
