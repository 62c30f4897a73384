//! A Diesel connection without its type.

use diesel::connection::{LoadConnection, TransactionManager};
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::row::NamedRow;
use diesel::sql_types::{Nullable, Text};
use diesel::{Connection, QueryResult};

use super::engine::Engine;
use super::{Backend, sealed};

/// A connection to one of the databases, whatever its type.
pub trait Database: sealed::Sealed {
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

    /// Whether the connection is inside a transaction of its owner.
    fn nesting(&mut self) -> Nesting;

    /// Whether the connection was opened by dbmig.
    #[doc(hidden)]
    fn ownership(&self) -> Ownership;

    /// The SQL of its database.
    #[doc(hidden)]
    fn engine(&self) -> &'static dyn Engine;
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
    Ours,
    /// It was lent: what its owner has set must stay.
    Lent,
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

/// A connection that dbmig opened.
pub(crate) struct Owned<C>(pub(crate) C);

/// A connection that was lent.
struct Lent<'c, C>(&'c mut C);

/// `conn` without its type.
pub(crate) fn borrow<B, C>(conn: &mut C) -> impl Database
where
    B: Backend,
    C: LoadConnection<Backend = B>,
{
    Lent(conn)
}

trait Held {
    type Connection: LoadConnection;
    const OWNERSHIP: Ownership;
    fn held(&mut self) -> &mut Self::Connection;
}

impl<C: LoadConnection> Held for Owned<C> {
    type Connection = C;
    const OWNERSHIP: Ownership = Ownership::Ours;
    fn held(&mut self) -> &mut C {
        &mut self.0
    }
}

impl<C: LoadConnection> Held for Lent<'_, C> {
    type Connection = C;
    const OWNERSHIP: Ownership = Ownership::Lent;
    fn held(&mut self) -> &mut C {
        self.0
    }
}

impl<C> sealed::Sealed for Owned<C> {}
impl<C> sealed::Sealed for Lent<'_, C> {}

impl<H, B> Database for H
where
    H: Held + sealed::Sealed,
    H::Connection: Connection<Backend = B>,
    B: Backend,
{
    fn execute(&mut self, sql: &str) -> QueryResult<()> {
        diesel::connection::SimpleConnection::batch_execute(self.held(), sql)
    }

    fn query(&mut self, sql: &str) -> QueryResult<Vec<Row>> {
        B::rows(self.held(), sql)
    }

    fn nesting(&mut self) -> Nesting {
        let conn = self.held();
        let status =
            <H::Connection as Connection>::TransactionManager::transaction_manager_status_mut(conn);
        match status.transaction_depth() {
            Ok(Some(_)) => Nesting::InTransaction,
            Ok(None) | Err(_) => Nesting::TopLevel,
        }
    }

    fn ownership(&self) -> Ownership {
        H::OWNERSHIP
    }

    fn engine(&self) -> &'static dyn Engine {
        B::ENGINE
    }
}
