//! `revert`: takes the newest migrations back.

use super::plan::plan;
use super::run::{finished, run_to};
use crate::cli::args::{Allowed, RevertArgs};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::database::Database;
use crate::error::Error;

pub(in crate::cli) fn revert(
    db: &mut dyn Database,
    context: &Context<'_>,
    args: &RevertArgs,
) -> Result<Exit, Error> {
    let (target, allowed) = (args.target(), Allowed::default());
    match args.dry_run {
        true => plan(db, context, &target, allowed),
        false => Ok(finished(context, &run_to(db, context, &target, allowed)?)),
    }
}
