//! What a database has to be told in its own words.

use std::time::Duration;

use dbmig_core::plan::Creator;
use dbmig_core::sql::object::Object;
use dbmig_core::sql::{Position, Statement};
use dbmig_core::{Dialect, MigrationSet, Version};
use diesel::QueryResult;

use super::atomic::{Atomic, AtomicOutcome, FailedAt, StepFailure};
use super::envelope::{Envelope, TransactionSetting};
use super::lock::Lock;
use super::place::{Location, Sought};
use super::session::Session;
use crate::tables::columns::ColumnType;
use crate::tables::{Presence, TableOwner, Tables};

/// The SQL of one database. The engine above it never asks which one it is.
pub trait Engine: Sync {
    /// The dialect.
    fn dialect(&self) -> Dialect;

    /// Where the two tables are or would be. Reads only.
    fn locate(&self, db: &mut dyn Session, sought: Sought<'_>) -> QueryResult<Location>;

    /// The migrations in the history of `tables` that have created `schema`. Reads only.
    fn creators(
        &self,
        _db: &mut dyn Session,
        _tables: &Tables,
        _schema: &str,
    ) -> QueryResult<Vec<Creator>> {
        Ok(Vec::new())
    }

    /// Whether another table beside the two may be written to; an error, if not even read. Reads only.
    fn standing(
        &self,
        _db: &mut dyn Session,
        _tables: &Tables,
        _name: &str,
    ) -> QueryResult<TableOwner> {
        Ok(TableOwner::Trusted)
    }

    /// Prepares the session for dbmig's work; what it answers with undoes that.
    fn enter(&self, _db: &mut dyn Session) -> QueryResult<String> {
        Ok(String::new())
    }

    /// Goes before statements of ours that are one message without a transaction around them: they
    /// write, whatever the role's default says.
    fn writing(&self) -> &'static str {
        ""
    }

    /// Creates Diesel's table, unless it is there.
    fn create_ledger(&self, tables: &Tables) -> String {
        tables.create_ledger()
    }

    /// The type of a column of our table.
    fn column_type(&self, kind: ColumnType) -> &'static str;

