//! `standard_conforming_strings`, wherever a script can set it.

use super::{Backslash, Change, Reading, Setting, is_symbol, is_word, text};
use crate::sql::token::Token;

const NAME: &str = "standard_conforming_strings";

/// With what the statements begin that may change how text is read.
pub(super) const BEGINNINGS: &[&str] =
    &["SET", "RESET", "DISCARD", "SELECT", "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"];

/// What holds in the session, and in the transaction that the script has begun.
pub(super) struct Script {
    initial: Value,
    session: Value,
    at_begin: Value,
}

/// Nothing, where only the server knows.
type Value = Option<Backslash>;

/// How long a setting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Session,
    Transaction,
}

impl Script {
    pub(super) fn new(reading: Reading) -> Self {
        let initial = Some(reading.backslash);
        Self { initial, session: initial, at_begin: initial }
    }

    pub(super) fn change(&mut self, tokens: &[Token<'_>], reading: Reading) -> Option<Change> {
        let value = self.value(tokens)?;
        Some(match value {
            Some(backslash) => Change::Read(Reading { backslash, ..reading }),
            None => Change::Unknown(Setting::StandardConformingStrings),
        })
    }

    /// What it is behind the statement; nothing, where the statement does not touch it.
    fn value(&mut self, tokens: &[Token<'_>]) -> Option<Value> {
        let first = tokens.first()?.word()?.to_ascii_uppercase();
        let (scope, value) = match (first.as_str(), &tokens[1..]) {
            ("SET", rest) => self.set(rest)?,
            ("RESET", [name]) if is_word(Some(name), "ALL") || is_name(name) => {
                (Scope::Session, self.initial)
            }
            ("DISCARD", [what]) if is_word(Some(what), "ALL") => (Scope::Session, self.initial),
            ("SELECT", rest) => self.set_config(rest)?,
            ("BEGIN" | "START", _) => {
                self.at_begin = self.session;
                return None;
            }
            ("COMMIT" | "END", _) => return Some(self.session),
            ("ROLLBACK" | "ABORT", rest) if !rest.iter().any(|t| is_word(Some(t), "TO")) => {
                self.session = self.at_begin;
                return Some(self.session);
            }
            _ => return None,
        };
        if scope == Scope::Session {
            self.session = value;
        }
        Some(value)
    }

    /// `[SESSION | LOCAL] standard_conforming_strings { TO | = } value`
    fn set(&self, rest: &[Token<'_>]) -> Option<(Scope, Value)> {
        let (scope, rest) = match rest {
            [word, rest @ ..] if is_word(Some(word), "LOCAL") => (Scope::Transaction, rest),
            [word, rest @ ..] if is_word(Some(word), "SESSION") => (Scope::Session, rest),
            rest => (Scope::Session, rest),
        };
        match rest {
            [name, to, value] if is_name(name) && (to.is("=") || is_word(Some(to), "TO")) => {
                let default = is_word(Some(value), "DEFAULT");
                let value = if default { self.initial } else { text(value).and_then(boolean) };
                Some((scope, value))
            }
            _ => None,
        }
    }

    /// `set_config('standard_conforming_strings', value, is_local)` anywhere in a query.
    fn set_config(&self, tokens: &[Token<'_>]) -> Option<(Scope, Value)> {
        let calls = |n: &usize| {
            is_word(tokens.get(*n), "set_config")
                && is_symbol(tokens.get(n + 1), "(")
                && tokens.get(n + 2).is_some_and(is_name)
        };
        let at = (0..tokens.len()).find(calls)?;
        let arguments = &tokens[at + 3..];
        let [comma, value, second, local, close, ..] = arguments else {
            return Some((Scope::Session, None));
        };
        if !(comma.is(",") && second.is(",") && close.is(")")) {
            return Some((Scope::Session, None));
        }
        let scope = match text(local).and_then(boolean) {
            Some(Backslash::Literal) => Scope::Transaction,
            _ => Scope::Session,
        };
        Some((scope, text(value).and_then(boolean)))
    }
}

fn is_name(token: &Token<'_>) -> bool {
    text(token).is_some_and(|name| name.eq_ignore_ascii_case(NAME))
}

/// As PostgreSQL reads a boolean: any beginning of the word that is not one of another.
fn boolean(text: &str) -> Value {
    let text = text.to_ascii_lowercase();
    let begins = |word: &str, least: usize| text.len() >= least && word.starts_with(&text);
    if text == "1" || begins("on", 2) || begins("true", 1) || begins("yes", 1) {
        Some(Backslash::Literal)
    } else if text == "0" || begins("off", 2) || begins("false", 1) || begins("no", 1) {
        Some(Backslash::Escapes)
    } else {
        None
    }
}
