//! One runner at a time: the lock, as a scope that always ends.
//!
//! Where dbmig opens its own connections, the lock is held on one and the work done on another, so
//! that the lock behaves the same behind a pooler, and nothing that a migration does to its session
//! can lose it. A borrowed connection does both.

use dbmig_core::Version;

use crate::backoff::Unready;
use crate::database::Database;
use crate::database::lock::{Claim, Lock, LockConnection, Take};
use crate::database::session::Ownership;
use crate::error::transient::{is_lock_wait, is_lost};
use crate::error::{Error, NoLock};
use crate::event::{Event, Observe};
use crate::options::{Locking, Options};
use crate::snapshot::Snapshot;
use crate::tables::{Sessions, Tables};

mod heartbeat;
mod held;
mod orphans;
mod waiting;

pub(crate) use held::Held;
use waiting::Waiting;

/// The lock as the options want it.
///
/// # Errors
/// [`Error::NoLease`] on SQLite.
pub(crate) fn of(
    db: &dyn Database,
    tables: &Tables,
    options: &Options,
) -> Result<&'static dyn Lock, Error> {
    let engine = db.engine();
    match options.locking {
        // Its own lock would be granted on every server of the cluster at once.
        Locking::Advisory if tables.cluster.is_none() => Ok(engine.lock()),
        Locking::Advisory | Locking::Lease => engine.lease().ok_or(Error::NoLease),
    }
}

/// Runs `body` under the lock; gives it back in any case. `decide` looks at the database and says
/// what for; `None` where there is nothing (more) to do. That may be so while another runner is
/// still at work, once `goal` is in the ledger.
///
/// Waiters ask again and again instead of waiting inside the database: a blocking wait would hold
/// a snapshot, and `CREATE INDEX CONCURRENTLY` of the leader would wait for that, for ever.
pub(crate) fn with_lock<T>(
    db: &mut dyn Database,
    options: &Options,
    observe: &mut Observe<'_>,
    goal: Option<&Version>,
    mut decide: impl FnMut(&mut dyn Database) -> Result<Option<Snapshot>, Error>,
    body: impl FnOnce(&mut Held<'_>, &mut Observe<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let who = options.who();
    let token = fastrand::u32(2..1 << 31);
    let mut waiting = Waiting::new(options.lock_wait, options.control.clone());
    let mut unready = Unready::new(options);
    let mut told = None;
    loop {
        let snapshot = match decide(db) {
            Ok(Some(snapshot)) => {
                unready.over();
                snapshot
            }
            Ok(None) => return Ok(None),
            Err(Error::Lagging { .. }) => {
                waiting.changed(observe)?;
                continue;
            }
            Err(error) => {
                unready.wait(error, observe)?;
                continue;
            }
        };
        refuse(&snapshot)?;
        if (options.locking, snapshot.tables.sessions) == (Locking::Advisory, Sessions::Shared) {
            return Err(Error::NoLock(NoLock::SharedSession));
        }
        let tables = snapshot.tables.clone();
        let lock = of(db, &tables, options)?;
        let connection = connection(db, lock, &tables)?;
        if let Some(cluster) = tables.cluster
            && told.replace(cluster).is_none()
            && options.locking == Locking::Advisory
        {
            observe(&Event::Cluster { cluster });
        }
        let claim = Claim { tables: &tables, token, who: &who, connection };
        let unchanged = snapshot.expected(db.engine());
        let taken = match lock.take(db, &claim, &unchanged) {
            // On another node of a cluster somebody was faster.
            Err(error) if is_lock_wait(&error) => Take::Busy,
            Err(error) => {
                unready.wait(refused(db, error), observe)?;
                continue;
            }
            Ok(taken) => taken,
        };
        match taken {
            Take::Held(guard, freshness) => {
                let result = held::work(
                    db,
                    lock,
                    (&claim, &guard),
                    options,
                    (snapshot, freshness),
                    observe,
                    body,
                );
                let released = lock.release(db, &claim, guard);
                let value = result?;
                // The work is done and committed; a lock of a dead connection is free anyway.
                drop(released);
                return Ok(Some(value));
            }
            Take::Changed => waiting.changed(observe)?,
            Take::Foreign(foreign) => return Err(Error::foreign(&foreign)),
            Take::Busy => {
                // Once it is there, it is something else that is waited for.
                let goal = goal.filter(|goal| snapshot.history.find(goal).is_none());
                if let Err(error) = waiting.watch(db, lock, &tables, goal, observe) {
                    unready.wait(error, observe)?;
                }
            }
        }
    }
}

/// Nothing is written where nothing can be, where somebody else could lead it astray, or where a newer dbmig knows better.
fn refuse(snapshot: &Snapshot) -> Result<(), Error> {
    refuse_foreign(&snapshot.tables)?;
    refuse_obstacle(&snapshot.tables)?;
    snapshot.history.newer_format.map_or(Ok(()), |found| Err(Error::NewerHistory { found }))
}

/// Nothing is written where the server only reads, or where a rollback would leave a row.
pub(crate) fn refuse_obstacle(tables: &Tables) -> Result<(), Error> {
    tables.obstacle.clone().map_or(Ok(()), |obstacle| Err(Error::Obstacle(obstacle)))
}

/// Whoever owns a table has a say in what a write to it does.
pub(crate) fn refuse_foreign(tables: &Tables) -> Result<(), Error> {
    tables.foreign.as_ref().map_or(Ok(()), |foreign| Err(Error::foreign(foreign)))
}

/// A proxy that ends the connection as soon as a transaction stays open hands on no word that says
/// so: it is tried. Whatever else cuts connections cuts the first question, too, or not the second.
fn refused(db: &dyn Database, error: diesel::result::Error) -> Error {
    if is_lost(&error)
        && let Some(Ok(mut probe)) = db.another()
        && probe.query("SELECT '1'").is_ok()
        && probe.execute("BEGIN").is_err_and(|error| is_lost(&error))
    {
        return Error::NoLock(NoLock::StatementPooling);
    }
    taking()(error)
}

fn taking() -> impl FnOnce(diesel::result::Error) -> Error {
    Error::database("take the migration lock")
}

/// Whatever is wrong with the connection that holds the lock, or with the lease.
fn lost() -> impl FnOnce(diesel::result::Error) -> Error {
    |_| Error::LockLost(Box::default())
}

/// Where the lock is held on this connection.
fn connection(
    db: &dyn Database,
    lock: &dyn Lock,
    tables: &Tables,
) -> Result<LockConnection, Error> {
    let own = db.ownership() == Ownership::Owned;
    match (lock.connection(), own) {
        (LockConnection::Dedicated, true) => Ok(LockConnection::Dedicated),
        (LockConnection::Dedicated, false) if !lock.can_share() => {
            Err(tables.cluster.map_or(Error::LeaseNeedsUrl, Error::ClusterNeedsUrl))
        }
        (LockConnection::Dedicated, false) | (LockConnection::Shared, _) => {
            Ok(LockConnection::Shared)
        }
    }
}
