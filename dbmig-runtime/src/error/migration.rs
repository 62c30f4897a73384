//! A migration that failed, and what is left of it.

use dbmig_core::plan::Direction;
use dbmig_core::sql::Position;

use crate::report::Report;

/// A migration that failed.
#[derive(Debug)]
pub struct MigrationError {
    /// The name of its directory.
    pub name: String,
    /// Which way it was going.
    pub direction: Direction,
    /// The file, or where else the script came from.
    pub path: String,
    /// The statement that failed, where it is known.
    pub statement: Option<FailedStatement>,
    /// Whose part of the work it was.
    pub part: FailedPart,
    /// What is left of this migration in the database.
    pub left: Left,
    /// What this run did before.
    pub before: Report,
    /// What the database said.
    pub source: diesel::result::Error,
}

/// Whose part of the work failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedPart {
    /// The migration's own, as far as it is known.
    Script,
    /// What dbmig says before it, or the rows about it in the two tables.
    Around,
}

/// The statement that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedStatement {
    /// Its number, from 1.
    pub number: usize,
    /// The number of statements in the script.
    pub of: usize,
    /// Where it is, or the place in it that the database named.
    pub position: Position,
    /// Its text, without passwords.
    pub text: String,
}

/// What a failed migration has left in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// All or nothing: the connection was lost before the answer came.
    Unknown,
    /// Nothing: it was one transaction.
    Nothing,
    /// What the script itself has committed, and nothing else.
    OwnCommits,
    /// So many of its statements; the next run goes on behind them.
    Statements(usize),
    /// So many of its statements, and of the next one nothing, a part or all: the next run finds
    /// out, or says what to look for.
    InDoubt(usize),
}
