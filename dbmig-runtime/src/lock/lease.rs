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
use super::{Claim, Fence, Freshness, Guard, Isolation, Lock, Pause, Seat, Seen, Take, reached};
use crate::backend::Database;
use crate::backend::atomic::is_lock_wait;
use crate::backend::engine::Engine;
use crate::backend::tables::{Standing, Tables};
use crate::look::Look;

/// For how long it holds without being renewed, in seconds. Its holder renews it every 10 s.
const TERM: u64 = SILENCE / 2;

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

    fn take(&self, db: &mut dyn Database, claim: &Claim<'_>, _seen: &Look) -> QueryResult<Take> {
        let (engine, table) = (db.engine(), claim.tables.qualified(TABLE));
        let literal = |text: &str| engine.dialect().literal(text);
        let attempt = format!(
            "UPDATE {table} SET token = {}, holder = {}, doing = '', since = {now}, expires_at = {} \
             WHERE id = 1 AND expires_at <= {now}",
            claim.token,
            literal(claim.who),
            engine.later(TERM),
            now = engine.now(),
        );
        let standing = engine.standing(db, claim.tables, TABLE)?;
        if let Standing::Foreign(foreign) = standing {
            return Ok(Take::Foreign(foreign));
        }
        if standing == Standing::Absent || tried(db.execute(&attempt)).is_err() {
            if let Standing::Foreign(foreign) = create(db, claim.tables)? {
                return Ok(Take::Foreign(foreign));
            }
            tried(db.execute(&attempt))?;
        }
        if !self.is_ours(db, claim)? {
            // Who created the table may have died before it had its rows.
            if db.query(&format!("SELECT holder FROM {table} WHERE id = 2"))?.is_empty() {
                fill(db, claim.tables)?;
            }
            return Ok(Take::Busy);
        }
        // A transaction of an earlier holder may be under way; it holds the second row.
        let probe = format!(
            "{}SELECT id FROM {table} WHERE id = 2 FOR UPDATE NOWAIT;\n{}COMMIT;\n",
            begin(engine),
            touch(claim.tables),
        );
        if db.execute(&probe).is_err() {
            let _ = db.execute("ROLLBACK");
            self.release(db, claim, Guard::Database)?;
            return Ok(Take::Busy);
        }
        Ok(Take::Held(Guard::Database, Freshness::Unknown))
    }

    fn beat(&self, db: &mut dyn Database, claim: &Claim<'_>, doing: &str) -> QueryResult<()> {
        let (engine, table) = (db.engine(), claim.tables.qualified(TABLE));
        // Also once it has run out: as long as the number is ours, nobody has taken it.
        insisting(
            db,
            &format!(
                "UPDATE {table} SET expires_at = {}, doing = {} WHERE id = 1 AND token = {}",
                engine.later(TERM),
                engine.dialect().literal(doing),
                claim.token,
            ),
        )?;
        match self.is_ours(db, claim)? {
            true => Ok(()),
            false => Err(diesel::result::Error::QueryBuilderError(LOST.into())),
        }
    }

    fn release(&self, db: &mut dyn Database, claim: &Claim<'_>, _: Guard) -> QueryResult<()> {
        let (engine, table) = (db.engine(), claim.tables.qualified(TABLE));
        insisting(
            db,
            &format!(
                "UPDATE {table} SET expires_at = {} WHERE id = 1 AND token = {}",
                engine.now(),
                claim.token,
            ),
        )
    }

    fn fence(&self, claim: &Claim<'_>, _: &Guard) -> Fence {
        let (dialect, table) = (claim.tables.dialect, claim.tables.qualified(TABLE));
        // Not the time: whoever takes what has run out changes the number.
        let ours =
            format!("EXISTS (SELECT 1 FROM {table} WHERE id = 1 AND token = {})", claim.token);
        let lock = match dialect {
            Dialect::Mysql => touch(claim.tables),
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

impl Lease {
    fn is_ours(&self, db: &mut dyn Database, claim: &Claim<'_>) -> QueryResult<bool> {
        let (engine, table) = (db.engine(), claim.tables.qualified(TABLE));
        let rows = db.query(&format!(
            "SELECT holder FROM {table} WHERE id = 1 AND token = {} AND expires_at > {}",
            claim.token,
            engine.now(),
        ))?;
        Ok(!rows.is_empty())
    }
}

/// Changes row 2, on MySQL: a row that is changed to what it was is none to a cluster.
fn touch(tables: &Tables) -> String {
    match tables.dialect {
        Dialect::Mysql => {
            let table = tables.qualified(TABLE);
            format!("UPDATE {table} SET token = token + 1 WHERE id = 2;\n")
        }
        Dialect::Postgres | Dialect::Sqlite => String::new(),
    }
}

/// Somebody who was faster is no error.
fn tried(done: QueryResult<()>) -> QueryResult<()> {
    match done {
        Err(error) if is_contention(&error) => Ok(()),
        done => done,
    }
}

/// Another node of a cluster was faster, in one of its many words.
fn is_contention(error: &diesel::result::Error) -> bool {
    is_lock_wait(error) || error.to_string().contains("Query execution was interrupted")
}

/// A change of a row that only its holder changes: who collides with another node was not refused.
fn insisting(db: &mut dyn Database, sql: &str) -> QueryResult<()> {
    let mut pause = Pause::new();
    for _ in 0..8 {
        match db.execute(sql) {
            Err(error) if is_contention(&error) => {
                std::thread::sleep(pause.next(Duration::from_millis(400)));
            }
            done => return done,
        }
    }
    db.execute(sql)
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
        Dialect::Postgres => "BEGIN ISOLATION LEVEL READ COMMITTED;\n",
        Dialect::Mysql | Dialect::Sqlite => "START TRANSACTION;\n",
    }
}

/// Creates the table, which may happen several times at once. Its rows come once it is known whose
/// it is: somebody may have been faster.
fn create(db: &mut dyn Database, tables: &Tables) -> QueryResult<Standing> {
    let (table, time) = (tables.qualified(TABLE), times(tables.dialect).0);
    let engine = if tables.dialect == Dialect::Mysql { " ENGINE = InnoDB" } else { "" };
    let create = format!(
        "CREATE TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY, token BIGINT NOT NULL, \
         holder TEXT NOT NULL, doing TEXT NOT NULL, since {time} NOT NULL, \
         expires_at {time} NOT NULL){engine};\n"
    );
    // PostgreSQL: two at once collide in the catalogue, though it says IF NOT EXISTS.
    db.execute(&create).or_else(|_| db.execute(&create))?;
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
        _ => ("INSERT", "ON CONFLICT DO NOTHING"),
    };
    db.execute(&format!(
        "{insert} INTO {table} (id, token, holder, doing, since, expires_at) \
         VALUES (1, 0, '', '', {past}, {past}), (2, 0, '', '', {past}, {past}) {unless};\n"
    ))
}

/// The type of a time, and one that is long past.
const fn times(dialect: Dialect) -> (&'static str, &'static str) {
    match dialect {
        Dialect::Postgres => ("TIMESTAMPTZ", "'1970-01-02 00:00:00+00'"),
        _ => ("DATETIME(3)", "'1970-01-02 00:00:00'"),
    }
}
