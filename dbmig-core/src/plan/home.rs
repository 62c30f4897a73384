//! Whether a ledger is the set's own, though it is not where the session would look first.

use super::{Applied, History, Record};
use crate::migration::{Migration, MigrationSet};
use crate::{Checksum, Version};

/// The version of the migration that Diesel's `setup` writes: the same in all projects.
const SETUP: &str = "00000000000000";

/// A migration that was executed from a ledger's history and created the schema that now comes before
/// the ledger's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creator {
    /// Its version.
    pub version: Version,
    /// The checksum of the text that was executed.
    pub checksum: Checksum,
}

/// Whether the ledger that `history` comes with is that of `set` for certain: the schema before it was
/// created by a migration of that very ledger, and the set is the one that did it, or an earlier
/// state of it. Another set that finds a ledger there, such as one for a tenant in a schema of his own,
/// is neither.
pub fn is_home(set: &MigrationSet, history: &History, creators: &[Creator]) -> bool {
    let made_it = |creator: &Creator| {
        set.get(&creator.version).is_some_and(|here| here.checksum == creator.checksum)
    };
    creators.iter().any(made_it) || (!creators.is_empty() && is_earlier(set, history))
}

/// Whether all of `set` was applied as it is here, and more of it than is the same everywhere.
fn is_earlier(set: &MigrationSet, history: &History) -> bool {
    let applied = |here: &Migration| history.find(&here.version).is_some_and(|a| is_same(a, here));
    set.iter().all(applied) && set.iter().any(|here| here.version.as_str() != SETUP)
}

fn is_same(applied: &Applied, here: &Migration) -> bool {
    match &applied.record {
        Record::Unverified => false,
        Record::Recorded { checksum, .. } => *checksum == here.checksum,
    }
}
