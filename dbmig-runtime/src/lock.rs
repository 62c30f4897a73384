//! One runner at a time: the lock, as a scope that always ends.

use std::time::{Duration, Instant};

use crate::backend::Database;
use crate::backend::engine::Tables;
use crate::error::Error;
use crate::event::{Event, Observe};

/// The shortest pause between two tries; each is lengthened by a random part of itself, so that
/// many waiters do not ask in step.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A number for the lock of the tables in `schema`.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) fn key(schema: &str) -> i64 {
    use sha2::{Digest, Sha256};

    let digest = Sha256::digest(format!("dbmig\0{schema}"));
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(bytes)
}

/// Whether there is still a reason to wait.
pub(crate) enum Need {
    /// There is work.
    Work,
    /// The schema has come to where this runner wants it.
    Nothing,
}

/// Runs `body` while this session, and no other, holds the lock; gives it back in any case.
/// `None` where `need` said that there is nothing left to do.
///
/// Waiters ask again and again instead of waiting inside the database: a blocking wait would hold
/// a snapshot, and `CREATE INDEX CONCURRENTLY` of the leader would wait for that, for ever.
pub(crate) fn with_lock<T>(
    db: &mut dyn Database,
    tables: &Tables,
    wait: Duration,
    observe: &mut Observe<'_>,
    mut need: impl FnMut(&mut dyn Database) -> Result<Need, Error>,
    body: impl FnOnce(&mut dyn Database, &mut Observe<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let engine = db.engine();
    let since = Instant::now();
    let mut pause = PAUSE;
    let guard = loop {
        let tried = engine.try_lock(db, tables);
        if let Some(guard) = tried.map_err(Error::database("take the migration lock"))? {
            break guard;
        }
        let holder = engine.holder(db, tables).unwrap_or_default();
        let waited = since.elapsed();
        if waited >= wait {
            return Err(Error::LockWait { holder, waited });
        }
        observe(&Event::Waiting { holder: holder.as_deref(), waited });
        std::thread::sleep(pause.mul_f64(0.5 + fastrand::f64()).min(wait.saturating_sub(waited)));
        pause = (pause * 2).min(LONGEST_PAUSE);
        if matches!(need(db)?, Need::Nothing) {
            return Ok(None);
        }
    };
    let result = body(db, observe);
    let unlocked = engine.unlock(db, tables, guard);
    let value = result?;
    unlocked.map_err(Error::database("release the migration lock"))?;
    Ok(Some(value))
}
