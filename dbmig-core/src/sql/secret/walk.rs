//! Goes through a text and finds the strings that are secret.

use super::super::lexer::Lexer;
use super::super::reading::Reading;
use super::super::token::{Token, TokenKind};
use super::asks::{Asks, announces};
use super::literal::{Account, account, content, dollar_body, may_hold_secrets};

/// How deep SQL in SQL is looked into; what is deeper is a secret if it talks of one.
pub(super) const DEEPEST: usize = 4;

/// A string that is not to be shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hidden<'t> {
    pub(super) start: usize,
    /// As it stands there, with its quotes.
    pub(super) text: &'t str,
}

/// What SQL in a string is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Nothing,
    /// It leaves a password open, which comes from elsewhere.
    Asks,
    Holds,
}

/// What stood before a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Nothing,
    /// A word after which a password comes.
    Announcement,
    /// A password; PostgreSQL reads a string on the next line as more of it.
    Password,
    /// SQL in a string, whose password may be any other string of the statement.
    Template,
}

/// Finds what is secret in a text of these tokens, which begins at `base` of the whole; whether it asks
/// for a password that comes from elsewhere. Each level is read once. White space and comments may be
/// among the tokens or not.
pub(super) fn walk<'t>(
    reading: Reading,
    tokens: impl Iterator<Item = Token<'t>>,
    base: usize,
    depth: usize,
    found: &mut Vec<Hidden<'t>>,
) -> bool {
    let mut walk = Walk { reading, depth, before: Before::Nothing, asks: Asks::default(), found };
    for token in tokens {
        walk.step(&token, base);
    }
    walk.asks.at_end()
}

struct Walk<'w, 't> {
    reading: Reading,
    depth: usize,
    before: Before,
    asks: Asks,
    found: &'w mut Vec<Hidden<'t>>,
}

impl<'t> Walk<'_, 't> {
    fn step(&mut self, token: &Token<'t>, base: usize) {
        self.asks.step(token);
        match token.kind {
            TokenKind::Space | TokenKind::Comment => return,
            TokenKind::String if token.open.is_some() => self.cut(token.text, base + token.offset),
            TokenKind::String => return self.string(token.text, base + token.offset),
            TokenKind::Word if announces(token.text) => self.expect(Before::Announcement),
            TokenKind::Symbol if token.text == ";" => self.before = Before::Nothing,
            TokenKind::Symbol if [",", ")"].contains(&token.text) => self.expect(Before::Nothing),
            _ => {}
        }
        if self.before == Before::Password {
            self.before = Before::Nothing;
        }
    }

    /// A template is one until its statement ends.
    fn expect(&mut self, next: Before) {
        if self.before != Before::Template {
            self.before = next;
        }
    }

    fn string(&mut self, text: &'t str, start: usize) {
        let before = self.before;
        let account = account(text);
        if before == Before::Nothing && account == Account::None && dollar_body(text).is_some() {
            return self.body(text, start);
        }
        let inside = match account {
            Account::Open => Inside::Asks,
            Account::None | Account::Whole => self.inside(text),
        };
        let secret =
            before != Before::Nothing || account != Account::None || inside == Inside::Holds;
        if secret {
            self.found.push(Hidden { start, text });
        }
        if inside != Inside::Nothing {
            self.before = Before::Template;
        } else if secret && before == Before::Nothing {
            self.before = Before::Password;
        }
    }

    /// A string without an end: the text goes on elsewhere.
    fn cut(&mut self, text: &'t str, start: usize) {
        let rest = text.get(1..).unwrap_or_default();
        let secret = match self.before {
            Before::Nothing => self.within(rest) == Inside::Holds,
            _ => !rest.is_empty(),
        };
        if secret {
            self.found.push(Hidden { start, text });
        }
    }

    /// The body of a function or `DO` block of PostgreSQL is shown without what is secret in it.
    fn body(&mut self, text: &'t str, start: usize) {
        let Some(body) = dollar_body(text).filter(|body| may_hold_secrets(body)) else { return };
        let Some(depth) = self.depth.checked_sub(1) else {
            return self.found.push(Hidden { start, text });
        };
        let base = start + (text.len() - body.len()) / 2;
        if walk(self.reading, Lexer::new(self.reading, body), base, depth, self.found) {
            self.before = Before::Template;
        }
    }

    fn inside(&self, string: &str) -> Inside {
        self.within(&content(self.reading, string))
    }

    fn within(&self, text: &str) -> Inside {
        if !may_hold_secrets(text) {
            return Inside::Nothing;
        }
        let Some(depth) = self.depth.checked_sub(1) else { return Inside::Holds };
        let mut found = Vec::new();
        let tokens = Lexer::new(self.reading, text);
        let asks = walk(self.reading, tokens, 0, depth, &mut found);
        match (found.is_empty(), asks) {
            (false, _) => Inside::Holds,
            (true, true) => Inside::Asks,
            (true, false) => Inside::Nothing,
        }
    }
}
