//! How a script is to be read: the dialect, and what its own statements set about quotes.
//!
//! A server reads the next statement as the session has it then. So the splitter follows what a
//! script sets, statement by statement; secrets and checksums are read with it.

mod mysql;
mod postgres;

use super::token::{Token, TokenKind};
use crate::Dialect;

/// How text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) dialect: Dialect,
    pub(crate) backslash: Backslash,
    pub(crate) double_quotes: DoubleQuotes,
}

/// What `\` is in a string without a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backslash {
    Escapes,
    Literal,
}

/// What stands between `"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DoubleQuotes {
    String,
    Name,
}

impl Reading {
    /// Of a session that has set nothing.
    pub(crate) const fn of(dialect: Dialect) -> Self {
        let (backslash, double_quotes) = match dialect {
            Dialect::Mysql => (Backslash::Escapes, DoubleQuotes::String),
            Dialect::Postgres | Dialect::Sqlite => (Backslash::Literal, DoubleQuotes::Name),
        };
        Self { dialect, backslash, double_quotes }
    }

    /// Whether the script has set something that matters.
    pub(crate) fn is_usual(self) -> bool {
        self == Self::of(self.dialect)
    }
}

/// A setting that says how text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// MySQL's `sql_mode`.
    SqlMode,
    /// PostgreSQL's `standard_conforming_strings`.
    StandardConformingStrings,
}

impl Setting {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SqlMode => "sql_mode",
            Self::StandardConformingStrings => "standard_conforming_strings",
        }
    }
}

/// What a statement has made of the reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// It is this from here on.
    Read(Reading),
    /// It depends on what only the server knows.
    Unknown(Setting),
}

/// Follows a script.
pub(super) struct Follower<'t> {
    reading: Reading,
    /// Which setting is not known any more, and the byte of the statement that made it so.
    unknown: Option<(Setting, usize)>,
    /// The tokens of the statement so far, while it may still change something.
    tokens: Vec<Token<'t>>,
    /// Whether the statement is one that cannot.
    idle: bool,
    script: Script,
}

/// What else the statements before have set.
enum Script {
    Postgres(postgres::Script),
    Mysql(mysql::Script),
    Sqlite,
}

impl<'t> Follower<'t> {
    pub(super) fn new(reading: Reading) -> Self {
        let script = match reading.dialect {
            Dialect::Postgres => Script::Postgres(postgres::Script::new(reading)),
            Dialect::Mysql => Script::Mysql(mysql::Script::new(reading)),
            Dialect::Sqlite => Script::Sqlite,
        };
        Self { reading, unknown: None, tokens: Vec::new(), idle: false, script }
    }

    /// Takes the next significant token of a statement.
    ///
    /// # Errors
    /// The setting that is not known, and the byte of the statement that set it, where the token
    /// reads one way or another by it.
    pub(super) fn see(&mut self, token: &Token<'t>) -> Result<(), (Setting, usize)> {
        if self.tokens.is_empty() && !self.idle {
            self.idle = !self.may_change(token);
        }
        if !self.idle {
            self.tokens.push(*token);
        }
        // Once is enough.
        match self.unknown.take_if(|_| depends(token)) {
            Some(unknown) => Err(unknown),
            None => Ok(()),
        }
    }

    /// How the next statement is read.
    pub(super) fn end(&mut self) -> Reading {
        let tokens = std::mem::take(&mut self.tokens);
        self.idle = false;
        let change = match (&mut self.script, tokens.as_slice()) {
            (_, []) | (Script::Sqlite, _) => None,
            (Script::Postgres(script), tokens) => script.change(tokens, self.reading),
            (Script::Mysql(script), tokens) => script.change(tokens, self.reading),
        };
        match change {
            None => {}
            Some(Change::Read(reading)) => (self.reading, self.unknown) = (reading, None),
            Some(Change::Unknown(setting)) => {
                self.unknown = Some((setting, tokens.first().map_or(0, |token| token.offset)));
            }
        }
        self.reading
    }

    /// By its first token; all others need not be kept.
    fn may_change(&self, first: &Token<'t>) -> bool {
        let words = match self.script {
            Script::Postgres(_) => postgres::BEGINNINGS,
            Script::Mysql(_) => mysql::BEGINNINGS,
            Script::Sqlite => return false,
        };
        first.word().is_some_and(|word| words.iter().any(|w| word.eq_ignore_ascii_case(w)))
    }
}

/// Whether a backslash in the token is read by the setting: in a string with a prefix and in a
/// comment it is not.
fn depends(token: &Token<'_>) -> bool {
    matches!(token.kind, TokenKind::String | TokenKind::Name)
        && token.text.starts_with(['\'', '"', 'n', 'N'])
        && token.text.contains('\\')
}

/// Whether the token is this word, in any case.
fn is_word(token: Option<&Token<'_>>, word: &str) -> bool {
    token.and_then(Token::word).is_some_and(|found| found.eq_ignore_ascii_case(word))
}

/// Whether the token is this symbol.
fn is_symbol(token: Option<&Token<'_>>, symbol: &str) -> bool {
    token.is_some_and(|token| token.is(symbol))
}

/// What a string without escapes says, or a word.
fn text<'t>(token: &Token<'t>) -> Option<&'t str> {
    match token.kind {
        TokenKind::Word | TokenKind::Number => Some(token.text),
        TokenKind::String | TokenKind::Name => {
            let quote = token.text.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))?;
            token.text.strip_prefix(quote)?.strip_suffix(quote)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
