//! What later statements take from their session that no other session can give them.

use super::Statement;
use super::kind::mentions;
use super::token::TokenKind;
use crate::Dialect;

/// The number of the statement before `done` whose value is gone with its session, and is used
/// after it: what a session variable was given by a query, or the id of the row that was
/// inserted last. What [`sets_session`](super::kind::sets_session) repeats with the same value is
/// none.
pub fn lost_value(dialect: Dialect, statements: &[Statement<'_>], done: usize) -> Option<usize> {
    let (before, after) = statements.split_at(done.min(statements.len()));
    last_id(dialect, before, after).or_else(|| match dialect {
        Dialect::Mysql => variable(before, after),
        Dialect::Postgres | Dialect::Sqlite => None,
    })
}

/// Whether the session is after the statement what it was before: no setting, variable, temporary table
/// or last number of it is another. Told only where a new session would cost a new connection, and of
/// schema changes that execute nothing of the user's: a trigger or a stored function may set anything.
pub fn keeps_session(dialect: Dialect, statement: &Statement<'_>) -> bool {
    const CHANGES: [&[&str]; 8] = [
        &["ALTER", "TABLE"],
        &["CREATE", "INDEX"],
        &["CREATE", "TABLE"],
        &["CREATE", "UNIQUE", "INDEX"],
        &["DROP", "INDEX"],
        &["DROP", "TABLE"],
        &["DROP", "VIEW"],
        &["RENAME", "TABLE"],
    ];
    /// `CREATE TABLE .. SELECT` calls functions, a default may draw a number, and `:=` sets `@a`.
    const COMPUTES: [&str; 5] = ["SELECT", "NEXT", "NEXTVAL", "SETVAL", "LAST_INSERT_ID"];
    match dialect {
        Dialect::Mysql => {
            CHANGES.iter().any(|words| statement.begins_with(words))
                && !COMPUTES.iter().any(|word| mentions(statement, word))
                && !statement.tokens().any(|token| token.is("@"))
        }
        Dialect::Postgres | Dialect::Sqlite => false,
    }
}

/// PostgreSQL's `lastval()` fails by itself in a session that has drawn no value.
fn last_id(dialect: Dialect, before: &[Statement<'_>], after: &[Statement<'_>]) -> Option<usize> {
    let function = match dialect {
        Dialect::Mysql => "LAST_INSERT_ID",
        Dialect::Sqlite => "last_insert_rowid",
        Dialect::Postgres => return None,
    };
    let inserts = |s: &Statement<'_>| s.begins_with(&["INSERT"]) || s.begins_with(&["REPLACE"]);
    let reader = after.iter().position(|s| mentions(s, function))?;
    // An earlier one that is still to come gives it its value; INSERT .. SELECT takes it itself.
    if after[..reader].iter().any(inserts) {
        return None;
    }
    before.iter().rposition(inserts)
}

fn variable(before: &[Statement<'_>], after: &[Statement<'_>]) -> Option<usize> {
    let mut used: Vec<&str> = after.iter().flat_map(variables).collect();
    used.sort_unstable();
    used.dedup();
    before.iter().rposition(|statement| {
        let assigns = variables(statement)
            .any(|name| used.iter().any(|used| used.eq_ignore_ascii_case(name)));
        assigns && !is_constant(statement)
    })
}

/// `SET @a = 'text', @b = @c + 1`: said once more, it means the same.
fn is_constant(statement: &Statement<'_>) -> bool {
    let calls = statement.tokens().any(|token| token.is("(")) || mentions(statement, "SELECT");
    let moments =
        ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIME", "LOCALTIMESTAMP"];
    statement.begins_with(&["SET"])
        && !calls
        && !moments.iter().any(|moment| mentions(statement, moment))
        || !assigns(statement)
}

/// Whether any variable gets a value: `SET @a = ..`, `SELECT .. INTO @a`, `@a := ..`.
fn assigns(statement: &Statement<'_>) -> bool {
    statement.begins_with(&["SET"]) || mentions(statement, "INTO") || statement.text.contains(":=")
}

/// The names after a single `@`.
fn variables<'t>(statement: &Statement<'t>) -> impl Iterator<Item = &'t str> + use<'t> {
    let tokens: Vec<_> = statement.tokens().collect();
    let is_at = |n: usize| tokens.get(n).is_some_and(|token| token.is("@"));
    let named = |n: &usize| is_at(*n) && !is_at(n + 1) && !n.checked_sub(1).is_some_and(is_at);
    let name = |n: usize| {
        let token = tokens.get(n + 1)?;
        matches!(token.kind, TokenKind::Word | TokenKind::Name | TokenKind::String)
            .then(|| token.text.trim_matches(['`', '\'', '"']))
    };
    let names: Vec<_> = (0..tokens.len()).filter(named).filter_map(name).collect();
    names.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::split;

    #[test]
    fn a_schema_change_keeps_the_session_unless_it_computes_something() {
        let keeps = |dialect, text: &str| {
            split(dialect, text).unwrap().iter().all(|s| keeps_session(dialect, s))
        };
        for text in [
            "CREATE TABLE t (id INT DEFAULT 1)",
            "create unique index i ON t (a)",
            "ALTER TABLE t ADD COLUMN b INT; DROP INDEX i ON t",
            "DROP TABLE IF EXISTS t; RENAME TABLE a TO b; DROP VIEW v",
        ] {
            assert!(keeps(Dialect::Mysql, text), "{text}");
            assert!(!keeps(Dialect::Postgres, text), "{text}");
        }
        for text in [
            "CREATE TEMPORARY TABLE t (id INT)",
            "CREATE TABLE t SELECT f(1)",
            "CREATE TABLE t (id INT); SET sql_mode = ''",
            "ALTER TABLE t ADD COLUMN b INT DEFAULT (NEXT VALUE FOR s)",
            "ALTER TABLE t ADD COLUMN b INT DEFAULT (@a := 1)",
            "INSERT INTO t VALUES (1)",
            "CALL p()",
            "/*!40101 SET NAMES utf8 */",
            "LOCK TABLES t WRITE",
            "ALTER DATABASE d CHARACTER SET utf8mb4",
            "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
        ] {
            assert!(!keeps(Dialect::Mysql, text), "{text}");
        }
    }

    #[test]
    fn a_value_that_only_the_old_session_knew_is_found() {
        let lost = |text: &str, done| {
            lost_value(Dialect::Mysql, &split(Dialect::Mysql, text).unwrap(), done)
        };
        for (text, done, expected) in [
            ("SELECT id INTO @q FROM p; INSERT INTO c VALUES (@q)", 1, Some(0)),
            ("SELECT @Q := MAX(id) FROM p; INSERT INTO c VALUES (@`q`)", 1, Some(0)),
            ("SET @p = LAST_INSERT_ID(); INSERT INTO c VALUES (@p)", 1, Some(0)),
            ("SET @p = (SELECT 1); SELECT 2; INSERT INTO c VALUES (@p)", 2, Some(0)),
            ("SET @p = CURRENT_TIMESTAMP; INSERT INTO c VALUES (@p)", 1, Some(0)),
            ("INSERT INTO p VALUES (1); INSERT INTO c VALUES (LAST_INSERT_ID())", 1, Some(0)),
            // Still to come, said again with the same value, or used by nobody.
            ("INSERT INTO p VALUES (1); INSERT INTO c VALUES (LAST_INSERT_ID())", 0, None),
            ("SELECT 1; INSERT INTO p VALUES (1); SET @a = LAST_INSERT_ID(); SELECT @a", 1, None),
            ("SET @p = 'a', @n = 1; INSERT INTO c VALUES (@p)", 1, None),
            ("SELECT id INTO @q FROM p; INSERT INTO c VALUES (@r)", 1, None),
            ("SELECT @q; INSERT INTO c VALUES (@q)", 1, None),
            ("SET @OLD = @@SQL_MODE; SET SQL_MODE = @OLD", 1, None),
        ] {
            assert_eq!(lost(text, done), expected, "{text}");
        }
        let sqlite = split(
            Dialect::Sqlite,
            "INSERT INTO p VALUES (1); INSERT INTO c VALUES (last_insert_rowid())",
        );
        assert_eq!(lost_value(Dialect::Sqlite, &sqlite.unwrap(), 1), Some(0));
    }
}
