//! What a database has to be told in its own words.

use std::time::Duration;

use dbmig_core::migration::ForeignKeys;
use dbmig_core::sql::effect::Object;
use dbmig_core::sql::{Position, Statement};
use dbmig_core::{Dialect, MigrationSet};
use diesel::QueryResult;

#[cfg(any(feature = "mysql", feature = "sqlite"))]
use super::connection::Stop;
use super::connection::{Database, Nesting, Ownership};
use crate::control::Control;
use crate::lock::{Fence, Lock};

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

    /// An expression that changes whenever a row of the two tables does; [`Option::None`] where
    /// the lock itself does not compare it.
    fn mark(&self, _tables: &Tables) -> Option<String> {
        None
    }

    /// Its own lock between runners.
    fn lock(&self) -> &'static dyn Lock;

    /// How others know the session of `db`, which works for the runner with this number.
    fn session(&self, db: &mut dyn Database, token: u32) -> QueryResult<String>;

    /// Whether the server is at work for that session.
    fn activity(&self, db: &mut dyn Database, session: &str) -> QueryResult<Activity>;

    /// Ends the statement that the session runs.
    fn interrupt(&self, db: &mut dyn Database, session: &str) -> QueryResult<()>;

    /// What goes around statements and rows to make them one transaction.
    fn envelope(&self, setting: &Setting<'_>) -> Envelope;

    /// Prepares a session for statements that run on their own.
    fn prepare_alone(&self, setting: &Setting<'_>) -> String;

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

    /// An expression for what the catalogue says of `object`: empty where it is not there.
    fn sight(&self, _tables: &Tables, _object: &Object) -> Option<String> {
        None
    }

    /// Drops what a statement in flight has left; the name is quoted.
    fn drop_leftover(&self, _name: &str) -> String {
        String::new()
    }

    /// How a session becomes as good as new after a migration.
    fn renewal(&self) -> Renewal {
        Renewal::ByStatements
    }

    /// An expression that puts texts together; they are separated by commas.
    fn concat(&self, texts: &str) -> String {
        format!("CONCAT({texts})")
    }

    /// An expression for the present moment.
    fn now(&self) -> &'static str;

    /// An expression for the moment so many seconds from now.
    fn later(&self, seconds: u64) -> String;

    /// Expressions for the beginning and the end of an atomic step, which took `elapsed` as far as
    /// the client knows.
    fn span(&self, elapsed: Option<Duration>) -> [String; 2];

    /// An expression: the time in `column` as `2026-11-22T16:30:00.000Z`.
    fn iso(&self, column: &str) -> String;

    /// An expression for the database's user.
    fn user(&self) -> &'static str;

    /// The words of an error that our own [`Lock::fence`] raised.
    fn is_fence(&self, error: &diesel::result::Error) -> bool;
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
    /// A table of the two that belongs to somebody who could lead our writes astray.
    pub foreign: Option<Foreign>,
    /// What the session had set that a migration may change, in the engine's own order.
    pub session: Vec<String>,
}

/// A table of ours that is somebody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// Its name.
    pub table: String,
    /// Its owner.
    pub owner: String,
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
    #[cfg(feature = "sqlite")]
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

    /// What the session had set, by its place.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(crate) fn setting(&self, index: usize) -> &str {
        self.session.get(index).map_or("", String::as_str)
    }
}

/// What the server does for a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activity {
    /// There is no such session.
    Gone,
    /// It waits for its client.
    Idle,
    /// It works; in words.
    Working(String),
}

/// How a session becomes as good as new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// The statements of the envelope undo all that a migration can set.
    ByStatements,
    /// They undo the commonest; only a new connection is clean.
    ByReconnecting,
}

/// How long something may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// A wait for a lock on a table or row.
    pub lock: Option<Duration>,
    /// One statement.
    pub statement: Option<Duration>,
}

/// Where a transaction of ours runs.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The two tables.
    pub tables: &'a Tables,
    /// Whether the connection is in a transaction already.
    pub nesting: Nesting,
    /// Whose connection it is.
    pub ownership: Ownership,
    /// What the session is called, on servers where sessions have names.
    pub name: &'a str,
    /// Fails when the lock is lost.
    pub fence: &'a Fence,
    /// Limits for the statements.
    pub limits: Limits,
    /// Which part of its migration it is.
    pub part: Part,
}

/// Which part of a migration a transaction is: what the migration sets for its session lasts until
/// its end, and no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// What comes before its statements.
    First,
    /// Something between.
    Middle,
    /// What comes last.
    Last,
}

impl Part {
    /// Whether the session is to be as new before it: behind a pooler somebody else may have had it.
    #[cfg(feature = "postgres")]
    pub(crate) const fn begins(self) -> bool {
        matches!(self, Self::Whole | Self::First)
    }

    /// Whether the session is to be as new after it.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(crate) const fn ends(self) -> bool {
        matches!(self, Self::Whole | Self::Last)
    }
}

/// What goes around statements and rows. Each text is complete, with its `;`.
#[derive(Clone, Debug, Default)]
pub struct Envelope {
    /// Begins the transaction, makes sure of the lock, and prepares the session.
    pub open: String,
    /// After the statements and before the rows: undoes what they have set for the session.
    pub seal: String,
    /// Makes it last.
    pub close: String,
    /// Undoes it.
    pub abort: String,
}

impl Envelope {
    /// A transaction that only writes `rows`.
    pub fn around(&self, rows: &str) -> String {
        format!("{}{}{rows}{}", self.open, self.seal, self.close)
    }

