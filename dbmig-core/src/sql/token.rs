//! What the lexer makes of a text.

#[cfg(feature = "infer")]
use std::borrow::Cow;

use super::Unterminated;
#[cfg(feature = "infer")]
use super::reading::{Backslash, Reading};
use crate::Dialect;

/// A piece of the text; all tokens together are the whole text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'t> {
    pub(crate) kind: TokenKind,
    pub(crate) text: &'t str,
    pub(crate) offset: usize,
    /// Set when the text ended before the token did.
    pub(crate) open: Option<Unterminated>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Space,
    Comment,
    /// A keyword or a name without quotes.
    Word,
    Number,
    String,
    /// A name in quotes.
    Name,
    Symbol,
    /// `/*!50003` and the `*/` that belongs to it.
    ExecutableOpen,
    ExecutableClose,
    /// `/*+ .. */`
    Hint,
    /// What the client command `DELIMITER` asked for.
    Delimiter,
}

impl<'t> Token<'t> {
    /// Whether the token means something to the database.
    pub(crate) fn is_significant(&self) -> bool {
        !matches!(self.kind, TokenKind::Space | TokenKind::Comment | TokenKind::Delimiter)
    }

    /// Whether the token only says how others are to be read.
    pub(crate) fn is_mark(&self) -> bool {
        matches!(
            self.kind,
            TokenKind::ExecutableOpen | TokenKind::ExecutableClose | TokenKind::Hint
        )
    }

    pub(crate) fn end(&self) -> usize {
        self.offset + self.text.len()
    }

    pub(crate) fn is(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }

    /// The word, if this is one.
    pub(crate) fn word(&self) -> Option<&'t str> {
        (self.kind == TokenKind::Word).then_some(self.text)
    }

    /// The name as the database knows it, if this is one: a keyword may be, too.
    pub(crate) fn name(&self, dialect: Dialect) -> Option<String> {
        match (self.kind, dialect) {
            (TokenKind::Name, _) => unquoted(self.text),
            (TokenKind::Word, Dialect::Postgres) => Some(self.text.to_ascii_lowercase()),
            (TokenKind::Word, Dialect::Mysql | Dialect::Sqlite) => Some(self.text.to_owned()),
            _ => None,
        }
    }

    /// The same token where nothing was set about quotes.
    #[cfg(feature = "infer")]
    pub(crate) fn as_usual(&self, reading: Reading) -> Cow<'t, str> {
        let inside = |from: usize| {
            let end = self.text.len().saturating_sub(1).max(from);
            self.text.get(from..end).unwrap_or_default()
        };
        match (reading.dialect, self.kind) {
            (Dialect::Mysql, TokenKind::Name) if self.text.starts_with('"') => {
                let name = inside(1).replace("\"\"", "\"").replace('`', "``");
                Cow::Owned(format!("`{name}`"))
            }
            (Dialect::Mysql, TokenKind::String)
                if reading.backslash == Backslash::Literal && self.text.contains('\\') =>
            {
                Cow::Owned(self.text.replace('\\', "\\\\"))
            }
            (Dialect::Postgres, TokenKind::String)
                if self.text.starts_with('\'') && self.text.contains('\\') =>
            {
                Cow::Owned(format!("E{}", self.text))
            }
            _ => Cow::Borrowed(self.text),
        }
    }
}

/// The name inside of its quotes.
fn unquoted(text: &str) -> Option<String> {
    let quote = text.chars().next()?;
    let inside = text.get(quote.len_utf8()..text.len().checked_sub(1)?)?;
    Some(match quote {
        '[' => inside.to_owned(),
        // `U&"..."` may hold escapes.
        'u' | 'U' => return None,
        _ => inside.replace(&format!("{quote}{quote}"), &quote.to_string()),
    })
}
