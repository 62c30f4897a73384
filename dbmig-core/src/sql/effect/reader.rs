//! Reads a statement from its start, word by word.

use std::iter::Peekable;

use super::{Object, ObjectKind};
use crate::Dialect;
use crate::sql::Statement;
use crate::sql::token::{Kind, Token};

/// The tokens of a statement.
pub(super) struct Reader<'t> {
    dialect: Dialect,
    tokens: Peekable<Box<dyn Iterator<Item = Token<'t>> + 't>>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(dialect: Dialect, statement: &Statement<'t>) -> Self {
        let tokens: Box<dyn Iterator<Item = Token<'t>> + 't> = Box::new(statement.tokens());
        Self { dialect, tokens: tokens.peekable() }
    }

    /// Takes the next word if it is this one.
    pub(super) fn word(&mut self, keyword: &str) -> bool {
        self.any(&[keyword])
    }

    /// Takes the next word if it is one of these.
    pub(super) fn any(&mut self, keywords: &[&str]) -> bool {
        self.one_of(keywords).is_some()
    }

    /// Takes the next word and tells which of these it is.
    pub(super) fn one_of<'k>(&mut self, keywords: &[&'k str]) -> Option<&'k str> {
        let word = self.tokens.peek()?.word()?;
        let found = keywords.iter().find(|keyword| word.eq_ignore_ascii_case(keyword))?;
        self.tokens.next();
        Some(found)
    }

    /// Takes these words, which only stand together, if the first of them is next.
    pub(super) fn phrase(&mut self, keywords: &[&str]) -> bool {
        let Some((first, rest)) = keywords.split_first() else { return false };
        self.word(first) && rest.iter().all(|keyword| self.word(keyword))
    }

    /// Takes the next token if it is this symbol.
    pub(super) fn symbol(&mut self, symbol: &str) -> bool {
        self.tokens.next_if(|token| token.is(symbol)).is_some()
    }

    /// Skips up to and with this word.
    pub(super) fn skip_to(&mut self, keyword: &str) -> bool {
        self.tokens.any(|t| t.word().is_some_and(|word| word.eq_ignore_ascii_case(keyword)))
    }

    /// Skips one token.
    pub(super) fn skip(&mut self) {
        self.tokens.next();
    }

    /// The words of the rest, which is used up.
    pub(super) fn rest(&mut self) -> Vec<&'t str> {
        self.tokens.by_ref().filter_map(|token| token.word()).collect()
    }

    /// Whether the word stands anywhere in the rest, which is used up.
    pub(super) fn rest_mentions(&mut self, keywords: &[&str]) -> bool {
        let is = |word: &str| keywords.iter().any(|keyword| word.eq_ignore_ascii_case(keyword));
        self.tokens.any(|token| token.word().is_some_and(is))
    }

    /// Takes a name with its schema.
    pub(super) fn object(&mut self, kind: ObjectKind) -> Option<Object> {
        let first = self.name()?;
        if !self.symbol(".") {
            return Some(Object { kind, schema: None, name: first });
        }
        Some(Object { kind, schema: Some(first), name: self.name()? })
    }

    /// Takes one name or more, with commas between them.
    pub(super) fn objects(&mut self, kind: ObjectKind) -> Vec<Object> {
        let mut objects = Vec::new();
        while let Some(object) = self.object(kind) {
            objects.push(object);
            if !self.symbol(",") {
                break;
            }
        }
        objects
    }

    fn name(&mut self) -> Option<String> {
        let token = self.tokens.next_if(|t| matches!(t.kind, Kind::Word | Kind::Name))?;
        Some(match (token.kind, self.dialect) {
            (Kind::Name, _) => unquoted(token.text)?,
            (_, Dialect::Postgres) => token.text.to_ascii_lowercase(),
            _ => token.text.to_owned(),
        })
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
