//! SQLite. Runners of ours exclude each other with a lock on a file; against other tools each step
//! is a write transaction, `BEGIN IMMEDIATE`, with the ledger read again inside.

use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use dbmig_core::migration::ForeignKeys;
use dbmig_core::{Dialect, MigrationSet};
use diesel::connection::LoadConnection;
use diesel::result::Error;
use diesel::{QueryResult, RunQueryDsl};

use super::connection::{Database, Nesting, Row};
use super::engine::{
    Atomic, Brackets, Engine, Failure, Guard, HISTORY, LEDGER, Limits, Outcome, Presence, Scope,
    Tables, one_by_one,
};
use super::{Backend, Sqlite, sealed};

/// How long a runner waits for a write transaction of another.
const BUSY_TIMEOUT_MS: usize = 30_000;

impl sealed::Sealed for Sqlite {}

impl Backend for Sqlite {
    const DIALECT: Dialect = Dialect::Sqlite;
    const ENGINE: &'static dyn Engine = &SqliteEngine;

    fn rows<C: LoadConnection<Backend = Self>>(conn: &mut C, sql: &str) -> QueryResult<Vec<Row>> {
        diesel::sql_query(sql).load(conn)
    }
}

struct SqliteEngine;

impl Engine for SqliteEngine {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn locate(&self, db: &mut dyn Database) -> QueryResult<Tables> {
        let rows = db.query(&format!(
            "SELECT name FROM main.sqlite_master WHERE type = 'table' \
             AND name IN ('{LEDGER}', '{HISTORY}')"
        ))?;
        let has = |name| Presence::of(rows.iter().any(|row| row.text(0) == name));
        Ok(Tables {
            dialect: Dialect::Sqlite,
            schema: "main".to_owned(),
            ledger: has(LEDGER),
            history: has(HISTORY),
            session: Vec::new(),
        })
    }

    /// Runners wait for each other's write transactions; by itself SQLite does not wait at all.
    fn enter(&self, db: &mut dyn Database) -> QueryResult<String> {
        // Not `pragma_busy_timeout()`: a SELECT reads the schema, and may itself find it locked.
        let rows = db.query("PRAGMA busy_timeout")?;
        let before = rows.first().map_or(0, |row| row.number(0));
        if before >= BUSY_TIMEOUT_MS {
            return Ok(String::new());
        }
        db.execute(&format!("PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}"))?;
        Ok(format!("PRAGMA busy_timeout = {before}"))
    }

    fn create_history(&self, tables: &Tables) -> String {
        let history = tables.history_name();
        format!(
            "CREATE TABLE IF NOT EXISTS {history} (\
             id INTEGER PRIMARY KEY AUTOINCREMENT, \
             format INTEGER NOT NULL, version VARCHAR(50) NOT NULL, name TEXT NOT NULL, \
             direction TEXT NOT NULL, state TEXT NOT NULL, execution TEXT NOT NULL, \
             checksum TEXT NOT NULL, statements_total INTEGER NOT NULL, \
             statements_started INTEGER NOT NULL, statements_done INTEGER NOT NULL, \
             script TEXT NOT NULL, down_script TEXT, compatible TEXT, reversible TEXT, \
             started_at TEXT NOT NULL, ended_at TEXT, \
             app TEXT, host TEXT, database_user TEXT, error TEXT)"
        )
    }

    fn is_current(&self, db: &mut dyn Database, set: &MigrationSet) -> bool {
        super::current::by_rows(db, set, "main.")
    }

    /// SQLite has no lock that outlives a transaction, so it is a lock of the operating system on
    /// a file beside the database: it goes with the process that holds it.
    fn try_lock(&self, db: &mut dyn Database, _tables: &Tables) -> QueryResult<Option<Guard>> {
        match lock_file(db)? {
            Some(path) => take(&path).map_err(|error| {
                let message = format!("{}: {error}", path.display());
                Error::QueryBuilderError(message.into())
            }),
            None => Ok(Some(Guard::Alone)),
        }
    }

