//! Advisory locks, in the space of two numbers: the first is that of the tables, the second says
//! what is held.
//!
//! - [`RUNNER`] is held by the one who may work, in a transaction that stays open on a connection of
//!   its own: that dies with its process, and needs no session of its own behind a pooler.
//! - The runner's own number is held with it, in the same transaction: so others can tell who it is,
//!   and where it is held, so is [`RUNNER`]. The server gives back the locks of a transaction one after
//!   the other; a new runner finds [`RUNNER`] taken for as long as the number of another one is.
//! - [`WORK`] is held by each transaction that works. It is taken *before* the number is checked,
//!   while a new runner checks it *after* it has taken [`RUNNER`]: so of a runner whose lock is
//!   lost, the last transaction either sees that, or is seen and waited for.
//!
//! A borrowed connection holds [`RUNNER`] with its session. Behind a pooler that hands its statements
//! to another session, the next transaction finds out and refuses.

use dbmig_core::Version;
use diesel::QueryResult;

use super::envelope::{RESTORE_PATH, give_back, short, to_safe_path_lifted};
use super::{Activity, Dialect, Idle, Nesting, PostgresEngine, Session, Tables};
use crate::database::assertion::{self, Breach, assert_that};
use crate::database::engine::Engine as _;
use crate::database::lock::{
    Claim, Fence, Freshness, Guard, Isolation, Lock, LockConnection, SILENCE, Seen, Take, key,
};

const RUNNER: u32 = 0;
const WORK: u32 = 1;

/// Before the name of the app on the connection that holds the lock.
const HOLDS: &str = "dbmig: ";

/// For a transaction that stays open for as long as its client is there.
const LASTS: &str = "SET LOCAL tcp_keepalives_idle = 15;\nSET LOCAL tcp_keepalives_interval = 5;\n\
                     SET LOCAL tcp_keepalives_count = 3;\nSET LOCAL tcp_user_timeout = 30000;\n";

/// See the module.
pub(super) struct Advisory;

impl Lock for Advisory {
    fn connection(&self) -> LockConnection {
        LockConnection::Dedicated
    }

    fn holder(&self, db: &mut dyn Session, tables: &Tables) -> QueryResult<Option<String>> {
        let rows = db.query(&holder_query(tables))?;
        let Some(row) = rows.first() else { return Ok(None) };
        let [name, pid, client, since, doing] = [0, 1, 2, 3, 4].map(|i| row.text(i));
        let who = match (row.number(5), name.strip_prefix(HOLDS).unwrap_or(name)) {
            (1, _) => "a session whose runner is gone",
            (_, "") => "a session",
            (_, name) => name,
        };
        let mut facts = vec![format!("server session {pid}")];
        let from = |client: &str| format!("from {client}");
        facts.extend(Some(client).filter(|text| !text.is_empty()).map(from));
        facts.extend(Some(since).filter(|text| !text.is_empty()).map(|s| format!("since {s} UTC")));
        facts
            .extend(Some(doing).filter(|text| !text.is_empty()).map(|d| format!("at work on {d}")));
        Ok(Some(format!("{who} ({})", facts.join(", "))))
    }

    /// Not from `pg_locks`, which costs ten times as much: shared locks for the length of this
    /// statement. They stop nobody who works: while the first is shared nobody has it, and only then
    /// the second is tried for. Who wants the lock at this very moment tries again.
    ///
    /// Inside of a transaction of the owner they would last as long as that, and be in the way of
    /// all, this runner included.
    fn seen(
        &self,
        db: &mut dyn Session,
        tables: &Tables,
        goal: Option<&Version>,
    ) -> QueryResult<Seen> {
        let key = key(&tables.schema);
        let share = |kind| format!("pg_catalog.pg_try_advisory_xact_lock_shared({key}, {kind})");
        let held = match db.nesting() {
            Nesting::TopLevel => {
                format!("CASE WHEN {} THEN NOT {} ELSE true END", share(RUNNER), share(WORK))
            }
            Nesting::InTransaction => format!("EXISTS ({})", held(key, &[RUNNER, WORK])),
        };
        let reached = PostgresEngine.is_reached(tables, goal);
        let rows =
            db.query(&format!("SELECT ({held})::pg_catalog.text, ({reached})::pg_catalog.text"))?;
        Ok(Seen::of(&rows))
    }

    fn take(&self, db: &mut dyn Session, claim: &Claim<'_>, unchanged: &str) -> QueryResult<Take> {
        match claim.connection {
            LockConnection::Dedicated => take_dedicated(db, claim, unchanged),
            LockConnection::Shared => take_shared(db, claim),
        }
    }

