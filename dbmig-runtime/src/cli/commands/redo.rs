//! `redo`: takes the newest migrations back, and applies them again.

use dbmig_core::plan::Target;

use super::plan::plan;
use super::run::{finished, run_to};
use crate::cli::args::{Allowed, RedoArgs};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::database::Database;
use crate::error::Error;

pub(in crate::cli) fn redo(
    db: &mut dyn Database,
    context: &Context<'_>,
    args: &RedoArgs,
) -> Result<Exit, Error> {
    let (target, allowed) = (Target::Redo(args.how_many.extent()), Allowed::default());
    match args.dry_run {
        true => plan(db, context, &target, allowed),
        false => Ok(finished(context, &run_to(db, context, &target, allowed)?)),
    }
}
