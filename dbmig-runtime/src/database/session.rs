//! What is asked on a connection, whatever its type and whatever opened it.

use diesel::QueryResult;
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::row::NamedRow;
use diesel::sql_types::{Nullable, Text};

pub(crate) mod sealed {
    /// Keeps the traits of this folder ours to extend.
    pub trait Sealed {}
}

/// Statements and questions on a connection to one of the databases.
pub trait Session: Send + sealed::Sealed {
    /// Sends `sql` as it is: one round trip, any number of statements, no result.
    ///
    /// # Errors
    /// Diesel's.
    fn execute(&mut self, sql: &str) -> QueryResult<()>;

    /// The rows of a query whose columns are all text or null.
    ///
    /// # Errors
    /// Diesel's.
    fn query(&mut self, sql: &str) -> QueryResult<Vec<Row>>;

    /// As [`Session::execute`], for what a migration says, and for the end of its transaction: it
    /// may take as long as it takes.
    #[doc(hidden)]
    fn execute_sql(&mut self, sql: &str, stop: Stop) -> QueryResult<()>;

    /// As [`Session::query`], for what reads all that a migration may have written: it may take as
    /// long as it takes.
    #[doc(hidden)]
    fn search(&mut self, sql: &str) -> QueryResult<Vec<Row>>;

    /// Whether the connection is inside a transaction of its owner.
    fn nesting(&mut self) -> Nesting;

    /// Whether the connection was opened by dbmig.
    #[doc(hidden)]
    fn ownership(&self) -> Ownership;
}

/// How a statement is stopped in the middle.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// At once: it is rolled back.
    Interrupts,
    /// Not at all: it would leave something half-done.
    AfterIt,
}

/// Whether a connection is inside a transaction of its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// No transaction: dbmig begins and commits its own.
    TopLevel,
    /// Inside one (for example `begin_test_transaction`): dbmig uses savepoints.
    InTransaction,
}

/// Whose connection it is.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// dbmig opened it: its settings may be reset.
    Owned,
    /// It is the app's: what its owner has set must stay.
    Borrowed,
}

/// A row of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row(Vec<Option<String>>);

impl Row {
    /// The column `index`, empty where it is null or absent.
    pub fn text(&self, index: usize) -> &str {
        self.optional(index).unwrap_or_default()
    }

    /// The column `index`.
    pub fn optional(&self, index: usize) -> Option<&str> {
        self.0.get(index)?.as_deref()
    }

    /// The column `index` as a number, 0 where it is none.
    pub fn number(&self, index: usize) -> usize {
        self.text(index).parse().unwrap_or_default()
    }

    /// Whether the column `index` says yes, in the words of any of the databases.
    pub fn is_true(&self, index: usize) -> bool {
        matches!(self.text(index), "true" | "t" | "1")
    }
}

impl<DB> QueryableByName<DB> for Row
where
    DB: diesel::backend::Backend,
    String: FromSql<Text, DB>,
{
    fn build<'a>(row: &impl NamedRow<'a, DB>) -> deserialize::Result<Self> {
        let column = |i| row.get_value::<Nullable<Text>, Option<String>, usize>(i);
        (0..row.field_count()).map(column).collect::<Result<_, _>>().map(Self)
    }
}
