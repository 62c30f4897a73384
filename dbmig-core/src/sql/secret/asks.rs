//! Whether SQL leaves a password open: `PASSWORD %L`, `IDENTIFIED BY ?`, `PASSWORD ` at its end.

use super::super::token::{Token, TokenKind};

/// What was seen so far.
#[derive(Default)]
pub(super) struct Asks {
    /// So many words ago a password was announced.
    since: Option<usize>,
    asked: bool,
    /// The byte behind a `%`.
    percent: Option<usize>,
}

/// Words between the announcement and the password.
const BETWEEN: [&str; 5] = ["BY", "AS", "WITH", "VIA", "USING"];

impl Asks {
    pub(super) fn step(&mut self, token: &Token<'_>) {
        let percent = self.percent.take() == Some(token.offset);
        match token.kind {
            TokenKind::Word if announces(token.text) => self.since = Some(0),
            TokenKind::Word if percent && ["L", "s", "I"].contains(&token.text) => self.ask(),
            TokenKind::Word if BETWEEN.iter().any(|word| word.eq_ignore_ascii_case(token.text)) => {
            }
            TokenKind::Word | TokenKind::Name => self.since = self.since.map(|words| words + 1),
            TokenKind::Number if percent || token.text.starts_with('$') => self.ask(),
            TokenKind::Symbol if [",", ")", ";"].contains(&token.text) => self.since = None,
            TokenKind::Symbol => {
                self.percent = token.text.ends_with('%').then(|| token.end());
                self.asked |= token.text.contains('?') && self.is_near();
            }
            TokenKind::String if token.open.is_some() && token.text.len() == 1 => self.ask(),
            TokenKind::String => self.since = None,
            _ => {}
        }
    }

    fn ask(&mut self) {
        self.asked |= self.since.is_some();
    }

    /// One more word may be the plugin that reads the password. More are a sentence about one.
    fn is_near(&self) -> bool {
        self.since.is_some_and(|words| words <= 1)
    }

    pub(super) fn at_end(&self) -> bool {
        self.asked || self.is_near()
    }
}

/// `PASSWORD`, `MASTER_PASSWORD`, `IDENTIFIED`
pub(super) fn announces(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    word.ends_with("PASSWORD") || word == "IDENTIFIED"
}
