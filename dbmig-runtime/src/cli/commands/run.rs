//! `run`: applies what is pending. How it goes on and what it says at the end is the same for `revert` and
//! `redo`.

use dbmig_core::plan::Target;

use super::plan::plan;
use crate::cli::args::{Allowed, RunArgs};
use crate::cli::context::{Context, tell_missing, warn};
use crate::cli::exit::Exit;
use crate::cli::json;
use crate::cli::progress::ProgressLine;
use crate::cli::show::plural;
use crate::database::Database;
use crate::error::Error;
use crate::event::Event;
use crate::report::Report;

pub(in crate::cli) fn run(
    db: &mut dyn Database,
    context: &Context<'_>,
    args: &RunArgs,
) -> Result<Exit, Error> {
    if args.dry_run {
        return plan(db, context, &args.target(), args.allowed);
    }
    let report = run_to(db, context, &args.target(), args.allowed)?;
    tell_missing(context, report.missing.iter());
    Ok(finished(context, &report))
}

/// Brings the database to `target`, and tells what happens meanwhile.
pub(in crate::cli) fn run_to(
    db: &mut dyn Database,
    context: &Context<'_>,
    target: &Target,
    allowed: Allowed,
) -> Result<Report, Error> {
    let mut progress = ProgressLine::new(context.output);
    let observe = |event: &Event<'_>| {
        if let Event::Planned { plan } = event {
            warn(context, plan);
        }
        progress.observe(event);
    };
    let result = context.runner_with(allowed).observe(observe).run(db, target);
    progress.end();
    result
}

pub(in crate::cli) fn finished(context: &Context<'_>, report: &Report) -> Exit {
    context.output.json(&json::Finished::new(report).with_missing(report));
    let parts: Vec<_> =
        [(report.reverted().count(), "reverted"), (report.applied().count(), "applied")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, verb)| {
                format!("{verb} {count} {}", plural(count, "migration", "migrations"))
            })
            .collect();
    context.output.line(match parts.as_slice() {
        [] => "nothing to do".to_owned(),
        parts => parts.join(", "),
    });
    Exit::Done
}
