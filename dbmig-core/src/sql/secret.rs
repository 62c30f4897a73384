//! Passwords in SQL, which must not come into an error, a log or the history.

use std::borrow::Cow;

use super::lexer::Lexer;
use super::reading::Reading;
use super::{Statement, split_read};
use crate::Dialect;

mod asks;
mod literal;
mod message;
mod walk;

pub(super) use message::hide_in_message;
pub use message::hide_secrets_in_message;
use walk::{DEEPEST, Hidden, walk};

const HIDDEN: &str = "'***'";
/// PostgreSQL reads the strings on the next lines as the first of them.
const HIDDEN_WITH_ESCAPES: &str = "E'***'";

/// `text` with `'***'` instead of each password in it. Hidden are
///
/// - the strings behind `PASSWORD` and `IDENTIFIED`,
/// - the ones that hold `password=` or the URL of an account,
/// - the ones that are SQL and hold one of these, as a whole,
/// - and behind SQL in a string that leaves the password open (`'.. PASSWORD %L'`), all others of the
///   statement.
///
/// Everything else stays as it is, the number of the statements and their order too. What is not
/// known for a password is not hidden: one in a variable of any other name.
///
/// ```
/// use dbmig_core::{Dialect, sql::hide_secrets};
/// let sql = "CREATE ROLE app PASSWORD 'hunter2'; SELECT 'x'";
/// let shown = hide_secrets(Dialect::Postgres, sql);
/// assert_eq!(shown, "CREATE ROLE app PASSWORD '***'; SELECT 'x'");
/// ```
pub fn hide_secrets(dialect: Dialect, text: &str) -> Cow<'_, str> {
    hide(text, find(Reading::of(dialect), text))
}

/// Hides what is secret in a script that has been split.
pub(super) fn hide_in_all<'t>(text: &'t str, statements: &[Statement<'t>]) -> Cow<'t, str> {
    hide(text, find_in_all(text, statements))
}

/// Hides what is secret in a statement of a script.
pub(super) fn hide_in<'t>(statement: &Statement<'t>) -> Cow<'t, str> {
    hide(statement.text, find_in(statement))
}

fn hide<'t>(text: &'t str, found: Vec<Hidden<'t>>) -> Cow<'t, str> {
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut shown, mut kept) = (String::new(), 0);
    for hidden in found {
        // Two that touch would be read as one when they are hidden again.
        if hidden.start > kept || kept == 0 {
            append(&mut shown, &text[kept..hidden.start]);
            let escapes = hidden.text.starts_with(['e', 'E']);
            append(&mut shown, if escapes { HIDDEN_WITH_ESCAPES } else { HIDDEN });
        }
        kept = hidden.start + hidden.text.len();
    }
    append(&mut shown, &text[kept..]);
    Cow::Owned(shown)
}

/// Apart from a string, or a word that would be its prefix, that stood before it.
fn append(shown: &mut String, text: &str) {
    let joins = |c: char| c == '\'' || c == '_' || c.is_alphanumeric();
    let quoted = text.starts_with(['\'', 'E']) && shown.ends_with(joins);
    if quoted || (text.starts_with(joins) && shown.ends_with('\'')) {
        shown.push(' ');
    }
    shown.push_str(text);
}

/// What is to be hidden in `text`, statement by statement: of a script that is stored without its
/// passwords, each statement is the same as the statement itself without them.
fn find(reading: Reading, text: &str) -> Vec<Hidden<'_>> {
    let mut found = Vec::new();
    if !literal::may_hold_secrets(text) {
        return found;
    }
    match split_read(reading, text) {
        Ok(statements) => return find_in_all(text, &statements),
        Err(_) => walk(reading, Lexer::new(reading, text), 0, DEEPEST, &mut found),
    };
    found
}

fn find_in_all<'t>(text: &'t str, statements: &[Statement<'t>]) -> Vec<Hidden<'t>> {
    let mut found = Vec::new();
    if literal::may_hold_secrets(text) {
        let each = statements.iter();
        each.for_each(|statement| walk_statement(statement, statement.offset, &mut found));
    }
    found
}

/// What is to be hidden in one statement, counted from its start.
fn find_in<'t>(statement: &Statement<'t>) -> Vec<Hidden<'t>> {
    let mut found = Vec::new();
    if literal::may_hold_secrets(statement.text) {
        walk_statement(statement, 0, &mut found);
    }
    found
}

