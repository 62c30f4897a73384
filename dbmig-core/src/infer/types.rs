//! Which types hold whatever another one holds, and are read by the same program.

use crate::Dialect;

/// Whether a program that knows a column as `old` can go on with it as `new`.
///
/// Diesel reads PostgreSQL's values in binary: there a `BIGINT` is no `INTEGER`.
pub(super) fn widens(dialect: Dialect, old: &str, new: &str) -> bool {
    let (old, new) = (Type::of(dialect, old), Type::of(dialect, new));
    if old == new {
        return true;
    }
    old.suffix == new.suffix
        && match dialect {
            Dialect::Postgres => {
                text(&old, &new)
                    || digits(&old, &new)
                    || unlimited(&old, &new)
                    || longer(&old, &new, "bit varying", u64::MAX)
                    || time(&old, &new, 6)
            }
            Dialect::Mysql => {
                family(&old, &new, &TEXTS, "varchar")
                    || family(&old, &new, &BLOBS, "varbinary")
                    || integer(&old, &new)
                    || digits(&old, &new)
                    || more_members(&old, &new)
                    || time(&old, &new, 0)
            }
            Dialect::Sqlite => false,
        }
}

/// Ends the type of a text of MySQL's whose table has another default by now: whoever says the
/// type again converts it.
const OLD_CHARSET: &str = " in its old character set";

/// Notes that the default of the table is another one from here on.
pub(super) fn keep_charset(kind: &mut String) {
    const OTHER: [&str; 14] = [
        "int",
        "tinyint",
        "smallint",
        "mediumint",
        "bigint",
        "integer",
        "decimal",
        "numeric",
        "float",
        "double",
        "date",
        "datetime",
        "timestamp",
        "time",
    ];
    let own = Type::of(Dialect::Mysql, kind);
    if !OTHER.contains(&own.name) && own.suffix.is_empty() {
        kind.push_str(OLD_CHARSET);
    }
}

/// Whether the character set of the column is not its table's default any more.
pub(super) fn keeps_charset(kind: &str) -> bool {
    kind.ends_with(OLD_CHARSET)
}

/// MySQL's, each with more room than the one before.
const TEXTS: [&str; 4] = ["tinytext", "text", "mediumtext", "longtext"];
const BLOBS: [&str; 4] = ["tinyblob", "blob", "mediumblob", "longblob"];

/// `varchar(20)`: a name, and what is in parentheses.
#[derive(PartialEq, Eq)]
struct Type<'a> {
    name: &'a str,
    arguments: Vec<&'a str>,
    /// `unsigned`, `with time zone`, a character set.
    suffix: &'a str,
}

impl<'a> Type<'a> {
    fn of(dialect: Dialect, text: &'a str) -> Self {
        let (name, arguments, suffix) = match text.split_once('(') {
            Some((name, rest)) => {
                let (arguments, suffix) = rest.rsplit_once(')').unwrap_or((rest, ""));
                let arguments = arguments.split(',').map(str::trim).collect();
                (name.trim(), arguments, suffix.trim())
            }
            None => {
                let two = TWO_WORDS.iter().find(|words| text.starts_with(**words));
                let (name, suffix) = match two {
                    Some(words) => (*words, text[words.len()..].trim()),
                    None => text.split_once(' ').unwrap_or((text, "")),
                };
                (name, Vec::new(), suffix)
            }
        };
        match dialect {
            Dialect::Postgres => postgres(name, arguments, suffix),
            Dialect::Mysql | Dialect::Sqlite => Self { name: alias(name), arguments, suffix },
        }
    }

    /// What its only argument says; `default` where it has none.
    fn number(&self, default: u64) -> Option<u64> {
        match &self.arguments[..] {
            [] => Some(default),
            [number] => number.parse().ok(),
            _ => None,
        }
    }
}

const TWO_WORDS: [&str; 4] =
    ["character varying", "char varying", "double precision", "bit varying"];

