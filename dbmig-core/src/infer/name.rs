//! Names, as the database knows them.

use std::fmt;

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use crate::Dialect;

/// A name, before it its schema where the script says one; unquoted, and folded like an unquoted
/// one where it was.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Name(pub(super) Vec<String>);

impl Name {
    pub(super) fn of(dialect: Dialect, name: &ObjectName) -> Option<Self> {
        let part = |part: &ObjectNamePart| match part {
            ObjectNamePart::Identifier(ident) => Some(folded(dialect, ident)),
            ObjectNamePart::Function(_) => None,
        };
        name.0.iter().map(part).collect::<Option<Vec<_>>>().map(Self)
    }

    pub(super) fn single(name: impl Into<String>) -> Self {
        Self(vec![name.into()])
    }

    /// The last part.
    pub(super) fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// This name with another last part.
    pub(super) fn sibling(&self, last: &str) -> Self {
        let mut parts = self.0.clone();
        parts.pop();
        parts.push(last.to_owned());
        Self(parts)
    }

    /// By which the database tells tables apart.
    pub(super) fn key(&self, dialect: Dialect) -> Vec<String> {
        match dialect {
            Dialect::Sqlite => self.0.iter().map(|part| part.to_ascii_lowercase()).collect(),
            // Whether MySQL heeds the case depends on the server: to be sure, it does.
            Dialect::Postgres | Dialect::Mysql => self.0.clone(),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// A name on its own.
pub(super) fn folded(dialect: Dialect, ident: &Ident) -> String {
    match (ident.quote_style, dialect) {
        (None, Dialect::Postgres) => ident.value.to_ascii_lowercase(),
        _ => ident.value.clone(),
    }
}

/// By which the database tells columns apart.
pub(super) fn column_key(dialect: Dialect, column: &str) -> String {
    match dialect {
        Dialect::Postgres => column.to_owned(),
        Dialect::Mysql | Dialect::Sqlite => column.to_lowercase(),
    }
}

/// Whether two names of columns are the same to the database.
pub(super) fn same_column(dialect: Dialect, a: &str, b: &str) -> bool {
    match dialect {
        Dialect::Postgres => a == b,
        Dialect::Mysql | Dialect::Sqlite if a.is_ascii() && b.is_ascii() => {
            a.eq_ignore_ascii_case(b)
        }
        Dialect::Mysql | Dialect::Sqlite => a.to_lowercase() == b.to_lowercase(),
    }
}
