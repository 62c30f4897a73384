//! What the database says: the facts that a plan is made from.

use std::fmt;
use std::num::NonZeroUsize;

use super::Direction;
use crate::impact::Impact;
use crate::migration::{Migration, MigrationSet};
use crate::{Checksum, Version};

/// What the database says: the ledger joined with the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The rows of the ledger, in the order of their versions.
    pub applied: Vec<Applied>,
    /// Runs that began a migration statement by statement and did not end.
    pub interrupted: Vec<Interrupted>,
    /// Runs that have announced a migration and not begun it, as far as anybody has noted.
    pub announced: Vec<Announced>,
    /// Versions whose last run the database refused.
    pub failures: Vec<FailedRun>,
    /// The format of the newest row, where only a newer dbmig can read all of it.
    pub newer_format: Option<usize>,
}

/// A run that said what it is about to do, before its first statement. While its runner lives, the
/// floor is raised; once that is gone, nothing of it is in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// The version.
    pub version: Version,
    /// The name of its directory.
    pub name: String,
    /// The number of the run in the history.
    pub run: usize,
    /// The session that runs it, as its database names sessions.
    pub session: Option<String>,
    /// What the migration means for others.
    pub impact: Impact,
    /// The build that runs it, as [`crate::Build`] writes it.
    pub app: String,
    /// When and where that is; told of what is breaking only.
    pub occasion: RunCircumstances,
}

/// The last run of a version, where the database refused a statement of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedRun {
    /// The version.
    pub version: Version,
    /// The number of the run in the history.
    pub run: usize,
    /// Checksum of the script, where it was going up.
    pub checksum: Option<Checksum>,
    /// What the database said.
    pub error: String,
}

/// A version in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The version.
    pub version: Version,
    /// How it came there.
    pub record: Record,
    /// What it means for others, as far as the history knows.
    pub impact: Impact,
    /// The build that applied it, as [`crate::Build`] writes it; empty where nobody knows.
    pub app: String,
    /// When and where that was; told of what is breaking only.
    pub occasion: RunCircumstances,
}

/// When a run of the history was, on which machine, as which user of the database. Empty where
/// nobody knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunCircumstances {
    /// When it began, in UTC, as `2026-11-22T16:30:00.000Z`.
    pub at: String,
    /// The machine.
    pub host: String,
    /// The user of the database.
    pub user: String,
}

/// What the history knows of an applied version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Nothing: another tool applied it.
    Unverified,
    /// dbmig applied it, or took it over with `baseline`.
    Recorded {
        /// Name of the migration's directory at that time.
        name: String,
        /// Checksum of the SQL that was applied.
        checksum: Checksum,
        /// Whether the way back was stored.
        down: StoredDown,
        /// The number of the run in the history that applied it; none where a person has only said
        /// so.
        run: Option<usize>,
    },
}

/// Whether the database itself holds the way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredDown {
    /// A script with at least one statement.
    Present,
    /// None.
    Absent,
    /// One that must not be executed.
    Untrusted(UntrustedReason),
}

/// Why a stored script must not be executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UntrustedReason {
    /// It is not the text that was stored: its checksum is another one.
    Altered,
    /// A key is given, and it is not signed.
    Unsigned,
    /// It is signed with another key, or what was signed has been altered.
    WrongSignature,
}

/// A run that did not end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// The migration's version.
    pub version: Version,
    /// The number of the run in the history.
    pub run: usize,
    /// The name of its directory.
    pub name: String,
    /// Which way it was going.
    pub direction: Direction,
    /// How many statements had begun.
    pub started: usize,
    /// How many statements had ended.
    pub done: usize,
    /// Why it ended.
    pub cause: Cause,
    /// The script that was running, without its passwords.
    pub script: String,
    /// The session that ran it, as its database names sessions.
    pub session: Option<String>,
    /// What the migration means for others.
    pub impact: Impact,
    /// The build that ran it, as [`crate::Build`] writes it.
    pub app: String,
    /// What the catalogue said of the objects of the statement in flight before it began.
    pub catalog_before: Option<String>,
    /// What it says of them now; read only where [`Interrupted::in_flight`] has objects.
    pub catalog_now: Option<String>,
}

