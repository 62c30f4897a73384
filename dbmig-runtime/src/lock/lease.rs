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

use dbmig_core::{Dialect, Version};
use diesel::QueryResult;

use super::keeper::SILENCE;
use super::{Claim, Fence, Freshness, Guard, Isolation, Lock, Seat, Seen, Take, reached};
use crate::backend::Database;
use crate::backend::assertion::{Breach, expect};
use crate::backend::creation::create_beside_others;
use crate::backend::engine::Engine;
use crate::backoff::Pause;
use crate::error::transient::is_lock_wait;
use crate::look::Look;
use crate::tables::{Standing, Tables};

/// For how long it holds without being renewed, in seconds. Its holder renews it every 10 s.
const TERM: u64 = SILENCE / 2;

/// How often a change is tried again that collided with another node of a cluster.
const TRIES: usize = 8;

const TABLE: &str = "__dbmig_lease";

/// The words of the error that the fence raises.
pub(crate) const LOST: &str = "dbmig: lock lost";

/// See the module.
pub(crate) struct Lease;

impl Lock for Lease {
    fn seat(&self) -> Seat {
        Seat::Beside
    }

    fn lends(&self) -> bool {
        false
    }

    fn holder(&self, db: &mut dyn Database, tables: &Tables) -> QueryResult<Option<String>> {
        let (engine, table) = (db.engine(), tables.qualified(TABLE));
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
        db: &mut dyn Database,
        tables: &Tables,
        goal: Option<&Version>,
    ) -> QueryResult<Seen> {
        let (now, table) = (db.engine().now(), tables.qualified(TABLE));
        let rows = db.query(&format!(
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM {table} WHERE id = 1 AND expires_at > {now}) THEN '1' END, \
             CASE WHEN {} THEN '1' END",
            reached(db, tables, goal),
        ))?;
        Ok(Seen::of(&rows))
    }

    fn take(&self, db: &mut dyn Database, claim: &Claim<'_>, seen: &Look) -> QueryResult<Take> {
        let standing = db.engine().standing(db, claim.tables, TABLE)?;
        if let Standing::Foreign(foreign) = standing {
            return Ok(Take::Foreign(foreign));
        }
        if standing != Standing::Absent
            && let Ok(take) = attempt(db, claim, seen)
        {
            return Ok(take);
        }
        if let Standing::Foreign(foreign) = create(db, claim.tables)? {
            return Ok(Take::Foreign(foreign));
        }
        attempt(db, claim, seen)
    }

    /// In one transaction with the question whether it is still ours: what is asked alone, a proxy
    /// may ask a replica.
    fn beat(&self, db: &mut dyn Database, claim: &Claim<'_>, doing: &str) -> QueryResult<()> {
        let (engine, table) = (db.engine(), claim.tables.qualified(TABLE));
        let dialect = engine.dialect();
        // Also once it has run out: as long as the number is ours, nobody has taken it.
        let ours = format!("id = 1 AND token = {}", claim.token);
        let message = format!(
            "{}UPDATE {table} SET expires_at = {}, doing = {} WHERE {ours};\n{}{}",
            begin(engine),
            engine.later(TERM),
            dialect.literal(doing),
            assert_that(dialect, &format!("EXISTS (SELECT 1 FROM {table} WHERE {ours})")),
            end(engine),
        );
        insisting(db, &message)
    }

    fn release(&self, db: &mut dyn Database, claim: &Claim<'_>, _: Guard) -> QueryResult<()> {
        let (engine, table) = (db.engine(), claim.tables.qualified(TABLE));
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
        let lock = match dialect {
            Dialect::Mysql => touch(&table),
            Dialect::Postgres | Dialect::Sqlite => {
                format!("SELECT id FROM {table} WHERE id = 2 FOR UPDATE;\n")
            }
        };
        Fence {
            // Row 1 has to be read as it is after row 2 is locked, not as it was before, and must
            // stay free for those who renew it.
            isolation: Isolation::ReadsLate,
            check: lock + &assert_that(dialect, &ours),
        }
    }
}

/// A condition on the first row: this claim holds the lease.
fn ours(engine: &dyn Engine, claim: &Claim<'_>) -> String {
    format!("id = 1 AND token = {} AND expires_at > {}", claim.token, engine.now())
}

/// Tries to get the lease in one transaction, which is one message: it is free, no transaction of an
/// earlier holder is under way, and what was seen still holds where it is written.
fn attempt(db: &mut dyn Database, claim: &Claim<'_>, seen: &Look) -> QueryResult<Take> {
    let (engine, table) = (db.engine(), claim.tables.qualified(TABLE));
    let (dialect, now) = (engine.dialect(), engine.now());
    let is_ours = format!("EXISTS (SELECT 1 FROM {table} WHERE {})", ours(engine, claim));
    let message = format!(
        "{}UPDATE {table} SET token = {}, holder = {}, doing = '', since = {now}, expires_at = {} \
         WHERE id = 1 AND expires_at <= {now};\n{}{}{}{}",
        begin(engine),
        claim.token,
        dialect.literal(claim.who),
        engine.later(TERM),
        // Nothing is read before that, so that nothing is older.
        second_row(dialect, &table),
        expect(dialect, &is_ours, Breach::Taken),
        seen.expected(engine),
        end(engine),
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
        fill(db, claim.tables)?;
    }
    Ok(Take::Busy)
}

