//! What each command does to a database. A new one does not compile before it is said here.

use super::args::Command;

/// What a command does to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CommandEffect {
    /// It reads: a database that is not there yet is an empty one, and is not created.
    Reads,
    /// It reads, until another process has written.
    Waits,
    /// It applies, or writes down.
    Writes,
    /// It may lose what a person wants to keep, in words for a question. A database that is not there
    /// yet has nothing to lose, and is not created.
    Loses(&'static str),
}

impl Command {
    pub(super) fn effect(&self) -> CommandEffect {
        match self {
            Self::Status(_)
            | Self::Pending(_)
            | Self::Plan(_)
            | Self::History(_)
            | Self::Verify(_) => CommandEffect::Reads,
            Self::Wait(_) => CommandEffect::Waits,
            Self::Run(args) => unless(args.dry_run, CommandEffect::Writes),
            // A job has nobody to ask; what would be lost is counted, and refused unless allowed.
            Self::Sync(args) => unless(args.dry_run, CommandEffect::Writes),
            Self::Baseline(args) => unless(args.dry_run, CommandEffect::Writes),
            Self::Revert(args) => unless(args.dry_run, CommandEffect::Loses("revert migrations")),
            Self::Redo(args) => {
                unless(args.dry_run, CommandEffect::Loses("revert migrations and apply them again"))
            }
            Self::Repair(args) => {
                let only_explains = args.dry_run || args.what.repair().is_none();
                unless(only_explains, CommandEffect::Loses("record what you say as what holds"))
            }
        }
    }
}

const fn unless(shows_only: bool, effect: CommandEffect) -> CommandEffect {
    if shows_only { CommandEffect::Reads } else { effect }
}
