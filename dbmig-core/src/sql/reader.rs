//! Reads a statement from its start, word by word.

use std::iter::Peekable;

use super::Statement;
use super::effect::{Object, ObjectKind};
use super::token::{Kind, Token};
use crate::Dialect;

/// The tokens of a statement.
pub(crate) struct Reader<'t> {
    dialect: Dialect,
    tokens: Peekable<Box<dyn Iterator<Item = Token<'t>> + 't>>,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(dialect: Dialect, statement: &Statement<'t>) -> Self {
        let tokens: Box<dyn Iterator<Item = Token<'t>> + 't> = Box::new(statement.tokens());
        Self { dialect, tokens: tokens.peekable() }
    }

    /// Takes the next word if it is this one.
    pub(crate) fn word(&mut self, keyword: &str) -> bool {
        self.any(&[keyword])
    }

    /// Takes the next word if it is one of these.
    pub(crate) fn any(&mut self, keywords: &[&str]) -> bool {
        self.one_of(keywords).is_some()
    }

    /// Takes the next word and tells which of these it is.
    pub(crate) fn one_of<'k>(&mut self, keywords: &[&'k str]) -> Option<&'k str> {
        let word = self.tokens.peek()?.word()?;
        let found = keywords.iter().find(|keyword| word.eq_ignore_ascii_case(keyword))?;
        self.tokens.next();
        Some(found)
    }

    /// Takes these words, which only stand together, if the first of them is next.
    pub(crate) fn phrase(&mut self, keywords: &[&str]) -> bool {
        let Some((first, rest)) = keywords.split_first() else { return false };
        self.word(first) && rest.iter().all(|keyword| self.word(keyword))
    }

    /// Takes the next token if it is this symbol.
    pub(crate) fn symbol(&mut self, symbol: &str) -> bool {
        self.tokens.next_if(|token| token.is(symbol)).is_some()
    }

    /// Skips up to and with this word.
    pub(crate) fn skip_to(&mut self, keyword: &str) -> bool {
        self.tokens.any(|t| t.word().is_some_and(|word| word.eq_ignore_ascii_case(keyword)))
    }

    /// Skips one token.
    pub(crate) fn skip(&mut self) {
        self.tokens.next();
    }

    /// The byte of the statement at which the rest begins, where there is one.
    #[cfg(feature = "infer")]
    pub(crate) fn offset(&mut self) -> Option<usize> {
        self.tokens.peek().map(|token| token.offset)
    }

    /// The words of the rest, which is used up.
    pub(crate) fn rest(&mut self) -> Vec<&'t str> {
        self.tokens.by_ref().filter_map(|token| token.word()).collect()
    }

    /// Whether the word stands anywhere in the rest, which is used up.
    pub(crate) fn rest_mentions(&mut self, keywords: &[&str]) -> bool {
        let is = |word: &str| keywords.iter().any(|keyword| word.eq_ignore_ascii_case(keyword));
        self.tokens.any(|token| token.word().is_some_and(is))
    }

    /// Takes a name with its schema.
    pub(crate) fn object(&mut self, kind: ObjectKind) -> Option<Object> {
        let first = self.name()?;
        if !self.symbol(".") {
            return Some(Object { kind, schema: None, name: first });
        }
        Some(Object { kind, schema: Some(first), name: self.name()? })
    }

    /// Takes one name or more, with commas between them.
    pub(crate) fn objects(&mut self, kind: ObjectKind) -> Vec<Object> {
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
