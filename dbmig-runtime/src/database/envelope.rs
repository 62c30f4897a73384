//! What goes around statements and rows to make them one transaction.

use std::time::Duration;

use super::lock::Fence;
use super::session::{Nesting, Ownership};
use crate::tables::Tables;

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
pub struct TransactionSetting<'a> {
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
    pub proof: String,
    /// Makes it last.
    pub close: String,
    /// Undoes it.
    pub abort: String,
}

impl Envelope {
    /// A transaction that only writes `rows`.
    pub fn around(&self, rows: &str) -> String {
        format!("{}{}{rows}{}", self.open, self.proof, self.close)
    }

    /// Nothing but the words that begin and end a transaction, and in its seal the proof that it is
    /// still the one that was begun: a script may have ended it, and then nothing of ours may follow.
    /// A savepoint goes with its transaction, on each of the three databases, and in any way that a
    /// transaction can end.
    pub(crate) fn plain(words: &TransactionSql, nesting: Nesting) -> Self {
        let TransactionSql { begin, commit, rollback } = words;
        let (begin, commit, rollback) = match nesting {
            Nesting::TopLevel => {
                ((*begin).to_owned(), (*commit).to_owned(), (*rollback).to_owned())
            }
            Nesting::InTransaction => (
                format!("SAVEPOINT {STEP}"),
                format!("RELEASE SAVEPOINT {STEP}"),
                format!("ROLLBACK TO SAVEPOINT {STEP};\nRELEASE SAVEPOINT {STEP}"),
            ),
        };
        Self {
            open: format!("{begin};\nSAVEPOINT {BEGUN};\n"),
            proof: format!("RELEASE SAVEPOINT {BEGUN};\n"),
            close: format!("{commit};\n"),
            abort: format!("{rollback};\n"),
        }
    }
}

/// The words that begin and end a transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TransactionSql {
    pub(crate) begin: &'static str,
    pub(crate) commit: &'static str,
    pub(crate) rollback: &'static str,
}

/// What stands for a transaction inside of one of the owner's.
const STEP: &str = "dbmig_step";
/// Is there as long as the transaction of a step is.
const BEGUN: &str = "dbmig_begun";

/// Whether `error` says that the transaction of a step is not there any more. The names are in the
/// message in whatever language the server speaks.
pub(crate) fn is_ended(error: &diesel::result::Error) -> bool {
    let text = error.to_string();
    text.contains(BEGUN) || text.contains("RELEASE SAVEPOINT")
}