fn alias(name: &str) -> &str {
    match name {
        "character varying" | "char varying" => "varchar",
        "decimal" | "dec" => "numeric",
        "int" | "int4" => "integer",
        other => other,
    }
}

/// What only PostgreSQL calls so; a serial number is an integer with a default.
fn postgres<'a>(name: &'a str, arguments: Vec<&'a str>, suffix: &'a str) -> Type<'a> {
    let (name, suffix) = match (alias(name), suffix) {
        ("timestamptz", "") => ("timestamp", "with time zone"),
        ("timetz", "") => ("time", "with time zone"),
        (time @ ("timestamp" | "time"), "without time zone") => (time, ""),
        ("int2" | "smallserial" | "serial2", suffix) => ("smallint", suffix),
        ("serial" | "serial4", suffix) => ("integer", suffix),
        ("int8" | "bigserial" | "serial8", suffix) => ("bigint", suffix),
        ("bool", suffix) => ("boolean", suffix),
        ("float4", suffix) => ("real", suffix),
        ("float8", suffix) => ("double precision", suffix),
        ("varbit", suffix) => ("bit varying", suffix),
        (name, suffix) => (name, suffix),
    };
    Type { name, arguments, suffix }
}

/// `varchar(20)`, `varchar` and `text`, which are one type to a program.
fn text(old: &Type<'_>, new: &Type<'_>) -> bool {
    let length = |kind: &Type<'_>| match kind.name {
        "varchar" => kind.number(u64::MAX),
        "text" => Some(u64::MAX),
        _ => None,
    };
    at_most(length(old), length(new))
}

fn at_most(old: Option<u64>, new: Option<u64>) -> bool {
    old.zip(new).is_some_and(|(old, new)| old <= new)
}

/// A longer one of the same name.
fn longer(old: &Type<'_>, new: &Type<'_>, name: &str, default: u64) -> bool {
    old.name == name && new.name == name && at_most(old.number(default), new.number(default))
}

/// More room in a family of MySQL's, the first member of which is shorter than `short` may be: no
/// row is longer than the second.
fn family(old: &Type<'_>, new: &Type<'_>, names: &[&str], short: &str) -> bool {
    let place = |kind: &Type<'_>| {
        let own = names.iter().position(|name| *name == kind.name);
        own.filter(|_| kind.arguments.is_empty())
    };
    let from = if old.name == short { Some(1) } else { place(old) };
    longer(old, new, short, 0) || from.zip(place(new)).is_some_and(|(old, new)| old <= new)
}

/// More digits before the point, as many behind it.
fn digits(old: &Type<'_>, new: &Type<'_>) -> bool {
    let split = |kind: &Type<'_>| match (kind.name, &kind.arguments[..]) {
        ("numeric", [digits]) => Some((digits.parse::<u32>().ok()?, "0".to_owned())),
        ("numeric", [digits, scale]) => Some((digits.parse().ok()?, (*scale).to_owned())),
        _ => None,
    };
    let pair = split(old).zip(split(new));
    pair.is_some_and(|((old, old_scale), (new, new_scale))| old <= new && old_scale == new_scale)
}

/// PostgreSQL's `numeric` keeps any number as it is.
fn unlimited(old: &Type<'_>, new: &Type<'_>) -> bool {
    old.name == "numeric" && new.name == "numeric" && new.arguments.is_empty()
}

/// More digits of a second.
fn time(old: &Type<'_>, new: &Type<'_>, default: u64) -> bool {
    ["timestamp", "time", "datetime"].iter().any(|name| longer(old, new, name, default))
}

/// Diesel reads MySQL's integers whatever their width; a `TINYINT(1)` is a boolean to it.
fn integer(old: &Type<'_>, new: &Type<'_>) -> bool {
    let widths = ["smallint", "mediumint", "integer", "bigint"];
    let width = |kind: &Type<'_>| widths.iter().position(|name| *name == kind.name);
    width(old).zip(width(new)).is_some_and(|(old, new)| old <= new)
}

