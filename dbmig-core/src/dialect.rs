//! What differs between the databases, as facts.

use std::fmt;
use std::str::FromStr;

/// An SQL dialect: how its text is read and what its transactions hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
    /// SQLite.
    Sqlite,
}

/// Whether a schema change can be rolled back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ddl {
    /// `CREATE`, `ALTER` and `DROP` are part of the transaction.
    Transactional,
    /// Each of them commits on its own
    /// (<https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html>).
    CommitsImplicitly,
}

/// Where a database lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// On a server, which may come later than those who ask for it.
    Server,
    /// In a file, which is there or not.
    File,
}

/// What `BEGIN` does within a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NestedBegin {
    /// Nothing, with a warning
    /// (<https://www.postgresql.org/docs/current/sql-begin.html>).
    Ignored,
    /// It ends that one and begins another, or it is refused.
    Another,
}

impl Dialect {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Postgres, Self::Mysql, Self::Sqlite];

    /// The name used in settings and messages: `postgres`, `mysql` or `sqlite`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Sqlite => "sqlite",
        }
    }

    /// Whether a schema change can be rolled back.
    pub const fn ddl(self) -> Ddl {
        match self {
            Self::Postgres | Self::Sqlite => Ddl::Transactional,
            Self::Mysql => Ddl::CommitsImplicitly,
        }
    }

    /// Where a database lives.
    pub const fn storage(self) -> Storage {
        match self {
            Self::Postgres | Self::Mysql => Storage::Server,
            Self::Sqlite => Storage::File,
        }
    }

    /// What `BEGIN` does within a transaction.
    pub const fn nested_begin(self) -> NestedBegin {
        match self {
            Self::Postgres => NestedBegin::Ignored,
            Self::Mysql | Self::Sqlite => NestedBegin::Another,
        }
    }

    /// `name` as a quoted identifier.
    pub fn identifier(self, name: &str) -> String {
        match self {
            Self::Postgres | Self::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Mysql => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// `text` as a string literal that means the same under every server setting
    /// (`standard_conforming_strings`, `sql_mode`).
    pub fn literal(self, text: &str) -> String {
        match self {
            Self::Sqlite => format!("'{}'", text.replace('\'', "''")),
            Self::Postgres if text.contains('\\') => {
                format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
            }
            Self::Postgres => format!("'{}'", text.replace('\'', "''")),
            Self::Mysql if text.contains(['\\', '\'']) => {
                let hex: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();
                format!("_utf8mb4 X'{hex}'")
            }
            Self::Mysql => format!("_utf8mb4'{text}'"),
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that is none of [`Dialect::ALL`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownDialect(
    /// The name that was given.
    pub String,
);

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown database `{}`: it is one of postgres, mysql, sqlite", self.0)
    }
}

impl std::error::Error for UnknownDialect {}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    /// Accepts the usual names, whatever their case: `postgres`, `postgresql`, `pg`, `mysql`,
    /// `mariadb`, `sqlite`.
    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        match name.to_ascii_lowercase().as_str() {
            "postgres" | "postgresql" | "pg" => Ok(Self::Postgres),
            "mysql" | "mariadb" => Ok(Self::Mysql),
            "sqlite" => Ok(Self::Sqlite),
            _ => Err(UnknownDialect(name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_survive_hostile_text() {
        let hostile = r"a'b\'; DROP TABLE t; --";
        assert_eq!(Dialect::Postgres.literal(hostile), r"E'a''b\\''; DROP TABLE t; --'");
        assert_eq!(Dialect::Sqlite.literal(hostile), r"'a''b\''; DROP TABLE t; --'");
        assert!(Dialect::Mysql.literal(hostile).starts_with("_utf8mb4 X'6127625C27"));
        assert_eq!(Dialect::Mysql.literal("plain"), "_utf8mb4'plain'");
    }

    #[test]
    fn identifiers_are_quoted() {
        assert_eq!(Dialect::Postgres.identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(Dialect::Mysql.identifier("a`b"), "`a``b`");
    }
}
