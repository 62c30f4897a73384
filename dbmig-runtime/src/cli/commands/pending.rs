//! `pending`: the names of what is to be applied.

use dbmig_core::status::MigrationState;

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
    let mut entries = context.runner().status(db)?;
    entries.retain(|e| {
        e.state == MigrationState::Pending
            || (e.state == MigrationState::Interrupted && context.set.get(&e.version).is_some())
    });
    context.output.json(&json::StatusList::new(&entries, None, None));
    if entries.is_empty() {
        context.output.line("nothing pending");
    }
    entries.iter().for_each(|entry| context.output.line(&entry.name));
    Ok(if check && !entries.is_empty() { Exit::Found } else { Exit::Done })
}
