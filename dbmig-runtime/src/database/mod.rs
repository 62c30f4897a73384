//! A connection, and what each database has to be able to say on it.
//!
//! From below: what is asked in a session; what a transaction, a place and a lock are made of; what an
//! engine must offer; and the connection, which knows its engine.

pub(crate) mod assertion;
pub(crate) mod atomic;
pub(crate) mod closed;
pub(crate) mod connection;
pub(crate) mod creation;
pub(crate) mod engine;
pub(crate) mod envelope;
pub(crate) mod lock;
pub(crate) mod place;
pub(crate) mod session;

pub use connection::{Backend, Database};
pub use session::{Nesting, Row, Session};
