//! A row that its holder renews, for servers and proxies without usable advisory locks.
//!
//! Row 1 is the lease: who has it, and until when by the clock of the server, the only clock that
//! counts. Row 2 is locked by each transaction that works under it, *before* it checks row 1;
//! whoever takes the lease checks row 2 after. So a transaction of a holder who has lost the lease
//! either sees that, or is seen and waited for.
//!
//! On MySQL, both change row 2: a lock is one of a server, but of two changes of one row a cluster
//! commits one only, in the same order everywhere.

use std::time::Duration;

use dbmig_core::Version;
use diesel::QueryResult;

use crate::backoff::Pause;
use crate::database::assertion::{Breach, assert_that, expect};
use crate::database::creation::create_concurrently;
use crate::database::engine::Engine;
use crate::database::lock::{
    Claim, Fence, Freshness, Guard, Isolation, Lock, LockConnection, SILENCE, Seen, Take,
};
use crate::database::session::Session;
use crate::error::transient::is_lock_wait;
use crate::tables::{TableOwner, Tables};

/// For how long it holds without being renewed, in seconds. Its holder renews it every 10 s.
const TERM: u64 = SILENCE / 2;

/// How often a change is tried again that collided with another node of a cluster.
const TRIES: usize = 8;

const TABLE: &str = "__dbmig_lease";

/// See the module.
pub(super) struct Lease {
    pub(super) engine: &'static dyn Engine,
    pub(super) words: LeaseSql,
}

/// What its statements say on one kind of database.
pub(super) struct LeaseSql {
    /// Begins a transaction that sees what was committed a moment ago.
    pub(super) begin: &'static str,
    /// Ends it.
    pub(super) end: &'static str,
    /// The type of a time.
    pub(super) time: &'static str,
    /// A time that is long past.
    pub(super) past: &'static str,
    /// What stands behind the columns of the table.
    pub(super) storage: &'static str,
    /// Inserts rows,
    pub(super) insert: &'static str,
    /// unless they are there.
    pub(super) unless: &'static str,
    /// Locks the second row of the table for a transaction that works.
    pub(super) lock: fn(&str) -> String,
    /// Locks it, without waiting. A transaction of an earlier holder that is under way has it; one that
    /// begins waits for it now, and then sees whose the first one is.
    pub(super) seize: fn(&str) -> String,
}

impl Lock for Lease {
    fn connection(&self) -> LockConnection {
        LockConnection::Dedicated
    }

    fn can_share(&self) -> bool {
        false
    }

    fn holder(&self, db: &mut dyn Session, tables: &Tables) -> QueryResult<Option<String>> {
        let (engine, table) = (self.engine, tables.qualified(TABLE));
        engine.standing(db, tables, TABLE)?;
        let rows = db.query(&format!(
            "SELECT holder, doing, {} FROM {table} WHERE id = 1 AND expires_at > {}",
            engine.iso("since"),
            engine.now(),
        ));
        // Without the table, nobody has ever taken it.
        let Ok(rows) = rows else { return Ok(None) };
        Ok(rows.first().map(|row| {
            let doing = Some(row.text(1)).filter(|text| !text.is_empty());
            let doing = doing.map(|text| format!(", at work on {text}")).unwrap_or_default();
            format!("{} (lease since {}{doing})", row.text(0), row.text(2))
        }))
    }

    fn seen(
        &self,
        db: &mut dyn Session,
        tables: &Tables,
        goal: Option<&Version>,
    ) -> QueryResult<Seen> {
        let (now, table) = (self.engine.now(), tables.qualified(TABLE));
        let rows = db.query(&format!(
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM {table} WHERE id = 1 AND expires_at > {now}) THEN '1' END, \
             CASE WHEN {} THEN '1' END",
            self.engine.is_reached(tables, goal),
        ))?;
        Ok(Seen::of(&rows))
    }

    fn take(&self, db: &mut dyn Session, claim: &Claim<'_>, unchanged: &str) -> QueryResult<Take> {
        let standing = self.engine.standing(db, claim.tables, TABLE)?;
        if let TableOwner::Foreign(foreign) = standing {
            return Ok(Take::Foreign(foreign));
        }
        if standing != TableOwner::Absent
            && let Ok(take) = self.attempt(db, claim, unchanged)
        {
            return Ok(take);
        }
        if let TableOwner::Foreign(foreign) = self.create(db, claim.tables)? {
            return Ok(Take::Foreign(foreign));
        }
        self.attempt(db, claim, unchanged)
    }

    /// In one transaction with the question whether it is still ours: what is asked alone, a proxy
    /// may ask a replica.
    fn heartbeat(&self, db: &mut dyn Session, claim: &Claim<'_>, doing: &str) -> QueryResult<()> {
        let (engine, table) = (self.engine, claim.tables.qualified(TABLE));
        let dialect = engine.dialect();
        // Also once it has run out: as long as the number is ours, nobody has taken it.
        let ours = format!("id = 1 AND token = {}", claim.token);
        let message = format!(
            "{}UPDATE {table} SET expires_at = {}, doing = {} WHERE {ours};\n{}{}",
            self.words.begin,
            engine.later(TERM),
            dialect.literal(doing),
            assert_that(dialect, &format!("EXISTS (SELECT 1 FROM {table} WHERE {ours})")),
            self.words.end,
        );
        insisting(db, &message)
    }

    fn release(&self, db: &mut dyn Session, claim: &Claim<'_>, _: Guard) -> QueryResult<()> {
        let (engine, table) = (self.engine, claim.tables.qualified(TABLE));
        let release = format!(
            "{}UPDATE {table} SET expires_at = {} WHERE id = 1 AND token = {}",
            engine.writing(),
            engine.now(),
            claim.token,
        );
        insisting(db, &release)
    }

    fn fence(&self, claim: &Claim<'_>, _: &Guard) -> Fence {
        let (dialect, table) = (claim.tables.dialect, claim.tables.qualified(TABLE));
        // Not the time: whoever takes what has run out changes the number.
        let ours =
            format!("EXISTS (SELECT 1 FROM {table} WHERE id = 1 AND token = {})", claim.token);
        Fence {
            // Row 1 has to be read as it is after row 2 is locked, not as it was before, and must
            // stay free for those who renew it.
            isolation: Isolation::ReadsLate,
            check: (self.words.lock)(&table) + &assert_that(dialect, &ours),
        }
    }
}

