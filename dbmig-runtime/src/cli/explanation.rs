//! What there is to repair, in words.

use dbmig_core::plan::{Diagnosis, Direction, Issue, Unresumable};

use crate::error::{of_drifted, of_stuck};

/// A diagnosis in words.
pub(super) struct Explained {
    pub(super) what: &'static str,
    pub(super) message: String,
    pub(super) next: String,
}

impl Explained {
    pub(super) fn of(one: &Diagnosis, program: &str) -> Self {
        match &one.issue {
            Issue::Drifted(drifted) => Self {
                what: "drifted",
                message: format!("{} has changed since it was applied", drifted.path),
                next: of_drifted(std::slice::from_ref(drifted), program),
            },
            Issue::Interrupted { run, resumption } => match resumption {
                Ok(resumption) => Self {
                    what: "interrupted",
                    message: format!(
                        "an earlier run ended after statement {} of it; that is known for certain",
                        resumption.done
                    ),
                    next: format!("`{program} {}` goes on", verb(run.direction)),
                },
                Err(reason) => {
                    let unresumable = Unresumable {
                        version: run.version.clone(),
                        name: run.name.clone(),
                        direction: run.direction,
                        reason: reason.clone(),
                    };
                    Self {
                        what: "interrupted",
                        message: unresumable.to_string(),
                        next: of_stuck(&unresumable, program),
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
