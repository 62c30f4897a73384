//! Which file an SQLite URL means: the one that Diesel's own connection opens under the same text.
//!
//! Diesel hands the text to `sqlite3_open_v2` with `SQLITE_OPEN_URI`, and `file:` in the place of
//! `sqlite://` (`sqlite/connection/raw.rs`). What begins with `file:` then is read as SQLite's URI
//! (<https://www.sqlite.org/uri.html>), everything else is the name of a file as it is. A property
//! test (`tests/sqlite_urls.rs`) holds this against Diesel's connection.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::error::{BadSqlite, UrlError};
use super::secrets::{Secrets, shown_query};

/// What Diesel's connection opens under an SQLite URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SqlitePlace {
    /// A file.
    File(SqliteFile),
    /// No file: it ends with its connections.
    Memory(Sharing),
    /// Whatever the VFS of that name makes of it.
    Vfs(
        /// The name.
        String,
    ),
}

/// The file of an SQLite database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteFile {
    /// As the URL says it; it may be relative, or a link.
    pub path: PathBuf,
    /// What a connection may do with it.
    pub access: FileAccess,
    /// What a connection does where it is not there.
    pub absent: Absent,
}

/// What a connection may do with its file, by the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileAccess {
    /// Read and write.
    Write,
    /// Read: `mode=ro`, `immutable=1`.
    Read,
}

/// What a connection does where its file is not there, by the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It creates it; with `immutable=1`, too.
    Created,
    /// It fails: `mode=rw`, `mode=ro`.
    Refused,
}

/// Whether a database in memory is that of one connection only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Each connection has its own.
    Private,
    /// Connections of this process share it.
    Process,
}

/// The VFS's of SQLite's own that work on files, besides `memdb`.
const FILES: [&str; 10] = [
    "unix",
    "unix-dotfile",
    "unix-excl",
    "unix-none",
    "unix-namedsem",
    "unix-flock",
    "win32",
    "win32-longpath",
    "win32-none",
    "win32-longpath-none",
];

/// What Diesel's connection opens under `text`.
pub(super) fn place(text: &str) -> Result<SqlitePlace, UrlError> {
    let Some(uri) = uri(text) else {
        return Ok(match text {
            ":memory:" | "" => SqlitePlace::Memory(Sharing::Private),
            path => file(path, FileAccess::Write, Absent::Created),
        });
    };
    let (path, query) = split(uri)?;
    let path = decoded(path)?;
    let query = Query::read(query)?;
    let in_memory = path.is_empty() || path == ":memory:" || query.mode == Mode::Memory;
    let access = match (query.mode, query.immutable) {
        (Mode::Read, _) | (_, Some(true)) => FileAccess::Read,
        (Mode::Create | Mode::Write | Mode::Memory, _) => FileAccess::Write,
    };
    let absent = match query.mode {
        Mode::Create => Absent::Created,
        Mode::Write | Mode::Read | Mode::Memory => Absent::Refused,
    };
    Ok(match query.vfs.as_deref() {
        // Its databases are shared where their names begin like that.
        Some("memdb") if path.len() > 1 && path.starts_with(['/', '\\']) => {
            SqlitePlace::Memory(Sharing::Process)
        }
        Some("memdb") => SqlitePlace::Memory(Sharing::Private),
        Some(vfs) if !FILES.contains(&vfs) => SqlitePlace::Vfs(vfs.to_owned()),
        _ if in_memory && !path.is_empty() => SqlitePlace::Memory(query.sharing),
        _ if in_memory => SqlitePlace::Memory(Sharing::Private),
        _ => file(&path, access, absent),
    })
}

/// `text` without what is secret in it: SQLite with encryption takes its key from a parameter.
pub(super) fn shown(text: &str, secrets: &mut Secrets) -> String {
    match uri(text).and_then(|_| text.split_once('?')) {
        Some((path, query)) => format!("{path}?{}", shown_query(query, secrets)),
        None => text.to_owned(),
    }
}

/// What stands behind `file:`, where SQLite reads `text` as a URI.
pub(super) fn uri(text: &str) -> Option<&str> {
    text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("file:"))
}

/// The path and the query of a URI, both still encoded.
fn split(uri: &str) -> Result<(&str, &str), UrlError> {
    let rest = match uri.strip_prefix("//") {
        None => uri,
        Some(after) => {
            let (authority, rest) = after.split_at(after.find('/').unwrap_or(after.len()));
            if !matches!(authority, "" | "localhost") {
                let authority = authority.split(['?', '#']).next().unwrap_or_default().to_owned();
                return Err(UrlError::Sqlite(BadSqlite::Authority(authority)));
            }
            rest
        }
    };
    let rest = rest.split('#').next().unwrap_or_default();
    Ok(rest.split_once('?').unwrap_or((rest, "")))
}

fn decoded(path: &str) -> Result<String, UrlError> {
    match percent_decode_str(path).decode_utf8() {
        Ok(path) if !path.contains('\0') => Ok(path.into_owned()),
        _ => Err(UrlError::Sqlite(BadSqlite::Path)),
    }
}

fn file(path: &str, access: FileAccess, absent: Absent) -> SqlitePlace {
    // `file:///C:/x`, as SQLite has it on Windows.
    let bytes = path.as_bytes();
    let has_drive =
        cfg!(windows) && matches!(bytes, [b'/', drive, b':', ..] if drive.is_ascii_alphabetic());
    let path = if has_drive { &path[1..] } else { path };
    // To SQLite `a/` and `a/.` are the file `a`, too.
    SqlitePlace::File(SqliteFile { path: Path::new(path).components().collect(), access, absent })
}

/// The parameters of a URI that decide what is opened.
struct Query {
    vfs: Option<String>,
    mode: Mode,
    sharing: Sharing,
    immutable: Option<bool>,
}

/// `mode`
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Create,
    Write,
    Read,
    Memory,
}

impl Query {
    /// Of `vfs`, `mode` and `cache` the last one counts, of `immutable` the first.
    fn read(query: &str) -> Result<Self, UrlError> {
        let (mode, sharing) = (Mode::Create, Sharing::Private);
        let mut read = Self { vfs: None, mode, sharing, immutable: None };
        for (name, value) in query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        {
            let value = decode(value);
            match decode(name).as_str() {
                "vfs" => read.vfs = Some(value),
                "mode" => {
                    read.mode = match value.as_str() {
                        "rwc" => Mode::Create,
                        "rw" => Mode::Write,
                        "ro" => Mode::Read,
                        "memory" => Mode::Memory,
                        _ => return Err(unknown("mode", value)),
                    }
                }
                "cache" => {
                    read.sharing = match value.as_str() {
                        "shared" => Sharing::Process,
                        "private" => Sharing::Private,
                        _ => return Err(unknown("cache", value)),
                    }
                }
                "immutable" => {
                    read.immutable.get_or_insert(is_true(&value));
                }
                _ => {}
            }
        }
        Ok(read)
    }
}

fn unknown(name: &'static str, value: String) -> UrlError {
    UrlError::Sqlite(BadSqlite::Parameter { name, value })
}

/// SQLite's reading of a parameter that is on or off.
fn is_true(value: &str) -> bool {
    let digits = value.bytes().take_while(u8::is_ascii_digit);
    digits.fold(0_u8, |number, digit| number | (digit - b'0')) != 0
        || ["on", "yes", "true"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// A name or a value of the query, which ends at a NUL.
fn decode(text: &str) -> String {
    let text = percent_decode_str(text).decode_utf8_lossy();
    text.split('\0').next().unwrap_or_default().to_owned()
}
