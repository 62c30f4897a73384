//! What is applied and not in the set, and how it is taken back.

use std::num::NonZeroUsize;

use dbmig_core::plan::{Extent, Record, Target, plan};

use super::back::trust_stored;
use super::{Runner, within};
use crate::database::Database;
use crate::error::Error;
use crate::snapshot::read;

/// A migration that is applied and not in the set.
pub(crate) struct Missing {
    /// The name of its directory; its version, where nobody knows it.
    pub(crate) name: String,
    /// The build that applied it; none, where that was another tool.
    by: Option<String>,
    /// How many of the newest `revert` must take, so that it comes to this one; none where one of
    /// them has no way back.
    revert: Option<NonZeroUsize>,
}

impl Runner<'_> {
    /// What is applied and not in the set, oldest first. Reads only.
    pub(crate) fn missing(&self, db: &mut dyn Database) -> Result<Vec<Missing>, Error> {
        within(db, |db| {
            let mut snapshot = read(db, &self.seek())?;
            trust_stored(db, &mut snapshot, self.set, &self.options, &Target::Revert(Extent::All))?;
            let history = &snapshot.history;
            let missing = history.applied.iter().filter(|one| self.set.get(&one.version).is_none());
            let reaches = |count: &NonZeroUsize| {
                let target = Target::Revert(Extent::Last(*count));
                plan(self.set, history, &target, &self.options.policy).is_ok()
            };
            Ok(missing
                .map(|one| Missing {
                    name: match &one.record {
                        Record::Recorded { name, .. } => name.clone(),
                        Record::Unverified => one.version.to_string(),
                    },
                    by: Some(one.app.clone()).filter(|_| one.record != Record::Unverified),
                    revert: history.count_down_to(&one.version).filter(reaches),
                })
                .collect())
        })
    }
}

impl Missing {
    /// What has happened, and what to type next, for a front end that is called `program`.
    pub(crate) fn advice(&self, program: &str) -> String {
        let by = match self.by.as_deref() {
            None => "applied by another tool".to_owned(),
            Some("") => "applied".to_owned(),
            Some(app) => format!("applied by {app}"),
        };
        let back = match self.revert.map(NonZeroUsize::get) {
            None => "; it cannot be reverted from here".to_owned(),
            Some(1) => format!("; or take it back, with its data: `{program} revert`"),
            Some(count) => format!(
                "; or take it and what is newer back, with the data: `{program} revert -n {count}`"
            ),
        };
        format!(
            "{by}, and its directory is not here: put it back, or fetch the branch that has it{back}"
        )
    }
}
