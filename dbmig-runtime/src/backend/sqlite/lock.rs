//! A lock of the operating system on a file beside the database, for SQLite has none that outlives
//! a transaction: it goes with the process that holds it.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use dbmig_core::{Dialect, Version};
use diesel::QueryResult;
use diesel::result::Error;

use super::files::{self, is_locked, open_locked};
use super::{Session, SqliteEngine, Tables};
use crate::database::engine::Engine as _;
use crate::database::lock::{Claim, Fence, Freshness, Guard, Lock, LockConnection, Seen, Take};

/// See the module.
pub(super) struct FileLock;

impl Lock for FileLock {
    fn connection(&self) -> LockConnection {
        LockConnection::Shared
    }

    fn holder(&self, db: &mut dyn Session, _tables: &Tables) -> QueryResult<Option<String>> {
        let Some(path) = lock_file(db)?.filter(|path| is_locked(path)) else { return Ok(None) };
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        Ok(Some(text.lines().next().unwrap_or("another process").to_owned()))
    }

    fn seen(
        &self,
        db: &mut dyn Session,
        tables: &Tables,
        goal: Option<&Version>,
    ) -> QueryResult<Seen> {
        let held = lock_file(db)?.is_some_and(|path| is_locked(&path));
        let condition = SqliteEngine.is_reached(tables, goal);
        let rows = db.query(&format!("SELECT CASE WHEN {condition} THEN '1' END"))?;
        Ok(Seen { held, reached: rows.first().is_some_and(|row| row.is_true(0)) })
    }

    fn take(&self, db: &mut dyn Session, claim: &Claim<'_>, _unchanged: &str) -> QueryResult<Take> {
        let Some(database) = database_file(db)? else {
            return Ok(Take::Held(Guard::Alone, Freshness::Unchanged));
        };
        let Some(path) = files::lock_file(&database) else {
            return Ok(Take::Held(Guard::Alone, Freshness::Unchanged));
        };
        let taken = open_locked(&path).map_err(|why| Error::QueryBuilderError(why.into()))?;
        let Some(file) = taken else { return Ok(Take::Busy) };
        refuse_read_only(db, &database)?;
        tell(&path, claim, "");
        Ok(Take::Held(Guard::File(file), Freshness::Unknown))
    }

    fn heartbeat(&self, db: &mut dyn Session, claim: &Claim<'_>, doing: &str) -> QueryResult<()> {
        if let Some(path) = lock_file(db)? {
            tell(&path, claim, doing);
        }
        Ok(())
    }

    fn release(&self, _: &mut dyn Session, _: &Claim<'_>, guard: Guard) -> QueryResult<()> {
        drop(guard);
        Ok(())
    }

    /// Nothing but the end of the process takes the lock away.
    fn fence(&self, _: &Claim<'_>, _: &Guard) -> Fence {
        Fence::default()
    }
}

/// The file of the lock; none for a database in memory, which nobody outside of this process has.
fn lock_file(db: &mut dyn Session) -> QueryResult<Option<PathBuf>> {
    Ok(database_file(db)?.and_then(|database| files::lock_file(&database)))
}

/// The file that the connection has open, as SQLite names it.
fn database_file(db: &mut dyn Session) -> QueryResult<Option<String>> {
    let rows = db.query("PRAGMA database_list")?;
    let main = rows.iter().find(|row| row.text(1) == "main");
    let path = main.and_then(|row| row.optional(2)).filter(|path| !path.is_empty());
    Ok(path.map(str::to_owned))
}

/// SQLite says at the first write only that it may not write; this is one that changes nothing, on
/// any table that there is.
fn refuse_read_only(db: &mut dyn Session, database: &str) -> QueryResult<()> {
    let tables = db.query(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND sql LIKE 'CREATE TABLE%' LIMIT 1",
    )?;
    let Some(table) = tables.first().map(|row| Dialect::Sqlite.identifier(row.text(0))) else {
        return Ok(());
    };
    match db.execute(&format!("DELETE FROM main.{table} WHERE 0")) {
        Err(error) if error.to_string().contains("readonly database") => {
            let why = files::why_read_only(database);
            Err(Error::QueryBuilderError(format!("{error}: {why}").into()))
        }
        // What else is wrong will show.
        _ => Ok(()),
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
