//! What a plan executes, for those who show it.

use dbmig_core::plan::{Plan, Step};

use super::{Runner, within};
use crate::database::Database;
use crate::error::Error;
use crate::execute::{Resolved, resolve};
use crate::history::StoredScripts;

impl Runner<'_> {
    /// Tells `see` what each step of `plan` executes, as [`Runner::run`] would. Reads only.
    pub(crate) fn resolve(
        &self,
        db: &mut dyn Database,
        plan: &Plan<'_>,
        mut see: impl FnMut(&Step<'_>, &Resolved<'_>),
    ) -> Result<(), Error> {
        within(db, |db| {
            let tables = self.seek().locate(db)?;
            let mut stored = StoredScripts::default();
            for step in &plan.steps {
                stored.read_for(db, &tables, step, self.options.history_key.as_ref())?;
                see(step, &resolve(tables.dialect, &stored, step)?);
            }
            Ok(())
        })
    }
}
