//! SQLite. Runners of ours exclude each other with a lock on a file; against other tools each step
//! is a write transaction, `BEGIN IMMEDIATE`, with the ledger read again inside.

use std::time::Duration;

use dbmig_core::migration::ForeignKeys;
use dbmig_core::sql::kind;
use dbmig_core::{Dialect, MigrationSet};
use diesel::connection::LoadConnection;
use diesel::result::Error;
use diesel::{QueryResult, RunQueryDsl};

use super::Sqlite;
use crate::backend::one_by_one::one_by_one;
use crate::database::Backend;
use crate::database::atomic::{Atomic, AtomicOutcome, StepFailure};
use crate::database::engine::{Activity, Engine};
use crate::database::envelope::{Envelope, TransactionSetting, TransactionSql};
use crate::database::lock::Lock;
use crate::database::place::{FoundLedger, Location, Matter, PlaceDoubt, Readability, Sought};
use crate::database::session::{Nesting, Row, Session, sealed};
use crate::tables::columns::ColumnType;
use crate::tables::{Chosen, HISTORY, LEDGER, Presence, Sessions, Tables};

mod connect;
mod files;
mod lock;

pub(crate) use connect::{connect, connect_to_read};

/// What SQLite calls the file that was opened.
const MAIN: &str = "main";

