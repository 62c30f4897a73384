//! A Diesel connection without its type.

use std::time::Instant;

use diesel::connection::{LoadConnection, TransactionManager};
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::row::NamedRow;
use diesel::sql_types::{Nullable, Text};
use diesel::{Connection, QueryResult};

use super::engine::Engine;
use super::{Backend, sealed};
use crate::connect::Origin;
use crate::control::{Control, Phase};
use crate::error::Error;

/// A connection to one of the databases, whatever its type.
pub trait Database: Send + sealed::Sealed {
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

    /// As [`Database::execute`], for what a migration says, and for the end of its transaction: it
    /// may take as long as it takes.
    #[doc(hidden)]
    fn play(&mut self, sql: &str, stop: Stop) -> QueryResult<()>;

    /// As [`Database::query`], for what reads all that a migration may have written: it may take as
    /// long as it takes.
    #[doc(hidden)]
    fn search(&mut self, sql: &str) -> QueryResult<Vec<Row>>;

    /// Whether the connection is inside a transaction of its owner.
    fn nesting(&mut self) -> Nesting;

    /// Whether the connection was opened by dbmig.
    #[doc(hidden)]
    fn ownership(&self) -> Ownership;

    /// Tells `control` from now on what is asked on this connection, where dbmig opened it itself.
    #[doc(hidden)]
    fn report_to(&mut self, control: &Control);

    /// Where the connection came from, where dbmig opened it itself.
    #[doc(hidden)]
    fn origin_of(&self) -> Option<&Origin>;

    /// Opens more connections to the same database, where dbmig opened this one itself; also when
    /// this one is closed.
    #[doc(hidden)]
    fn opener(&self) -> Option<Opener>;

    /// Another connection to the same database, where dbmig opened this one itself.
    #[doc(hidden)]
    fn another(&self) -> Option<Result<Box<dyn Database>, Error>> {
        self.opener().map(|open| open())
    }

    /// The SQL of its database.
    #[doc(hidden)]
    fn engine(&self) -> &'static dyn Engine;
}

/// [`Database::opener`]
pub(crate) type Opener = Box<dyn Fn() -> Result<Box<dyn Database>, Error>>;

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

/// A connection that dbmig opened.
pub(crate) struct Owned<C> {
    pub(crate) connection: C,
    pub(crate) origin: Origin,
}

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
    fn held(&mut self) -> &mut Self::Connection;
    fn origin(&self) -> Option<&Origin>;
    fn origin_mut(&mut self) -> Option<&mut Origin>;
}

impl<C: LoadConnection> Held for Owned<C> {
    type Connection = C;
    fn held(&mut self) -> &mut C {
        &mut self.connection
    }
    fn origin(&self) -> Option<&Origin> {
        Some(&self.origin)
    }
    fn origin_mut(&mut self) -> Option<&mut Origin> {
        Some(&mut self.origin)
    }
}

impl<C: LoadConnection> Held for Lent<'_, C> {
    type Connection = C;
    fn held(&mut self) -> &mut C {
        self.0
    }
    fn origin(&self) -> Option<&Origin> {
        None
    }
    fn origin_mut(&mut self) -> Option<&mut Origin> {
        None
    }
}

/// What may take as long as it takes.
fn at_length<H: Held, T>(
    db: &mut H,
    stop: Stop,
    action: impl FnOnce(&mut H::Connection) -> QueryResult<T>,
) -> QueryResult<T> {
    let control = db.origin().map(|origin| origin.control.clone());
    let enter = |phase| control.iter().for_each(|control| control.enter(phase));
    enter(match stop {
        Stop::Interrupts => Phase::Interruptible(Instant::now()),
        Stop::AfterIt => Phase::Uninterruptible(Instant::now()),
    });
    let result = action(db.held());
    enter(Phase::Between);
    result
}

impl<C> sealed::Sealed for Owned<C> {}
impl<C> sealed::Sealed for Lent<'_, C> {}

impl<H, B> Database for H
where
    H: Held + Send + sealed::Sealed,
    H::Connection: Connection<Backend = B>,
    B: Backend,
{
    fn execute(&mut self, sql: &str) -> QueryResult<()> {
        let control = self.origin().map(|origin| origin.control.clone());
        let _asked = control.as_ref().map(Control::ask);
        diesel::connection::SimpleConnection::batch_execute(self.held(), sql)
    }

    fn query(&mut self, sql: &str) -> QueryResult<Vec<Row>> {
        let control = self.origin().map(|origin| origin.control.clone());
        let _asked = control.as_ref().map(Control::ask);
        B::rows(self.held(), sql)
    }

    fn play(&mut self, sql: &str, stop: Stop) -> QueryResult<()> {
        at_length(self, stop, |conn| diesel::connection::SimpleConnection::batch_execute(conn, sql))
    }

    fn search(&mut self, sql: &str) -> QueryResult<Vec<Row>> {
        at_length(self, Stop::AfterIt, |conn| B::rows(conn, sql))
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
        match self.origin() {
            Some(_) => Ownership::Ours,
            None => Ownership::Lent,
        }
    }

    fn report_to(&mut self, control: &Control) {
        if let Some(origin) = self.origin_mut() {
            origin.control = control.clone();
        }
    }

    fn origin_of(&self) -> Option<&Origin> {
        self.origin()
    }

    fn opener(&self) -> Option<Opener> {
        let origin = self.origin()?.clone();
        Some(Box::new(move || origin.open()))
    }

    fn engine(&self) -> &'static dyn Engine {
        B::ENGINE
    }
}
