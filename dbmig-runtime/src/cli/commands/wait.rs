//! `wait`: until somebody else has migrated.

use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::json;
use crate::cli::progress::ProgressLine;
use crate::cli::show::plural;
use crate::cli::signals::end_when_silent;
use crate::error::Error;
use crate::event::Event;
use crate::runner::wait_at;

/// Opens its connections itself: the database need not be there yet.
pub(in crate::cli) fn wait(context: &Context<'_>, timeout: Duration) -> Result<Exit, Error> {
    // The time-out holds for a connection that hangs, too.
    let patience = context.answer_timeout.min(timeout);
    end_when_silent(&context.options.control, context.output, patience);
    let mut progress = ProgressLine::new(context.output);
    let Context { set, options, url, .. } = context;
    let mut observe = |event: &Event<'_>| progress.observe(event);
    let result = wait_at(set, options, url, timeout, &mut observe);
    progress.end();
    let report = result?;
    context.output.json(&json::WaitRow::new(&report));
    match report.ahead.len() {
        0 => context.output.line("the schema is there"),
        count => {
            let noun = plural(count, "migration", "migrations");
            context.output.line(format!("the schema is there, and {count} {noun} ahead"));
        }
    }
    if !report.breaking.is_empty() {
        context.output.warning(format!(
            "this version may not be able to live with {}; it goes on because breaking_ahead is `warn`",
            report.breaking.join(", "),
        ));
    }
    Ok(Exit::Done)
}
