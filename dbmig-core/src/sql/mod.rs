//! SQL text: tokens, statements and where they stand.
//!
//! One lexer reads all dialects by their rules; a small grammar per dialect knows where a `;`
//! belongs to the body of a trigger or routine. Whether the rest is right is for the database.

#[cfg(feature = "infer")]
pub(crate) mod calls;
pub mod control;
pub mod effect;
mod error;
mod extent;
mod grammar;
pub mod kind;
mod lexer;
mod pieces;
pub(crate) mod reader;
mod rules;
mod secret;
pub mod session;
pub(crate) mod token;

use std::fmt;

pub use error::{SplitError, Unterminated};
use lexer::Lexer;
pub(crate) use pieces::{Piece, Pieces};
pub use secret::{hide_secrets, hide_secrets_in_message};
use token::Token;

use crate::Dialect;

/// A place in a text, as editors count: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl Position {
    const START: Self = Self { line: 1, column: 1 };

    /// The position of the byte `offset` in `text`; a byte order mark takes no column.
    pub fn at(text: &str, offset: usize) -> Self {
        Self::START.after(text.get(..offset).unwrap_or(text))
    }

    /// The position behind `text`, which begins at `self`.
    fn after(self, text: &str) -> Self {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let lines = text.bytes().filter(|&byte| byte == b'\n').count();
        let (start, line) = match text.rfind('\n') {
            Some(newline) => (1, &text[newline + 1..]),
            None if self == Self::START => (1, text.trim_start_matches('\u{feff}')),
            None => (self.column, text),
        };
        Self {
            line: self.line.saturating_add(count(lines)),
            column: count(line.chars().count()).saturating_add(start),
        }
    }
}

/// One statement of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'t> {
    /// Its text from the first to the last significant character, without the terminator.
    pub text: &'t str,
    /// The byte in the script at which `text` begins.
    pub offset: usize,
    /// The same place for a person.
    pub position: Position,
    dialect: Dialect,
}

impl<'t> Statement<'t> {
    /// The dialect that it was read in.
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The words with which the statement begins, as written, up to the first token that is
    /// something else: `CREATE`, `INDEX`, `i`, `ON`, `t` for `CREATE INDEX i ON t (a)`.
    ///
    /// Comments do not count; the marks of MySQL's executable comments do not either, their
    /// content does.
    pub fn keywords(&self) -> impl Iterator<Item = &'t str> + use<'t> {
        self.tokens().map_while(|token| token.word())
    }

    /// Whether it begins with these keywords, in any case.
    pub fn begins_with(&self, keywords: &[&str]) -> bool {
        let mut words = self.keywords();
        keywords.iter().all(|keyword| words.next().is_some_and(|w| w.eq_ignore_ascii_case(keyword)))
    }

    /// Its tokens without marks and hints.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = Token<'t>> + use<'t> {
        Lexer::new(self.dialect, self.text)
            .filter(|token| token.is_significant() && !token.is_mark())
    }
}

/// Splits `text` into its statements; empty ones are left out.
///
/// A `;` ends a statement unless it belongs to a body (`BEGIN ATOMIC`, a trigger, a stored
/// routine) or, in PostgreSQL, stands in parentheses. In MySQL the client command `DELIMITER` is
/// obeyed: a `CREATE` of a routine then ends at that delimiter only, all else at a `;` as well,
/// as the server would read it.
///
/// # Errors
/// Where the text ends inside a string, a quoted name, a comment, parentheses or a body.
pub fn split(dialect: Dialect, text: &str) -> Result<Vec<Statement<'_>>, SplitError> {
    split_and_show(dialect, text, |_| {})
}

/// Splits `text`, and shows each of its pieces to `see` on the way.
pub(crate) fn split_and_show<'t>(
    dialect: Dialect,
    text: &'t str,
    mut see: impl FnMut(&Piece<'t>),
) -> Result<Vec<Statement<'t>>, SplitError> {
    let mut statements = Vec::new();
    let (mut seen, mut place) = (0, Position::START);
    let mut extent: Option<(usize, usize)> = None;
    let error = |(what, offset)| SplitError { what, position: Position::at(text, offset) };
    let mut pieces = Pieces::new(dialect, text);
    for piece in pieces.by_ref() {
        see(&piece);
        match piece {
            Piece::Token(Token { open: Some(what), offset, .. }) => {
                return Err(error((what, offset)));
            }
            // Part of the text only if more of the statement follows.
            Piece::Token(token) if token.is(";") => {}
            Piece::Token(token) => {
                extent = Some((extent.map_or(token.offset, |(start, _)| start), token.end()));
            }
            Piece::StatementEnd => {
                let Some((start, end)) = extent.take() else { continue };
                place = place.after(&text[seen..start]);
                seen = start;
                let text = &text[start..end];
                statements.push(Statement { text, offset: start, position: place, dialect });
            }
        }
    }
    pieces.open().map_or(Ok(statements), |open| Err(error(open)))
}
