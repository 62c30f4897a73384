//! Which types hold whatever another one holds, and are read by the same program.

use crate::Dialect;

/// Whether a program that knows a column as `old` can go on with it as `new`.
///
/// Diesel reads PostgreSQL's values in binary: there a `BIGINT` is no `INTEGER`.
pub(super) fn widens(dialect: Dialect, old: &str, new: &str) -> bool {
    let (old, new) = (Type::of(old), Type::of(new));
    if old == new {
        return true;
    }
    match dialect {
        Dialect::Postgres => text(&old, &new) || numeric(&old, &new),
        Dialect::Mysql => text(&old, &new) || integer(&old, &new) || more_members(&old, &new),
        Dialect::Sqlite => false,
    }
}

/// `varchar(20)`: a name, and what is in parentheses.
#[derive(PartialEq, Eq)]
struct Type<'a> {
    name: &'a str,
    arguments: Vec<&'a str>,
    /// `unsigned`
    suffix: &'a str,
}

impl<'a> Type<'a> {
    fn of(text: &'a str) -> Self {
        let Some((name, rest)) = text.split_once('(') else {
            let (name, suffix) = text.split_once(' ').unwrap_or((text, ""));
            return Self { name: alias(name), arguments: Vec::new(), suffix };
        };
        let (arguments, suffix) = rest.rsplit_once(')').unwrap_or((rest, ""));
        let arguments = arguments.split(',').map(str::trim).collect();
        Self { name: alias(name.trim()), arguments, suffix: suffix.trim() }
    }

    /// How many characters it holds; without a limit, all.
    fn length(&self) -> Option<u64> {
        match (self.name, &self.arguments[..]) {
            ("text" | "varchar", []) => Some(u64::MAX),
            ("varchar", [length]) => length.parse().ok(),
            _ => None,
        }
    }
}

fn alias(name: &str) -> &str {
    match name {
        "character varying" | "char varying" => "varchar",
        "decimal" | "dec" => "numeric",
        "int" | "int4" => "integer",
        other => other,
    }
}

fn text(old: &Type<'_>, new: &Type<'_>) -> bool {
    old.suffix == new.suffix && old.length().zip(new.length()).is_some_and(|(old, new)| old <= new)
}

/// More digits before the point, as many behind it.
fn numeric(old: &Type<'_>, new: &Type<'_>) -> bool {
    let digits = |text: &str| text.parse::<u32>().ok();
    match (old.name, &old.arguments[..], new.name, &new.arguments[..]) {
        ("numeric", [old, old_scale], "numeric", [new, new_scale]) => {
            old_scale == new_scale
                && digits(old).zip(digits(new)).is_some_and(|(old, new)| old <= new)
        }
        _ => false,
    }
}

/// Diesel reads MySQL's integers whatever their width; a `TINYINT(1)` is a boolean to it.
fn integer(old: &Type<'_>, new: &Type<'_>) -> bool {
    let widths = ["smallint", "mediumint", "integer", "bigint"];
    let width = |kind: &Type<'_>| widths.iter().position(|name| *name == kind.name);
    old.suffix == new.suffix && width(old).zip(width(new)).is_some_and(|(old, new)| old <= new)
}

/// The values of MySQL's enum, as its type is written: in lower case.
pub(super) fn members(kind: &str) -> Vec<String> {
    let kind = Type::of(kind);
    let members = kind.arguments.iter().map(|one| one.trim_matches('\'').to_owned());
    if kind.name == "enum" { members.collect() } else { Vec::new() }
}

/// More values of an enum, behind the old ones.
fn more_members(old: &Type<'_>, new: &Type<'_>) -> bool {
    old.name == "enum" && new.name == "enum" && new.arguments.starts_with(&old.arguments)
}
