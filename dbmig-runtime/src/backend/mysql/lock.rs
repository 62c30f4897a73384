//! `GET_LOCK`: two names. The first says who may work, and is held on a connection of its own. The
//! second is held by the connection that works, for as long as the server works for it, even if
//! its client is dead: so a new runner waits for what the last one has begun.
//!
//! They are locks of one server: behind a proxy that spreads statements over several, or on a
//! cluster with several writers, the lease is the one to use.

use dbmig_core::Version;
use diesel::QueryResult;

use super::{Activity, Dialect, HISTORY, Idle, MysqlEngine, Presence, Session, Tables, session};
use crate::database::assertion::assert_that;
use crate::database::engine::Engine as _;
use crate::database::lock::{
    Claim, Fence, Freshness, Guard, Isolation, Lock, LockConnection, Seen, Take, key,
};
use crate::database::session::Nesting;

/// See the module.
pub(super) struct Named;

/// The names carry the database, for the locks are the server's; they hold 64 characters.
fn runner(tables: &Tables) -> String {
    Dialect::Mysql.literal(&format!("dbmig:{:08x}", key(&tables.schema)))
}

fn work(tables: &Tables) -> String {
    Dialect::Mysql.literal(&format!("dbmig:{:08x}:work", key(&tables.schema)))
}

impl Lock for Named {
    fn connection(&self) -> LockConnection {
        LockConnection::Dedicated
    }

    fn holder(&self, db: &mut dyn Session, tables: &Tables) -> QueryResult<Option<String>> {
        let of = |name: &str| {
            format!(
                "SELECT CAST(IS_USED_LOCK({name}) AS CHAR), (SELECT CONCAT(' of ', user, ' from ', host) \
                 FROM information_schema.processlist WHERE id = IS_USED_LOCK({name})) \
                 FROM (SELECT 1) one WHERE IS_USED_LOCK({name}) IS NOT NULL"
            )
        };
        if let Some(row) = db.query(&of(&runner(tables)))?.first() {
            let doing = doing(db, tables);
            return Ok(Some(format!("server session {}{}{doing}", row.text(0), row.text(1))));
        }
        let rows = db.query(&of(&work(tables)))?;
        Ok(rows.first().map(|row| {
            format!("server session {}{}, whose runner is gone", row.text(0), row.text(1))
        }))
    }

    fn seen(
        &self,
        db: &mut dyn Session,
        tables: &Tables,
        goal: Option<&Version>,
    ) -> QueryResult<Seen> {
        let rows = db.query(&format!(
            "SELECT CAST(IS_USED_LOCK({}) IS NOT NULL OR IS_USED_LOCK({}) IS NOT NULL AS CHAR), CAST({} AS CHAR)",
            runner(tables),
            work(tables),
            MysqlEngine.is_reached(tables, goal),
        ))?;
        Ok(Seen::of(&rows))
    }

    /// Only 1 means held: a wrong time-out gives NULL on MariaDB and locks nothing.
    fn take(&self, db: &mut dyn Session, claim: &Claim<'_>, _unchanged: &str) -> QueryResult<Take> {
        let Some(connection) = get(db, &runner(claim.tables))? else { return Ok(Take::Busy) };
        let held = Take::Held(Guard::Connection(connection), Freshness::Unknown);
        match claim.connection {
            // Of a host that has vanished, the server drops the connection, and the lock with it:
            // `session::enter_own`.
            LockConnection::Dedicated => Ok(held),
            // It has no connection that would wait for the second lock.
            LockConnection::Shared if is_used(db, &work(claim.tables))? => {
                self.release(db, claim, Guard::Connection(connection))?;
                Ok(Take::Busy)
            }
            LockConnection::Shared => {
                if db.nesting() == Nesting::TopLevel {
                    // Or a read of ours would see what was there before the lock was.
                    db.execute(&session::autocommit())?;
                }
                Ok(held)
            }
        }
    }

    fn join(&self, db: &mut dyn Session, claim: &Claim<'_>) -> QueryResult<Option<String>> {
        if get(db, &work(claim.tables))?.is_some() {
            return Ok(None);
        }
        let name = work(claim.tables);
        let rows = db.query(&format!("SELECT CAST(IS_USED_LOCK({name}) AS CHAR)"))?;
        let id = rows.first().map(|row| row.text(0).to_owned()).unwrap_or_default();
        let what = match activity(db, &id)? {
            Activity::Working(what) => what,
            Activity::Idle | Activity::Gone => format!("server session {id}"),
        };
        Ok(Some(format!("a session whose runner is gone ({what})")))
    }

    fn heartbeat(&self, db: &mut dyn Session, claim: &Claim<'_>, _doing: &str) -> QueryResult<()> {
        if claim.connection == LockConnection::Dedicated { db.execute("DO 1") } else { Ok(()) }
    }

    fn release(&self, db: &mut dyn Session, claim: &Claim<'_>, _: Guard) -> QueryResult<()> {
        let then = match claim.connection {
            LockConnection::Dedicated => String::new(),
            LockConnection::Shared => session::home(claim.tables),
        };
        db.execute(&format!("DO RELEASE_LOCK({});\n{then}", runner(claim.tables)))
    }