    fn heartbeat(&self, db: &mut dyn Session, claim: &Claim<'_>, _doing: &str) -> QueryResult<()> {
        // Not a query: in this transaction, which does not end, even the shortest snapshot may be the
        // one that `CREATE INDEX CONCURRENTLY` then waits for. The session that works says itself
        // what it does; of a borrowed one, nobody need hear.
        match claim.connection {
            LockConnection::Dedicated => db.execute(&name_holder(claim)),
            LockConnection::Shared => Ok(()),
        }
    }

    fn release(&self, db: &mut dyn Session, claim: &Claim<'_>, _: Guard) -> QueryResult<()> {
        if claim.connection == LockConnection::Dedicated {
            return db.execute("COMMIT");
        }
        release_shared(db, claim)
    }

    fn fence(&self, claim: &Claim<'_>, _: &Guard) -> Fence {
        let key = key(&claim.tables.schema);
        let check = match claim.connection {
            LockConnection::Dedicated => is_still_held(key, claim.token),
            LockConnection::Shared => format!(
                "EXISTS ({} AND pid = pg_catalog.pg_backend_pid() GROUP BY pid \
                 HAVING pg_catalog.count(*) = 2)",
                held(key, &[RUNNER, claim.token]),
            ),
        };
        let check = assert_that(Dialect::Postgres, &check);
        Fence { isolation: Isolation::Default, check }
    }
}

/// A condition in a transaction that works for the runner `token`, whose lock is on another
/// connection: takes [`WORK`], and then asks. Who could share the number would be the only one who
/// holds it. Not from `pg_locks`, which costs as much as all the rest that goes before a script.
fn is_still_held(key: u32, token: u32) -> String {
    format!(
        "CASE WHEN pg_catalog.pg_try_advisory_xact_lock({key}, {WORK}) \
         THEN NOT pg_catalog.pg_try_advisory_xact_lock_shared({key}, {token}) ELSE false END"
    )
}

/// The locks of ours that other sessions hold, but [`RUNNER`].
fn held_by_others(key: u32) -> String {
    format!(
        "{} AND objid <> {RUNNER}::pg_catalog.oid AND pid <> pg_catalog.pg_backend_pid()",
        locks(key),
    )
}

/// The locks of ours that are held, of these kinds.
fn held(key: u32, kinds: &[u32]) -> String {
    let kinds: Vec<_> = kinds.iter().map(|kind| format!("{kind}::pg_catalog.oid")).collect();
    format!("{} AND objid IN ({})", locks(key), kinds.join(", "))
}

/// The locks of ours that are held.
fn locks(key: u32) -> String {
    format!(
        "SELECT pid FROM pg_catalog.pg_locks WHERE locktype = \
         'advisory'::pg_catalog.text AND granted AND objsubid = 2::pg_catalog.int2 \
         AND classid = {key}::pg_catalog.oid \
         AND database = (SELECT oid FROM pg_catalog.pg_database \
         WHERE datname = pg_catalog.current_database())"
    )
}

/// One message: the lock, the runner's number, nobody at work, and nothing changed since it was
/// seen. What fails says which of these.
fn take_dedicated(db: &mut dyn Session, claim: &Claim<'_>, unchanged: &str) -> QueryResult<Take> {
    let key = key(&claim.tables.schema);
    let expect = |condition: &str, breach| assertion::expect(Dialect::Postgres, condition, breach);
    let free = expect(&format!("pg_try_advisory_xact_lock({key}, {RUNNER})"), Breach::Taken);
    let quiet = expect(&format!("NOT EXISTS ({})", held_by_others(key)), Breach::Taken);
    let message = format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;\n{safe_path}{name}\
         SET LOCAL idle_in_transaction_session_timeout = '{SILENCE}s';\n{LASTS}{free}\
         SELECT pg_advisory_xact_lock({key}, {token});\n{quiet}{unchanged}{RESTORE_PATH}",
        safe_path = to_safe_path_lifted(),
        name = name_holder(claim),
        token = claim.token,
    );
    let Err(error) = db.execute(&message) else {
        return Ok(Take::Held(Guard::Database, Freshness::Unchanged));
    };
    let _ = db.execute("ROLLBACK");
    match error {
        error if Breach::Taken.caused(&error) => Ok(Take::Busy),
        // Also when somebody has created the tables, or dropped them.
        error if Breach::Changed.caused(&error) => Ok(Take::Changed),
        error => Err(error),
    }
}

fn name_holder(claim: &Claim<'_>) -> String {
    let name = Dialect::Postgres.literal(&short(&format!("{HOLDS}{}", claim.who)));
    format!("SET LOCAL application_name = {name};\n")
}

