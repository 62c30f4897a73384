//! What a migration means for others, out of its SQL.
//!
//! A statement becomes a tree (`parse`), the tree what it does in a few words (`read`), and that a
//! judgement about the way up (`forward`) and the way back (`backward`). Whatever is not understood
//! on the way counts as the worst.

mod backward;
mod change;
mod check;
mod expression;
mod forward;
mod name;
mod parse;
mod past;
mod read;
mod scope;
mod types;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::migration::{Down, Reversible, Script};
use crate::outlook::{Backward, Forward, Ground, Impact, Losses, Outlook, Reversal};
use crate::{Dialect, Migration, parallel};
use change::{Act, Change};
use past::Past;

/// What was found out about a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inferred {
    /// About the way up.
    pub forward: Forward,
    /// About the way back.
    pub backward: Backward,
    /// The first statement of `up.sql` that the previous version certainly cannot live with.
    pub breaks: Option<Ground>,
    /// The first statement of `down.sql` that certainly loses data: nothing was filled before,
    /// which could be with what is dropped.
    pub loses: Option<Ground>,
}

impl Inferred {
    /// As a migration carries it.
    pub fn outlook(&self) -> Outlook {
        Outlook::new(&self.forward, &self.backward)
    }
}

/// Reads the scripts of `migrations`, which are all of a set, the oldest first.
pub fn infer(dialect: Dialect, migrations: &[Migration]) -> Vec<Inferred> {
    let numbered: Vec<_> = migrations.iter().enumerate().collect();
    parallel::map_deep(&numbered, parse::STACK, |(number, migration)| {
        let past = Past::new(dialect, &migrations[..*number]);
        // The parser is somebody else's: whatever it stumbles over is not worth a build.
        let read = || one(dialect, migration, &past);
        catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| unread())
    })
}

fn one(dialect: Dialect, migration: &Migration, past: &Past<'_>) -> Inferred {
    let (forward, breaks) = forward::judge(dialect, &changes(dialect, migration.up()), past);
    let (backward, loses) = match migration.down() {
        Down::Missing => (impossible("there is no down.sql"), None),
        Down::Script(script) => match script.statements(dialect) {
            Ok(statements) if !statements.is_empty() => {
                backward::judge(dialect, &changes(dialect, script))
            }
            Ok(_) if migration.settings.reversible == Reversible::Yes => (nothing_to_undo(), None),
            Ok(_) => (impossible("its down.sql holds no statement"), None),
            Err(error) => {
                let ground = Ground::inferred(BROKEN_DOWN, Some(error.position));
                (Backward { reversal: Reversal::Impossible, ground }, None)
            }
        },
    };
    Inferred { forward, backward, breaks, loses }
}

fn unread() -> Inferred {
    let ground = || Ground::inferred("not understood: its SQL could not be read", None);
    Inferred {
        forward: Forward { impact: Impact::Breaking, ground: ground() },
        backward: Backward { reversal: Reversal::Lossy(Losses::Unknown), ground: ground() },
        breaks: None,
        loses: None,
    }
}

fn impossible(reason: &str) -> Backward {
    Backward { reversal: Reversal::Impossible, ground: Ground::inferred(reason, None) }
}

fn nothing_to_undo() -> Backward {
    let ground = Ground::inferred("its down.sql holds no statement: nothing is to be undone", None);
    Backward { reversal: Reversal::Restores, ground }
}

const BROKEN_DOWN: &str = "its down.sql cannot be played";

/// What all statements of a script do, in their order.
fn changes(dialect: Dialect, script: &Script) -> Vec<Change> {
    match script.statements(dialect) {
        Ok(statements) => statements.iter().flat_map(read::changes).collect(),
        Err(error) => {
            vec![Change { act: Act::NotUnderstood(error.to_string()), position: error.position }]
        }
    }
}