    /// The lock is still held by the connection that it was taken on.
    fn fence(&self, claim: &Claim<'_>, guard: &Guard) -> Fence {
        let name = runner(claim.tables);
        let condition = match guard {
            Guard::Connection(id) => format!("IS_USED_LOCK({name}) = {id}"),
            Guard::Database | Guard::File(_) | Guard::Alone => {
                format!("IS_USED_LOCK({name}) = CONNECTION_ID()")
            }
        };
        Fence {
            isolation: Isolation::Default,
            check: assert_that(Dialect::Mysql, &format!("COALESCE({condition}, FALSE)")),
        }
    }
}

/// Tries to take the lock, and tells the number of the connection that has it then.
fn get(db: &mut dyn Session, name: &str) -> QueryResult<Option<u64>> {
    let rows = db.query(&format!(
        "SELECT CAST(GET_LOCK({name}, 0) AS CHAR), CAST(CONNECTION_ID() AS CHAR)"
    ))?;
    let held = rows.first().filter(|row| row.is_true(0));
    Ok(held.and_then(|row| row.text(1).parse().ok()))
}

fn is_used(db: &mut dyn Session, name: &str) -> QueryResult<bool> {
    let rows = db.query(&format!("SELECT CAST(IS_USED_LOCK({name}) IS NOT NULL AS CHAR)"))?;
    Ok(rows.first().is_some_and(|row| row.is_true(0)))
}

/// A session has no name that others can see; but what it does outside of a transaction, which is
/// nearly all, stands in the history.
fn doing(db: &mut dyn Session, tables: &Tables) -> String {
    if tables.history == Presence::Absent {
        return String::new();
    }
    let rows = db.query(&format!(
        "SELECT CONCAT(COALESCE(app, ''), ' on ', COALESCE(host, ''), ', at work on ', name, ' since ', \
         CAST(started_at AS CHAR), ' UTC') FROM {} WHERE state = 'running' ORDER BY id DESC LIMIT 1",
        tables.qualified(HISTORY),
    ));
    let row = rows.ok().and_then(|rows| rows.first().map(|row| row.text(0).to_owned()));
    row.map(|text| format!(" ({text})")).unwrap_or_default()
}

/// An expression for the server, as its own machine names it.
pub(super) const SERVER: &str = "@@hostname, ':', @@port";

/// The number of `session`, if it is one of this server.
pub(super) fn here(db: &mut dyn Session, session: &str) -> QueryResult<Option<u64>> {
    let (id, server) = match session.split_once('@') {
        Some((id, server)) => (id, Some(server)),
        None => (session, None),
    };
    let Ok(id) = id.parse::<u64>() else { return Ok(None) };
    let Some(server) = server else { return Ok(Some(id)) };
    let rows = db.query(&format!("SELECT CONCAT({SERVER})"))?;
    Ok(rows.first().is_some_and(|row| row.text(0) == server).then_some(id))
}

pub(super) fn activity(db: &mut dyn Session, session: &str) -> QueryResult<Activity> {
    let Some(id) = here(db, session)? else { return Ok(Activity::Gone) };
    let rows = db.query(&format!(
        "SELECT CAST(command AS CHAR), CAST(time AS CHAR), CAST(LEFT(info, 60) AS CHAR) \
         FROM information_schema.processlist WHERE id = {id} AND id <> CONNECTION_ID()"
    ))?;
    Ok(match rows.first() {
        None => Activity::Gone,
        Some(row) if row.text(0) == "Sleep" => Activity::Idle,
        Some(row) => {
            let what = command(row.text(2));
            Activity::Working(format!("server session {id}, for {} s: {what}", row.text(1)))
        }
    })
}

pub(super) fn quiet(session: &str, idle: Idle) -> Option<String> {
    let (id, server) = session.split_once('@').unwrap_or((session, ""));
    let id = id.parse::<u64>().ok()?;
    let here = match server {
        "" => String::new(),
        server => format!(" AND CONCAT({SERVER}) = {}", Dialect::Mysql.literal(server)),
    };
    let working = match idle {
        Idle::Counts => "",
        Idle::Passes => " AND command <> 'Sleep'",
    };
    Some(format!(
        "NOT EXISTS (SELECT 1 FROM information_schema.processlist WHERE id = {id} \
         AND id <> CONNECTION_ID(){working}{here})"
    ))
}

/// `ALTER TABLE`, without the rest: that may hold a password, and is cut off wherever.
fn command(statement: &str) -> String {
    let is_word = |word: &&str| word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let words: Vec<_> = statement.split_whitespace().take(2).take_while(is_word).collect();
    if words.is_empty() { "a statement".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn only_the_command_of_a_statement_is_shown() {
        assert_eq!(command("ALTER USER u IDENTIFIED BY 'hunt"), "ALTER USER");
        assert_eq!(command("SET PASSWORD='hunt"), "SET");
        assert_eq!(command("CALL p('hunt"), "CALL");
        assert_eq!(command("/* hunter2 */ SELECT 1"), "a statement");
    }
}