    /// Nothing but the words that begin and end a transaction.
    pub(crate) fn plain(begin: &str, nesting: Nesting) -> Self {
        let (open, close, abort) = match nesting {
            Nesting::TopLevel => (begin, "COMMIT;\n", "ROLLBACK;\n"),
            Nesting::InTransaction => (
                "SAVEPOINT dbmig_step",
                "RELEASE SAVEPOINT dbmig_step;\n",
                "ROLLBACK TO SAVEPOINT dbmig_step; RELEASE SAVEPOINT dbmig_step;\n",
            ),
        };
        Self {
            open: format!("{open};\n"),
            seal: String::new(),
            close: close.to_owned(),
            abort: abort.to_owned(),
        }
    }
}

/// Statements and rows that commit together or not at all.
pub struct Atomic<'a> {
    /// Where.
    pub setting: Setting<'a>,
    /// The migration's statements.
    pub statements: &'a [Statement<'a>],
    /// `PRAGMA foreign_keys` during it.
    pub foreign_keys: ForeignKeys,
    /// A query that gives a row when another runner was faster, or nothing.
    pub overtaken: &'a str,
    /// The rows for both tables; the argument as for [`Engine::span`].
    pub rows: &'a dyn Fn(Option<Duration>) -> String,
    /// Whether it is to stop.
    pub control: &'a Control,
}

/// How an atomic step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is committed.
    Committed,
    /// Another runner had done it before; nothing was done.
    Overtaken,
}

/// Why an atomic step failed; it is rolled back, unless the connection was lost on the way.
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
    /// Before it: the lock was lost.
    Fence,
    /// Nowhere: it was asked to stop.
    Cancelled,
}

impl Failure {
    pub(crate) const fn bookkeeping(error: diesel::result::Error) -> Self {
        Self { at: FailedAt::Bookkeeping, error }
    }

    /// Nothing of what it was about to do is done.
    pub(crate) fn cancelled() -> Self {
        let error = diesel::result::Error::QueryBuilderError("asked to stop".into());
        Self { at: FailedAt::Cancelled, error }
    }

    /// What failed before the first statement.
    pub(crate) fn opening(engine: &dyn Engine, error: diesel::result::Error) -> Self {
        let at = if engine.is_fence(&error) { FailedAt::Fence } else { FailedAt::Bookkeeping };
        Self { at, error }
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

/// Whether the connection was lost: what was under way may have been committed or not.
pub(crate) fn is_lost(error: &diesel::result::Error) -> bool {
    use diesel::result::DatabaseErrorKind::{ClosedConnection, UnableToSendCommand};
    // MySQL's libraries have no kind of their own for it in Diesel.
    const TEXTS: [&str; 6] = [
        "lost connection",
        "server has gone away",
        "connection was killed",
        "server shutdown in progress",
        "terminating connection",
        "server closed the connection",
    ];
    let kind = matches!(
        error,
        diesel::result::Error::DatabaseError(ClosedConnection | UnableToSendCommand, _)
            | diesel::result::Error::BrokenTransactionManager
    );
    let text = error.to_string().to_lowercase();
    kind || TEXTS.iter().any(|t| text.contains(t))
}

/// A step in one transaction, statement by statement: for databases where a round trip is cheap
/// or where one message may hold only one statement.
#[cfg(any(feature = "mysql", feature = "sqlite"))]
pub(crate) fn one_by_one(
    db: &mut dyn Database,
    step: &Atomic<'_>,
    before_commit: &dyn Fn(&mut dyn Database) -> QueryResult<()>,
) -> Result<Outcome, Failure> {
    let engine = db.engine();
    let envelope = engine.envelope(&step.setting);
    let begun = std::time::Instant::now();
    if let Err(error) = db.execute(&envelope.open) {
        let _ = db.execute(&envelope.abort);
        return Err(Failure::opening(engine, error));
    }
    let result = statements_and_rows(db, step, &envelope, begun, before_commit);
    let end = match &result {
        Ok(Outcome::Committed) => &envelope.close,
        Ok(Outcome::Overtaken) | Err(_) => &envelope.abort,
    };
    let ended = db.execute(end);
    if ended.is_err() && result.is_ok() {
        // A failed COMMIT leaves the transaction open in SQLite; its error matters, not this one's.
        let _ = db.execute(&envelope.abort);
    }
    let outcome = result?;
    ended.map_err(Failure::bookkeeping)?;
    Ok(outcome)
}

#[cfg(any(feature = "mysql", feature = "sqlite"))]
fn statements_and_rows(
    db: &mut dyn Database,
    step: &Atomic<'_>,
    envelope: &Envelope,
    begun: std::time::Instant,
    before_commit: &dyn Fn(&mut dyn Database) -> QueryResult<()>,
) -> Result<Outcome, Failure> {
    if !step.overtaken.is_empty()
        && !db.query(step.overtaken).map_err(Failure::bookkeeping)?.is_empty()
    {
        return Ok(Outcome::Overtaken);
    }
    for (index, statement) in step.statements.iter().enumerate() {
        if step.control.is_cancelled() {
            return Err(Failure::cancelled());
        }
        db.play(statement.text, Stop::Interrupts)
            .map_err(|error| Failure { at: FailedAt::Statement(index, None), error })?;
    }
    before_commit(db).map_err(Failure::bookkeeping)?;
    let rows = format!("{}{}", envelope.seal, (step.rows)(Some(begun.elapsed())));
    db.execute(&rows).map_err(Failure::bookkeeping)?;
    Ok(Outcome::Committed)
}