    /// What stands behind the columns where our table is created.
    fn table_end(&self) -> &'static str {
        ")"
    }

    /// What stands behind the columns of a row of our table whose number is given.
    fn given_id(&self) -> &'static str {
        ""
    }

    /// Whether the database holds exactly `set`, with no run interrupted: asked in one round trip.
    /// `false` means that only a closer look can tell, also where the place is in doubt.
    fn is_current(&self, db: &mut dyn Session, set: &MigrationSet, sought: Sought<'_>) -> bool;

    /// An expression that changes whenever a row of the two tables does, and when one of them comes:
    /// what was read is compared by it where it will be written. [`Option::None`] where both are one
    /// file.
    fn mark(&self, _tables: &Tables) -> Option<String> {
        None
    }

    /// A condition: the tables that were seen are there. It comes before [`Engine::mark`], which
    /// names them.
    fn there(&self, _tables: &Tables) -> String {
        "1 = 1".to_owned()
    }

    /// A condition: both tables are there, and nobody else's. [`Option::None`] where only
    /// [`Engine::locate`] can tell; so can it where the condition does not hold.
    fn are_own(&self, _tables: &Tables) -> Option<String> {
        None
    }

    /// A condition that always holds, for queries: a proxy that judges by the functions in it
    /// (pgpool-II) takes it for a write, and asks the server that writes.
    fn fresh(&self) -> &'static str {
        "1 = 1"
    }

    /// A condition: the server is not at work for that session. Where `idle` is
    /// [`Idle::Counts`], nor does it wait for its client.
    fn quiet(&self, _session: &str, _idle: Idle) -> Option<String> {
        None
    }

    /// Its own lock between runners.
    fn lock(&self) -> &'static dyn Lock;

    /// The lock that is a row, which its holder renews; none where no server is shared.
    fn lease(&self) -> Option<&'static dyn Lock>;

    /// How others know the session of `db`, which works for the runner with this number.
    fn session(&self, db: &mut dyn Session, token: u32) -> QueryResult<String>;

    /// Settings of a session that let the server end it when something lasts too long.
    fn limits(&self) -> &'static [&'static str] {
        &[]
    }

    /// What is to be said on `db`, a new connection, of one that was lost after it had lasted for so
    /// long; nothing, where there is nothing to be seen.
    fn last_words(
        &self,
        _db: &mut dyn Session,
        _lasted: Duration,
        _during: During,
    ) -> QueryResult<Option<String>> {
        Ok(None)
    }

    /// The limits of the transaction that this borrowed session is in.
    fn owners_limits<'t>(&self, _tables: &'t Tables) -> &'t str {
        ""
    }

    /// Whether the server is at work for that session.
    fn activity(&self, db: &mut dyn Session, session: &str) -> QueryResult<Activity>;

    /// Ends the statement that the session runs.
    fn interrupt(&self, db: &mut dyn Session, session: &str) -> QueryResult<()>;

    /// What goes around statements and rows to make them one transaction.
    fn envelope(&self, setting: &TransactionSetting<'_>) -> Envelope;

    /// Prepares a session for statements that run on their own.
    fn prepare_alone(&self, setting: &TransactionSetting<'_>) -> String;

    /// What comes between a write of ours and a statement of the migration that runs on its own: the
    /// session as that one is to find it.
    fn hand_over(&self) -> String {
        String::new()
    }

    /// Runs a step in one transaction.
    fn atomic(&self, db: &mut dyn Session, step: &Atomic<'_>)
    -> Result<AtomicOutcome, StepFailure>;

    /// How many steps a message may hold.
    fn message(&self) -> StepsOfMessage {
        StepsOfMessage::One
    }

    /// A step in one transaction, with its `rows`, as one message that another step's may follow in the
    /// same message; nothing where it has to be a message of its own.
    fn appendable(
        &self,
        _setting: &TransactionSetting<'_>,
        _statements: &[Statement<'_>],
        _rows: &str,
    ) -> Option<String> {
        None
    }

    /// The place in `statement`, executed alone, that `error` names.
    fn place(
        &self,
        _error: &diesel::result::Error,
        _statement: &Statement<'_>,
    ) -> Option<Position> {
        None
    }

    /// An expression for what the catalogue says of `object`: empty where it is not there.
    fn catalog_state(&self, _tables: &Tables, _object: &Object) -> Option<String> {
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

    /// An expression: `column` as text.
    fn text(&self, column: &str) -> String;

    /// A condition on a row of the two tables: it is about `version`.
    fn is_version(&self, version: &Version) -> String {
        format!("version = {}", self.dialect().literal(version.as_str()))
    }

    /// A condition: `goal` is in the ledger.
    fn is_reached(&self, tables: &Tables, goal: Option<&Version>) -> String {
        match goal {
            Some(version) if tables.ledger == Presence::Present => format!(
                "EXISTS (SELECT 1 FROM {} WHERE {})",
                tables.ledger_name(),
                self.is_version(version),
            ),
            Some(_) | None => "1 = 0".to_owned(),
        }
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

    /// What failed before the first statement of a script, or in rows that come without one.
    fn around(&self, error: diesel::result::Error) -> StepFailure {
        match self.is_fence(&error) {
            true => StepFailure { at: FailedAt::Fence, error },
            false => StepFailure::ours(error),
        }
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

/// Whether a session that waits for its client is in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// It may have a statement before it that it has not read.
    Counts,
    /// It has been waited for long enough.
    Passes,
}

/// How many steps a message may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepsOfMessage {
    /// One, or a part of one.
    One,
    /// Several, as far as [`Engine::appendable`] has a text for each.
    Several,
}

/// How a session becomes as good as new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// The statements of the envelope undo all that a migration can set.
    ByStatements,
    /// They undo the commonest; only a new connection is clean.
    ByReconnecting,
}

/// Which limits may have struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum During {
    /// A step, whose transactions are freed of the limits of the role.
    Step,
    /// Anything else.
    Question,
}
