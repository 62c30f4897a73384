//! Where each migration stands.

use crate::Version;
use crate::impact::{Compatibility, Reversibility};
use crate::migration::{Migration, MigrationSet};
use crate::plan::{Applied, History, Record};

/// A migration and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusEntry {
    /// Its version.
    pub version: Version,
    /// The name of its directory; the version where nobody knows it.
    pub name: String,
    /// Where it stands.
    pub state: MigrationState,
    /// Whether the previous version of the app can live with it.
    pub compatibility: Compatibility,
    /// What its way back does to the data.
    pub reversibility: Reversibility,
}

/// Where a migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MigrationState {
    /// Applied by dbmig, and unchanged since.
    Applied,
    /// In the set, not in the database.
    Pending,
    /// Applied, and changed since.
    Drifted,
    /// Applied, but not in the set.
    Missing,
    /// Applied by another tool: nobody knows which text.
    Unverified,
    /// A run began it and did not end.
    Interrupted,
}

impl MigrationState {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Applied,
        Self::Pending,
        Self::Drifted,
        Self::Missing,
        Self::Unverified,
        Self::Interrupted,
    ];

    /// The word for it in tables and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Pending => "pending",
            Self::Drifted => "drifted",
            Self::Missing => "missing",
            Self::Unverified => "unverified",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Every version that the set or the database knows, in their order.
pub fn status(set: &MigrationSet, history: &History) -> Vec<StatusEntry> {
    let mut entries: Vec<_> =
        history.applied.iter().map(|applied| standing(set, applied)).collect();
    let pending = set.iter().filter(|migration| history.find(&migration.version).is_none());
    entries.extend(pending.map(|migration| of(migration, MigrationState::Pending)));
    for run in &history.interrupted {
        match entries.iter_mut().find(|entry| entry.version == run.version) {
            Some(entry) => entry.state = MigrationState::Interrupted,
            None => entries.push(StatusEntry {
                version: run.version.clone(),
                name: run.name.clone(),
                state: MigrationState::Interrupted,
                compatibility: run.impact.compatibility().clone(),
                reversibility: run.impact.reversibility().clone(),
            }),
        }
    }
    entries.sort_by(|a, b| a.version.cmp(&b.version));
    entries
}

fn standing(set: &MigrationSet, applied: &Applied) -> StatusEntry {
    let Some(migration) = set.get(&applied.version) else {
        return StatusEntry {
            version: applied.version.clone(),
            name: match &applied.record {
                Record::Recorded { name, .. } => name.clone(),
                Record::Unverified => applied.version.to_string(),
            },
            state: MigrationState::Missing,
            compatibility: applied.impact.compatibility().clone(),
            reversibility: applied.impact.reversibility().clone(),
        };
    };
    let state = match applied.record {
        _ if applied.differs_from(migration) => MigrationState::Drifted,
        Record::Unverified => MigrationState::Unverified,
        Record::Recorded { .. } => MigrationState::Applied,
    };
    of(migration, state)
}

fn of(migration: &Migration, state: MigrationState) -> StatusEntry {
    StatusEntry {
        version: migration.version.clone(),
        name: migration.name.to_string(),
        state,
        compatibility: migration.compatibility(),
        reversibility: migration.reversibility(),
    }
}
