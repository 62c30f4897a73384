//! Text to tokens: one engine for all dialects, which differ by their [`Rules`].

use super::Unterminated;
use super::extent::{
    closing, delimiter_argument, is_space, is_word, nested_comment, postgres_operator,
};
use super::reading::Reading;
use super::rules::{
    BlockComments, ByteOrderMark, Dollar, Escapes, Follower, Holds, Operators, Quote, Rules,
};
use super::token::{Token, TokenKind};

/// Splits a text into tokens, from its start to its end.
#[derive(Clone, Debug)]
pub(crate) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    rules: &'static Rules,
    delimiter: Option<&'t str>,
    /// Where the executable comments that are open now were opened.
    executable: Vec<usize>,
    continuation: Continuation,
}

/// PostgreSQL reads `E'..'` newline `'..'` as one string with escapes throughout, and `X'..'` newline
/// `'..'` as one without any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Continuation {
    None,
    After(Escapes),
    AfterNewline(Escapes),
}

const BYTE_ORDER_MARK: &str = "\u{feff}";

impl<'t> Lexer<'t> {
    pub(crate) fn new(reading: Reading, text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            rules: Rules::of(reading),
            delimiter: None,
            executable: Vec::new(),
            continuation: Continuation::None,
        }
    }

    /// Where the innermost open executable comment began.
    pub(crate) fn executable_comment(&self) -> Option<usize> {
        self.executable.last().copied()
    }

    pub(crate) fn delimiter(&self) -> Option<&'t str> {
        self.delimiter
    }

    /// Reads the rest of the line as the argument of `DELIMITER`, if there is one.
    pub(crate) fn read_delimiter(&mut self) -> bool {
        let rest = self.rest();
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let Some(argument) = delimiter_argument(line) else { return false };
        self.delimiter = (argument != ";").then_some(argument);
        self.at += line.len();
        true
    }

    /// Reads all that follows in another way.
    pub(super) fn read_as(&mut self, reading: Reading) {
        self.rules = Rules::of(reading);
    }

    /// `token`, which was read last, with the rest of its line.
    pub(super) fn with_its_line(&mut self, token: Token<'t>) -> Token<'t> {
        self.skip_line();
        Token { text: self.text[token.offset..self.at].trim_ascii_end(), ..token }
    }

    /// Skips the rest of the line, but not its end.
    pub(super) fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').unwrap_or(rest.len());
    }

    /// Skips the rows that a `COPY` takes from its client: the lines up to `\.`, else all.
    pub(super) fn skip_rows(&mut self) {
        self.skip_line();
        let rest = self.rest();
        let is_end = |line: &&str| line.trim_end_matches(['\n', '\r']) == "\\.";
        let mut length = 0;
        let end = rest.split_inclusive('\n').find(|line| {
            length += line.len();
            is_end(line)
        });
        self.at += if end.is_some() { length } else { rest.len() };
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn at_delimiter(&self, at: usize) -> bool {
        self.delimiter
            .is_some_and(|delimiter| self.text.as_bytes()[at..].starts_with(delimiter.as_bytes()))
    }

    /// The length of the token here and what it is.
    fn measure(&self) -> (usize, TokenKind, Option<Unterminated>) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        if self.at_delimiter(self.at) {
            return (self.delimiter.map_or(0, str::len), TokenKind::Delimiter, None);
        }
        if self.byte_order_mark() {
            return (BYTE_ORDER_MARK.len(), TokenKind::Space, None);
        }
        if is_space(bytes[0]) {
            return (self.run(1, is_space), TokenKind::Space, None);
        }
        if let Some(length) = self.line_comment(rest) {
            return (length, TokenKind::Comment, None);
        }
        if let Some(token) = self.block_comment().or_else(|| self.quoted()) {
            return token;
        }
        match bytes[0] {
            b'.' if bytes.get(1).is_some_and(u8::is_ascii_digit) => {
                (self.number(), TokenKind::Number, None)
            }
            b'0'..=b'9' => (self.number(), TokenKind::Number, None),
            b'$' if self.rules.dollar == Dollar::Quote => self.dollar_quote(),
            b'$' if self.rules.dollar == Dollar::Symbol => (1, TokenKind::Symbol, None),
            first if is_word(first) => (self.run(1, is_word), TokenKind::Word, None),
            _ => (self.operator(), TokenKind::Symbol, None),
        }
    }

    /// The length of the run that goes on while `belongs`, and never into a delimiter.
    fn run(&self, from: usize, belongs: fn(u8) -> bool) -> usize {
        let bytes = self.rest().as_bytes();
        (from..bytes.len())
            .find(|&n| !belongs(bytes[n]) || self.at_delimiter(self.at + n))
            .unwrap_or(bytes.len())
    }

    fn byte_order_mark(&self) -> bool {
        (self.at == 0 || self.rules.byte_order_mark == ByteOrderMark::Anywhere)
            && self.rest().starts_with(BYTE_ORDER_MARK)
    }

    /// The length of the line comment with which `rest` begins.
    fn line_comment(&self, rest: &str) -> Option<usize> {
        let comment = self.rules.line_comments.iter().find(|c| rest.starts_with(c.opener))?;
        let follower = rest.as_bytes().get(comment.opener.len());
        if comment.follower == Follower::Space
            && follower.is_some_and(|&byte| !is_space(byte) && !byte.is_ascii_control())
        {
            return None;
        }
        let ends = |byte: &u8| self.rules.line_ends.contains(byte);
        Some(rest.bytes().position(|byte| ends(&byte)).unwrap_or(rest.len()))
    }

    fn block_comment(&self) -> Option<(usize, TokenKind, Option<Unterminated>)> {
        let rest = self.rest();
        if !self.executable.is_empty() && rest.starts_with("*/") {
            return Some((2, TokenKind::ExecutableClose, None));
        }
        let inside = rest.strip_prefix("/*")?;
        match self.rules.block_comments {
            BlockComments::Nested => Some(match nested_comment(rest) {
                Some(length) => (length, TokenKind::Comment, None),
                None => (rest.len(), TokenKind::Comment, Some(Unterminated::Comment)),
            }),
            BlockComments::Executable => {
                if let Some(opener) = ["!", "M!"].into_iter().find(|o| inside.starts_with(o)) {
                    let version = inside[opener.len()..].bytes().take(6);
                    let digits = version.take_while(u8::is_ascii_digit).count();
                    return Some((2 + opener.len() + digits, TokenKind::ExecutableOpen, None));
                }
                let kind =
                    if inside.starts_with('+') { TokenKind::Hint } else { TokenKind::Comment };
                Some(match inside.find("*/") {
                    Some(length) => (length + 4, kind, None),
                    None => (rest.len(), kind, Some(Unterminated::Comment)),
                })
            }
            // At the very end, `/*` is two operators.
            BlockComments::OpenEnded if inside.is_empty() => None,
            BlockComments::OpenEnded => {
                let length = inside.find("*/").map_or(rest.len(), |length| length + 4);
                Some((length, TokenKind::Comment, None))
            }
        }
    }

    fn quoted(&self) -> Option<(usize, TokenKind, Option<Unterminated>)> {
        let bytes = self.rest().as_bytes();
        let (from, quote) = self.quote(bytes)?;
        let (kind, open) = match quote.holds {
            Holds::String => (TokenKind::String, Unterminated::String),
            Holds::Name => (TokenKind::Name, Unterminated::QuotedIdentifier),
        };
        Some(match closing(&bytes[from..], quote) {
            Some(length) => (from + length, kind, None),
            None => (bytes.len(), kind, Some(open)),
        })
    }

    /// The quote that opens here and where its content begins.
    fn quote(&self, bytes: &[u8]) -> Option<(usize, Quote)> {
        if let Some(quote) = self.rules.quotes.iter().find(|quote| quote.open == bytes[0]) {
            let mut quote = *quote;
            if let (b'\'', Continuation::AfterNewline(escapes)) = (bytes[0], self.continuation) {
                quote.escapes = escapes;
            }
            return Some((1, quote));
        }
        self.rules.prefixes.iter().find_map(|(prefix, quote)| {
            let length = prefix.len();
            let matches = bytes.get(length) == Some(&quote.open)
                && bytes[..length].eq_ignore_ascii_case(prefix.as_bytes());
            matches.then_some((length + 1, *quote))
        })
    }

    /// Digits with fraction and exponent, and the letters that follow (`0xff`, `1abc`).
    fn number(&self) -> usize {
        let bytes = self.rest().as_bytes();
        let digits = |from| self.run(from, |byte| byte.is_ascii_digit() || byte == b'_');
        let mut end = digits(1);
        if bytes[0] != b'.'
            && bytes.get(end) == Some(&b'.')
            && bytes.get(end + 1) != Some(&b'.')
            && !self.at_delimiter(self.at + end)
        {
            end = digits(end + 1);
        }
        if let [b'e' | b'E', b'+' | b'-', b'0'..=b'9', ..] = bytes[end..] {
            end = digits(end + 3);
        }
        match bytes.get(end) {
            Some(&byte) if byte != b'$' && is_word(byte) => self.run(end, is_word),
            _ => end,
        }
    }

    fn dollar_quote(&self) -> (usize, TokenKind, Option<Unterminated>) {
        let rest = self.rest();
        let is_tag = |byte: u8| is_word(byte) && byte != b'$';
        let tag = rest.bytes().skip(1).take_while(|&byte| is_tag(byte)).count();
        let opener = tag + 2;
        let bytes = rest.as_bytes();
        if let digits @ 1.. = bytes[1..].iter().take_while(|byte| byte.is_ascii_digit()).count() {
            // `$1`, a parameter.
            return (1 + digits, TokenKind::Number, None);
        }
        if bytes.get(tag + 1) != Some(&b'$') {
            return (1, TokenKind::Symbol, None);
        }
        match rest[opener..].find(&rest[..opener]) {
            Some(length) => (2 * opener + length, TokenKind::String, None),
            None => (rest.len(), TokenKind::String, Some(Unterminated::DollarQuote)),
        }
    }

    fn operator(&self) -> usize {
        let rest = self.rest();
        let length = match self.rules.operators {
            Operators::Run => postgres_operator(rest.as_bytes()),
            Operators::List(list) => {
                list.iter().find(|operator| rest.starts_with(**operator)).map_or(1, |o| o.len())
            }
        };
        // In MySQL `--- x` is a sign and a comment.
        let ends =
            |n: &usize| self.at_delimiter(self.at + n) || self.line_comment(&rest[*n..]).is_some();
        (1..length).find(ends).unwrap_or(length)
    }

    /// What the next token needs to know about this one.
    fn remember(&mut self, token: &Token<'t>) {
        match token.kind {
            TokenKind::ExecutableOpen => self.executable.push(token.offset),
            TokenKind::ExecutableClose => _ = self.executable.pop(),
            TokenKind::Delimiter => self.executable.clear(),
            _ => {}
        }
        self.continuation = match (token.kind, self.continuation) {
            (TokenKind::String, Continuation::AfterNewline(escapes))
                if token.text.starts_with('\'') =>
            {
                Continuation::After(escapes)
            }
            (TokenKind::String, _) if matches!(self.rules.dollar, Dollar::Quote) => {
                match token.text.as_bytes()[0] {
                    b'e' | b'E' => Continuation::After(Escapes::DoublingAndBackslash),
                    b'b' | b'B' | b'x' | b'X' => Continuation::After(Escapes::Nothing),
                    _ => Continuation::None,
                }
            }
            (TokenKind::Space, Continuation::After(escapes))
                if token.text.contains(['\n', '\r']) =>
            {
                Continuation::AfterNewline(escapes)
            }
            (TokenKind::Space, continuation) => continuation,
            (TokenKind::Comment, continuation) if token.text.starts_with("--") => continuation,
            _ => Continuation::None,
        };
    }
}

impl<'t> Iterator for Lexer<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        if self.at == self.text.len() {
            return None;
        }
        let (length, kind, open) = self.measure();
        let text = &self.text[self.at..self.at + length];
        let token = Token { kind, text, offset: self.at, open };
        self.at += length;
        self.remember(&token);
        Some(token)
    }
}
