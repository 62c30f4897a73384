//! A connection that was closed so that another one can take its place.

use diesel::QueryResult;
use diesel::result::Error;

use super::connection::{ConnectionOrigin, Database, Opener};
use super::engine::Engine;
use super::session::{Nesting, Ownership, Row, Session, Stop, sealed};
use crate::control::Control;

/// Every question on it fails.
pub(crate) struct Closed(pub(crate) &'static dyn Engine);

impl sealed::Sealed for Closed {}

impl Session for Closed {
    fn execute(&mut self, _sql: &str) -> QueryResult<()> {
        Err(Error::BrokenTransactionManager)
    }

    fn query(&mut self, _sql: &str) -> QueryResult<Vec<Row>> {
        Err(Error::BrokenTransactionManager)
    }

    fn execute_sql(&mut self, _sql: &str, _stop: Stop) -> QueryResult<()> {
        Err(Error::BrokenTransactionManager)
    }

    fn search(&mut self, _sql: &str) -> QueryResult<Vec<Row>> {
        Err(Error::BrokenTransactionManager)
    }

    fn nesting(&mut self) -> Nesting {
        Nesting::TopLevel
    }

    fn ownership(&self) -> Ownership {
        Ownership::Owned
    }
}

impl Database for Closed {
    fn report_to(&mut self, _control: &Control) {}

    fn origin_of(&self) -> Option<&ConnectionOrigin> {
        None
    }

    fn opener(&self) -> Option<Opener> {
        None
    }

    fn engine(&self) -> &'static dyn Engine {
        self.0
    }
}
