//! What a run did, and what the history says of earlier ones.

use std::time::Duration;

use dbmig_core::history::RunState;
use dbmig_core::plan::Direction;
use dbmig_core::{Migration, Version};

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The steps that were done, in this order. Empty: there was nothing to do.
    pub done: Vec<Done>,
    /// Names of applied migrations that the set does not know: the database is ahead of it. Those
    /// that are older than the set's first one do not count.
    pub ahead: Vec<String>,
    /// Names of all applied migrations that the set does not hold, however old they are: those of
    /// `ahead`, and a past that was tidied away or deleted.
    pub missing: Vec<String>,
    /// Names of those of `missing` that ask processes from before for a restart: so does their way back.
    pub after_restart: Vec<String>,
    /// Names of those of `ahead` that the app cannot live with, where it goes on all the same:
    /// [`BreakingAhead::Warn`](crate::BreakingAhead::Warn).
    pub breaking: Vec<String>,
}

/// A migration that was applied or reverted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Its version.
    pub version: Version,
    /// The name of its directory.
    pub name: String,
    /// Whether it was applied or reverted.
    pub direction: Direction,
    /// How long it took, as the client saw it; of steps that were sent in one message, their mean.
    pub elapsed: Duration,
}

impl Done {
    /// `migration`, as if it were applied in no time: what a baseline would enter.
    pub(crate) fn planned(migration: &Migration) -> Self {
        Self {
            version: migration.version.clone(),
            name: migration.name.to_string(),
            direction: Direction::Up,
            elapsed: Duration::ZERO,
        }
    }
}

impl Report {
    /// The names of the applied migrations.
    pub fn applied(&self) -> impl Iterator<Item = &str> {
        self.names(Direction::Up)
    }

    /// The names of the reverted migrations.
    pub fn reverted(&self) -> impl Iterator<Item = &str> {
        self.names(Direction::Down)
    }

    fn names(&self, direction: Direction) -> impl Iterator<Item = &str> {
        let wanted = self.done.iter().filter(move |done| done.direction == direction);
        wanted.map(|done| done.name.as_str())
    }
}

/// A row of the history, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// When it began, in UTC, as `2026-11-22T16:30:00.000Z`.
    pub started_at: String,
    /// When it ended; nothing while it runs, or when its runner vanished.
    pub ended_at: Option<String>,
    /// The version.
    pub version: Version,
    /// The name of the migration's directory.
    pub name: String,
    /// Which way it went.
    pub direction: Word<Direction>,
    /// How far it came.
    pub state: Word<RunState>,
    /// Statements done.
    pub statements_done: usize,
    /// Statements of the script.
    pub statements_total: usize,
    /// Which app, and its version.
    pub app: String,
    /// What tells builds of that version apart, where it has said so.
    pub build: Option<String>,
    /// On which machine.
    pub host: String,
    /// As which user of the database.
    pub database_user: Option<String>,
    /// What the database said, for a failed run.
    pub error: Option<String>,
    /// What a person said with `repair`.
    pub note: Option<String>,
}

/// A word of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word<T> {
    /// One that this build knows.
    Known(T),
    /// One of a later dbmig, as it is stored.
    Unknown(String),
}

impl<T> Word<T> {
    pub(crate) fn of(word: &str, known: impl Fn(&str) -> Option<T>) -> Self {
        known(word).map_or_else(|| Self::Unknown(word.to_owned()), Self::Known)
    }
}

impl Word<Direction> {
    /// The word, as it is stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(direction) => direction.name(),
            Self::Unknown(word) => word,
        }
    }
}

impl Word<RunState> {
    /// The word, as it is stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(state) => state.name(),
            Self::Unknown(word) => word,
        }
    }
}
