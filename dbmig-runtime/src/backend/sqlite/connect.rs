//! SQLite says `unable to open database file` to every wrong path, and nothing about a file that is
//! no database, or that cannot be read, before it is read.

use std::path::Path;

use diesel::QueryResult;

use super::files::{self, folder};
use crate::database::connection::{ConnectionOrigin, establish};
use crate::database::{Database, Row};
use crate::error::{ConnectReason, Error};
use crate::url::{Absent, DatabaseUrl, SqliteFile};

pub(crate) fn connect(
    origin: ConnectionOrigin,
    url: &DatabaseUrl,
) -> Result<Box<dyn Database>, Error> {
    let mut db = establish::<diesel::SqliteConnection>(origin, url, url.expose())
        .map_err(|error| with_reason(url, error))?;
    let read = db.query("SELECT CAST(schema_version AS TEXT) FROM pragma_schema_version");
    match unreadable(url, &read) {
        Some(message) => Err(Error::Connect {
            url: url.to_string(),
            reason: ConnectReason::UnusableFile,
            message,
        }),
        // A busy database is no reason to refuse the connection.
        None => Ok(db),
    }
}

/// Connects only to read: a missing file is an empty database then, and is not created.
pub(crate) fn connect_to_read(
    origin: ConnectionOrigin,
    url: &DatabaseUrl,
) -> Result<Box<dyn Database>, Error> {
    match would_create(url) {
        true => establish::<diesel::SqliteConnection>(origin, url, ":memory:"),
        false => connect(origin, url),
    }
}

/// Whether opening it would create a file.
fn would_create(url: &DatabaseUrl) -> bool {
    match url.sqlite_file() {
        Some(SqliteFile { path, absent: Absent::Created, .. }) => {
            !path.exists() && folder(path).is_dir()
        }
        Some(SqliteFile { absent: Absent::Refused, .. }) | None => false,
    }
}

/// Why the first read has failed for good.
fn unreadable(url: &DatabaseUrl, read: &QueryResult<Vec<Row>>) -> Option<String> {
    let said = read.as_ref().err()?.to_string();
    let has = |words| said.contains(words);
    if has("not a database") {
        return Some(format!(
            "{said}. An encrypted one (SQLCipher, SEE) looks like that, too: only a program that is \
             linked to that library, with the key, can read it"
        ));
    }
    if has("readonly database") || has("unable to open database file") {
        let why = url.sqlite_file().and_then(|file| files::why_unreadable(&file.path));
        return Some(why.map_or(said.clone(), |why| format!("{said}: {why}")));
    }
    None
}

fn with_reason(url: &DatabaseUrl, error: Error) -> Error {
    let Error::Connect { url: shown, message, .. } = error else { return error };
    let missing = |path: &Path| !folder(path).exists();
    let reason = match url.sqlite_file() {
        Some(SqliteFile { path, absent: Absent::Created, .. }) if missing(path) => {
            ConnectReason::NoSuchDatabase
        }
        Some(SqliteFile { path, absent: Absent::Refused, .. }) if !path.exists() => {
            ConnectReason::NoSuchDatabase
        }
        _ => ConnectReason::UnusableFile,
    };
    Error::Connect { url: shown, reason, message }
}
