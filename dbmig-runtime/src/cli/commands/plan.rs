//! `plan`, and what others would do with `--dry-run`.

use dbmig_core::plan::{Plan, Target};

use crate::cli::args::Allowed;
use crate::cli::context::{Context, warn};
use crate::cli::exit::Exit;
use crate::cli::step::ShownStep;
use crate::cli::{json, show};
use crate::database::Database;
use crate::error::Error;

pub(in crate::cli) fn plan(
    db: &mut dyn Database,
    context: &Context<'_>,
    target: &Target,
    allowed: Allowed,
) -> Result<Exit, Error> {
    let runner = context.runner_with(allowed);
    let plan = runner.plan(db, target)?;
    warn(context, &plan);
    let shown = scripts(db, context, &plan)?;
    context.output.json(&json::Planned::new(&plan, &shown));
    show::plan(&context.output, &plan, &shown);
    Ok(Exit::Done)
}

/// What the steps of `plan` would execute.
pub(in crate::cli) fn scripts(
    db: &mut dyn Database,
    context: &Context<'_>,
    plan: &Plan<'_>,
) -> Result<Vec<ShownStep>, Error> {
    let mut shown = Vec::with_capacity(plan.steps.len());
    context.runner().resolve(db, plan, |step, resolved| {
        shown.push(ShownStep::of(step, resolved));
    })?;
    Ok(shown)
}
