//! SQL text: tokens, statements and where they stand.
//!
//! One lexer reads all dialects by their rules; a small grammar per dialect knows where a `;`
//! belongs to the body of a trigger or routine. Whether the rest is right is for the database.

pub(crate) mod calls;
mod client;
pub mod control;
pub mod effect;
mod error;
mod extent;
mod grammar;
pub mod kind;
mod lexer;
pub mod object;
mod pieces;
pub(crate) mod reader;
mod reading;
pub mod rows;
mod rules;
mod secret;
pub mod session;
pub(crate) mod token;

use std::fmt;

pub use client::ClientCommand;
pub use error::{SplitError, Unfit, Unterminated};
pub(crate) use pieces::{Piece, Pieces};
pub(crate) use reading::Reading;
pub use reading::Setting;
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

mod statement;
use statement::Builder;
pub use statement::{Statement, Statements};

/// Splits `text` into its statements; empty ones are left out.
///
/// A `;` ends a statement unless it belongs to a body (`BEGIN ATOMIC`, a trigger, a stored
/// routine) or, in PostgreSQL, stands in parentheses. In MySQL the client command `DELIMITER` is
/// obeyed: a `CREATE` of a routine then ends at that delimiter only, all else at a `;` as well,
/// as the server would read it. The lines `\restrict` and `\unrestrict` of a `pg_dump` are nothing.
///
/// What the script sets about quotes (`sql_mode`, `standard_conforming_strings`) holds for the
/// statements behind it.
///
/// # Errors
/// The first thing that keeps the script from being executed: it ends inside a string, a quoted
/// name, a comment, parentheses or a body; it holds a NUL character or something for a client, such as psql's commands
/// or rows of `COPY`; or only the server knows how it is read.
pub fn split(dialect: Dialect, text: &str) -> Result<Statements<'_>, SplitError> {
    split_read(Reading::of(dialect), text)
}

/// The same of a text that is part of a script.
pub(crate) fn split_read(reading: Reading, text: &str) -> Result<Statements<'_>, SplitError> {
    split_and_show(reading, text, |_| {}).map_err(|errors| errors.first)
}

/// Everything that keeps a script from being executed, in its order.
#[derive(Debug)]
pub(crate) struct SplitErrors {
    pub(crate) first: SplitError,
    #[cfg_attr(not(feature = "scan"), expect(dead_code, reason = "only the scan tells them all"))]
    pub(crate) others: Vec<SplitError>,
}

impl SplitErrors {
    #[cfg(feature = "scan")]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &SplitError> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

/// Splits `text`, and shows each of its pieces to `see` on the way.
pub(crate) fn split_and_show<'t>(
    reading: Reading,
    text: &'t str,
    mut see: impl FnMut(&Piece<'t>),
) -> Result<Statements<'t>, SplitErrors> {
    let mut statements = Builder::default();
    let (mut seen, mut place) = (0, Position::START);
    let mut extent: Option<(usize, usize, Reading)> = None;
    let mut open = None;
    let mut pieces = Pieces::new(reading, text);
    while let Some(piece) = pieces.next() {
        see(&piece);
        match piece {
            Piece::Token(Token { open: Some(what), offset, .. }) => open = Some((what, offset)),
            // Part of the statement only if more of it follows.
            Piece::Token(token) if token.is(";") => {
                if let Some((start, ..)) = extent {
                    statements.token(token, start);
                }
            }
            Piece::Token(token) => {
                let (start, _, reading) =
                    extent.unwrap_or_else(|| (token.offset, 0, pieces.reading()));
                extent = Some((start, token.end(), reading));
                statements.token(token, start);
            }
            Piece::StatementEnd => {
                let Some((start, end, reading)) = extent.take() else { continue };
                place = place.after(&text[seen..start]);
                seen = start;
                statements.end(&text[start..end], start, place, reading);
            }
        }
    }
    let nul = text
        .find('\0')
        .map(|offset| SplitError { what: Unfit::Nul, position: Position::at(text, offset) });
    let unterminated = open.or_else(|| pieces.open()).map(|(what, offset)| SplitError {
        what: Unfit::Unterminated(what),
        position: Position::at(text, offset),
    });
    let mut errors = nul.into_iter().chain(pieces.into_faults()).chain(unterminated);
    match errors.next() {
        None => Ok(statements.finish(text)),
        Some(first) => Err(SplitErrors { first, others: errors.collect() }),
    }
}
