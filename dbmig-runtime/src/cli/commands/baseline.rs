//! `baseline`: takes migrations as applied.

use crate::cli::args::BaselineArgs;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::json;
use crate::cli::show::plural;
use crate::database::Database;
use crate::error::Error;
use crate::report::{Done, Report};

pub(in crate::cli) fn baseline(
    db: &mut dyn Database,
    context: &Context<'_>,
    args: &BaselineArgs,
) -> Result<Exit, Error> {
    let mut runner = context.runner();
    if args.dry_run {
        let wanted = runner.baseline_plan(db, args.to.as_ref())?;
        let done = wanted.into_iter().map(Done::planned).collect();
        let report = Report { done, ..Report::default() };
        context.output.json(&json::Finished::new(&report));
        report.applied().for_each(|name| context.output.line(format!("would enter {name}")));
        let count = report.done.len();
        context.output.line(format!("{count} to enter as applied, nothing done yet"));
        return Ok(Exit::Done);
    }
    let report = runner.baseline(db, args.to.as_ref())?;
    context.output.json(&json::Finished::new(&report));
    report.applied().for_each(|name| context.output.note(format!("entered {name}")));
    let count = report.done.len();
    let noun = plural(count, "migration", "migrations");
    context.output.line(match count {
        0 => "nothing to do".to_owned(),
        _ => format!("entered {count} {noun} as applied, without running any"),
    });
    Ok(Exit::Done)
}
