//! The statements of a script, each with its tokens.

use std::borrow::Cow;
use std::ops::{Deref, Range};
use std::sync::Arc;

use super::Position;
#[cfg(feature = "infer")]
use super::lexer::Lexer;
#[cfg(feature = "infer")]
use super::reading::Backslash;
use super::reading::Reading;
use super::secret::{hide_in, hide_in_all, hide_in_message};
use super::token::Token;
#[cfg(feature = "infer")]
use super::token::TokenKind;
use crate::Dialect;

/// The statements of a script, in their order, each with its tokens: whoever asks about one of them
/// reads these, and not the text once more.
#[derive(Clone, Debug, Default)]
pub struct Statements<'t> {
    text: &'t str,
    all: Vec<Statement<'t>>,
}

/// By their statements: what is between them means nothing.
impl PartialEq for Statements<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl Eq for Statements<'_> {}

impl<'t> Statements<'t> {
    /// The whole script as [`hide_secrets`](super::hide_secrets) shows it.
    pub fn without_secrets(&self) -> Cow<'t, str> {
        hide_in_all(self.text, self)
    }
}

impl<'t> Deref for Statements<'t> {
    type Target = [Statement<'t>];

    fn deref(&self) -> &[Statement<'t>] {
        &self.all
    }
}

impl<'t> IntoIterator for Statements<'t> {
    type Item = Statement<'t>;
    type IntoIter = std::vec::IntoIter<Statement<'t>>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.into_iter()
    }
}

impl<'s, 't> IntoIterator for &'s Statements<'t> {
    type Item = &'s Statement<'t>;
    type IntoIter = std::slice::Iter<'s, Statement<'t>>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.iter()
    }
}

/// The statements of a script that is being read.
#[derive(Default)]
pub(super) struct Builder<'t> {
    found: Vec<Unfinished<'t>>,
    /// Of all of them, with offsets in their statement.
    tokens: Vec<Token<'t>>,
}

/// A statement whose tokens are still with those of the others.
struct Unfinished<'t> {
    text: &'t str,
    offset: usize,
    position: Position,
    reading: Reading,
    tokens: Range<usize>,
}

impl<'t> Builder<'t> {
    /// Takes the next token of the statement that begins at the byte `start`.
    pub(super) fn token(&mut self, token: Token<'t>, start: usize) {
        self.tokens.push(Token { offset: token.offset - start, ..token });
    }

    /// Ends the statement that `text` is.
    pub(super) fn end(
        &mut self,
        text: &'t str,
        offset: usize,
        position: Position,
        reading: Reading,
    ) {
        let first = self.found.last().map_or(0, |last| last.tokens.end);
        // A `;` behind which nothing came.
        let belongs = |token: &Token<'_>| token.offset < text.len();
        let length = self.tokens[first..].iter().rposition(belongs).map_or(0, |last| last + 1);
        self.tokens.truncate(first + length);
        let tokens = first..self.tokens.len();
        self.found.push(Unfinished { text, offset, position, reading, tokens });
    }

    /// `text` is the script.
    pub(super) fn finish(self, text: &'t str) -> Statements<'t> {
        let all: Arc<[Token<'t>]> = self.tokens.into();
        let statement = |it: Unfinished<'t>| Statement {
            text: it.text,
            offset: it.offset,
            position: it.position,
            reading: it.reading,
            all: Arc::clone(&all),
            own: it.tokens,
        };
        Statements { text, all: self.found.into_iter().map(statement).collect() }
    }
}

/// One statement of a script.
#[derive(Clone, Debug)]
pub struct Statement<'t> {
    /// Its text from the first to the last significant character, without the terminator.
    pub text: &'t str,
    /// The byte in the script at which `text` begins.
    pub offset: usize,
    /// That place, for a person.
    pub position: Position,
    reading: Reading,
    /// The tokens of all statements of the script, marks and hints among them.
    all: Arc<[Token<'t>]>,
    /// Where its own are.
    own: Range<usize>,
}

/// By text, place and the way it is read, which say what its tokens are.
impl PartialEq for Statement<'_> {
    fn eq(&self, other: &Self) -> bool {
        let key = |it: &Self| (it.offset, it.position, it.reading);
        key(self) == key(other) && self.text == other.text
    }
}

