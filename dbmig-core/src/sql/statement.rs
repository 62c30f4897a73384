//! One statement of a script.

use std::borrow::Cow;

use super::Position;
use super::lexer::Lexer;
use super::reading::Reading;
use super::secret::{hide_read, hide_read_in_message};
use super::token::Token;
use crate::{Checksum, Dialect};

/// One statement of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'t> {
    /// Its text from the first to the last significant character, without the terminator.
    pub text: &'t str,
    /// The byte in the script at which `text` begins.
    pub offset: usize,
    /// The same place for a person.
    pub position: Position,
    reading: Reading,
    /// Its first words, as far as there are some: most questions need no others.
    first: [&'t str; 2],
}

impl<'t> Statement<'t> {
    pub(super) fn new(text: &'t str, offset: usize, position: Position, reading: Reading) -> Self {
        let unread = Self { text, offset, position, reading, first: [""; 2] };
        let mut words = unread.keywords().fuse();
        let mut next = || words.next().unwrap_or_default();
        Self { first: [next(), next()], ..unread }
    }

    /// The dialect that it was read in.
    pub const fn dialect(&self) -> Dialect {
        self.reading.dialect
    }

    pub(super) const fn reading(&self) -> Reading {
        self.reading
    }

    /// Whether quotes and backslashes mean the same in it as in a new session: no statement before it
    /// in its script has changed that.
    pub fn is_read_as_usual(&self) -> bool {
        self.reading.is_usual()
    }

    /// Whether they mean the same in both.
    pub fn is_read_like(&self, other: &Statement<'_>) -> bool {
        self.reading == other.reading
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
        let mut known = self.first.iter().zip(keywords);
        if !known.all(|(word, keyword)| word.eq_ignore_ascii_case(keyword)) {
            return false;
        }
        let Some(more @ [_, ..]) = keywords.get(self.first.len()..) else { return true };
        let mut words = self.keywords().skip(self.first.len());
        more.iter().all(|keyword| words.next().is_some_and(|w| w.eq_ignore_ascii_case(keyword)))
    }

    /// Its text as [`hide_secrets`](super::hide_secrets) shows it.
    pub fn without_secrets(&self) -> Cow<'t, str> {
        hide_read(self.reading, self.text)
    }

    /// What the database says about it, as [`hide_secrets_in_message`](super::hide_secrets_in_message)
    /// shows that.
    pub fn hide_secrets_in_message<'m>(&self, message: &'m str) -> Cow<'m, str> {
        hide_read_in_message(self.reading, self.text, message)
    }

    /// The checksum of what [`Statement::without_secrets`] shows.
    pub fn checksum_without_secrets(&self) -> Checksum {
        Checksum::read(self.reading, &self.without_secrets())
    }

    /// The one statement that `text`, a part of it, is.
    #[cfg(feature = "infer")]
    pub(crate) fn part<'p>(&self, text: &'p str) -> Option<Statement<'p>> {
        match super::split_read(self.reading, text).ok()?[..] {
            [statement] => Some(statement),
            _ => None,
        }
    }

    /// The tokens of `text`, which was a string in it.
    #[cfg(feature = "infer")]
    pub(crate) fn tokens_of<'p>(&self, text: &'p str) -> impl Iterator<Item = Token<'p>> + use<'p> {
        Lexer::new(self.reading, text).filter(|token| token.is_significant() && !token.is_mark())
    }

    /// Its tokens without marks and hints.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = Token<'t>> + use<'t> {
        self.lexer().filter(|token| token.is_significant() && !token.is_mark())
    }

    pub(super) fn lexer(&self) -> Lexer<'t> {
        Lexer::new(self.reading, self.text)
    }

    /// The same statement for a session that has set nothing.
    #[cfg(feature = "infer")]
    pub(crate) fn text_as_usual(&self) -> Cow<'t, str> {
        if self.reading.is_usual() {
            return Cow::Borrowed(self.text);
        }
        let tokens = Lexer::new(self.reading, self.text);
        Cow::Owned(tokens.map(|token| token.as_usual(self.reading)).collect())
    }
}
