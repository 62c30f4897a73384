//! `status`: where each migration stands.

use dbmig_core::status::{MigrationState, StatusEntry};

use crate::cli::context::{Context, MigrationsOrigin};
use crate::cli::exit::Exit;
use crate::cli::json;
use crate::cli::output::{Output, Tone};
use crate::database::Database;
use crate::error::Error;
use crate::runner::Standing;

pub(in crate::cli) fn status(
    db: &mut dyn Database,
    context: &Context<'_>,
    check: bool,
) -> Result<Exit, Error> {
    Ok(tell(context, check, &context.runner().standing(db)?))
}

/// Tells where the migrations stand.
pub(in crate::cli) fn tell(context: &Context<'_>, check: bool, standing: &Standing) -> Exit {
    let Standing { entries, holder, ledger } = standing;
    context.output.json(&json::StatusList::new(entries, holder.as_deref(), Some(ledger)));
    show(&context.output, entries);
    if !ledger.is_obvious() {
        context.output.line(format!("the ledger is {ledger}"));
    }
    if let Some(holder) = holder {
        context.output.line(format!("a run is going on: {holder}"));
    }
    let found = entries.iter().any(|entry| is_found(entry.state, context.origin));
    if check && found { Exit::Found } else { Exit::Done }
}

/// Whether `--check` takes it for something that somebody has to look after.
const fn is_found(state: MigrationState, origin: MigrationsOrigin) -> bool {
    match (state, origin) {
        (MigrationState::Applied | MigrationState::Unverified, _)
        | (MigrationState::Missing, MigrationsOrigin::Embedded) => false,
        (MigrationState::Pending | MigrationState::Drifted | MigrationState::Interrupted, _)
        | (MigrationState::Missing, MigrationsOrigin::Directory) => true,
    }
}

fn show(output: &Output, entries: &[StatusEntry]) {
    let lines = entries.iter().map(|entry| {
        let state = tone(entry.state).paint(format_args!("{:<11}", entry.state.name()));
        let compatibility = Tone::Faint.paint(&entry.compatibility);
        format!("{state}  {}  {compatibility}", entry.name)
    });
    output.lines(&lines.collect::<Vec<_>>());
    let counts = MigrationState::ALL.iter().filter_map(|state| {
        let count = entries.iter().filter(|entry| entry.state == *state).count();
        (count > 0).then(|| format!("{count} {}", state.name()))
    });
    let counts: Vec<_> = counts.collect();
    output.line(if counts.is_empty() { "no migrations".to_owned() } else { counts.join(", ") });
}

const fn tone(state: MigrationState) -> Tone {
    match state {
        MigrationState::Applied => Tone::Good,
        MigrationState::Pending | MigrationState::Missing | MigrationState::Unverified => {
            Tone::Warning
        }
        MigrationState::Drifted | MigrationState::Interrupted => Tone::Bad,
    }
}
