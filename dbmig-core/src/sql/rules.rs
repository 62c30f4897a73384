//! How each dialect's text is read, as facts for the one lexer.

use super::reading::{Backslash, DoubleQuotes, Reading};
use crate::Dialect;

/// The lexical rules of a dialect.
#[derive(Debug)]
pub(super) struct Rules {
    /// Quotes by their opening character.
    pub(super) quotes: &'static [Quote],
    /// Letters that belong to the quote right after them.
    pub(super) prefixes: &'static [(&'static str, Quote)],
    pub(super) line_comments: &'static [LineComment],
    /// The characters that end a line comment.
    pub(super) line_ends: &'static [u8],
    pub(super) block_comments: BlockComments,
    pub(super) dollar: Dollar,
    pub(super) operators: Operators,
    pub(super) byte_order_mark: ByteOrderMark,
}

/// A quoted token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quote {
    pub(super) open: u8,
    pub(super) close: u8,
    pub(super) holds: Holds,
    pub(super) escapes: Escapes,
}

/// What stands between quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    String,
    Name,
}

/// How a quote can hold its own closing character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escapes {
    Nothing,
    Doubling,
    DoublingAndBackslash,
}

/// A comment to the end of the line.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineComment {
    pub(super) opener: &'static str,
    pub(super) follower: Follower,
}

/// What must follow the opener for it to open a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follower {
    Anything,
    /// White space, a control character or the end of the text.
    Space,
}

/// `/* .. */`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockComments {
    /// Each `/*` needs its own `*/`.
    Nested,
    /// Flat; `/*! .. */` and `/*M! .. */` hold code, `/*+ .. */` hints.
    Executable,
    /// Flat; the end of the text closes them too.
    OpenEnded,
}

/// What a `$` starts outside of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dollar {
    /// `$tag$ .. $tag$`
    Quote,
    Word,
    Symbol,
}

/// Which characters belong together as one operator.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operators {
    /// PostgreSQL: any run of operator characters, apart from a sign at its end.
    Run,
    /// These (longer ones first); all else is one character.
    List(&'static [&'static str]),
}

/// Where U+FEFF is white space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteOrderMark {
    AtStart,
    Anywhere,
}

const fn quote(mark: u8, holds: Holds, escapes: Escapes) -> Quote {
    Quote { open: mark, close: mark, holds, escapes }
}

const STRING: Quote = quote(b'\'', Holds::String, Escapes::Doubling);
/// Of a bit or byte string: `x''''` is two strings.
const DIGITS: Quote = quote(b'\'', Holds::String, Escapes::Nothing);
const ESCAPED: Quote = quote(b'\'', Holds::String, Escapes::DoublingAndBackslash);
const DOUBLE_ESCAPED: Quote = quote(b'"', Holds::String, Escapes::DoublingAndBackslash);
const DOUBLE: Quote = quote(b'"', Holds::String, Escapes::Doubling);
const NAME: Quote = quote(b'"', Holds::Name, Escapes::Doubling);
const BACKTICK: Quote = quote(b'`', Holds::Name, Escapes::Doubling);
const BRACKET: Quote =
    Quote { open: b'[', close: b']', holds: Holds::Name, escapes: Escapes::Nothing };

const DASHES: LineComment = LineComment { opener: "--", follower: Follower::Anything };
const DASHES_SPACE: LineComment = LineComment { opener: "--", follower: Follower::Space };
const HASH: LineComment = LineComment { opener: "#", follower: Follower::Anything };

/// <https://www.postgresql.org/docs/current/sql-syntax-lexical.html>
const POSTGRES: Rules = Rules {
    quotes: &[STRING, NAME],
    prefixes: &[
        ("e", ESCAPED),
        ("b", DIGITS),
        ("x", DIGITS),
        ("n", STRING),
        ("u&", STRING),
        ("u&", NAME),
    ],
    line_comments: &[DASHES],
    line_ends: b"\n\r",
    block_comments: BlockComments::Nested,
    dollar: Dollar::Quote,
    operators: Operators::Run,
    byte_order_mark: ByteOrderMark::AtStart,
};

/// <https://dev.mysql.com/doc/refman/8.4/en/language-structure.html>,
/// <https://mariadb.com/kb/en/comment-syntax/>
const MYSQL: Rules = Rules {
    quotes: &[ESCAPED, DOUBLE_ESCAPED, BACKTICK],
    prefixes: &[("b", DIGITS), ("x", DIGITS), ("n", ESCAPED)],
    line_comments: &[DASHES_SPACE, HASH],
    line_ends: b"\n",
    block_comments: BlockComments::Executable,
    dollar: Dollar::Word,
    // `--` without a space after it is two signs; as one token it stays apart from `- -`.
    operators: Operators::List(&[
        "<=>", "->>", "<=", ">=", "<>", "!=", "<<", ">>", "||", "&&", ":=", "->", "@@", "..", "--",
    ]),
    byte_order_mark: ByteOrderMark::AtStart,
};

/// <https://www.sqlite.org/lang_keywords.html>, <https://www.sqlite.org/lang_comment.html>
const SQLITE: Rules = Rules {
    quotes: &[STRING, NAME, BACKTICK, BRACKET],
    prefixes: &[("x", DIGITS)],
    line_comments: &[DASHES],
    line_ends: b"\n",
    block_comments: BlockComments::OpenEnded,
    dollar: Dollar::Symbol,
    operators: Operators::List(&["->>", "->", "==", "<=", "<>", "<<", ">=", ">>", "!=", "||"]),
    byte_order_mark: ByteOrderMark::Anywhere,
};

/// With `standard_conforming_strings = off`.
const POSTGRES_ESCAPES: Rules = Rules {
    quotes: &[ESCAPED, NAME],
    prefixes: &[
        ("e", ESCAPED),
        ("b", DIGITS),
        ("x", DIGITS),
        ("n", ESCAPED),
        ("u&", STRING),
        ("u&", NAME),
    ],
    ..POSTGRES
};

/// With `ANSI_QUOTES`, `NO_BACKSLASH_ESCAPES`, and both in `sql_mode`.
const MYSQL_ANSI: Rules = Rules { quotes: &[ESCAPED, NAME, BACKTICK], ..MYSQL };
const MYSQL_LITERAL: Rules = Rules {
    quotes: &[STRING, DOUBLE, BACKTICK],
    prefixes: &[("b", DIGITS), ("x", DIGITS), ("n", STRING)],
    ..MYSQL
};
const MYSQL_ANSI_LITERAL: Rules = Rules { quotes: &[STRING, NAME, BACKTICK], ..MYSQL_LITERAL };

impl Rules {
    pub(super) fn of(reading: Reading) -> &'static Self {
        use {Backslash as B, DoubleQuotes as D};
        match (reading.dialect, reading.backslash, reading.double_quotes) {
            (Dialect::Postgres, B::Literal, _) => &POSTGRES,
            (Dialect::Postgres, B::Escapes, _) => &POSTGRES_ESCAPES,
            (Dialect::Mysql, B::Escapes, D::String) => &MYSQL,
            (Dialect::Mysql, B::Escapes, D::Name) => &MYSQL_ANSI,
            (Dialect::Mysql, B::Literal, D::String) => &MYSQL_LITERAL,
            (Dialect::Mysql, B::Literal, D::Name) => &MYSQL_ANSI_LITERAL,
            (Dialect::Sqlite, ..) => &SQLITE,
        }
    }
}
