//! What goes around statements and rows to make them one transaction.

use std::time::Duration;

use super::connection::{Nesting, Ownership};
use super::tables::Tables;
use crate::lock::Fence;

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
