//! Connections that share no code with what the tests check.

use std::path::Path;

use postgres::{NoTls, SimpleQueryMessage};
use rusqlite::fallible_iterator::FallibleIterator as _;
use rusqlite::types::ValueRef;

use crate::Backend;
use crate::mariadb_client::MariaDbClient;

/// Rows of values as text; `None` is NULL.
pub type Rows = Vec<Vec<Option<String>>>;

/// One open connection, which keeps its transaction, locks and settings between calls.
pub enum Session {
    /// The `postgres` crate.
    Postgres(Box<postgres::Client>),
    /// MariaDB's command line client.
    MariaDb(MariaDbClient),
    /// The `rusqlite` crate.
    Sqlite(rusqlite::Connection),
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Postgres(_) => "Session::Postgres",
            Self::MariaDb(_) => "Session::MariaDb",
            Self::Sqlite(_) => "Session::Sqlite",
        })
    }
}

impl Session {
    /// Opens a connection; the error is the database's own text.
    pub fn connect(backend: Backend, url: &str) -> Result<Self, String> {
        match backend {
            Backend::Postgres => postgres::Client::connect(url, NoTls)
                .map(|client| Self::Postgres(Box::new(client)))
                .map_err(|error| postgres_error(&error)),
            Backend::MariaDb => MariaDbClient::connect(url).map(Self::MariaDb),
            Backend::Sqlite => rusqlite::Connection::open(Path::new(url))
                .map(Self::Sqlite)
                .map_err(|error| error.to_string()),
        }
    }

    /// Runs one or more statements and returns the rows of all, or the database's own error text.
    pub fn try_query(&mut self, sql: &str) -> Result<Rows, String> {
        match self {
            Self::Postgres(client) => postgres_rows(client, sql),
            Self::MariaDb(client) => client.query(sql),
            Self::Sqlite(connection) => {
                sqlite_rows(connection, sql).map_err(|error| error.to_string())
            }
        }
    }

    /// As [`Self::try_query`], for statements that must succeed.
    #[track_caller]
    pub fn query(&mut self, sql: &str) -> Rows {
        self.try_query(sql).unwrap_or_else(|error| panic!("{error}\nin: {sql}"))
    }

    /// Runs one or more statements that must succeed.
    #[track_caller]
    pub fn execute(&mut self, sql: &str) {
        self.query(sql);
    }
}

fn postgres_rows(client: &mut postgres::Client, sql: &str) -> Result<Rows, String> {
    let messages = client.simple_query(sql).map_err(|error| postgres_error(&error))?;
    let row = |message| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|i| row.get(i).map(ToOwned::to_owned)).collect())
        }
        _ => None,
    };
    Ok(messages.into_iter().filter_map(row).collect())
}

/// The crate's own text of a database error is only "db error".
fn postgres_error(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => format!("{} ({})", error.message(), error.code().code()),
        None => error.to_string(),
    }
}

fn sqlite_rows(connection: &rusqlite::Connection, sql: &str) -> rusqlite::Result<Rows> {
    let mut all = Rows::new();
    let mut batch = rusqlite::Batch::new(connection, sql);
    while let Some(mut statement) = batch.next()? {
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            all.push((0..columns).map(|i| row.get_ref(i).map(text)).collect::<Result<_, _>>()?);
        }
    }
    Ok(all)
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
    }
}