/// How long a runner waits for a write transaction of another: clearly less than for an answer that
/// does not come at all, by default.
const BUSY_TIMEOUT_MS: usize = 15_000;

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

    /// In the file that was opened, where Diesel's unqualified name creates its table, too; never in
    /// one that was attached to it.
    fn locate(&self, db: &mut dyn Session, sought: Sought<'_>) -> QueryResult<Location> {
        if !is_main(sought) {
            return Ok(Location::NoSchema);
        }
        let rows = db.query(&format!(
            "SELECT name, type FROM main.sqlite_master WHERE name IN ('{LEDGER}', '{HISTORY}')"
        ))?;
        if let Some(row) = rows.iter().find(|row| row.text(1) != "table") {
            return Err(Error::QueryBuilderError(
                format!(
                    "{} is a {}, not the plain table that it should be: look at what it is, then drop or \
                     rename it",
                    row.text(0),
                    row.text(1),
                )
                .into(),
            ));
        }
        let has = |name| Presence::of(rows.iter().any(|row| row.text(0) == name));
        let tables = Tables {
            dialect: Dialect::Sqlite,
            schema: MAIN.to_owned(),
            current: MAIN.to_owned(),
            chosen: match sought {
                Sought::Session => Chosen::Only,
                Sought::Setting(_) | Sought::Again(_) => Chosen::Setting,
            },
            ledger: has(LEDGER),
            history: has(HISTORY),
            foreign: None,
            obstacle: None,
            cluster: None,
            sessions: Sessions::OfEach,
            session: Vec::new(),
        };
        if sought != Sought::Session || tables.ledger == Presence::Present {
            return Ok(Location::At(tables));
        }
        let ledgers = attached(db)?;
        Ok(match ledgers.is_empty() {
            true => Location::At(tables),
            false => {
                Location::InDoubt(PlaceDoubt { here: tables, ledgers, matter: Matter::Related })
            }
        })
    }

    /// Runners wait for each other's write transactions; by itself SQLite does not wait at all.
    fn enter(&self, db: &mut dyn Session) -> QueryResult<String> {
        // Not `pragma_busy_timeout()`: a SELECT reads the schema, and may itself find it locked.
        let rows = db.query("PRAGMA busy_timeout")?;
        let before = rows.first().map_or(0, |row| row.number(0));
        if before >= BUSY_TIMEOUT_MS {
            return Ok(String::new());
        }
        db.execute(&format!("PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}"))?;
        Ok(format!("PRAGMA busy_timeout = {before}"))
    }

    fn column_type(&self, kind: ColumnType) -> &'static str {
        match kind {
            ColumnType::Id => "INTEGER PRIMARY KEY",
            ColumnType::Format | ColumnType::Count => "INTEGER",
            ColumnType::Version => "VARCHAR(50)",
            ColumnType::Direction
            | ColumnType::Word
            | ColumnType::Digest
            | ColumnType::Time
            | ColumnType::Text
            | ColumnType::LongText => "TEXT",
        }
    }

    fn is_current(&self, db: &mut dyn Session, set: &MigrationSet, sought: Sought<'_>) -> bool {
        is_main(sought) && super::current::by_rows(db, set, "SELECT", "main.")
    }

    fn lock(&self) -> &'static dyn Lock {
        &lock::FileLock
    }

    fn lease(&self) -> Option<&'static dyn Lock> {
        None
    }

    /// Nobody can look at SQLite's sessions.
    fn session(&self, _db: &mut dyn Session, _token: u32) -> QueryResult<String> {
        Ok(String::new())
    }

    /// What a process has begun ends with it.
    fn activity(&self, _db: &mut dyn Session, _session: &str) -> QueryResult<Activity> {
        Ok(Activity::Gone)
    }

    fn interrupt(&self, _db: &mut dyn Session, _session: &str) -> QueryResult<()> {
        Ok(())
    }

    fn envelope(&self, setting: &TransactionSetting<'_>) -> Envelope {
        let words =
            TransactionSql { begin: "BEGIN IMMEDIATE", commit: "COMMIT", rollback: "ROLLBACK" };
        Envelope::plain(&words, setting.nesting)
    }

    fn prepare_alone(&self, _setting: &TransactionSetting<'_>) -> String {
        String::new()
    }

    fn atomic(
        &self,
        db: &mut dyn Session,
        step: &Atomic<'_>,
    ) -> Result<AtomicOutcome, StepFailure> {
        let asked = step.statements.iter().any(kind::turns_foreign_keys_off);
        if step.foreign_keys == ForeignKeys::Unchanged && !asked {
            return one_by_one(self, db, step, &|_| Ok(()));
        }
        let enforced = match db.query("SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys")
        {
            Ok(rows) => rows.first().is_some_and(|row| row.text(0) == "1"),
            Err(error) => return Err(StepFailure::bookkeeping(error)),
        };
        if !enforced {
            // The script asks for what is so; `metadata.toml` asks for the check, too.
            return match step.foreign_keys {
                ForeignKeys::Unchanged => one_by_one(self, db, step, &|_| Ok(())),
                ForeignKeys::Off => one_by_one(self, db, step, &check_foreign_keys),
            };
        }
        if step.setting.nesting == Nesting::InTransaction {
            return Err(StepFailure::bookkeeping(Error::QueryBuilderError(
                "foreign keys cannot be switched off inside a transaction, and the connection is in one"
                    .into(),
            )));
        }
        db.execute("PRAGMA foreign_keys = OFF").map_err(StepFailure::bookkeeping)?;
        let result = one_by_one(self, db, step, &check_foreign_keys);
        db.execute("PRAGMA foreign_keys = ON").map_err(StepFailure::bookkeeping)?;
        result
    }

    fn text(&self, column: &str) -> String {
        format!("CAST({column} AS TEXT)")
    }

    fn concat(&self, texts: &str) -> String {
        format!("({})", texts.replace(", ", " || "))
    }

    fn now(&self) -> &'static str {
        "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
    }

    fn later(&self, seconds: u64) -> String {
        format!("strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+{seconds} seconds')")
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

    fn is_fence(&self, _error: &Error) -> bool {
        false
    }
}

fn is_main(sought: Sought<'_>) -> bool {
    sought.schema().is_none_or(|schema| schema.eq_ignore_ascii_case(MAIN))
}

/// The ledgers of the files that are attached to this session.
fn attached(db: &mut dyn Session) -> QueryResult<Vec<FoundLedger>> {
    let names =
        db.query("SELECT name FROM pragma_database_list WHERE name NOT IN ('main', 'temp')")?;
    let mut ledgers = Vec::new();
    for name in &names {
        let schema = name.text(0).to_owned();
        let found = db.query(&format!(
            "SELECT name FROM {}.sqlite_master WHERE name = '{LEDGER}' AND type = 'table'",
            Dialect::Sqlite.identifier(&schema),
        ))?;
        if !found.is_empty() {
            ledgers.push(FoundLedger { schema, owner: None, reading: Readability::Safe });
        }
    }
    Ok(ledgers)
}

fn check_foreign_keys(db: &mut dyn Session) -> QueryResult<()> {
    let broken = db.search(
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