/// A session may take its own lock again and again; so one that is held already, perhaps by this
/// very session for somebody else behind a pooler, is not tried for.
fn take_shared(db: &mut dyn Session, claim: &Claim<'_>) -> QueryResult<Take> {
    let (key, token) = (key(&claim.tables.schema), claim.token);
    let rows = db.query(&format!(
        "SELECT CASE WHEN EXISTS ({}) THEN 'false' WHEN pg_catalog.pg_try_advisory_lock({key}, {RUNNER}) \
         AND pg_catalog.pg_try_advisory_lock({key}, {token}) THEN 'true' ELSE 'false' END",
        locks(key),
    ))?;
    Ok(match rows.first() {
        Some(row) if row.is_true(0) => Take::Held(Guard::Database, Freshness::Unknown),
        _ => Take::Busy,
    })
}

/// Behind a pooler this may be another session than the one that holds the lock, and nobody could
/// give that back: where it is idle, the server ends it, and the pooler opens a new one. However the
/// run has ended, the owner gets his settings back.
fn release_shared(db: &mut dyn Session, claim: &Claim<'_>) -> QueryResult<()> {
    let (key, token) = (key(&claim.tables.schema), claim.token);
    let rows = db.query(&format!(
        "SELECT (pg_catalog.pg_advisory_unlock({key}, {RUNNER}) \
         AND pg_catalog.pg_advisory_unlock({key}, {token}))::pg_catalog.text, {}",
        give_back(),
    ))?;
    if rows.first().is_some_and(|row| row.is_true(0)) {
        return Ok(());
    }
    db.execute(&format!(
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity \
         WHERE state = 'idle'::pg_catalog.text AND pid IN ({})",
        held(key, &[token]),
    ))
}

/// Name, server session, client, beginning, what is done, and for whom: 0 the holder, 1 a transaction without.
fn holder_query(tables: &Tables) -> String {
    let key = key(&tables.schema);
    format!(
        "SELECT a.application_name, a.pid::pg_catalog.text, pg_catalog.host(a.client_addr), \
         pg_catalog.to_char(CASE WHEN pg_catalog.starts_with(a.application_name, '{HOLDS}') THEN a.xact_start \
         ELSE a.backend_start END AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), \
         (SELECT pg_catalog.min(pg_catalog.substr(w.application_name, 17)) \
         FROM pg_catalog.pg_locks t JOIN pg_catalog.pg_stat_activity w ON \
         pg_catalog.starts_with(w.application_name, pg_catalog.concat('dbmig ', \
         pg_catalog.lpad(pg_catalog.to_hex(t.objid::pg_catalog.int8), 8, '0'), ': ')) \
         WHERE t.pid = l.pid AND t.locktype = l.locktype \
         AND t.classid = l.classid), l.objid::pg_catalog.text \
         FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
         WHERE l.pid IN ({}) AND l.locktype = 'advisory'::pg_catalog.text \
         AND l.classid = {key}::pg_catalog.oid AND l.objid IN ({RUNNER}::pg_catalog.oid, {WORK}::pg_catalog.oid) \
         ORDER BY l.objid LIMIT 1",
        held(key, &[RUNNER, WORK]),
    )
}

/// How a session is called that works for the runner with this number.
pub(super) fn session_name(token: u32) -> String {
    format!("dbmig {token:08x}")
}

/// The sessions of that name but our own.
fn sessions(session: &str) -> String {
    format!(
        "FROM pg_catalog.pg_stat_activity WHERE pg_catalog.starts_with(application_name, {}) \
         AND datname = pg_catalog.current_database() \
         AND pid <> pg_catalog.pg_backend_pid()",
        Dialect::Postgres.literal(session),
    )
}

pub(super) fn activity(db: &mut dyn Session, session: &str) -> QueryResult<Activity> {
    if session.is_empty() {
        return Ok(Activity::Gone);
    }
    let rows = db.query(&format!(
        "SELECT pid::pg_catalog.text, coalesce(state, 'active'), \
         pg_catalog.to_char(query_start AT TIME ZONE 'UTC', 'HH24:MI:SS') {} ORDER BY 2 LIMIT 1",
        sessions(session)
    ))?;
    Ok(match rows.first() {
        None => Activity::Gone,
        Some(row) if row.text(1) == "idle" => Activity::Idle,
        Some(row) => {
            Activity::Working(format!("server session {}, since {} UTC", row.text(0), row.text(2)))
        }
    })
}

pub(super) fn quiet(session: &str, idle: Idle) -> String {
    let working = match idle {
        Idle::Counts => "",
        Idle::Passes => " AND coalesce(state, 'active') <> 'idle'::pg_catalog.text",
    };
    format!("NOT EXISTS (SELECT 1 {}{working})", sessions(session))
}

pub(super) fn interrupt(db: &mut dyn Session, session: &str) -> QueryResult<()> {
    db.execute(&format!(
        "SELECT pg_catalog.pg_cancel_backend(pid) {} AND state = 'active'::pg_catalog.text",
        sessions(session)
    ))
}
