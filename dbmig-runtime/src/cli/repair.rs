//! `repair`: explains first, acts when it is told what holds.

use dbmig_core::plan::{Ailment, Diagnosis, Direction, Mending, Repair, Stuck};

use super::exit::Exit;
use super::json;
use super::output::{Look, Output};
use crate::database::Database;
use crate::error::Error;
use crate::runner::Runner;

/// Shows what there is to settle, and how.
pub(super) fn explain(
    runner: &Runner<'_>,
    db: &mut dyn Database,
    output: &Output,
    program: &str,
) -> Result<Exit, Error> {
    let found = runner.diagnose(db)?;
    let explained: Vec<_> = found.iter().map(|one| Explained::of(one, program)).collect();
    output.json(&json::Diagnosed::new(&found, &explained));
    for (one, explained) in found.iter().zip(&explained) {
        output.line(format!("{} {}", Look::Bad.paint(explained.what), one.name));
        output.line(format!("  {}", explained.message.replace('\n', "\n  ")));
        output.line(format!("  {} {}", Look::Good.paint("next:"), explained.next));
    }
    if found.is_empty() {
        output.line("nothing to repair");
        return Ok(Exit::Done);
    }
    Ok(Exit::Found)
}

/// A diagnosis in words.
pub(super) struct Explained {
    pub(super) what: &'static str,
    pub(super) message: String,
    pub(super) next: String,
}

impl Explained {
    fn of(one: &Diagnosis, program: &str) -> Self {
        match &one.ailment {
            Ailment::Drifted(drifted) => Self {
                what: "drifted",
                message: format!("{} has changed since it was applied", drifted.path),
                next: drifted.remedy(program),
            },
            Ailment::Interrupted { run, resumption } => match resumption {
                Ok(resumption) => Self {
                    what: "interrupted",
                    message: format!(
                        "an earlier run ended after statement {} of it; that is known for certain",
                        resumption.done
                    ),
                    next: format!("`{program} {}` goes on", verb(run.direction)),
                },
                Err(reason) => {
                    let stuck = Stuck {
                        version: run.version.clone(),
                        name: run.name.clone(),
                        direction: run.direction,
                        reason: reason.clone(),
                    };
                    Self {
                        what: "interrupted",
                        message: stuck.to_string(),
                        next: stuck.remedy(program),
                    }
                }
            },
        }
    }
}

const fn verb(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "run",
        Direction::Down => "revert",
    }
}

/// Shows what would be written.
pub(super) fn preview(
    runner: &Runner<'_>,
    db: &mut dyn Database,
    output: &Output,
    wanted: &Repair,
) -> Result<Exit, Error> {
    let mending = runner.repair_plan(db, wanted)?;
    output.json(&json::Mended::new(&mending));
    output.line(format!("would record {mending}"));
    output.line("nothing done yet");
    Ok(Exit::Done)
}

/// Writes it.
pub(super) fn settle(
    runner: &mut Runner<'_>,
    db: &mut dyn Database,
    output: &Output,
    wanted: &Repair,
) -> Result<Exit, Error> {
    let mending: Mending<'_> = runner.repair(db, wanted)?;
    output.json(&json::Mended::new(&mending));
    output.line(format!("recorded {mending}"));
    Ok(Exit::Done)
}
