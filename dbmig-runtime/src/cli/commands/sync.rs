//! `sync`: up, down, or nothing.

use dbmig_core::plan::{Blocked, Comparison, Relation};

use super::plan::scripts;
use crate::cli::args::SyncArgs;
use crate::cli::context::{Context, tell_missing, warn};
use crate::cli::exit::Exit;
use crate::cli::json::{self, StartupOutcome};
use crate::cli::output::Tone;
use crate::cli::progress::ProgressLine;
use crate::cli::qovery;
use crate::cli::show::{self, plural};
use crate::database::Database;
use crate::error::Error;
use crate::event::Event;
use crate::options::Options;
use crate::report::Report;
use crate::runner::{Preview, Runner};

pub(in crate::cli) fn sync(
    db: &mut dyn Database,
    context: &Context<'_>,
    args: SyncArgs,
) -> Result<Exit, Error> {
    let policy = args.over(context.options.policy);
    let runner = Runner::new(context.set, Options { policy, ..context.options.clone() });
    let target = args.target();
    let preview = runner.preview(db, &target)?;
    if args.dry_run {
        return dry_run(db, context, &preview);
    }
    let mut progress = ProgressLine::new(context.output);
    let observe = |event: &Event<'_>| {
        if let Event::Planned { plan } = event {
            warn(context, plan);
        }
        progress.observe(event);
    };
    let result = runner.observe(observe).run(db, &target);
    progress.end();
    match result {
        Ok(report) => {
            let told = preview.comparison.unknown_names();
            tell_missing(context, report.missing.iter().filter(|name| !told.contains(name)));
            Ok(finished(context, &preview, &report))
        }
        Err(error) => Ok(refused(context, &preview, &error)),
    }
}

fn finished(context: &Context<'_>, preview: &Preview<'_>, report: &Report) -> Exit {
    let output = &context.output;
    output.json(&json::Synced::new(preview, StartupOutcome::Done(report)));
    let verdict = preview.comparison.verdict();
    let counts = [(report.reverted().count(), "reverted"), (report.applied().count(), "applied")];
    let done: Vec<_> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, verb)| {
            format!("{verb} {count} {}", plural(*count, "migration", "migrations"))
        })
        .collect();
    if done.is_empty() {
        tell_unknown(context, &preview.comparison);
        output.line(match verdict {
            Relation::Ahead => {
                "the database is ahead, and this version can live with it: nothing to do".to_owned()
            }
            Relation::BelowFloor if !report.breaking.is_empty() => {
                "the database is ahead with what this version may not be able to live with, and it goes on, \
                 because breaking_ahead is `warn`: nothing to do"
                    .to_owned()
            }
            Relation::Same | Relation::Behind | Relation::BelowFloor | Relation::Diverged => {
                "nothing to do".to_owned()
            }
        });
    } else {
        output.line(done.join(", "));
    }
    if let Err(warning) = qovery::write(verdict, report, context.set) {
        output.warning(warning);
    }
    Exit::Done
}

fn refused(context: &Context<'_>, preview: &Preview<'_>, error: &Error) -> Exit {
    let exit = Exit::from(error);
    let (message, next) = (error.to_string(), error.remedy(context.program));
    let failure = json::FailureRow::new(&message, next.as_deref(), exit);
    context.output.json(&json::Synced::new(preview, StartupOutcome::Failed(&failure)));
    context.output.tell_error(&message, next.as_deref());
    exit
}

fn dry_run(
    db: &mut dyn Database,
    context: &Context<'_>,
    preview: &Preview<'_>,
) -> Result<Exit, Error> {
    let plan = match &preview.plan {
        Ok(plan) => plan,
        Err(blocked) => {
            let error = Error::Blocked(Blocked::clone(blocked));
            return Ok(refused(context, preview, &error));
        }
    };
    warn(context, plan);
    let shown = scripts(db, context, plan)?;
    let planned = json::Planned::new(plan, &shown);
    context.output.json(&json::Synced::new(preview, StartupOutcome::Planned(planned)));
    tell_unknown(context, &preview.comparison);
    show::plan(&context.output, plan, &shown);
    for losses in &preview.losses {
        context.output.line(format!("{} {losses}", Tone::Bad.paint("loses")));
    }
    Ok(Exit::Done)
}

fn tell_unknown(context: &Context<'_>, comparison: &Comparison<'_>) {
    for one in &comparison.unknown {
        context.output.line(format!("{} {one}", Tone::Warning.paint("ahead")));
    }
}
