//! A step of a plan, as it is shown to people and to programs.

use dbmig_core::impact::{Compatibility, Reversibility};
use dbmig_core::migration::Execution;
use dbmig_core::plan::{Direction, Step};
use dbmig_core::sql::{Position, Statement};

use crate::execute::{Resolved, ScriptSource};

/// A step of a plan, as it is shown.
pub(super) struct ShownStep {
    pub(super) execution: Execution,
    pub(super) source: ScriptSource,
    /// Where the script is.
    pub(super) path: String,
    pub(super) statements: Vec<(Position, String)>,
    pub(super) done_before: usize,
    /// What applying it means for the previous version of the app.
    pub(super) compatibility: Option<Compatibility>,
    /// What reverting it does to the data.
    pub(super) reversibility: Option<Reversibility>,
}

impl ShownStep {
    pub(super) fn of(step: &Step<'_>, resolved: &Resolved<'_>) -> Self {
        let shown = |s: &Statement<'_>| (s.position, s.without_secrets().into_owned());
        let (compatibility, reversibility) = match step.direction() {
            Direction::Up => (Some(resolved.impact.compatibility().clone()), None),
            Direction::Down => (None, Some(resolved.impact.reversibility().clone())),
        };
        Self {
            execution: resolved.execution,
            source: resolved.source,
            path: resolved.script.path.to_string(),
            statements: resolved.statements.iter().map(shown).collect(),
            done_before: resolved.done_before,
            compatibility,
            reversibility,
        }
    }
}
