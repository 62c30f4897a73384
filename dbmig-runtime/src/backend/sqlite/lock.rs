//! A lock of the operating system on a file beside the database, for SQLite has none that outlives
//! a transaction: it goes with the process that holds it.

use std::fs::{File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use dbmig_core::Version;
use diesel::QueryResult;
use diesel::result::Error;

use super::{Database, Tables};
use crate::lock::{Claim, Fence, Freshness, Guard, Lock, Seat, Seen, Take, reached};
use crate::look::Look;

/// See the module.
pub(super) struct Beside;

impl Lock for Beside {
    fn seat(&self) -> Seat {
        Seat::Within
    }

    fn holder(&self, db: &mut dyn Database, _tables: &Tables) -> QueryResult<Option<String>> {
        let Some(path) = lock_file(db)?.filter(|path| is_locked(path)) else { return Ok(None) };
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        Ok(Some(text.lines().next().unwrap_or("another process").to_owned()))
    }

    fn seen(
        &self,
        db: &mut dyn Database,
        tables: &Tables,
        goal: Option<&Version>,
    ) -> QueryResult<Seen> {
        let held = lock_file(db)?.is_some_and(|path| is_locked(&path));
        let condition = reached(db, tables, goal);
        let rows = db.query(&format!("SELECT CASE WHEN {condition} THEN '1' END"))?;
        Ok(Seen { held, reached: rows.first().is_some_and(|row| row.is_true(0)) })
    }

    fn take(&self, db: &mut dyn Database, claim: &Claim<'_>, _seen: &Look) -> QueryResult<Take> {
        let Some(path) = lock_file(db)? else {
            return Ok(Take::Held(Guard::Alone, Freshness::Unchanged));
        };
        let taken = open_locked(&path).map_err(|error| {
            Error::QueryBuilderError(format!("{}: {error}", path.display()).into())
        })?;
        let Some(file) = taken else { return Ok(Take::Busy) };
        tell(&path, claim, "");
        Ok(Take::Held(Guard::File(file), Freshness::Unknown))
    }

    fn beat(&self, db: &mut dyn Database, claim: &Claim<'_>, doing: &str) -> QueryResult<()> {
        if let Some(path) = lock_file(db)? {
            tell(&path, claim, doing);
        }
        Ok(())
    }

    fn release(&self, _: &mut dyn Database, _: &Claim<'_>, guard: Guard) -> QueryResult<()> {
        drop(guard);
        Ok(())
    }

    /// Nothing but the end of the process takes the lock away.
    fn fence(&self, _: &Claim<'_>, _: &Guard) -> Fence {
        Fence::default()
    }
}

/// The file; none for a database in memory, which has one connection only.
fn lock_file(db: &mut dyn Database) -> QueryResult<Option<PathBuf>> {
    let rows = db.query("PRAGMA database_list")?;
    let main = rows.iter().find(|row| row.text(1) == "main");
    let path = main.and_then(|row| row.optional(2)).filter(|path| !path.is_empty());
    Ok(path.map(|path| PathBuf::from(format!("{path}-dbmig-lock"))))
}

/// Does not create the file: reading never writes.
fn is_locked(path: &Path) -> bool {
    let file = File::options().read(true).write(true).open(path);
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

fn open_locked(path: &Path) -> io::Result<Option<File>> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// For those who wait; where it cannot be written, they wait for nobody in particular.
fn tell(path: &Path, claim: &Claim<'_>, doing: &str) {
    let doing = if doing.is_empty() { String::new() } else { format!(", at work on {doing}") };
    let text = format!("{} (process {}{doing})\n", claim.who, std::process::id());
    let write = || -> io::Result<()> {
        let mut file = File::options().write(true).open(path)?;
        // Never empty in between: somebody may be reading it.
        file.write_all(text.as_bytes())?;
        file.set_len(text.len() as u64)
    };
    let _ = write();
}
