//! What the lexer makes of a text.

use super::Unterminated;
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