/// Why a run did not end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The database refused a statement, with this message. Where nothing of it can be left, it does
    /// not count as begun.
    Failed(String),
    /// The runner died or lost its connection: the statement in flight may be there or not.
    Lost,
}

/// ` at 2026-11-22 16:30:00 UTC on shop-7d9f-x2x as migrator`, as far as it is known.
impl fmt::Display for RunCircumstances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, host, user } = self;
        if !at.is_empty() {
            let seconds = at.split('.').next().unwrap_or(at).replace('T', " ");
            write!(f, " at {} UTC", seconds.trim_end_matches('Z'))?;
        }
        if !host.is_empty() {
            write!(f, " on {host}")?;
        }
        if !user.is_empty() {
            write!(f, " as {user}")?;
        }
        Ok(())
    }
}

impl History {
    /// Names of the applied migrations that `set` does not hold, however old they are.
    pub fn missing_from(&self, set: &MigrationSet) -> Vec<String> {
        let missing = self.applied.iter().filter(|applied| set.get(&applied.version).is_none());
        missing.map(|applied| applied.name(set).to_owned()).collect()
    }

    /// Names of the applied migrations that `set` does not know and that are no older than its own
    /// first one. What is older is a past that somebody has tidied away. An empty set says nothing
    /// about either.
    pub fn unknown_to(&self, set: &MigrationSet) -> Vec<String> {
        let Some(first) = set.as_slice().first() else { return Vec::new() };
        let unknown = |applied: &&Applied| {
            applied.version > first.version && set.get(&applied.version).is_none()
        };
        self.applied.iter().filter(unknown).map(|applied| applied.name(set).to_owned()).collect()
    }

    /// Those of them that have not lived beside the set's own ones: of a newer version of the app,
    /// of another branch, or of another app. A compatible one has, where a newer one of the set's own
    /// was applied after it; and what was there before dbmig came.
    pub fn beyond(&self, set: &MigrationSet) -> Vec<&Applied> {
        let Some(first) = set.as_slice().first() else { return Vec::new() };
        let known: Vec<_> =
            self.applied.iter().filter(|one| set.get(&one.version).is_some()).collect();
        let lived_beside = |one: &Applied| {
            known.iter().any(|known| known.version > one.version && one.lives_beside(known))
        };
        let unknown = self.applied.iter().filter(|one| set.get(&one.version).is_none());
        unknown.filter(|one| one.version > first.version && !lived_beside(one)).collect()
    }

    /// How many of the newest applied ones there are down to and with `version`.
    pub fn count_down_to(&self, version: &Version) -> Option<NonZeroUsize> {
        let older = self.applied.partition_point(|applied| applied.version < *version);
        NonZeroUsize::new(self.applied.len() - older)
    }

    /// The ledger row of `version`.
    pub fn find(&self, version: &Version) -> Option<&Applied> {
        let index = self.applied.binary_search_by(|applied| applied.version.cmp(version)).ok()?;
        self.applied.get(index)
    }
}

impl Applied {
    /// Whether `migration` is not the text that was applied.
    pub fn differs_from(&self, migration: &Migration) -> bool {
        match &self.record {
            Record::Unverified => false,
            Record::Recorded { checksum, .. } => *checksum != migration.checksum,
        }
    }

    pub(super) fn is_breaking(&self) -> bool {
        self.impact.compatibility().verdict.raises_floor()
    }

    /// Whether the app of `known`, which is newer, is sure to get on with it: that one was applied
    /// after the other does not tell, for a newer version of the app may have applied both.
    fn lives_beside(&self, known: &Self) -> bool {
        match (&self.record, &known.record) {
            (Record::Unverified, Record::Unverified) => true,
            (
                Record::Recorded { run: Some(run), .. },
                Record::Recorded { run: Some(known), .. },
            ) => run < known && !self.is_breaking(),
            // Somebody has said so.
            _ => !self.is_breaking(),
        }
    }

    pub(super) fn name<'a>(&'a self, set: &'a MigrationSet) -> &'a str {
        match (&self.record, set.get(&self.version)) {
            (Record::Recorded { name, .. }, _) => name,
            (Record::Unverified, Some(migration)) => &migration.name,
            (Record::Unverified, None) => self.version.as_str(),
        }
    }
}
