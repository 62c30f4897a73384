//! Databases quote what they do not understand.

use std::borrow::Cow;

use super::super::Statement;
use super::super::lexer::Lexer;
use super::super::reading::Reading;
use super::literal::{content, passwords, raw};
use super::walk::{DEEPEST, Hidden, walk};
use super::{HIDDEN, find, find_in};
use crate::Dialect;

const MASK: &str = "***";
/// A shorter one is part of many words, and is hidden between quotes only.
const SHORTEST: usize = 3;

/// What the database says about `sql`, without what [`hide_secrets`](super::hide_secrets) hides in
/// it: as it is written there, as the database reads it, or the beginning of it where the database
/// cuts off.
///
/// ```
/// use dbmig_core::{Dialect, sql::hide_secrets_in_message};
/// let sql = "CREATE USR app IDENTIFIED BY 'hunter2'";
/// let said = "You have an error near 'USR app IDENTIFIED BY 'hunter2'' at line 1";
/// let shown = hide_secrets_in_message(Dialect::Mysql, sql, said);
/// assert_eq!(shown, "You have an error near 'USR app IDENTIFIED BY '***'' at line 1");
/// ```
pub fn hide_secrets_in_message<'m>(dialect: Dialect, sql: &str, message: &'m str) -> Cow<'m, str> {
    let reading = Reading::of(dialect);
    hide(message, &secrets(reading, find(reading, sql)))
}

/// Hides what is secret in a statement of a script.
pub(in super::super) fn hide_in_message<'m>(
    statement: &Statement<'_>,
    message: &'m str,
) -> Cow<'m, str> {
    hide(message, &secrets(statement.reading(), find_in(statement)))
}

fn hide<'m>(message: &'m str, secrets: &[String]) -> Cow<'m, str> {
    let mut shown = Cow::Borrowed(message);
    for secret in secrets {
        if secret.len() >= SHORTEST {
            replace(&mut shown, secret, MASK);
        } else {
            replace(&mut shown, &format!("'{secret}'"), HIDDEN);
            replace(&mut shown, &format!("\"{secret}\""), HIDDEN);
        }
    }
    if let Some((start, end)) = beginning(secrets, &shown) {
        shown = Cow::Owned(format!("{}{MASK}{}", &shown[..start], &shown[end..]));
    }
    shown
}

fn replace(shown: &mut Cow<'_, str>, secret: &str, mask: &str) {
    if shown.contains(secret) {
        *shown = Cow::Owned(shown.replace(secret, mask));
    }
}

/// MySQL quotes up to 80 characters: where there is only the beginning of a secret.
fn beginning(secrets: &[String], message: &str) -> Option<(usize, usize)> {
    let end = message.rfind("' at line ").unwrap_or(message.len());
    // Without MariaDB's `...` and what is left of a character that was cut in two.
    let shown = message.get(..end)?.trim_end_matches(['.', '?', '\u{fffd}']);
    let cut = |start: &usize| {
        let tail = shown.get(*start..).filter(|tail| !tail.is_empty());
        tail.is_some_and(|tail| secrets.iter().any(|secret| secret.starts_with(tail)))
    };
    let starts = shown.match_indices(['\'', '"']).map(|(at, quote)| at + quote.len());
    starts.into_iter().find(cut).map(|start| (start, shown.len()))
}

/// Longer ones first, for one may be part of another.
fn secrets(reading: Reading, found: Vec<Hidden<'_>>) -> Vec<String> {
    let mut secrets = Vec::new();
    for hidden in found {
        collect(reading, hidden.text, DEEPEST, &mut secrets);
    }
    secrets.retain(|secret| !secret.trim().is_empty() && secret != MASK);
    secrets.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    secrets.dedup();
    secrets
}

/// Of SQL in a string the database quotes a part, so the secrets in it count by themselves.
fn collect(reading: Reading, string: &str, depth: usize, secrets: &mut Vec<String>) {
    let content = content(reading, string);
    secrets.push(raw(string).to_owned());
    secrets.extend(passwords(&content).into_iter().map(str::to_owned));
    if let Some(depth) = depth.checked_sub(1) {
        let mut inside = Vec::new();
        walk(reading, Lexer::new(reading, &content), 0, depth, &mut inside);
        inside.iter().for_each(|hidden| collect(reading, hidden.text, depth, secrets));
    }
    secrets.push(content.into_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_left_in_a_message() {
        for (dialect, sql, said) in [
            (
                Dialect::Postgres,
                r"CREATE ROLE a PASSWORD E'hun\'ter2' oops",
                r#"syntax error at or near "E'hun\'ter2'""#,
            ),
            (
                Dialect::Postgres,
                "SELECT dblink_connect('host=h hunter2 password=hunter2')",
                r#"missing "=" after "hunter2" in connection info string"#,
            ),
            (
                Dialect::Postgres,
                "DO $$ BEGIN EXECUTE 'CREATE ROL a PASSWORD ''hunter2'''; END $$",
                r#"syntax error at or near "'hunter2'""#,
            ),
            (
                Dialect::Postgres,
                "CREATE SUBSCRIPTION s CONNECTION 'postgres://u:hunter2@h/d' PUBLICATION p",
                "could not connect to u:hunter2@h",
            ),
            (
                Dialect::Mysql,
                "CREATE USR u IDENTIFIED BY 'hunter2-long'",
                "syntax near 'IDENTIFIED BY 'hunter2-' at line 1",
            ),
            (
                Dialect::Mysql,
                "CREATE USR u IDENTIFIED BY 'hunter2-long'",
                "syntax near 'IDENTIFIED BY 'hunter2-...' at line 1",
            ),
            (
                Dialect::Mysql,
                "PREPARE s FROM \"CREATE USR u IDENTIFIED BY 'hunter2'\"",
                "syntax near 'USR u IDENTIFIED BY 'hunter2'' at line 1",
            ),
            (
                Dialect::Mysql,
                "CREATE USR u IDENTIFIED BY 'it''s hunter2'",
                "syntax near 'IDENTIFIED BY 'it''s hunter2'' at line 1",
            ),
        ] {
            let shown = hide_secrets_in_message(dialect, sql, said);
            assert!(!shown.contains("ter2") && shown.contains("***"), "{shown}");
        }
    }

    #[test]
    fn the_rest_of_a_message_stays() {
        let sql = "CREATE ROLE a PASSWORD 'a'; SELECT 'an error'";
        let said = "an error at \"a\": a bad 'one";
        let shown = hide_secrets_in_message(Dialect::Postgres, sql, said);
        assert_eq!(shown, "an error at '***': a bad 'one");
        let said = "relation \"t\" does not exist";
        assert_eq!(hide_secrets_in_message(Dialect::Postgres, sql, said), said);
    }
}
