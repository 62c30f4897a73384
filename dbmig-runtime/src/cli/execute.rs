//! Executes a command: the same for `cargo dbmig` and for an app.

use super::args::Command;
use super::confirm::{ConfirmedDatabases, confirm};
use super::context::Context;
use super::effect::CommandEffect;
use super::exit::Exit;
use super::progress::ProgressLine;
use super::signals::end_when_silent;
use super::{commands, lasting};
use crate::backoff::patiently;
use crate::connect::{connect_to_read, connect_with};
use crate::database::Database;
use crate::error::Error;
use crate::event::Event;
use crate::options::Options;

/// Executes `command` and tells its result.
pub fn execute(command: &Command, context: &Context<'_>) -> Exit {
    told(try_execute(command, context), context)
}

/// With the error told, if it is one.
pub(super) fn told(result: Result<Exit, Error>, context: &Context<'_>) -> Exit {
    result.unwrap_or_else(|error| context.output.error(&error, context.program))
}

fn try_execute(command: &Command, context: &Context<'_>) -> Result<Exit, Error> {
    lasting::refuse_others(command, context.url)?;
    if let CommandEffect::Loses(what) = command.effect()
        && let Err(exit) = confirm(
            &context.output,
            context.url,
            what,
            ConfirmedDatabases::FarAway,
            context.confirmation,
        )
    {
        return Ok(exit);
    }
    if let Command::Wait(args) = command {
        return commands::wait::wait(context, args.timeout);
    }
    dispatch(command, &mut *connected(command, context)?, context)
}

/// The connection of a command that has nothing to ask a person before.
pub(super) fn begin(command: &Command, context: &Context<'_>) -> Result<Box<dyn Database>, Error> {
    lasting::refuse_others(command, context.url)?;
    connected(command, context)
}

fn connected(command: &Command, context: &Context<'_>) -> Result<Box<dyn Database>, Error> {
    end_when_silent(&context.options.control, context.output, context.answer_timeout);
    open(command, context)
}

/// Executes `command` on `db`.
pub(super) fn dispatch(
    command: &Command,
    db: &mut dyn Database,
    context: &Context<'_>,
) -> Result<Exit, Error> {
    match command {
        Command::Run(args) => commands::run::run(db, context, args),
        Command::Revert(args) => commands::revert::revert(db, context, args),
        Command::Redo(args) => commands::redo::redo(db, context, args),
        Command::Plan(args) => commands::plan::plan(db, context, &args.target(), args.allowed),
        Command::Status(args) => commands::status::status(db, context, args.check),
        Command::Pending(args) => commands::pending::pending(db, context, args.check),
        Command::History(args) => commands::history::history(db, context, args.limit.get()),
        Command::Verify(_) => commands::verify::verify(db, context),
        Command::Repair(args) => commands::repair::repair(db, context, args),
        Command::Baseline(args) => commands::baseline::baseline(db, context, args),
        Command::Sync(args) => commands::sync::sync(db, context, *args),
        Command::Wait(args) => commands::wait::wait(context, args.timeout),
    }
}

fn open(command: &Command, context: &Context<'_>) -> Result<Box<dyn Database>, Error> {
    let Options { connect_wait, control, .. } = &context.options;
    let mut progress = ProgressLine::new(context.output);
    let mut observe = |event: &Event<'_>| progress.observe(event);
    let opened = patiently(*connect_wait, control, &mut observe, || match command.effect() {
        CommandEffect::Writes => connect_with(context.url, control),
        CommandEffect::Reads | CommandEffect::Waits | CommandEffect::Loses(_) => {
            connect_to_read(context.url, control)
        }
    });
    progress.end();
    opened
}
