//! SQLite: only a trigger has a body.

use super::{Grammar, Semicolon, is_any};
use crate::sql::Unterminated;
use crate::sql::token::Token;

#[derive(Debug, Default)]
pub(super) struct Sqlite<'t> {
    stage: Stage,
    previous: &'t str,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Start,
    Create,
    Trigger,
    /// Since the `BEGIN` at this byte.
    Body(usize),
    /// Nothing more can hold a `;`.
    Plain,
}

impl<'t> Grammar<'t> for Sqlite<'t> {
    fn see(&mut self, token: &Token<'t>) {
        if let Some(word) = token.word() {
            self.stage = self.after(word, token.offset);
        }
        self.previous = token.text;
    }

    fn semicolon(&self) -> Semicolon {
        match self.stage {
            Stage::Body(_) => Semicolon::Belongs,
            _ => Semicolon::Ends,
        }
    }

    fn open(&self) -> Option<(Unterminated, usize)> {
        match self.stage {
            Stage::Body(begin) => Some((Unterminated::Body("BEGIN"), begin)),
            _ => None,
        }
    }
}

impl Sqlite<'_> {
    fn after(&self, word: &str, offset: usize) -> Stage {
        match self.stage {
            Stage::Start if is_any(word, &["EXPLAIN", "QUERY", "PLAN"]) => Stage::Start,
            Stage::Start if is_any(word, &["CREATE"]) => Stage::Create,
            Stage::Create if is_any(word, &["TEMP", "TEMPORARY"]) => Stage::Create,
            Stage::Create if is_any(word, &["TRIGGER"]) => Stage::Trigger,
            Stage::Start | Stage::Create => Stage::Plain,
            // `NEW.begin` is a column.
            Stage::Trigger if is_any(word, &["BEGIN"]) && self.previous != "." => {
                Stage::Body(offset)
            }
            // Each statement of the body ends with `;`, so any other END belongs to a CASE.
            Stage::Body(_) if is_any(word, &["END"]) && self.previous == ";" => Stage::Plain,
            stage => stage,
        }
    }
}