/// The values of MySQL's enum, as its type is written: in lower case.
pub(super) fn members(kind: &str) -> Vec<String> {
    let kind = Type::of(Dialect::Mysql, kind);
    let members = kind.arguments.iter().map(|one| one.trim_matches('\'').to_owned());
    if kind.name == "enum" { members.collect() } else { Vec::new() }
}

/// More values of an enum or a set, behind the old ones.
fn more_members(old: &Type<'_>, new: &Type<'_>) -> bool {
    ["enum", "set"].contains(&old.name)
        && old.name == new.name
        && new.arguments.starts_with(&old.arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dialect: Dialect, wider: &[(&str, &str)], other: &[(&str, &str)]) {
        for (old, new) in wider {
            assert!(widens(dialect, old, new), "{old} -> {new}");
        }
        let narrower = wider.iter().map(|(old, new)| (*new, *old));
        for (old, new) in narrower.chain(other.iter().copied()) {
            assert!(!widens(dialect, old, new), "{old} -> {new}");
        }
    }

    #[test]
    fn types_of_postgres_that_hold_more() {
        let wider = [
            ("varchar(40)", "varchar(80)"),
            ("character varying(40)", "text"),
            ("numeric(8,2)", "numeric(10, 2)"),
            ("decimal(8)", "numeric(10,0)"),
            ("numeric(8,2)", "numeric"),
            ("bit varying(5)", "bit varying(6)"),
            ("varbit(5)", "bit varying"),
            ("timestamp(3)", "timestamp without time zone"),
            ("timestamptz(3)", "timestamp(6) with time zone"),
            ("varchar(5)[]", "varchar(6)[]"),
        ];
        let other = [
            ("numeric(8,2)", "numeric(10,4)"),
            ("char(3)", "char(4)"),
            ("bit(3)", "bit(4)"),
            ("varchar(3)", "citext"),
            ("timestamp", "timestamptz"),
            ("text", "text collate \"c\""),
            ("integer", "bigint"),
        ];
        check(Dialect::Postgres, &wider, &other);
        for (old, new) in [
            ("character varying", "text"),
            ("text", "varchar"),
            ("serial", "int4"),
            ("bigserial", "bigint"),
            ("timestamptz", "timestamp with time zone"),
            ("timestamp", "timestamp(6)"),
            ("float8", "double precision"),
            ("numeric", "decimal"),
        ] {
            assert!(widens(Dialect::Postgres, old, new), "{old} -> {new}");
        }
    }

    #[test]
    fn types_of_mysql_that_hold_more() {
        let wider = [
            ("varchar(40)", "varchar(80)"),
            ("varchar(255)", "text"),
            ("varchar(255) character set latin1", "longtext character set latin1"),
            ("tinytext", "text"),
            ("text", "mediumtext"),
            ("text", "longtext"),
            ("blob", "longblob"),
            ("varbinary(16)", "varbinary(32)"),
            ("varbinary(16)", "blob"),
            ("decimal(8,2)", "decimal(10,2)"),
            ("int(11)", "bigint(20)"),
            ("int unsigned", "bigint unsigned"),
            ("datetime", "datetime(6)"),
            ("enum('a', 'b')", "enum('a', 'b', 'c')"),
            ("set('a')", "set('a', 'b')"),
        ];
        let other = [
            ("varchar(255)", "tinytext"),
            ("text", "blob"),
            ("varchar(9)", "varbinary(99)"),
            ("text", "text(100)"),
            ("char(3)", "varchar(4)"),
            ("binary(3)", "varbinary(4)"),
            ("text", "longtext character set latin1"),
            ("tinyint(1)", "int"),
            ("int", "int unsigned"),
            ("float", "double"),
            ("enum('a', 'b')", "enum('b', 'a', 'c')"),
        ];
        check(Dialect::Mysql, &wider, &other);
    }
}
