//! What a plan plays, for those who show it.

use dbmig_core::plan::{Plan, Step};

use super::{Runner, within};
use crate::database::Database;
use crate::error::Error;
use crate::execute::{Resolved, ScriptOrigin, resolve};

impl Runner<'_> {
    /// Tells `see` what each step of `plan` plays, as [`Runner::run`] would play it. Reads only.
    pub(crate) fn resolve(
        &self,
        db: &mut dyn Database,
        plan: &Plan<'_>,
        mut see: impl FnMut(&Step<'_>, &Resolved<'_>),
    ) -> Result<(), Error> {
        within(db, |db| {
            let tables = self.seek().locate(db)?;
            let origin = ScriptOrigin { tables: &tables, key: self.options.history_key.as_ref() };
            for step in &plan.steps {
                let mut kept = None;
                see(step, &resolve(db, &origin, step, &mut kept)?);
            }
            Ok(())
        })
    }
}
