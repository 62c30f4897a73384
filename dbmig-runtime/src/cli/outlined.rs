//! Commands that may need no script: most runs have nothing to do, and `status` shows names.
//!
//! The front end first offers what it knows without reading the migrations. Where that is not enough,
//! the command goes on with what was read, on the same connection.

use dbmig_core::plan::Target;

use super::args::Command;
use super::commands;
use super::context::Context;
use super::execute::{begin, dispatch, told};
use super::exit::Exit;
use crate::database::Database;
use crate::error::Error;
use crate::report::Report;

/// What became of a command that was tried without scripts.
pub enum Outlined {
    /// It was executed.
    Done(Exit),
    /// It needs the scripts; nothing was told or done so far.
    ReadOn(Opened),
}

/// A connection on which a command was tried.
pub struct Opened(Box<dyn Database>);

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Opened").finish()
    }
}

impl std::fmt::Debug for Outlined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Done(exit) => f.debug_tuple("Done").field(exit).finish(),
            Self::ReadOn(opened) => f.debug_tuple("ReadOn").field(opened).finish(),
        }
    }
}

/// Whether [`try_outlined`] may be enough for `command`.
pub fn may_be_outlined(command: &Command) -> bool {
    match command {
        Command::Run(args) => !args.dry_run && args.target() == Target::Latest,
        Command::Status(_) | Command::Pending(_) => true,
        Command::Revert(_)
        | Command::Redo(_)
        | Command::Plan(_)
        | Command::History(_)
        | Command::Verify(_)
        | Command::Repair(_)
        | Command::Baseline(_)
        | Command::Sync(_)
        | Command::Wait(_) => false,
    }
}

/// Executes `command` if the names, checksums and verdicts of the set are enough for it: the set's
/// scripts are never looked at.
pub fn try_outlined(command: &Command, context: &Context<'_>) -> Outlined {
    let tried = begin(command, context).and_then(|mut db| {
        let done = outlined(command, &mut *db, context)?;
        Ok(done.map_or_else(|| Outlined::ReadOn(Opened(db)), Outlined::Done))
    });
    tried.unwrap_or_else(|error| Outlined::Done(context.output.error(&error, context.program)))
}

/// Executes `command` on the connection on which it was tried.
pub fn execute_on(opened: Opened, command: &Command, context: &Context<'_>) -> Exit {
    let Opened(mut db) = opened;
    told(dispatch(command, &mut *db, context), context)
}

fn outlined(
    command: &Command,
    db: &mut dyn Database,
    context: &Context<'_>,
) -> Result<Option<Exit>, Error> {
    match command {
        Command::Run(args) => {
            let is_current = context.runner_with(args.allowed).is_up_to_date(db);
            Ok(is_current.then(|| commands::run::finished(context, &Report::default())))
        }
        Command::Status(args) => {
            let standing = context.runner().standing(db)?;
            let known = context.knows_all(&standing.entries);
            Ok(known.then(|| commands::status::tell(context, args.check, &standing)))
        }
        Command::Pending(args) => {
            let entries = context.runner().status(db)?;
            let known = context.knows_all(&entries);
            Ok(known.then(|| commands::pending::tell(context, args.check, entries)))
        }
        Command::Revert(_)
        | Command::Redo(_)
        | Command::Plan(_)
        | Command::History(_)
        | Command::Verify(_)
        | Command::Repair(_)
        | Command::Baseline(_)
        | Command::Sync(_)
        | Command::Wait(_) => Ok(None),
    }
}
