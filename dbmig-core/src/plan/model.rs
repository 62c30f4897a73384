//! What a plan is made of, and what it is made from.

use std::fmt;
use std::num::NonZeroUsize;

mod data_loss;

pub use data_loss::{Counted, DataLoss, DataLossReport, LossProgress, Lossy};

use crate::Version;
use crate::migration::{BreakingAhead, Migration};
use crate::sql::Position;

/// Up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Applying.
    Up,
    /// Reverting.
    Down,
}

impl Direction {
    /// `up` or `down`, as the history holds it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// The one with this word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Up, Self::Down].into_iter().find(|one| one.name() == word)
    }
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Everything pending.
    Latest,
    /// Everything pending up to and with this version.
    Through(Version),
    /// The newest applied ones back.
    Revert(Extent),
    /// Everything newer than this version back.
    RevertTo(Version),
    /// The newest applied ones back, and up again as they are now.
    Redo(Extent),
    /// What the set holds, up or down: what is beyond it goes back only where that is wanted.
    MatchSet(Beyond),
}

/// What to do with what the database has beyond the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Beyond {
    /// Leave it: refuse where this set's app could not live with it.
    #[default]
    Keep,
    /// Revert it.
    Revert,
}

/// How many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The newest so many.
    Last(NonZeroUsize),
    /// All of them.
    All,
}

impl Extent {
    /// The newest one.
    pub const ONE: Self = Self::Last(NonZeroUsize::MIN);
}

/// What is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Policy {
    /// What to do about a pending migration that is older than an applied one.
    pub out_of_order: OutOfOrder,
    /// What to do where the database and the set each have what the other lacks.
    pub diverged: Diverged,
    /// What to do about a way back that would lose data.
    pub data_loss: DataLoss,
    /// What an app does that is older than a breaking migration in the database.
    pub breaking_ahead: BreakingAhead,
}

/// What to do where the database holds migrations that the set does not know, and the set some
/// that the database does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Diverged {
    /// Refuse: two branches, or two apps, have met on one database.
    #[default]
    Refuse,
    /// Apply what is pending all the same.
    Allow,
}

/// What to do about a pending migration that is older than an applied one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OutOfOrder {
    /// Refuse: two databases would get the same migrations in different orders.
    #[default]
    Refuse,
    /// Apply it.
    Allow,
}

/// What will be done, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan<'s> {
    /// The steps.
    pub steps: Vec<Step<'s>>,
}

/// One migration, one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<'s> {
    /// What is done.
    pub action: Action<'s>,
    /// How many statements an earlier, interrupted run has already done.
    pub done_before: usize,
    /// What that run has left half-done, to be dropped first: PostgreSQL's invalid indexes, with
    /// their schemas and in quotes.
    pub leftovers: Vec<String>,
    /// What the catalogue said before the statement that left them.
    pub catalog_before: Option<String>,
    /// The script that the earlier run has executed, without its passwords.
    pub earlier_script: Option<String>,
    /// The row of that run, as it was seen.
    pub supersedes: Option<SupersededRun>,
}

/// A row of the history that a step supersedes: it must still be as it was seen when the step begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SupersededRun {
    /// Its number.
    pub run: usize,
    /// How many statements had begun.
    pub started: usize,
    /// How many statements had ended.
    pub done: usize,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action<'s> {
    /// Applies a migration.
    Apply(&'s Migration),
    /// Reverts an applied version.
    Revert {
        /// The version.
        version: Version,
        /// The name of its directory.
        name: String,
        /// The way back that is taken.
        script: DownScript<'s>,
    },
}

/// Which way back is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownScript<'s> {
    /// The `down.sql` of the set: the migration is there and is the one that was applied.
    InSet(&'s Migration),
    /// The script that was stored when the migration was applied: the set lacks the migration,
    /// or holds another text under its version.
    Stored,
}

impl Step<'_> {
    /// The version it is about.
    pub fn version(&self) -> &Version {
        match &self.action {
            Action::Apply(migration) => &migration.version,
            Action::Revert { version, .. } => version,
        }
    }

    /// The name of the migration's directory.
    pub fn name(&self) -> &str {
        match &self.action {
            Action::Apply(migration) => &migration.name,
            Action::Revert { name, .. } => name,
        }
    }

    /// Whether it goes on with what an earlier run has begun.
    pub fn is_begun(&self) -> bool {
        self.done_before > 0 || !self.leftovers.is_empty()
    }

    /// Which way it goes.
    pub fn direction(&self) -> Direction {
        match self.action {
            Action::Apply(_) => Direction::Up,
            Action::Revert { .. } => Direction::Down,
        }
    }
}

impl Plan<'_> {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl<'s> Step<'s> {
    pub(super) const fn new(action: Action<'s>) -> Self {
        Self {
            action,
            done_before: 0,
            leftovers: Vec::new(),
            catalog_before: None,
            earlier_script: None,
            supersedes: None,
        }
    }
}

/// The place of a statement in a script, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementPlace {
    /// The file, or `stored script of ..`.
    pub path: String,
    /// Where in it.
    pub position: Position,
    /// The statement's number, from 1.
    pub number: usize,
    /// Its text, without passwords.
    pub text: String,
}

/// Its number, where it is, and on the next line its text without passwords.
impl fmt::Display for StatementPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, position, number, text } = self;
        write!(f, "{number} ({path}:{position}):\n  {text}")
    }
}