impl Lease {
    /// Tries to get the lease in one transaction, which is one message: it is free, no transaction of an
    /// earlier holder is under way, and what was seen still holds where it is written.
    fn attempt(
        &self,
        db: &mut dyn Session,
        claim: &Claim<'_>,
        unchanged: &str,
    ) -> QueryResult<Take> {
        let (engine, table) = (self.engine, claim.tables.qualified(TABLE));
        let (dialect, now) = (engine.dialect(), engine.now());
        let is_ours = format!("EXISTS (SELECT 1 FROM {table} WHERE {})", ours(engine, claim));
        let message = format!(
            "{}UPDATE {table} SET token = {}, holder = {}, doing = '', since = {now}, expires_at = {} \
         WHERE id = 1 AND expires_at <= {now};\n{}{}{}{}",
            self.words.begin,
            claim.token,
            dialect.literal(claim.who),
            engine.later(TERM),
            // Nothing is read before that, so that nothing is older.
            (self.words.seize)(&table),
            expect(dialect, &is_ours, Breach::Taken),
            unchanged,
            self.words.end,
        );
        let Err(error) = db.execute(&message) else {
            return Ok(Take::Held(Guard::Database, Freshness::Unchanged));
        };
        let _ = db.execute("ROLLBACK");
        if Breach::Changed.caused(&error) {
            return Ok(Take::Changed);
        }
        if !Breach::Taken.caused(&error) && !is_contention(&error) {
            return Err(error);
        }
        // Who created the table may have died before it had its rows.
        let second = db.query(&format!("SELECT holder FROM {table} WHERE id = 2"));
        if second.is_ok_and(|rows| rows.is_empty()) {
            self.fill(db, claim.tables)?;
        }
        Ok(Take::Busy)
    }

    /// Creates the table, which may happen several times at once. Its rows come once it is known whose
    /// it is: somebody may have been faster.
    fn create(&self, db: &mut dyn Session, tables: &Tables) -> QueryResult<TableOwner> {
        let (engine, table) = (self.engine, tables.qualified(TABLE));
        let LeaseSql { time, storage, .. } = self.words;
        let create = format!(
            "{}CREATE TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY, token BIGINT NOT NULL, \
         holder TEXT NOT NULL, doing TEXT NOT NULL, since {time} NOT NULL, \
         expires_at {time} NOT NULL){storage};\n",
            engine.writing(),
        );
        create_concurrently(db, engine.dialect().ddl(), &create, TableOwner::Absent, |db| {
            engine.standing(db, tables, TABLE)
        })?;
        let standing = engine.standing(db, tables, TABLE)?;
        if standing == TableOwner::Trusted {
            self.fill(db, tables)?;
        }
        Ok(standing)
    }

    /// The two rows, unless they are there.
    fn fill(&self, db: &mut dyn Session, tables: &Tables) -> QueryResult<()> {
        let LeaseSql { insert, unless, past, .. } = self.words;
        db.execute(&format!(
            "{}{insert} INTO {} (id, token, holder, doing, since, expires_at) \
         VALUES (1, 0, '', '', {past}, {past}), (2, 0, '', '', {past}, {past}) {unless};\n",
            self.engine.writing(),
            tables.qualified(TABLE),
        ))
    }
}

/// A condition on the first row: this claim holds the lease.
fn ours(engine: &dyn Engine, claim: &Claim<'_>) -> String {
    format!("id = 1 AND token = {} AND expires_at > {}", claim.token, engine.now())
}

/// Another node of a cluster was faster, in one of its many words.
fn is_contention(error: &diesel::result::Error) -> bool {
    is_lock_wait(error) || error.to_string().contains("Query execution was interrupted")
}

/// A change of a row that only its holder changes: who collides with another node was not refused.
fn insisting(db: &mut dyn Session, sql: &str) -> QueryResult<()> {
    let mut pause = Pause::new();
    let mut tried = 0;
    loop {
        let Err(error) = db.execute(sql) else { return Ok(()) };
        let _ = db.execute("ROLLBACK");
        if tried == TRIES || !is_contention(&error) {
            return Err(error);
        }
        tried += 1;
        std::thread::sleep(pause.next(Duration::from_millis(400)));
    }
}