    fn unlock(&self, _: &mut dyn Database, _: &Tables, guard: Guard) -> QueryResult<()> {
        drop(guard);
        Ok(())
    }

    fn holder(&self, db: &mut dyn Database, _tables: &Tables) -> QueryResult<Option<String>> {
        let path = lock_file(db)?;
        let text = path.and_then(|path| std::fs::read_to_string(path).ok());
        Ok(text.filter(|text| !text.is_empty()))
    }

    /// Nobody can look at SQLite's sessions.
    fn introduce(&self, _db: &mut dyn Database, _name: &str) -> QueryResult<()> {
        Ok(())
    }

    fn atomic(&self, db: &mut dyn Database, step: &Atomic<'_>) -> Result<Outcome, Failure> {
        let brackets = self.transaction(step.nesting);
        if step.foreign_keys == ForeignKeys::Unchanged {
            return one_by_one(db, step, brackets, &|_| Ok(()));
        }
        let enforced = match db.query("SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys")
        {
            Ok(rows) => rows.first().is_some_and(|row| row.text(0) == "1"),
            Err(error) => return Err(Failure::bookkeeping(error)),
        };
        if enforced && step.nesting == Nesting::InTransaction {
            return Err(Failure::bookkeeping(Error::QueryBuilderError(
                "`foreign_keys = \"off\"` has no effect inside a transaction, and the connection is in one"
                    .into(),
            )));
        }
        if enforced {
            db.execute("PRAGMA foreign_keys = OFF").map_err(Failure::bookkeeping)?;
        }
        let result = one_by_one(db, step, brackets, &check_foreign_keys);
        if enforced {
            db.execute("PRAGMA foreign_keys = ON").map_err(Failure::bookkeeping)?;
        }
        result
    }

    /// There are no locks but the one that runners wait for, and no clock for statements.
    fn limits(&self, _limits: &Limits, _scope: Scope) -> String {
        String::new()
    }

    fn cleanse(&self, _db: &dyn Database, _tables: &Tables) -> String {
        String::new()
    }

    fn now(&self) -> &'static str {
        "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
    }

    fn span(&self, elapsed: Option<Duration>) -> [String; 2] {
        let seconds = elapsed.unwrap_or_default().as_secs_f64();
        [
            format!("strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-{seconds:.3} seconds')"),
            self.now().to_owned(),
        ]
    }

    fn iso(&self, column: &str) -> String {
        column.to_owned()
    }

    fn user(&self) -> &'static str {
        "NULL"
    }

    fn transaction(&self, nesting: Nesting) -> Brackets {
        Brackets::standard("BEGIN IMMEDIATE", nesting)
    }
}

/// The file of the lock; none for a database in memory, which has one connection only.
fn lock_file(db: &mut dyn Database) -> QueryResult<Option<PathBuf>> {
    let rows = db.query("PRAGMA database_list")?;
    let main = rows.iter().find(|row| row.text(1) == "main");
    let path = main.and_then(|row| row.optional(2)).filter(|path| !path.is_empty());
    Ok(path.map(|path| PathBuf::from(format!("{path}-dbmig-lock"))))
}

fn take(path: &Path) -> io::Result<Option<Guard>> {
    let mut file = File::options().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // For those who wait.
    file.set_len(0)?;
    write!(file, "process {}", std::process::id())?;
    Ok(Some(Guard::File(file)))
}

fn check_foreign_keys(db: &mut dyn Database) -> QueryResult<()> {
    let broken = db.query(
        "SELECT \"table\" || ' row ' || coalesce(rowid, '?') || ' refers to a missing row of ' || parent \
         FROM pragma_foreign_key_check LIMIT 5",
    )?;
    if broken.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = broken.iter().map(|row| row.text(0)).collect();
    Err(Error::QueryBuilderError(
        format!("foreign_key_check found broken references: {}", rows.join("; ")).into(),
    ))
}
