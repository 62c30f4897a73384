//! What a database needs to know of the lock between runners.

use dbmig_core::Version;
use diesel::QueryResult;

#[cfg(any(feature = "postgres", feature = "mysql"))]
use super::session::Row;
use super::session::Session;
use crate::tables::{Foreign, Tables};

/// After how much silence of its holder a server gives the lock to somebody else, in seconds: the
/// host may have vanished without a word.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) const SILENCE: u64 = 60;

/// A way to make sure that one runner works at a time.
pub trait Lock: Sync {
    /// Where it is held at best.
    fn connection(&self) -> LockConnection;

    /// Whether it can be held on the connection that works.
    fn can_share(&self) -> bool {
        true
    }

    /// Who holds it, or is still at work for a runner that is gone; nobody, where it is free.
    /// Reads only.
    fn holder(&self, db: &mut dyn Session, tables: &Tables) -> QueryResult<Option<String>>;

    /// Whether somebody does one or the other, and whether `goal` is in the ledger: for those who
    /// ask again and again. Reads only, and holds nothing after it.
    fn seen(
        &self,
        db: &mut dyn Session,
        tables: &Tables,
        goal: Option<&Version>,
    ) -> QueryResult<Seen>;

    /// Tries to take it, without waiting. The statements in `unchanged` fail where what was seen
    /// before does not hold any more.
    fn take(&self, db: &mut dyn Session, claim: &Claim<'_>, unchanged: &str) -> QueryResult<Take>;

    /// Makes `work` the connection that works under it. Who is in the way, if somebody is.
    fn join(&self, _work: &mut dyn Session, _claim: &Claim<'_>) -> QueryResult<Option<String>> {
        Ok(None)
    }

    /// Tells the database, and those who wait, that its holder is alive and what it does. Nothing
    /// else is said on its connection while the work goes on.
    fn heartbeat(&self, db: &mut dyn Session, claim: &Claim<'_>, doing: &str) -> QueryResult<()>;

    /// Gives it back.
    fn release(&self, db: &mut dyn Session, claim: &Claim<'_>, guard: Guard) -> QueryResult<()>;

    /// What each transaction of the connection that works begins with.
    fn fence(&self, claim: &Claim<'_>, guard: &Guard) -> Fence;
}

/// Statements that fail in a transaction of the connection that works, unless the lock is still
/// held: a moment of network failure is enough to lose it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fence {
    /// How that transaction must see the others.
    pub isolation: Isolation,
    /// The statements, each with its `;`.
    pub check: String,
}

/// How a transaction sees the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// As the server or the role has it.
    #[default]
    Default,
    /// Its first ordinary read sees what was committed before that, and locks nothing.
    ReadsLate,
}

/// On which connection a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockConnection {
    /// On one of its own, beside the one that works.
    Dedicated,
    /// On the one that works.
    Shared,
}

/// Who wants the lock, for what.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The tables that it guards.
    pub tables: &'a Tables,
    /// A random number: no other runner has it.
    pub token: u32,
    /// The app and its host, for those who wait.
    pub who: &'a str,
    /// Where it is held.
    pub connection: LockConnection,
}

/// What came of an attempt.
#[derive(Debug)]
pub enum Take {
    /// It is held. Whether what was seen before still holds, the second says.
    Held(Guard, Freshness),
    /// Somebody else holds it.
    Busy,
    /// It was free, but what was seen before does not hold any more, so it is not held.
    Changed,
    /// It is a table that is somebody else's.
    Foreign(Foreign),
}

/// Whether the rows of the two tables are still what was seen before the lock was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// They are.
    Unchanged,
    /// Nobody has looked.
    Unknown,
}

/// What holds the lock, while it is held.
#[derive(Debug)]
pub enum Guard {
    /// The session or its transaction, or a row.
    Database,
    /// The connection with this number.
    Connection(u64),
    /// The open file, until it is closed.
    File(std::fs::File),
    /// There is nobody to share the database with.
    Alone,
}

/// A number for the lock of the tables in `schema`: positive, so that every database prints it
/// alike.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) fn key(schema: &str) -> u32 {
    let digest = hmac_sha256::Hash::hash(format!("dbmig\0{schema}").as_bytes());
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) >> 1
}

/// What is to be seen of the lock and of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Somebody holds the lock, or is still at work for a runner that is gone.
    pub held: bool,
    /// The version that is waited for is in the ledger.
    pub reached: bool,
}

impl Seen {
    /// From a row of two words.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(crate) fn of(rows: &[Row]) -> Self {
        let says = |column| rows.first().is_some_and(|row| row.is_true(column));
        Self { held: says(0), reached: says(1) }
    }
}
