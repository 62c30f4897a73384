//! What a command does must last: not in a database that ends with the process, nor in one that the
//! URL opens for reading only.

use super::args::Command;
use crate::url::{DatabaseUrl, UrlError};

/// What a command needs of its database.
enum Need {
    Read,
    /// What other processes write.
    Others,
    Write,
}

/// Refuses databases that `command` cannot do its work on.
pub(super) fn refuse_others(command: &Command, url: &DatabaseUrl) -> Result<(), UrlError> {
    match need(command) {
        Need::Read => Ok(()),
        Need::Others => url.must_outlive_the_process(),
        Need::Write => {
            url.must_outlive_the_process()?;
            url.must_write()
        }
    }
}

fn need(command: &Command) -> Need {
    let unless_dry = |dry_run: bool| if dry_run { Need::Read } else { Need::Write };
    match command {
        Command::Run(args) => unless_dry(args.dry_run),
        Command::Revert(args) => unless_dry(args.dry_run),
        Command::Redo(args) => unless_dry(args.dry_run),
        Command::Baseline(args) => unless_dry(args.dry_run),
        Command::Sync(args) => unless_dry(args.dry_run),
        Command::Repair(args) => unless_dry(args.dry_run || args.what.repair().is_none()),
        Command::Wait(_) => Need::Others,
        Command::Status(_)
        | Command::Pending(_)
        | Command::Plan(_)
        | Command::History(_)
        | Command::Verify(_) => Need::Read,
    }
}
