//! A Diesel connection without its type.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dbmig_core::Dialect;
use diesel::connection::{LoadConnection, TransactionManager};
use diesel::{Connection, QueryResult};

use super::engine::Engine;
use super::session::{Nesting, Ownership, Row, Session, Stop, sealed};
use crate::control::{Control, Phase};
use crate::error::Error;
use crate::url::DatabaseUrl;

/// A database that dbmig knows: [`Postgres`](crate::Postgres), [`Mysql`](crate::Mysql) or
/// [`Sqlite`](crate::Sqlite).
pub trait Backend: diesel::backend::Backend + sealed::Sealed + 'static {
    /// The dialect of its SQL.
    const DIALECT: Dialect;

    /// Its SQL.
    #[doc(hidden)]
    const ENGINE: &'static dyn Engine;

    /// The rows of a query whose columns are all text.
    #[doc(hidden)]
    fn rows<C: LoadConnection<Backend = Self>>(conn: &mut C, sql: &str) -> QueryResult<Vec<Row>>;
}

/// A connection to one of the databases, whatever its type.
pub trait Database: Session {
    /// Tells `control` from now on what is asked on this connection, where dbmig opened it itself.
    #[doc(hidden)]
    fn report_to(&mut self, control: &Control);

    /// Where the connection came from, where dbmig opened it itself.
    #[doc(hidden)]
    fn origin_of(&self) -> Option<&ConnectionOrigin>;

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

/// Where a connection of dbmig's own came from, and so where another one comes from.
#[derive(Clone)]
pub struct ConnectionOrigin {
    control: Control,
    /// When it was begun to be opened.
    since: Instant,
    open: Arc<Open>,
}

/// Opens another connection like the one that is asked; it tells the control that is given.
pub(crate) type Open = dyn Fn(&Control) -> Result<Box<dyn Database>, Error> + Send + Sync;

impl ConnectionOrigin {
    /// Of a connection that is about to be opened.
    pub(crate) fn new(control: &Control, open: Arc<Open>) -> Self {
        Self { control: control.clone(), since: Instant::now(), open }
    }

    /// For how long there has been a connection, or at least somebody who wanted it.
    pub(crate) fn lasted(&self) -> Duration {
        self.since.elapsed()
    }

    /// The place of this connection, for one whose questions no [`Control`] is told of.
    pub(crate) fn untold(&self) -> Self {
        Self { control: Control::new(), ..self.clone() }
    }

    /// Opens another one, whose session is prepared for dbmig's work: it is never handed out.
    pub(crate) fn open(&self) -> Result<Box<dyn Database>, Error> {
        let mut db = (self.open)(&self.control)?;
        let entered = db.engine().enter(&mut *db);
        // Ours: there is nothing to give back.
        entered.map(drop).map_err(Error::database("prepare the session"))?;
        Ok(db)
    }
}

/// [`Database::opener`]
pub(crate) type Opener = Box<dyn Fn() -> Result<Box<dyn Database>, Error>>;

/// A connection that dbmig opened.
struct Owned<C> {
    connection: C,
    origin: ConnectionOrigin,
}

/// Connects to `text`, which `url` stands for in messages.
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
pub(crate) fn establish<C>(
    origin: ConnectionOrigin,
    url: &DatabaseUrl,
    text: &str,
) -> Result<Box<dyn Database>, Error>
where
    C: LoadConnection + 'static,
    C::Backend: Backend,
{
    let control = origin.control.clone();
    let _asked = control.ask();
    match <C as Connection>::establish(text) {
        Ok(connection) => Ok(Box::new(Owned { connection, origin })),
        Err(error) => Err(Error::connect(url, &error)),
    }
}

/// A borrowed connection.
struct Borrowed<'c, C>(&'c mut C);

/// `conn` without its type.
pub(crate) fn borrow<B, C>(conn: &mut C) -> impl Database
where
    B: Backend,
    C: LoadConnection<Backend = B>,
{
    Borrowed(conn)
}

trait Held {
    type Connection: LoadConnection;
    fn held(&mut self) -> &mut Self::Connection;
    fn origin(&self) -> Option<&ConnectionOrigin>;
    fn origin_mut(&mut self) -> Option<&mut ConnectionOrigin>;
}

impl<C: LoadConnection> Held for Owned<C> {
    type Connection = C;
    fn held(&mut self) -> &mut C {
        &mut self.connection
    }
    fn origin(&self) -> Option<&ConnectionOrigin> {
        Some(&self.origin)
    }
    fn origin_mut(&mut self) -> Option<&mut ConnectionOrigin> {
        Some(&mut self.origin)
    }
}

impl<C: LoadConnection> Held for Borrowed<'_, C> {
    type Connection = C;
    fn held(&mut self) -> &mut C {
        self.0
    }
    fn origin(&self) -> Option<&ConnectionOrigin> {
        None
    }
    fn origin_mut(&mut self) -> Option<&mut ConnectionOrigin> {
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
impl<C> sealed::Sealed for Borrowed<'_, C> {}

impl<H, B> Session for H
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

    fn execute_sql(&mut self, sql: &str, stop: Stop) -> QueryResult<()> {
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
            Some(_) => Ownership::Owned,
            None => Ownership::Borrowed,
        }
    }
}

impl<H, B> Database for H
where
    H: Held + Send + sealed::Sealed,
    H::Connection: Connection<Backend = B>,
    B: Backend,
{
    fn report_to(&mut self, control: &Control) {
        if let Some(origin) = self.origin_mut() {
            origin.control = control.clone();
        }
    }

    fn origin_of(&self) -> Option<&ConnectionOrigin> {
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
