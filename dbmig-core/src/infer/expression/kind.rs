//! What a value is, as far as it matters to what is done with it, and which column holds it.

use crate::Dialect;
use crate::infer::types;

/// What an expression gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::infer) enum Shape {
    Null,
    Text(Length),
    Boolean,
    /// Its bits.
    Integer(u8),
    /// Another number.
    Number,
    /// A document that was read when it was written.
    Json,
    TextSearch,
    /// A date or a time, by its type.
    Time(String),
    /// Something else, by its type.
    Other(String),
    /// A column whose type is not known.
    Unknown,
}

/// How many characters a text may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::infer) enum Length {
    AtMost(u64),
    Any,
}

impl Length {
    pub(super) fn of(characters: usize) -> Self {
        u64::try_from(characters).map_or(Self::Any, Self::AtMost)
    }

    pub(super) fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::AtMost(a), Self::AtMost(b)) => Self::AtMost(a.saturating_add(b)),
            _ => Self::Any,
        }
    }

    pub(super) fn times(self, factor: u64) -> Self {
        match self {
            Self::AtMost(length) => Self::AtMost(length.saturating_mul(factor)),
            Self::Any => Self::Any,
        }
    }
}

impl Shape {
    /// What a column of this type holds.
    pub(in crate::infer) fn of(dialect: Dialect, kind: &str) -> Self {
        let (name, arguments) = parts(kind);
        let length = || match arguments.parse() {
            Ok(length) => Length::AtMost(length),
            Err(_) => Length::Any,
        };
        match (name, dialect) {
            ("text" | "varchar" | "character varying" | "char varying", Dialect::Postgres)
            | ("varchar" | "char" | "character" | "nvarchar", Dialect::Mysql) => {
                Self::Text(length())
            }
            ("text", Dialect::Mysql) => Self::Text(Length::AtMost(65_535)),
            ("mediumtext", Dialect::Mysql) => Self::Text(Length::AtMost(16_777_215)),
            ("longtext", Dialect::Mysql)
            | ("text" | "varchar" | "char" | "character" | "clob" | "nvarchar", Dialect::Sqlite) => {
                Self::Text(Length::Any)
            }
            // `char(1)` is padded: its text in other forms is not.
            ("char" | "character" | "bpchar", Dialect::Postgres) if arguments.is_empty() => {
                Self::Text(Length::AtMost(1))
            }
            ("char" | "character", Dialect::Postgres) => Self::Text(length()),
            ("citext", Dialect::Postgres) => Self::Text(Length::Any),
            ("boolean" | "bool", _) => Self::Boolean,
            ("tinyint" | "tinyint unsigned", _) => {
                Self::Integer(if name.contains(' ') { 9 } else { 8 })
            }
            ("smallint" | "int2" | "smallserial", _) => Self::Integer(16),
            ("integer" | "int" | "int4" | "serial", Dialect::Sqlite) => Self::Integer(64),
            ("integer" | "int" | "int4" | "serial" | "mediumint", _) => Self::Integer(32),
            ("int unsigned" | "integer unsigned" | "mediumint unsigned", _) => Self::Integer(33),
            ("smallint unsigned", _) => Self::Integer(17),
            ("bigint" | "int8" | "bigserial", _) => Self::Integer(64),
            ("jsonb", Dialect::Postgres) | ("json", Dialect::Mysql) => Self::Json,
            ("tsvector", Dialect::Postgres) => Self::TextSearch,
            _ if is_time(dialect, kind) => Self::Time(kind.to_owned()),
            ("numeric" | "decimal" | "real" | "float" | "double" | "double precision", _) => {
                Self::Number
            }
            _ => Self::Other(kind.to_owned()),
        }
    }

    /// What holds either of two values, which stand for each other.
    pub(super) fn or(self, dialect: Dialect, other: Self) -> Option<Self> {
        use Shape as S;
        Some(match (self, other) {
            (a, b) if a == b => a,
            (S::Null, other) | (other, S::Null) => other,
            (S::Text(a), S::Text(b)) => S::Text(a.max(b)),
            (S::Integer(a), S::Integer(b)) => S::Integer(a.max(b)),
            (S::Integer(_), S::Number) | (S::Number, S::Integer(_)) => S::Number,
            // PostgreSQL has found a common type when the statement was made, and has read a
            // literal.
            (S::Unknown, _) | (_, S::Unknown) if dialect == Dialect::Postgres => S::Unknown,
            (S::Other(kind), S::Text(Length::AtMost(_)))
            | (S::Text(Length::AtMost(_)), S::Other(kind))
                if dialect == Dialect::Postgres =>
            {
                S::Other(kind)
            }
            _ if dialect == Dialect::Sqlite => S::Unknown,
            _ => return None,
        })
    }
}

/// `varchar(20)`: the name and what is in parentheses; what follows them belongs to the name.
fn parts(kind: &str) -> (&str, &str) {
    match kind.split_once('(') {
        Some((name, rest)) => match rest.split_once(')') {
            Some((arguments, "")) => (name.trim_end(), arguments.trim()),
            _ => (kind, ""),
        },
        None => (kind, ""),
    }
}

/// Whether the type is one of a date with or without its time.
pub(in crate::infer) fn is_time(dialect: Dialect, kind: &str) -> bool {
    let (name, _) = parts(kind);
    let of_postgres = ["timestamptz", "timestamp with time zone", "timestamp without time zone"];
    match dialect {
        Dialect::Postgres => {
            ["timestamp", "date"].contains(&name)
                || of_postgres.contains(&name)
                // `timestamp(6) with time zone`
                || kind.starts_with("timestamp")
        }
        Dialect::Mysql | Dialect::Sqlite => ["timestamp", "datetime", "date"].contains(&name),
    }
}

/// Whether a column of the type `kind` holds every such value.
pub(in crate::infer) fn fits(dialect: Dialect, value: &Shape, kind: &str) -> bool {
    let column = Shape::of(dialect, kind);
    match (value, &column) {
        (Shape::Null, _) => true,
        (Shape::Text(length), Shape::Text(most)) => length <= most,
        (Shape::Integer(bits), Shape::Integer(most)) => bits <= most,
        (Shape::Boolean, Shape::Integer(_)) => dialect != Dialect::Postgres,
        (Shape::Boolean | Shape::Integer(_), Shape::Number) => dialect == Dialect::Sqlite,
        (Shape::Number, Shape::Number) => dialect == Dialect::Sqlite,
        (Shape::Boolean, Shape::Boolean)
        | (Shape::Json, Shape::Json)
        | (Shape::TextSearch, Shape::TextSearch) => true,
        (Shape::Time(old) | Shape::Other(old), Shape::Time(_) | Shape::Other(_)) => {
            types::widens(dialect, old, kind)
        }
        _ => false,
    }
}
