//! Applied migrations whose text has changed since, and what settles that.

use std::num::NonZeroUsize;

use super::{Extent, History, Record, newest, redo};
use crate::Version;
use crate::migration::{Migration, MigrationSet};

/// An applied migration whose text has changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drifted {
    /// Its version.
    pub version: Version,
    /// The name of its directory.
    pub name: String,
    /// The file that changed.
    pub path: String,
    /// The name that it had when it was applied, if that was another one: then it may be another
    /// app's.
    pub applied_as: Option<String>,
    /// How many of the newest migrations `redo` must take, so that it comes to this one; none where
    /// one of them has no way back or is not here.
    pub redo: Option<NonZeroUsize>,
}

impl Drifted {
    /// Those of `set`, oldest first.
    pub(super) fn all(set: &MigrationSet, history: &History) -> Vec<Self> {
        set.iter().filter_map(|migration| Self::find(set, migration, history)).collect()
    }

    /// `migration` of `set`, if another text was applied under its version.
    pub(super) fn find(
        set: &MigrationSet,
        migration: &Migration,
        history: &History,
    ) -> Option<Self> {
        let applied = history.find(&migration.version)?;
        if !applied.differs_from(migration) {
            return None;
        }
        let applied_as = match &applied.record {
            Record::Recorded { name, .. } if **name != *migration.name => Some(name.clone()),
            Record::Recorded { .. } | Record::Unverified => None,
        };
        let reach = |count: &NonZeroUsize| redo(set, newest(history, Extent::Last(*count))).is_ok();
        Some(Self {
            version: migration.version.clone(),
            name: migration.name.to_string(),
            path: migration.up().path.to_string(),
            applied_as,
            redo: history.count_down_to(&migration.version).filter(reach),
        })
    }
}
