//! A step of a plan, as it is shown to people and to programs.

use dbmig_core::migration::Execution;
use dbmig_core::outlook::{Backward, Forward};
use dbmig_core::plan::{Direction, Step};
use dbmig_core::sql::{Position, Statement};

use crate::execute::{Resolved, Source};

/// A step of a plan, as it is shown.
pub(super) struct ShownStep {
    pub(super) execution: Execution,
    pub(super) source: Source,
    /// Where the script is.
    pub(super) path: String,
    pub(super) statements: Vec<(Position, String)>,
    pub(super) done_before: usize,
    /// What applying it means for the previous version of the app.
    pub(super) forward: Option<Forward>,
    /// What reverting it does to the data.
    pub(super) backward: Option<Backward>,
}

impl ShownStep {
    pub(super) fn of(step: &Step<'_>, resolved: &Resolved<'_>) -> Self {
        let shown = |s: &Statement<'_>| (s.position, s.without_secrets().into_owned());
        let (forward, backward) = match step.direction() {
            Direction::Up => (Some(resolved.outlook.forward()), None),
            Direction::Down => (None, Some(resolved.outlook.backward())),
        };
        Self {
            execution: resolved.execution,
            source: resolved.source,
            path: resolved.script.path.to_string(),
            statements: resolved.statements.iter().map(shown).collect(),
            done_before: resolved.done_before,
            forward,
            backward,
        }
    }
}
