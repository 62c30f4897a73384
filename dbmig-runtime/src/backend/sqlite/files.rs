//! The files of a database: what keeps SQLite from reading or writing it.
//!
//! None of them is opened here, but dbmig's own: to close a file of SQLite's takes away all locks
//! that this process holds on it (<https://www.sqlite.org/howtocorrupt.html>, 2.2).

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The lock of dbmig's runners: beside the file itself, whichever of its names or links was opened.
/// None for a database in memory, also where its name looks like a path (`vfs=memdb`).
pub(super) fn lock_file(database: &str) -> Option<PathBuf> {
    match fs::canonicalize(database) {
        Ok(path) => Some(beside(&path, "-dbmig-lock")),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(_) => Some(beside(Path::new(database), "-dbmig-lock")),
    }
}

/// The folder that `path` is in.
pub(crate) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// Does not create the file: reading never writes.
pub(super) fn is_locked(path: &Path) -> bool {
    let readable = File::options().read(true).open(path);
    readable.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The file, locked; none where another one holds it.
///
/// # Errors
/// What this process may not do, in words.
pub(super) fn open_locked(path: &Path) -> Result<Option<File>, String> {
    let existed = path.exists();
    let opened = File::options().create(true).truncate(false).write(true).open(path);
    let file = opened.map_err(|error| not_written(path, existed, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(format!("the file system cannot lock {}: {error}", path.display()))
        }
    }
}

fn not_written(path: &Path, existed: bool, error: &io::Error) -> String {
    let shown = path.display();
    if existed {
        return format!(
            "the lock file {shown} cannot be written: {error}. Give this process the right to write to \
             it, or remove it while no runner of dbmig is at work"
        );
    }
    format!(
        "the folder {} cannot be written, where dbmig puts its lock file and SQLite its journal: {error}. \
         Give this process the right to write to that folder",
        folder(path).display()
    )
}

/// Why SQLite may not write to `database`, although dbmig could write beside it.
pub(super) fn why_read_only(database: &str) -> String {
    format!(
        "the file {database} may only be read: give this process the right to write to it; where the URL \
         says `mode=ro` or `immutable=1`, or the session `PRAGMA query_only`, leave that out"
    )
}

/// Why SQLite, which could open the file at `path`, cannot read it.
pub(crate) fn why_unreadable(path: &Path) -> Option<String> {
    let path = fs::canonicalize(path).ok()?;
    if path.is_dir() {
        return Some("it is a folder".to_owned());
    }
    let (shown, folder) = (path.display(), folder(&path).display());
    let holds_something = |suffix| fs::metadata(beside(&path, suffix)).is_ok_and(|m| m.len() > 0);
    let right = format!("Give this process the right to write to {shown} and the folder {folder}");
    Some(if holds_something("-wal") {
        format!(
            "it is in WAL mode, where SQLite writes to {shown}-shm even to read, and this process may not. \
             {right}, or let one that has it end the WAL: `PRAGMA wal_checkpoint(TRUNCATE)`. \
             `immutable=1` is no way out: {shown}-wal holds changes that it would leave out"
        )
    } else if holds_something("-journal") {
        format!(
            "an interrupted transaction has to be rolled back first ({shown}-journal), and this process \
             may not. {right}"
        )
    } else {
        format!(
            "this process may not read it; or it is in WAL mode, where SQLite writes {shown}-shm beside it \
             even to read, and this process may not. {right}. To read only, and while nobody writes to \
             it, `file:PATH?immutable=1` will do"
        )
    })
}
