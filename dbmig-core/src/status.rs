//! Where each migration stands.

use crate::Version;
use crate::migration::MigrationSet;
use crate::plan::{Applied, History, Record};

/// A migration and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its version.
    pub version: Version,
    /// The name of its directory; the version where nobody knows it.
    pub name: String,
    /// Where it stands.
    pub state: State,
}

/// Where a migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
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

impl State {
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
pub fn status(set: &MigrationSet, history: &History) -> Vec<Entry> {
    let mut entries: Vec<_> =
        history.applied.iter().map(|applied| standing(set, applied)).collect();
    let pending = set.iter().filter(|migration| history.find(&migration.version).is_none());
    entries.extend(pending.map(|migration| Entry {
        version: migration.version.clone(),
        name: migration.name.to_string(),
        state: State::Pending,
    }));
    for run in &history.interrupted {
        match entries.iter_mut().find(|entry| entry.version == run.version) {
            Some(entry) => entry.state = State::Interrupted,
            None => entries.push(Entry {
                version: run.version.clone(),
                name: run.name.clone(),
                state: State::Interrupted,
            }),
        }
    }
    entries.sort_by(|a, b| a.version.cmp(&b.version));
    entries
}

fn standing(set: &MigrationSet, applied: &Applied) -> Entry {
    let here = set.get(&applied.version);
    let name = match (&applied.record, here) {
        (_, Some(migration)) => migration.name.to_string(),
        (Record::Recorded { name, .. }, None) => name.clone(),
        (Record::Unverified, None) => applied.version.to_string(),
    };
    let state = match here {
        None => State::Missing,
        Some(migration) if applied.differs_from(migration) => State::Drifted,
        Some(_) if applied.record == Record::Unverified => State::Unverified,
        Some(_) => State::Applied,
    };
    Entry { version: applied.version.clone(), name, state }
}
