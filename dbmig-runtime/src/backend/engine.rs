//! What a database has to be told in its own words.

use std::time::Duration;

use dbmig_core::migration::ForeignKeys;
use dbmig_core::sql::{Position, Statement};
use dbmig_core::{Dialect, MigrationSet};
use diesel::QueryResult;

use super::connection::{Database, Nesting};

/// The name of Diesel's table, fixed by Diesel (`__` keeps it out of `print-schema`).
pub(crate) const LEDGER: &str = "__diesel_schema_migrations";
/// The name of our own table.
pub(crate) const HISTORY: &str = "__dbmig_history";

/// The SQL of one database. The engine above it never asks which one it is.
pub trait Engine: Sync {
    /// The dialect.
    fn dialect(&self) -> Dialect;

    /// Where the two tables are or would be. Reads only.
    fn locate(&self, db: &mut dyn Database) -> QueryResult<Tables>;

    /// Prepares the session for dbmig's work; what it answers with undoes that.
    fn enter(&self, _db: &mut dyn Database) -> QueryResult<String> {
        Ok(String::new())
    }

    /// Creates our table, unless it is there.
    fn create_history(&self, tables: &Tables) -> String;

    /// Whether the database holds exactly `set`, with no run interrupted: asked in one round trip.
    /// `false` means that only a closer look can tell.
    fn is_current(&self, db: &mut dyn Database, set: &MigrationSet) -> bool;

    /// Tries to take the lock, without waiting.
    fn try_lock(&self, db: &mut dyn Database, tables: &Tables) -> QueryResult<Option<Guard>>;

    /// Gives the lock back.
    fn unlock(&self, db: &mut dyn Database, tables: &Tables, guard: Guard) -> QueryResult<()>;

    /// Who holds the lock.
    fn holder(&self, db: &mut dyn Database, tables: &Tables) -> QueryResult<Option<String>>;

    /// Names this session to those who look at the server. Only for connections of our own.
    fn introduce(&self, db: &mut dyn Database, name: &str) -> QueryResult<()>;

    /// Runs a step in one transaction.
    fn atomic(&self, db: &mut dyn Database, step: &Atomic<'_>) -> Result<Outcome, Failure>;

    /// The place in `statement`, played alone, that `error` names.
    fn place(
        &self,
        _error: &diesel::result::Error,
        _statement: &Statement<'_>,
    ) -> Option<Position> {
        None
    }

    /// Limits what follows.
    fn limits(&self, limits: &Limits, scope: Scope) -> String;

    /// Undoes what a migration may have set for the session.
    fn cleanse(&self, db: &dyn Database, tables: &Tables) -> String;

    /// An expression for the present moment.
    fn now(&self) -> &'static str;

    /// Expressions for the beginning and the end of an atomic step, which took `elapsed` as far as
    /// the client knows.
    fn span(&self, elapsed: Option<Duration>) -> [String; 2];

    /// An expression: the time in `column` as `2026-11-22T16:30:00.000Z`.
    fn iso(&self, column: &str) -> String;

    /// An expression for the database's user.
    fn user(&self) -> &'static str;

    /// What begins and ends a transaction.
    fn transaction(&self, nesting: Nesting) -> Brackets {
        Brackets::standard("BEGIN", nesting)
    }
}

/// Where the two tables are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// The dialect of the names.
    pub dialect: Dialect,
    /// The schema or database, unquoted.
    pub schema: String,
    /// Whether Diesel's table is there.
    pub ledger: Presence,
    /// Whether our table is there.
    pub history: Presence,
    /// What the session had set that a migration may change: to restore a lent connection.
    pub session: Vec<String>,
}

/// Whether a table is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    Present,
    /// It is not.
    Absent,
}

impl Presence {
    pub(crate) const fn of(found: bool) -> Self {
        if found { Self::Present } else { Self::Absent }
    }
}

impl Tables {
    /// Diesel's table, qualified and quoted.
    pub fn ledger_name(&self) -> String {
        self.qualified(LEDGER)
    }

    /// Creates Diesel's table, as Diesel does, unless it is there.
    pub fn create_ledger(&self) -> String {
        let create = diesel::migration::CREATE_MIGRATIONS_TABLE.trim_end().trim_end_matches(';');
        create.replace(LEDGER, &self.ledger_name())
    }

    /// Our table, qualified and quoted.
    pub fn history_name(&self) -> String {
        self.qualified(HISTORY)
    }

    /// A name in the schema of the tables, qualified and quoted.
    pub fn qualified(&self, name: &str) -> String {
        format!("{}.{}", self.dialect.identifier(&self.schema), self.dialect.identifier(name))
    }
}

/// The lock, while it is held.
#[derive(Debug)]
pub enum Guard {
    /// The session holds it, and loses it when it ends.
    Session,
    /// The open file holds it, and loses it when it is closed.
    File(std::fs::File),
    /// There is nobody to share the database with.
    Alone,
}

/// For how long a limit holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// For the transaction, where the database has that, else for the session.
    Transaction,
    /// Until it is set again.
    Session,
}

