//! The two tables: the ledger says *what* is applied, the history says *how* it came there.

use std::time::Duration;

use dbmig_core::migration::{Execution, Settings};
use dbmig_core::plan::Direction;
use dbmig_core::{Checksum, Version};

use crate::backend::engine::Engine;

mod read;
mod write;

pub use read::HistoryRow;
pub(crate) use read::{list, read, stored_down, stored_up};
pub(crate) use write::{advance, finish, insert, ledger, take_up};

/// The format of the rows that this dbmig writes, and the newest that it reads.
pub(crate) const FORMAT: usize = 1;

/// How a run of one migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// It has begun.
    Running,
    /// It is done.
    Done,
    /// The database refused a statement.
    Failed,
    /// A later run has taken it up.
    Resumed,
    /// `baseline` took it as applied.
    Baselined,
}

impl RunState {
    /// The word in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Resumed => "resumed",
            Self::Baselined => "baselined",
        }
    }
}

/// Who runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Runner {
    /// Name and version of the app.
    pub(crate) app: String,
    /// The machine.
    pub(crate) host: String,
}

/// A run of one migration, as the history holds it.
pub(crate) struct Run<'a> {
    pub(crate) version: &'a Version,
    pub(crate) name: &'a str,
    pub(crate) direction: Direction,
    pub(crate) execution: Execution,
    pub(crate) checksum: Checksum,
    pub(crate) settings: &'a Settings,
    pub(crate) total: usize,
    pub(crate) script: &'a str,
    pub(crate) down: Option<&'a str>,
    pub(crate) runner: &'a Runner,
}

/// How far a run has come, and since when.
pub(crate) struct Progress<'a> {
    pub(crate) state: RunState,
    pub(crate) started: usize,
    pub(crate) done: usize,
    pub(crate) error: Option<&'a str>,
    /// Expressions; no end yet while it runs.
    pub(crate) span: [String; 2],
}

/// Expressions for a moment: it begins and ends now.
pub(crate) fn moment(engine: &dyn Engine) -> [String; 2] {
    [engine.now().to_owned(), engine.now().to_owned()]
}

/// Expressions for a run that begins now and has no end yet.
pub(crate) fn beginning(engine: &dyn Engine) -> [String; 2] {
    [engine.now().to_owned(), "NULL".to_owned()]
}

/// Expressions for a run that ends now and began `elapsed` ago.
pub(crate) fn ending(engine: &dyn Engine, elapsed: Duration) -> [String; 2] {
    engine.span(Some(elapsed))
}
