//! PostgreSQL: parentheses (rules have action lists) and `BEGIN ATOMIC` bodies.

use super::{Grammar, Semicolon, is_any};
use crate::sql::Unterminated;
use crate::sql::token::Token;

#[derive(Debug, Default)]
pub(super) struct Postgres<'t> {
    head: Head,
    /// Where the parentheses that are open were opened.
    parentheses: Vec<usize>,
    /// What is open of the body, outermost first.
    blocks: Vec<(&'static str, usize)>,
    previous: (&'t str, usize),
}

/// How far the statement looks like `CREATE [OR REPLACE] FUNCTION` or `PROCEDURE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Head {
    #[default]
    Start,
    Create,
    Routine,
    Other,
}

impl<'t> Grammar<'t> for Postgres<'t> {
    fn see(&mut self, token: &Token<'t>) {
        if let Some(word) = token.word() {
            self.word(word, token.offset);
        } else if token.is("(") {
            self.parentheses.push(token.offset);
        } else if token.is(")") {
            self.parentheses.pop();
        }
        if self.head == Head::Start {
            self.head = Head::Other;
        }
        self.previous = (token.text, token.offset);
    }

    fn semicolon(&self) -> Semicolon {
        match self.parentheses.is_empty() && self.blocks.is_empty() {
            true => Semicolon::Ends,
            false => Semicolon::Belongs,
        }
    }

    fn open(&self) -> Option<(Unterminated, usize)> {
        let parenthesis = self.parentheses.last().map(|&at| (Unterminated::Parenthesis, at));
        let block = self.blocks.last().map(|&(keyword, at)| (Unterminated::Body(keyword), at));
        parenthesis.into_iter().chain(block).max_by_key(|&(_, at)| at)
    }
}

impl Postgres<'_> {
    fn word(&mut self, word: &str, offset: usize) {
        let (previous, begin) = self.previous;
        match self.head {
            Head::Start if is_any(word, &["CREATE"]) => self.head = Head::Create,
            Head::Create if is_any(word, &["OR", "REPLACE"]) => {}
            Head::Create if is_any(word, &["FUNCTION", "PROCEDURE"]) => self.head = Head::Routine,
            Head::Create => self.head = Head::Other,
            // `t.end` and `AS end` are names.
            Head::Routine if previous == "." || is_any(previous, &["AS"]) => {}
            Head::Routine if is_any(word, &["ATOMIC"]) && is_any(previous, &["BEGIN"]) => {
                self.blocks.push(("BEGIN ATOMIC", begin));
            }
            Head::Routine if self.blocks.is_empty() => {}
            Head::Routine if is_any(word, &["CASE"]) => self.blocks.push(("CASE", offset)),
            Head::Routine if is_any(word, &["END"]) => _ = self.blocks.pop(),
            _ => {}
        }
    }
}