/// How long something may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// A wait for a lock on a table or row.
    pub lock: Option<Duration>,
    /// One statement.
    pub statement: Option<Duration>,
}

/// A step that commits as a whole or not at all.
pub struct Atomic<'a> {
    /// The migration's statements.
    pub statements: &'a [Statement<'a>],
    /// Its limits.
    pub limits: Limits,
    /// `PRAGMA foreign_keys` during it.
    pub foreign_keys: ForeignKeys,
    /// Whether the connection is in a transaction already.
    pub nesting: Nesting,
    /// A query that gives a row when another runner was faster; for databases whose lock is the
    /// transaction itself.
    pub overtaken: &'a str,
    /// Undoes what the statements may have set for the session.
    pub cleanse: &'a str,
    /// The rows for both tables; the argument as for [`Engine::span`].
    pub bookkeeping: &'a dyn Fn(Option<Duration>) -> String,
}

/// How an atomic step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is committed.
    Committed,
    /// Another runner had done it before; nothing was done.
    Overtaken,
}

/// Why an atomic step failed; it is rolled back.
#[derive(Debug)]
pub struct Failure {
    /// Where.
    pub at: FailedAt,
    /// What the database said.
    pub error: diesel::result::Error,
}

/// Where a step failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedAt {
    /// In the statement with this index, at this place of the script where the database told it.
    Statement(usize, Option<Position>),
    /// Somewhere in the script: the database did not say where.
    Script,
    /// In what dbmig itself does around the script.
    Bookkeeping,
}

impl Failure {
    pub(crate) const fn bookkeeping(error: diesel::result::Error) -> Self {
        Self { at: FailedAt::Bookkeeping, error }
    }
}

/// What begins and ends a transaction.
#[derive(Clone, Copy, Debug)]
pub struct Brackets {
    /// Begins it.
    pub open: &'static str,
    /// Makes it last.
    pub close: &'static str,
    /// Undoes it.
    pub abort: &'static str,
}

impl Brackets {
    pub(crate) const fn standard(open: &'static str, nesting: Nesting) -> Self {
        match nesting {
            Nesting::TopLevel => Self { open, close: "COMMIT", abort: "ROLLBACK" },
            Nesting::InTransaction => Self {
                open: "SAVEPOINT dbmig_step",
                close: "RELEASE SAVEPOINT dbmig_step",
                abort: "ROLLBACK TO SAVEPOINT dbmig_step; RELEASE SAVEPOINT dbmig_step",
            },
        }
    }
}

/// Whether `error` is the end of a wait for somebody else's lock, so that trying again may help.
pub(crate) fn is_lock_wait(error: &diesel::result::Error) -> bool {
    // Diesel hands on no SQLSTATE, only the text.
    const TEXTS: [&str; 5] = [
        "lock timeout",
        "Lock wait timeout",
        "deadlock detected",
        "Deadlock found",
        "database is locked",
    ];
    let text = error.to_string();
    TEXTS.iter().any(|t| text.contains(t))
}

/// A step in one transaction, statement by statement: for databases where a round trip is cheap
/// or where one message may hold only one statement.
#[cfg(any(feature = "mysql", feature = "sqlite"))]
pub(crate) fn one_by_one(
    db: &mut dyn Database,
    step: &Atomic<'_>,
    brackets: Brackets,
    before_commit: &dyn Fn(&mut dyn Database) -> QueryResult<()>,
) -> Result<Outcome, Failure> {
    let begun = std::time::Instant::now();
    db.execute(brackets.open).map_err(Failure::bookkeeping)?;
    let result = statements_and_rows(db, step, begun, before_commit);
    let end = match &result {
        Ok(Outcome::Committed) => brackets.close,
        Ok(Outcome::Overtaken) | Err(_) => brackets.abort,
    };
    let ended = db.execute(end);
    if ended.is_err() && result.is_ok() {
        // A failed COMMIT leaves the transaction open in SQLite; its error matters, not this one's.
        let _ = db.execute(brackets.abort);
    }
    let outcome = result?;
    ended.map_err(Failure::bookkeeping)?;
    Ok(outcome)
}

#[cfg(any(feature = "mysql", feature = "sqlite"))]
fn statements_and_rows(
    db: &mut dyn Database,
    step: &Atomic<'_>,
    begun: std::time::Instant,
    before_commit: &dyn Fn(&mut dyn Database) -> QueryResult<()>,
) -> Result<Outcome, Failure> {
    if !step.overtaken.is_empty()
        && !db.query(step.overtaken).map_err(Failure::bookkeeping)?.is_empty()
    {
        return Ok(Outcome::Overtaken);
    }
    for (index, statement) in step.statements.iter().enumerate() {
        db.execute(statement.text)
            .map_err(|error| Failure { at: FailedAt::Statement(index, None), error })?;
    }
    before_commit(db).map_err(Failure::bookkeeping)?;
    if !step.cleanse.is_empty() {
        db.execute(step.cleanse).map_err(Failure::bookkeeping)?;
    }
    let rows = (step.bookkeeping)(Some(begun.elapsed()));
    db.execute(&rows).map_err(Failure::bookkeeping)?;
    Ok(Outcome::Committed)
}