/// Locks the second row, without waiting. A transaction of an earlier holder that is under way has
/// it; one that begins waits for it now, and then sees whose the first one is.
fn second_row(dialect: Dialect, table: &str) -> String {
    match dialect {
        // Where it is locked, there is none. An error of the server would be in its own language.
        Dialect::Postgres => {
            let free = format!("(SELECT id FROM {table} WHERE id = 2 FOR UPDATE SKIP LOCKED)");
            expect(dialect, &format!("{free} IS NOT NULL"), Breach::Taken)
        }
        Dialect::Mysql | Dialect::Sqlite => {
            format!("SELECT id FROM {table} WHERE id = 2 FOR UPDATE NOWAIT;\n{}", touch(table))
        }
    }
}

/// Changes row 2, for a cluster: a row that is changed to what it was is none to it.
fn touch(table: &str) -> String {
    format!("UPDATE {table} SET token = token + 1 WHERE id = 2;\n")
}

/// Another node of a cluster was faster, in one of its many words.
fn is_contention(error: &diesel::result::Error) -> bool {
    is_lock_wait(error) || error.to_string().contains("Query execution was interrupted")
}

/// A change of a row that only its holder changes: who collides with another node was not refused.
fn insisting(db: &mut dyn Database, sql: &str) -> QueryResult<()> {
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

/// A statement that fails unless `condition` holds.
pub(crate) fn assert_that(dialect: Dialect, condition: &str) -> String {
    match dialect {
        // Not a constant: the server would evaluate that before anything else.
        Dialect::Postgres => format!(
            "SELECT CASE WHEN {condition} THEN 0 ELSE pg_catalog.concat('{LOST} ', \
             pg_catalog.pg_backend_pid())::integer END;\n"
        ),
        // "Subquery returns more than 1 row". Not `DO`, which would lock the rows that it reads.
        Dialect::Mysql => {
            format!("SELECT IF({condition}, 1, (SELECT 1 UNION SELECT 2 /* {LOST} */));\n")
        }
        Dialect::Sqlite => String::new(),
    }
}

/// A transaction that sees what was committed a moment ago.
fn begin(engine: &dyn Engine) -> &'static str {
    match engine.dialect() {
        // The message itself is the transaction. One that an error leaves open is too much for a pooler
        // in statement mode.
        Dialect::Postgres => "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;\n",
        // Where another level is the default, what is read may lock, or be as old as the transaction.
        Dialect::Mysql | Dialect::Sqlite => {
            "SET SESSION lc_messages = 'en_US';\n\
             SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\nSTART TRANSACTION;\n"
        }
    }
}

fn end(engine: &dyn Engine) -> &'static str {
    match engine.dialect() {
        Dialect::Postgres => "",
        Dialect::Mysql | Dialect::Sqlite => "COMMIT;\n",
    }
}

/// Creates the table, which may happen several times at once. Its rows come once it is known whose
/// it is: somebody may have been faster.
fn create(db: &mut dyn Database, tables: &Tables) -> QueryResult<Standing> {
    let (table, time) = (tables.qualified(TABLE), times(tables.dialect).0);
    let engine = if tables.dialect == Dialect::Mysql { " ENGINE = InnoDB" } else { "" };
    let create = format!(
        "{}CREATE TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY, token BIGINT NOT NULL, \
         holder TEXT NOT NULL, doing TEXT NOT NULL, since {time} NOT NULL, \
         expires_at {time} NOT NULL){engine};\n",
        db.engine().writing(),
    );
    create_beside_others(db, &create, Standing::Absent, |db| {
        db.engine().standing(db, tables, TABLE)
    })?;
    let standing = db.engine().standing(db, tables, TABLE)?;
    if standing == Standing::Trusted {
        fill(db, tables)?;
    }
    Ok(standing)
}

/// The two rows, unless they are there.
fn fill(db: &mut dyn Database, tables: &Tables) -> QueryResult<()> {
    let (table, past) = (tables.qualified(TABLE), times(tables.dialect).1);
    let (insert, unless) = match tables.dialect {
        Dialect::Mysql => ("INSERT IGNORE", ""),
        Dialect::Postgres | Dialect::Sqlite => ("INSERT", "ON CONFLICT DO NOTHING"),
    };
    db.execute(&format!(
        "{}{insert} INTO {table} (id, token, holder, doing, since, expires_at) \
         VALUES (1, 0, '', '', {past}, {past}), (2, 0, '', '', {past}, {past}) {unless};\n",
        db.engine().writing(),
    ))
}

/// The type of a time, and one that is long past.
const fn times(dialect: Dialect) -> (&'static str, &'static str) {
    match dialect {
        Dialect::Postgres => ("TIMESTAMPTZ", "'1970-01-02 00:00:00+00'"),
        Dialect::Mysql | Dialect::Sqlite => ("DATETIME(3)", "'1970-01-02 00:00:00'"),
    }
}
