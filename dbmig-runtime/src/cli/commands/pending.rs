//! `pending`: the names of what is to be applied.

use dbmig_core::status::{MigrationState, StatusEntry};

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::json;
use crate::database::Database;
use crate::error::Error;

pub(in crate::cli) fn pending(
    db: &mut dyn Database,
    context: &Context<'_>,
    check: bool,
) -> Result<Exit, Error> {
    let entries = context.runner().status(db)?;
    Ok(tell(context, check, entries))
}

/// Tells what of `entries` is pending.
pub(in crate::cli) fn tell(
    context: &Context<'_>,
    check: bool,
    mut entries: Vec<StatusEntry>,
) -> Exit {
    entries.retain(|e| {
        e.state == MigrationState::Pending
            || (e.state == MigrationState::Interrupted && context.set.get(&e.version).is_some())
    });
    context.output.json(&json::StatusList::new(&entries, None, None));
    if entries.is_empty() {
        context.output.line("nothing pending");
    }
    entries.iter().for_each(|entry| context.output.line(&entry.name));
    if check && !entries.is_empty() { Exit::Found } else { Exit::Done }
}
