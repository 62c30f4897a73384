//! Passwords in SQL, which must not come into an error, a log or the history.

use std::borrow::Cow;

use super::lexer::Lexer;
use super::token::{Kind, Token};
use crate::Dialect;

const HIDDEN: &str = "'***'";
/// PostgreSQL reads the strings on the next lines as the first of them.
const HIDDEN_WITH_ESCAPES: &str = "E'***'";

/// `text` with `'***'` instead of each password in it: the strings behind `PASSWORD` and
/// `IDENTIFIED`, and the ones that hold `password=` or the URL of an account. Everything else
/// stays as it is, the number of the statements and their order too.
///
/// ```
/// use dbmig_core::{Dialect, sql::hide_secrets};
/// let sql = "CREATE ROLE app PASSWORD 'hunter2'; SELECT 'x'";
/// let shown = hide_secrets(Dialect::Postgres, sql);
/// assert_eq!(shown, "CREATE ROLE app PASSWORD '***'; SELECT 'x'");
/// ```
pub fn hide_secrets(dialect: Dialect, text: &str) -> Cow<'_, str> {
    hide(dialect, text, DEEPEST)
}

/// How deep the bodies of PostgreSQL's functions are looked into, one in the other.
const DEEPEST: usize = 4;

fn hide(dialect: Dialect, text: &str, depth: usize) -> Cow<'_, str> {
    let mut shown = String::new();
    let (mut kept, mut before) = (0, Before::Nothing);
    for token in Lexer::new(dialect, text) {
        let Some(hidden) = hidden(dialect, &token, &mut before, depth) else { continue };
        shown.push_str(&text[kept..token.offset]);
        shown.push_str(&hidden);
        kept = token.end();
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[kept..]);
    Cow::Owned(shown)
}

/// What stood before a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// A word after which a password comes.
    Announcement,
    /// A password; PostgreSQL reads a string on the next line as more of it.
    Password,
}

/// What is shown instead of the token, if it is one to hide.
fn hidden<'t>(
    dialect: Dialect,
    token: &Token<'t>,
    before: &mut Before,
    depth: usize,
) -> Option<Cow<'t, str>> {
    match token.kind {
        Kind::Space | Kind::Comment => return None,
        Kind::String if token.open.is_some() => {}
        Kind::String if *before != Before::Nothing || holds_account(token.text) => {
            if *before == Before::Nothing {
                *before = Before::Password;
            }
            let escapes = token.text.starts_with(['e', 'E']);
            return Some(if escapes { HIDDEN_WITH_ESCAPES } else { HIDDEN }.into());
        }
        Kind::String => return inside_dollars(dialect, token.text, depth).map(Cow::Owned),
        Kind::Word if announces(token.text) => *before = Before::Announcement,
        Kind::Symbol if [",", ")", ";"].contains(&token.text) => *before = Before::Nothing,
        _ => {}
    }
    if *before == Before::Password {
        *before = Before::Nothing;
    }
    None
}

/// `PASSWORD`, `MASTER_PASSWORD`, `IDENTIFIED`
fn announces(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    word.ends_with("PASSWORD") || word == "IDENTIFIED"
}

/// `host=h password=p`, `postgres://user:p@h/d`
fn holds_account(string: &str) -> bool {
    let text = string.to_ascii_lowercase();
    let assigned = text
        .match_indices("password")
        .any(|(at, word)| text[at + word.len()..].trim_start().starts_with('='));
    let url = text.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split(['/', '?', '\'']).next().unwrap_or_default();
        authority.split_once('@').is_some_and(|(account, _)| account.contains(':'))
    });
    // The body of a function is no connection string.
    (assigned || url) && !string.starts_with('$')
}

/// The body of a function or `DO` block of PostgreSQL may hold statements with passwords.
fn inside_dollars(dialect: Dialect, string: &str, depth: usize) -> Option<String> {
    let rest = string.strip_prefix('$')?;
    let tag = &string[..rest.find('$')? + 2];
    let body = string.strip_prefix(tag)?.strip_suffix(tag)?;
    match hide(dialect, body, depth.checked_sub(1)?) {
        Cow::Owned(body) => Some(format!("{tag}{body}{tag}")),
        Cow::Borrowed(_) => None,
    }
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
        ] {
            let shown = hide_secrets(dialect, text);
            assert!(!shown.contains("ter2") && shown.contains("***"), "{shown}");
        }
    }

    #[test]
    fn a_string_that_goes_on_behind_a_password_stays_one() {
        let shown = hide_secrets(Dialect::Postgres, "SELECT E'password=x'\n'it\\';s'");
        assert_eq!(shown, "SELECT E'***'\n'***'");
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
        ] {
            assert_eq!(hide_secrets(Dialect::Postgres, text), text);
        }
    }
}
