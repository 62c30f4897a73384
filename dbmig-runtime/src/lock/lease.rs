//! A row that its holder renews, for servers and proxies without usable advisory locks.
//!
//! Row 1 is the lease: who has it, and until when by the clock of the server, the only clock that
//! counts. Row 2 is locked by each transaction that works under it, *before* it checks row 1;
//! whoever takes the lease checks row 2 after. So a transaction of a holder who has lost the lease
//! either sees that, or is seen and waited for.

use dbmig_core::{Dialect, Version};
use diesel::QueryResult;

use super::keeper::SILENCE;
use super::{Claim, Fence, Freshness, Guard, Isolation, Lock, Seat, Seen, Take, reached};
use crate::backend::Database;
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
        if standing == Standing::Absent || db.execute(&attempt).is_err() {
            if let Standing::Foreign(foreign) = create(db, claim.tables)? {
                return Ok(Take::Foreign(foreign));
            }
            db.execute(&attempt)?;
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
            "{}SELECT id FROM {table} WHERE id = 2 FOR UPDATE NOWAIT;\nCOMMIT;\n",
            begin(engine),
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
        db.execute(&format!(
            "UPDATE {table} SET expires_at = {}, doing = {} WHERE id = 1 AND token = {} \
             AND expires_at > {}",
            engine.later(TERM),
            engine.dialect().literal(doing),
            claim.token,
            engine.now(),
        ))?;
        match self.is_ours(db, claim)? {
            true => Ok(()),
            false => Err(diesel::result::Error::QueryBuilderError(LOST.into())),
        }
    }

    fn release(&self, db: &mut dyn Database, claim: &Claim<'_>, _: Guard) -> QueryResult<()> {
        let (engine, table) = (db.engine(), claim.tables.qualified(TABLE));
        db.execute(&format!(
            "UPDATE {table} SET expires_at = {} WHERE id = 1 AND token = {}",
            engine.now(),
            claim.token,
        ))
    }

    fn fence(&self, claim: &Claim<'_>, _: &Guard) -> Fence {
        let (dialect, table) = (claim.tables.dialect, claim.tables.qualified(TABLE));
        let now = match dialect {
            Dialect::Mysql => "UTC_TIMESTAMP(3)",
            Dialect::Postgres | Dialect::Sqlite => "pg_catalog.clock_timestamp()",
        };
        let ours = format!(
            "EXISTS (SELECT 1 FROM {table} WHERE id = 1 AND token = {} AND expires_at > {now})",
            claim.token,
        );
        let lock = format!("SELECT id FROM {table} WHERE id = 2 FOR UPDATE;\n");
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
    let create = format!(
        "CREATE TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY, token BIGINT NOT NULL, \
         holder TEXT NOT NULL, doing TEXT NOT NULL, since {time} NOT NULL, \
         expires_at {time} NOT NULL);\n"
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
        Dialect::Postgres | Dialect::Sqlite => ("INSERT", "ON CONFLICT DO NOTHING"),
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
        Dialect::Mysql | Dialect::Sqlite => ("DATETIME(3)", "'1970-01-02 00:00:00'"),
    }
}
