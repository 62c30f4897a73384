//! Migrations, executed as dbmig does it.

use dbmig_core::Dialect;
use dbmig_core::migration::Execution;
use dbmig_core::sql::{kind, split};
use dbmig_tests::{Backend, TestDatabase};

use crate::client::{Client, Opening, open};

/// The dialect of a database.
pub fn dialect(backend: Backend) -> Dialect {
    match backend {
        Backend::Postgres => Dialect::Postgres,
        Backend::MariaDb => Dialect::Mysql,
        Backend::Sqlite => Dialect::Sqlite,
    }
}

/// Executes a script on a connection of its own, statement by statement.
///
/// # Errors
/// The first statement that fails, with what the database says.
pub fn play(database: &TestDatabase, sql: &str, execution: Execution) -> Result<(), String> {
    let backend = database.backend();
    let mut conn = open(backend, database.url(), Opening::Plain)?;
    if backend == Backend::Postgres {
        conn.batch("SET statement_timeout = 0")?;
    }
    let whole = execution == Execution::Transaction && backend != Backend::MariaDb;
    // In a transaction SQLite would pass over it.
    let statements = split(dialect(backend), sql).map_err(|error| error.to_string())?;
    if backend == Backend::Sqlite && statements.iter().any(kind::turns_foreign_keys_off) {
        conn.batch("PRAGMA foreign_keys = OFF")?;
    }
    if whole {
        conn.batch("BEGIN")?;
    }
    run(&mut *conn, backend, sql)?;
    match whole {
        true => conn.batch("COMMIT"),
        false => Ok(()),
    }
}

fn run(conn: &mut dyn Client, backend: Backend, sql: &str) -> Result<(), String> {
    let statements = split(dialect(backend), sql).map_err(|error| error.to_string())?;
    statements.iter().try_for_each(|statement| {
        conn.batch(statement.text).map_err(|error| format!("{error}\nin: {}", statement.text))
    })
}