impl Eq for Statement<'_> {}

impl<'t> Statement<'t> {
    /// The dialect that it was read in.
    pub const fn dialect(&self) -> Dialect {
        self.reading.dialect
    }

    pub(crate) const fn reading(&self) -> Reading {
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

    /// Whether it means what it means where nothing was set that changes how quotes are read.
    pub fn is_read_plainly(&self) -> bool {
        self.reading == Reading::of(self.reading.dialect)
    }

    /// The words with which the statement begins, as written, up to the first token that is
    /// something else: `CREATE`, `INDEX`, `i`, `ON`, `t` for `CREATE INDEX i ON t (a)`.
    ///
    /// Comments do not count; the marks of MySQL's executable comments do not either, their
    /// content does.
    pub fn keywords(&self) -> impl Iterator<Item = &'t str> {
        self.tokens().map_while(|token| token.word())
    }

    /// Whether it begins with these keywords, in any case.
    pub fn begins_with(&self, keywords: &[&str]) -> bool {
        let mut words = self.keywords();
        keywords.iter().all(|keyword| words.next().is_some_and(|w| w.eq_ignore_ascii_case(keyword)))
    }

    /// Its text as [`hide_secrets`](super::hide_secrets) shows it.
    pub fn without_secrets(&self) -> Cow<'t, str> {
        hide_in(self)
    }

    /// What the database says about it, as [`hide_secrets_in_message`](super::hide_secrets_in_message)
    /// shows that.
    pub fn hide_secrets_in_message<'m>(&self, message: &'m str) -> Cow<'m, str> {
        hide_in_message(self, message)
    }

    /// The one statement that `text`, a part of it, is.
    #[cfg(feature = "infer")]
    pub(crate) fn part<'p>(&self, text: &'p str) -> Option<Statement<'p>> {
        let mut statements = super::split_read(self.reading, text).ok()?.into_iter();
        statements.next().filter(|_| statements.len() == 0)
    }

    /// The tokens of `text`, which was a string in it.
    #[cfg(feature = "infer")]
    pub(crate) fn tokens_of<'p>(&self, text: &'p str) -> impl Iterator<Item = Token<'p>> + use<'p> {
        Lexer::new(self.reading, text).filter(|token| token.is_significant() && !token.is_mark())
    }

    /// Its tokens without marks and hints.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = Token<'t>> {
        self.all_tokens().iter().filter(|token| !token.is_mark()).copied()
    }

    /// Its tokens, marks and hints among them.
    pub(super) fn all_tokens(&self) -> &[Token<'t>] {
        self.all.get(self.own.clone()).unwrap_or_default()
    }

    /// This statement, as a session reads it that has set nothing.
    #[cfg(feature = "infer")]
    pub(crate) fn text_as_usual(&self) -> Cow<'t, str> {
        if self.reading.is_usual() {
            return Cow::Borrowed(self.text);
        }
        let (mut usual, mut end) = (String::new(), 0);
        for token in self.all_tokens() {
            // White space and comments stay what they are.
            usual.push_str(&self.text[end..token.offset]);
            usual.push_str(&as_usual(token, self.reading));
            end = token.end();
        }
        usual.push_str(&self.text[end..]);
        Cow::Owned(usual)
    }
}

/// `token`, as it is written where nothing was set about quotes.
#[cfg(feature = "infer")]
fn as_usual<'t>(token: &Token<'t>, reading: Reading) -> Cow<'t, str> {
    let text = token.text;
    match (reading.dialect, token.kind) {
        (Dialect::Mysql, TokenKind::Name) if text.starts_with('"') => {
            let end = text.len().saturating_sub(1).max(1);
            let inside = text.get(1..end).unwrap_or_default();
            let name = inside.replace("\"\"", "\"").replace('`', "``");
            Cow::Owned(format!("`{name}`"))
        }
        (Dialect::Mysql, TokenKind::String)
            if reading.backslash == Backslash::Literal && text.contains('\\') =>
        {
            Cow::Owned(text.replace('\\', "\\\\"))
        }
        (Dialect::Postgres, TokenKind::String) if text.starts_with('\'') && text.contains('\\') => {
            Cow::Owned(format!("E{text}"))
        }
        _ => Cow::Borrowed(text),
    }
}
