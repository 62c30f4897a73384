//! The database against the set: up, down or nothing.
//!
//! Nobody tells a job that a deployment is a rollback: it is an ordinary start of an older image.
//! What is known is the set of this image, what is applied, and what each applied migration means
//! for those who do not know it. The **floor** is the newest applied breaking migration: an image
//! without it must not run.

use std::fmt;

use super::{History, RunCircumstances};
use crate::impact::Compatibility;
use crate::migration::{Migration, MigrationSet};
use crate::{Build, Version};

/// How the database stands to a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison<'s> {
    /// What the set has and the database lacks, oldest first.
    pub pending: Vec<&'s Migration>,
    /// What the database has and the set lacks, oldest first; but for what has lived beside the
    /// set's own migrations ([`History::beyond`]).
    pub unknown: Vec<Unknown>,
}

/// The cells of the decision table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The database has what the set has.
    Same,
    /// The database lacks some of it, and has nothing else.
    Behind,
    /// The database has more, and this set's app can live with it.
    Ahead,
    /// The database has more, and one of it is breaking.
    BelowFloor,
    /// Each has what the other lacks.
    Diverged,
}

impl Relation {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 5] =
        [Self::Same, Self::Behind, Self::Ahead, Self::BelowFloor, Self::Diverged];

    /// The word for it in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Behind => "behind",
            Self::Ahead => "ahead",
            Self::BelowFloor => "below_floor",
            Self::Diverged => "diverged",
        }
    }
}

/// A migration that the set does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Its version.
    pub version: Version,
    /// The name of its directory; the version where nobody knows it.
    pub name: String,
    /// The build that applied it, as [`crate::Build`] writes it; empty where nobody knows.
    pub app: String,
    /// When and where that was; told of what is breaking only.
    pub occasion: RunCircumstances,
    /// Whether an app that does not know it can live with it.
    pub compatibility: Compatibility,
    /// How far it is.
    pub presence: AheadState,
}

/// How far a migration is that the set does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AheadState {
    /// It is applied.
    Applied,
    /// Somebody has said that it is about to begin.
    Announced,
}

/// The name of the command line tool, which runs migrations but is no version of any app.
pub const TOOL: &str = "cargo-dbmig";

impl Unknown {
    /// The build of the app that applied it, where it was one that has named itself.
    pub fn app(&self) -> Option<&str> {
        let build = Build::parse(&self.app);
        (!build.app.is_empty() && build.name() != TOOL).then_some(self.app.as_str())
    }

    fn is_applied(&self) -> bool {
        self.presence == AheadState::Applied
    }

    fn is_breaking(&self) -> bool {
        self.compatibility.verdict.raises_floor()
    }
}

/// Its name, who applied it, and what it means.
impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        let verb = match self.presence {
            AheadState::Applied => "applied",
            AheadState::Announced => "about to begin",
        };
        match self.app.as_str() {
            "" => write!(f, " ({verb})")?,
            app => write!(f, " ({verb} by {app})")?,
        }
        write!(f, ": {}", self.compatibility)
    }
}

impl<'s> Comparison<'s> {
    /// Compares the two.
    pub fn of(set: &'s MigrationSet, history: &History) -> Self {
        let pending = set.iter().filter(|m| history.find(&m.version).is_none()).collect();
        let applied = history.beyond(set).into_iter().map(|applied| Unknown {
            version: applied.version.clone(),
            name: applied.name(set).to_owned(),
            app: applied.app.clone(),
            occasion: applied.occasion.clone(),
            compatibility: applied.impact.compatibility().clone(),
            presence: AheadState::Applied,
        });
        let is_foreign = |version: &Version| {
            set.get(version).is_none()
                && set.as_slice().first().is_some_and(|first| *version > first.version)
        };
        let announced = history.announced.iter().filter(|run| is_foreign(&run.version));
        let announced = announced.map(|run| Unknown {
            version: run.version.clone(),
            name: run.name.clone(),
            app: run.app.clone(),
            occasion: run.occasion.clone(),
            compatibility: run.impact.compatibility().clone(),
            presence: AheadState::Announced,
        });
        let mut unknown: Vec<_> = applied.chain(announced).collect();
        unknown.sort_by(|a, b| a.version.cmp(&b.version));
        Self { pending, unknown }
    }

    /// The cell of the decision table.
    pub fn verdict(&self) -> Relation {
        match (self.pending.is_empty(), self.unknown.is_empty()) {
            (true, true) => Relation::Same,
            (false, true) => Relation::Behind,
            // What is not there yet may never be.
            (false, false) => match self.unknown.iter().any(Unknown::is_applied) {
                true => Relation::Diverged,
                false => Relation::Behind,
            },
            (true, false) if self.unknown.iter().any(Unknown::is_breaking) => Relation::BelowFloor,
            (true, false) => Relation::Ahead,
        }
    }

    /// Names of what the set does not know.
    pub fn unknown_names(&self) -> Vec<String> {
        self.unknown.iter().map(|one| one.name.clone()).collect()
    }

    /// Those that the set's app cannot live with.
    pub fn breaking(&self) -> Vec<Unknown> {
        self.unknown.iter().filter(|one| one.is_breaking()).cloned().collect()
    }
}
