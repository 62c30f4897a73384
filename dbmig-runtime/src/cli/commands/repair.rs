//! `repair`: explains first, acts when it is told what holds.

use dbmig_core::plan::{Repair, RepairAction};

use crate::cli::args::RepairArgs;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::explanation::Explained;
use crate::cli::json;
use crate::cli::output::{Output, Tone};
use crate::database::Database;
use crate::error::Error;
use crate::runner::Runner;

pub(in crate::cli) fn repair(
    db: &mut dyn Database,
    context: &Context<'_>,
    args: &RepairArgs,
) -> Result<Exit, Error> {
    let (output, program) = (&context.output, context.program);
    match args.what.repair() {
        None => explain(&context.runner(), db, output, program),
        Some(wanted) if args.dry_run => preview(&context.runner(), db, output, &wanted),
        Some(wanted) => settle(&mut context.runner(), db, output, &wanted),
    }
}

/// Shows what there is to settle, and how.
fn explain(
    runner: &Runner<'_>,
    db: &mut dyn Database,
    output: &Output,
    program: &str,
) -> Result<Exit, Error> {
    let found = runner.diagnose(db)?;
    let explained: Vec<_> = found.iter().map(|one| Explained::of(one, program)).collect();
    output.json(&json::Diagnosed::new(&found, &explained));
    for (one, explained) in found.iter().zip(&explained) {
        output.line(format!("{} {}", Tone::Bad.paint(explained.what), one.name));
        output.line(format!("  {}", explained.message.replace('\n', "\n  ")));
        output.line(format!("  {} {}", Tone::Good.paint("next:"), explained.next));
    }
    if found.is_empty() {
        output.line("nothing to repair");
        return Ok(Exit::Done);
    }
    Ok(Exit::Found)
}

/// Shows what would be written.
fn preview(
    runner: &Runner<'_>,
    db: &mut dyn Database,
    output: &Output,
    wanted: &Repair,
) -> Result<Exit, Error> {
    let action = runner.repair_plan(db, wanted)?;
    output.json(&json::RepairedRow::new(&action));
    output.line(format!("would record {action}"));
    output.line("nothing done yet");
    Ok(Exit::Done)
}

/// Writes it.
fn settle(
    runner: &mut Runner<'_>,
    db: &mut dyn Database,
    output: &Output,
    wanted: &Repair,
) -> Result<Exit, Error> {
    let action: RepairAction<'_> = runner.repair(db, wanted)?;
    output.json(&json::RepairedRow::new(&action));
    output.line(format!("recorded {action}"));
    Ok(Exit::Done)
}
