//! Reads a statement from its start, word by word.

use super::Statement;
use super::object::{Object, ObjectKind};
use super::token::Token;
use crate::Dialect;

/// The tokens of a statement; a copy of it is a place to come back to.
#[derive(Clone)]
pub(crate) struct Reader<'t> {
    dialect: Dialect,
    /// What is left.
    rest: &'t [Token<'t>],
}

impl<'t> Reader<'t> {
    pub(crate) fn new(statement: &'t Statement<'t>) -> Self {
        let mut reader = Self { dialect: statement.dialect(), rest: statement.all_tokens() };
        reader.skip_marks();
        reader
    }

    fn skip_marks(&mut self) {
        let marks = self.rest.iter().take_while(|token| token.is_mark()).count();
        self.rest = &self.rest[marks..];
    }

    fn next(&self) -> Option<&'t Token<'t>> {
        self.rest.first()
    }

    /// Takes the next token.
    pub(crate) fn take(&mut self) -> Option<Token<'t>> {
        let (next, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.skip_marks();
        Some(*next)
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
        let word = self.next()?.word()?;
        let found = keywords.iter().find(|keyword| word.eq_ignore_ascii_case(keyword))?;
        self.take();
        Some(found)
    }

    /// Takes these words if all of them are next.
    pub(crate) fn phrase(&mut self, keywords: &[&str]) -> bool {
        let start = self.clone();
        let found = keywords.iter().all(|keyword| self.word(keyword));
        if !found {
            *self = start;
        }
        found
    }

    /// Takes the next token if it is this symbol.
    pub(crate) fn symbol(&mut self, symbol: &str) -> bool {
        let found = self.next().is_some_and(|token| token.is(symbol));
        if found {
            self.take();
        }
        found
    }

    /// Skips up to and with this word.
    pub(crate) fn skip_to(&mut self, keyword: &str) -> bool {
        while let Some(token) = self.take() {
            if token.word().is_some_and(|word| word.eq_ignore_ascii_case(keyword)) {
                return true;
            }
        }
        false
    }

    /// Skips one token.
    pub(crate) fn skip(&mut self) {
        self.take();
    }

    /// Skips what is in parentheses, if that is next.
    pub(crate) fn group(&mut self) -> bool {
        if !self.symbol("(") {
            return false;
        }
        let mut depth = 1_u32;
        while depth > 0
            && let Some(token) = self.take()
        {
            depth += u32::from(token.is("("));
            depth -= u32::from(token.is(")"));
        }
        true
    }

    /// Whether nothing is left.
    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The byte of the statement at which the rest begins, where there is one.
    #[cfg(feature = "infer")]
    pub(crate) fn offset(&self) -> Option<usize> {
        self.next().map(|token| token.offset)
    }

    /// The words of the rest, which is used up.
    pub(crate) fn rest(&mut self) -> Vec<&'t str> {
        std::iter::from_fn(|| self.take()).filter_map(|token| token.word()).collect()
    }

    /// Whether the word stands anywhere in the rest, which is used up.
    pub(crate) fn rest_mentions(&mut self, keywords: &[&str]) -> bool {
        let is = |word: &str| keywords.iter().any(|keyword| word.eq_ignore_ascii_case(keyword));
        std::iter::from_fn(|| self.take()).any(|token| token.word().is_some_and(is))
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

    /// Takes a name without its schema.
    pub(crate) fn name(&mut self) -> Option<String> {
        let name = self.next()?.name(self.dialect)?;
        self.take();
        Some(name)
    }
}
