//! What a way back drops, and how to count it.

use std::fmt;

use crate::Dialect;

/// A table or a column that a way back drops.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Loss {
    /// A table: its name, before it its schema where the script names one; unquoted.
    Table(Vec<String>),
    /// A column of a table.
    Column {
        /// As [`Loss::Table`].
        table: Vec<String>,
        /// Its name, unquoted.
        column: String,
    },
}

impl Loss {
    /// The table, quoted.
    pub fn table(&self, dialect: Dialect) -> String {
        let (Self::Table(table) | Self::Column { table, .. }) = self;
        let parts: Vec<_> = table.iter().map(|part| dialect.identifier(part)).collect();
        parts.join(".")
    }

    /// A query for the number of rows that would lose something, as text.
    pub fn count(&self, dialect: Dialect) -> String {
        let number = match dialect {
            // Rows that a policy hides are lost all the same.
            Dialect::Postgres => format!(
                "CASE WHEN pg_catalog.row_security_active({}::pg_catalog.text) THEN \
                 'row-level security hides some' ELSE CAST(pg_catalog.count(*) AS pg_catalog.text) END",
                dialect.literal(&self.table(dialect)),
            ),
            Dialect::Mysql => "CAST(COUNT(*) AS CHAR)".to_owned(),
            Dialect::Sqlite => "CAST(COUNT(*) AS TEXT)".to_owned(),
        };
        let from = format!("SELECT {number} FROM {}", self.table(dialect));
        match self {
            Self::Table(_) => from,
            Self::Column { column, .. } => {
                format!("{from} WHERE {} IS NOT NULL", dialect.identifier(column))
            }
        }
    }
}

/// `table users`, `column users.email`
impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(table) => write!(f, "table {}", table.join(".")),
            Self::Column { table, column } => write!(f, "column {}.{column}", table.join(".")),
        }
    }
}
