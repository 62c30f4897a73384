//! The two tables: the ledger says *what* is applied, the history says *how* it came there.

use std::time::Duration;

use dbmig_core::history::RunState;
use dbmig_core::impact::Impact;
use dbmig_core::migration::{Execution, Settings};
use dbmig_core::plan::Direction;
use dbmig_core::{Build, Checksum, Version};

use crate::database::engine::Engine;
use crate::signature::HistoryKey;
use crate::tables::Tables;
use crate::tables::columns::Column;

mod asked;
mod insert;
mod list;
mod read;
mod stored;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use insert::{Declaration, Settled, insert, say, settle, went_on};
pub(crate) use list::{list, run};
pub(crate) use read::{is_noted, is_readable_where_written, read, versions};
pub(crate) use stored::{StoredScripts, stored_down, stored_up};
#[cfg(feature = "cli")]
pub(crate) use stored::{StoredTexts, stored_texts};
pub(crate) use write::{
    Cursor, Why, advance, complete, expect_ledger, expect_left, fail, has_reached, ledger, reached,
    supersede,
};

/// Creates the table of the history, unless it is there.
pub(crate) fn create(engine: &dyn Engine, tables: &Tables) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {} ({}{}",
        tables.history_name(),
        Column::definitions(|kind| engine.column_type(kind)),
        engine.table_end(),
    )
}

/// Who runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RunnerIdentity {
    /// The build that runs.
    pub(crate) build: Build,
    /// The machine.
    pub(crate) host: String,
    /// The session that works, as its database names sessions.
    pub(crate) session: String,
    /// Signs what is stored.
    pub(crate) key: Option<HistoryKey>,
}

/// A run of one migration, as the history holds it.
pub(crate) struct RunRecord<'a> {
    pub(crate) version: &'a Version,
    pub(crate) name: &'a str,
    pub(crate) direction: Direction,
    pub(crate) execution: Execution,
    pub(crate) checksum: Checksum,
    pub(crate) settings: &'a Settings,
    pub(crate) impact: &'a Impact,
    pub(crate) total: usize,
    /// Without its passwords.
    pub(crate) script: &'a str,
    pub(crate) down: Option<&'a str>,
    pub(crate) runner: &'a RunnerIdentity,
}

/// How far a run has come, and since when.
pub(crate) struct RunProgress<'a> {
    pub(crate) state: RunState,
    pub(crate) cursor: Cursor,
    pub(crate) error: Option<&'a str>,
    /// What a person said, or did by hand.
    pub(crate) note: Option<&'a str>,
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
