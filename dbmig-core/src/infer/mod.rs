//! What a migration means for others, out of its SQL.
//!
//! A statement becomes a tree (`parse`), the tree what it does in a few words (`read`), and that a
//! judgement about the way up (`forward`) and the way back (`backward`). Whatever is not understood
//! on the way counts as the worst.

mod body;
mod change;
mod check;
mod compatibility;
mod expression;
mod formula;
mod name;
mod parse;
mod read;
mod reversibility;
mod schema;
mod scope;
mod shape;
mod step;
mod types;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::impact::{
    Compatibility, Impact, ImpactText, Losses, Reason, ReversalVerdict, Reversibility, Verdict,
};
use crate::migration::{DeclaredReversibility, Down, Settings};
use crate::sql::{SplitError, Statements};
use crate::{Dialect, Migration, parallel};
use change::Change;
use compatibility::Judgement;
use schema::Schema;
use step::Step;

/// What was found out about a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inferred {
    /// About the way up.
    pub compatibility: Compatibility,
    /// About the way back.
    pub reversibility: Reversibility,
    /// The first statement of `up.sql` that the previous version certainly cannot live with.
    pub breaks: Option<Reason>,
    /// The first statement of `down.sql` that certainly loses data: nothing was filled before,
    /// which could be with what is dropped.
    pub loses: Option<Reason>,
}

impl Inferred {
    /// As a migration carries it.
    pub fn impact(&self) -> ImpactText {
        ImpactText::new(&self.compatibility, &self.reversibility)
    }

    /// Both ways together.
    pub fn consequences(&self) -> Impact {
        self.impact().read()
    }
}

/// The scripts of a migration, which have been split.
pub(crate) struct Scripts<'t> {
    /// The whole way up.
    pub(crate) text: &'t str,
    pub(crate) up: Result<Statements<'t>, SplitError>,
    /// Where there is a way back.
    pub(crate) down: Option<Result<Statements<'t>, SplitError>>,
    pub(crate) settings: &'t Settings,
}

impl<'t> Scripts<'t> {
    fn of(dialect: Dialect, migration: &'t Migration) -> Self {
        let down = match migration.down() {
            Down::Missing => None,
            Down::Script(script) => Some(script.statements(dialect)),
        };
        let up = migration.up();
        let settings = &migration.settings;
        Self { text: &up.text, up: up.statements(dialect), down, settings }
    }
}

/// Reads the scripts of `migrations`, which are all of a set, the oldest first.
pub fn infer(dialect: Dialect, migrations: &[Migration]) -> Vec<Inferred> {
    let split = |migration| Scripts::of(dialect, migration);
    infer_split(dialect, &migrations.iter().map(split).collect::<Vec<_>>())
}

/// The same of scripts that have been split.
pub(crate) fn infer_split(dialect: Dialect, migrations: &[Scripts<'_>]) -> Vec<Inferred> {
    // Trees are dropped level by level: whoever holds them needs the stack of those who read them.
    let all = parallel::map_deep(&[migrations], parse::STACK, |all| judge(dialect, all));
    all.into_iter().flatten().collect()
}

/// Each is read once, all at the same time, and judged against the schema before it.
fn judge(dialect: Dialect, migrations: &[Scripts<'_>]) -> Vec<Inferred> {
    // The parser is somebody else's: whatever it stumbles over is not worth a build.
    let all = parallel::map_deep(migrations, parse::STACK, |migration| {
        catch_unwind(AssertUnwindSafe(|| read(dialect, migration))).ok()
    });
    let mut schema = Schema::empty(dialect);
    let mut found = Vec::with_capacity(migrations.len());
    for (migration, read) in migrations.iter().zip(&all) {
        let Some(read) = read else {
            found.push(unread());
            schema.fold(&[step::unread(migration.text)]);
            continue;
        };
        let judged = catch_unwind(AssertUnwindSafe(|| {
            compatibility::judge(&read.up, read.settings, &schema)
        }));
        match judged {
            Ok(Judgement { compatibility, breaks, after }) => {
                found.push(Inferred { compatibility, breaks, ..read.down.clone() });
                schema.take_over(&read.up, after);
            }
            Err(_) => {
                found.push(unread());
                schema.fold(&read.up);
            }
        }
    }
    found
}

/// A migration that was read.
struct Read<'t> {
    up: Vec<Step<'t>>,
    settings: &'t Settings,
    /// Its way back, judged.
    down: Inferred,
}

fn read<'t>(dialect: Dialect, scripts: &Scripts<'t>) -> Read<'t> {
    let settings = scripts.settings;
    let (reversibility, loses) = match &scripts.down {
        None => (impossible("there is no down.sql"), None),
        Some(Ok(statements)) if !statements.is_empty() => {
            let changes: Vec<Change> = statements.iter().flat_map(read::changes).collect();
            reversibility::judge(dialect, &changes)
        }
        Some(Ok(_)) if settings.reversible == DeclaredReversibility::Yes => {
            (nothing_to_undo(), None)
        }
        Some(Ok(_)) => (impossible("its down.sql holds no statement"), None),
        Some(Err(error)) => {
            let reason = Reason::inferred(BROKEN_DOWN, Some(error.position));
            (Reversibility { reversal: ReversalVerdict::Impossible, reason }, None)
        }
    };
    let up = step::steps(dialect, scripts);
    Read { up, settings, down: Inferred { reversibility, loses, ..unread() } }
}

fn unread() -> Inferred {
    let reason = || Reason::inferred("not understood: its SQL could not be read", None);
    Inferred {
        compatibility: Compatibility { verdict: Verdict::Breaking, reason: reason() },
        reversibility: Reversibility {
            reversal: ReversalVerdict::Lossy(Losses::Unknown),
            reason: reason(),
        },
        breaks: None,
        loses: None,
    }
}

fn impossible(reason: &str) -> Reversibility {
    Reversibility { reversal: ReversalVerdict::Impossible, reason: Reason::inferred(reason, None) }
}

fn nothing_to_undo() -> Reversibility {
    let reason = Reason::inferred("its down.sql holds no statement: nothing is to be undone", None);
    Reversibility { reversal: ReversalVerdict::Restores, reason }
}

const BROKEN_DOWN: &str = "its down.sql cannot be played";
