//! What little each dialect's grammar must know to tell where a statement ends.

mod mysql;
mod postgres;
mod sqlite;

use super::Unterminated;
use super::token::Token;
use crate::Dialect;

/// What a `;` would mean at this point of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Semicolon {
    Ends,
    /// Ends it, but not where the author has named another delimiter.
    EndsUnlessDelimited,
    /// Is part of a body.
    Belongs,
}

/// Reads one statement, token by token.
pub(super) trait Grammar<'t> {
    /// Takes the next significant token; a `;` only if it belongs to the statement.
    fn see(&mut self, token: &Token<'t>);

    fn semicolon(&self) -> Semicolon;

    /// What is open, and where it was opened.
    fn open(&self) -> Option<(Unterminated, usize)>;
}

/// For one statement of `dialect`.
pub(super) fn grammar<'t>(dialect: Dialect) -> Box<dyn Grammar<'t> + 't> {
    match dialect {
        Dialect::Postgres => Box::new(postgres::Postgres::default()),
        Dialect::Mysql => Box::new(mysql::Mysql::default()),
        Dialect::Sqlite => Box::new(sqlite::Sqlite::default()),
    }
}

/// Whether `word` is one of these upper-case keywords.
fn is_any(word: &str, keywords: &[&str]) -> bool {
    keywords.iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}