fn walk_statement<'t>(statement: &Statement<'t>, base: usize, found: &mut Vec<Hidden<'t>>) {
    let tokens = statement.all_tokens().iter().copied();
    walk(statement.reading(), tokens, base, DEEPEST, found);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_left() {
        for (dialect, text) in [
            (
                Dialect::Postgres,
                "ALTER ROLE a WITH ENCRYPTED PASSWORD E'hun\\'ter2' VALID UNTIL '2030'",
            ),
            (
                Dialect::Postgres,
                "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'u', password 'hunter2')",
            ),
            (Dialect::Postgres, "SELECT dblink_connect('host=h password = hunter2')"),
            (
                Dialect::Postgres,
                "CREATE SUBSCRIPTION s CONNECTION 'postgres://u:hunter2@h/d' PUBLICATION p",
            ),
            (Dialect::Postgres, "DO $x$ BEGIN CREATE ROLE a PASSWORD 'hunter2'; END $x$"),
            (Dialect::Postgres, "SELECT dblink_connect('host=h password='\n'hunter2')"),
            (Dialect::Mysql, "CREATE USER 'u'@'h' IDENTIFIED BY 'hunter2'"),
            (Dialect::Mysql, "CREATE USER u IDENTIFIED WITH p AS \"hunter2\""),
            (Dialect::Mysql, "SET PASSWORD FOR 'u'@'h' = PASSWORD('hunter2')"),
            (Dialect::Mysql, "CHANGE MASTER TO MASTER_HOST='h', MASTER_PASSWORD='hunter2'"),
            (Dialect::Postgres, "DO $$ BEGIN EXECUTE 'CREATE ROLE a PASSWORD ''hunter2'''; END $$"),
            (
                Dialect::Postgres,
                "DO $$ BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', 'a', 'hunter2'); END $$",
            ),
            (
                Dialect::Postgres,
                "DO 'BEGIN EXECUTE ''ALTER ROLE a PASSWORD ''''hunter2''''''; END'",
            ),
            (
                Dialect::Postgres,
                "DO $$ BEGIN EXECUTE $x$ALTER ROLE a PASSWORD $y$hunter2$y$$x$; END $$",
            ),
            (
                Dialect::Postgres,
                "DO $$ BEGIN EXECUTE format($x$ALTER ROLE a PASSWORD %1$L$x$, 'hunter2'); END $$",
            ),
            (
                Dialect::Postgres,
                "DO $$ BEGIN EXECUTE 'ALTER ROLE a PASSWORD ' || quote_literal('hunter2'); END $$",
            ),
            (
                Dialect::Postgres,
                "DO $$ BEGIN EXECUTE 'ALTER ROLE a PASSWORD ''' || 'hunter2' || ''''; END $$",
            ),
            (
                Dialect::Postgres,
                "DO $$ BEGIN EXECUTE 'ALTER ROLE a PASSWORD $1' USING 'hunter2'; END $$",
            ),
            (
                Dialect::Postgres,
                "SELECT dblink_connect(format('host=%s password=%s', 'h', 'hunter2'))",
            ),
            (Dialect::Mysql, "PREPARE s FROM 'CREATE USER u IDENTIFIED BY ''hunter2'''"),
            (Dialect::Mysql, "EXECUTE IMMEDIATE \"CREATE USER u IDENTIFIED BY 'hunter2'\""),
            (
                Dialect::Mysql,
                "SET @s = CONCAT('CREATE USER u IDENTIFIED VIA ed25519 USING ', QUOTE('hunter2'))",
            ),
            (
                Dialect::Mysql,
                "SET @s = CONCAT(\"CREATE USER u IDENTIFIED BY '\", 'hunter2', \"'\")",
            ),
        ] {
            let shown = hide_secrets(dialect, text);
            assert_eq!(hide_secrets(dialect, &shown), shown);
            assert!(!shown.contains("ter2") && shown.contains("***"), "{shown}");
        }
    }

    #[test]
    fn a_string_that_goes_on_behind_a_password_stays_one() {
        let shown = hide_secrets(Dialect::Postgres, "SELECT E'password=x'\n'it\\';s'");
        assert_eq!(shown, "SELECT E'***'\n'***'");
    }

    #[test]
    fn long_and_deep_texts_take_no_longer_than_they_are() {
        let many = |text: &str| text.repeat(50_000);
        for (dialect, text) in [
            (Dialect::Mysql, format!("SELECT ' {} password", many("\\'"))),
            (Dialect::Mysql, format!("SELECT \"{} password\"", many("'"))),
            (Dialect::Postgres, format!("SELECT '{} password'", many("''"))),
            (Dialect::Postgres, format!("SELECT {}", many("'password=x' "))),
            (Dialect::Postgres, (0..50_000).map(|n| format!("$a{n}$ password ")).collect()),
        ] {
            let begun = std::time::Instant::now();
            let shown = hide_secrets(dialect, &text);
            assert!(shown.len() <= text.len());
            assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
        }
    }

    #[test]
    fn nothing_else_is_hidden() {
        for text in [
            "CREATE TABLE users (password VARCHAR(20), name TEXT DEFAULT 'x')",
            "INSERT INTO users (name, password) VALUES ('a', 'b')",
            "COMMENT ON TABLE t IS 'holds the password of users'",
            "SELECT 'https://example.org/a@b:c'",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$",
            "SELECT password FROM t WHERE password; SELECT 'x",
            "INSERT INTO help VALUES ('How is the password of a user changed?', 'x')",
            "DO $$ BEGIN EXECUTE format('DROP ROLE %I', 'a'); END $$",
        ] {
            assert_eq!(hide_secrets(Dialect::Postgres, text), text);
        }
    }
}
