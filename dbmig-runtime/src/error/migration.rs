//! A migration that failed, and what is left of it.

use std::fmt;

use dbmig_core::plan::Direction;
use dbmig_core::sql::Position;

use super::display::{details, done_before};
use crate::report::Report;
use crate::tables::{HISTORY, LEDGER};

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
    /// The names of the steps that were sent behind it in the same message: what [`Left::Unknown`] says of
    /// it holds of each of them.
    pub sent_with: Vec<String>,
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

impl MigrationError {
    pub(super) fn gist(&self) -> String {
        let Self { name, path, .. } = self;
        match &self.statement {
            Some(s) => format!(
                "{name} failed at {path}:{} (statement {} of {})",
                s.position, s.number, s.of
            ),
            None if self.part == FailedPart::Around => {
                format!("{name} failed in what dbmig itself writes about it")
            }
            None => format!("{name} failed in {path}"),
        }
    }
}

impl fmt::Display for MigrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.direction {
            Direction::Up => "applying",
            Direction::Down => "reverting",
        };
        write!(f, "{verb} {} failed", self.name)?;
        match &self.statement {
            Some(s) => write!(
                f,
                "\n  at {}:{} (statement {} of {})\n{}",
                self.path,
                s.position,
                s.number,
                s.of,
                excerpt(&s.text),
            )?,
            None if self.part == FailedPart::Around => {
                write!(f, "\n  in what dbmig itself writes about it ({HISTORY}, {LEDGER})")?;
            }
            None => write!(f, "\n  in {}", self.path)?,
        }
        write!(f, "\n  {}", self.source.to_string().trim_end().replace('\n', "\n  "))?;
        details(f, &self.source)?;
        match self.left {
            Left::Unknown => f.write_str(
                "\nthe connection was lost before the answer came: this migration is in the database \
                 as a whole or not at all",
            )?,
            Left::Nothing => f.write_str("\nnothing of this migration is in the database")?,
            Left::OwnCommits => f.write_str(
                "\nof this migration, only what the script itself has committed is in the database; it is \
                 not recorded as done",
            )?,
            Left::InDoubt(done) => {
                match done {
                    0 => {}
                    1 => f.write_str("\nthe first statement of this migration is in the database")?,
                    done => {
                        write!(f, "\nthe first {done} statements of this migration are in the database")?;
                    }
                }
                f.write_str(
                    "\nthe statement that failed may have left all or a part of its work in the database",
                )?;
            }
            Left::Statements(0) => f.write_str("\nno statement of this migration took effect")?,
            Left::Statements(1) => {
                f.write_str("\nthe first statement of this migration is in the database")?;
            }
            Left::Statements(done) => {
                write!(f, "\nthe first {done} statements of this migration are in the database")?;
            }
        }
        if !self.sent_with.is_empty() {
            let names = self.sent_with.join(", ");
            write!(f, "\nthe same is true for each of those that were sent with it: {names}")?;
        }
        done_before(f, &self.before)
    }
}

/// The first lines of a statement, indented.
fn excerpt(text: &str) -> String {
    const LINES: usize = 8;
    let mut lines: Vec<_> = text.lines().take(LINES).map(|line| format!("    {line}")).collect();
    if text.lines().count() > LINES {
        lines.push("    ...".to_owned());
    }
    lines.join("\n")
}
