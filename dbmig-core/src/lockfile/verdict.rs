//! What a migration means, in the words that a reviewer reads.
//!
//! `breaking: drops the column users.nick (up.sql:3:1)`, and where `metadata.toml` says otherwise,
//! `compatible, as declared; its SQL: breaking: drops ..`.

use super::text::{names, read_names};
use crate::escape::{escape, unescape};
use crate::migration::{Compatibility, Reversible, Settings};
use crate::outlook::{
    Backward, Basis, Forward, Ground, Impact, Loss, Losses, MUST_BE_RESTARTED, Reversal,
};
use crate::sql::Position;

const DECLARED: &str = ", as declared; its SQL: ";
const RESTORES: &str = "reversible";
const LOSSY: &str = "lossy";
const IMPOSSIBLE: &str = "irreversible";

pub(super) fn forward(forward: &Forward, settings: &Settings) -> String {
    let found = ground(forward.impact.in_words(), &forward.ground, "up.sql");
    let found = match forward.impact {
        Impact::CompatibleAfterRestart => format!("{found}; {MUST_BE_RESTARTED}"),
        Impact::Compatible | Impact::Breaking => found,
    };
    with_declared(declared_forward(settings), found)
}

fn declared_forward(settings: &Settings) -> Option<&'static str> {
    match settings.compatibility {
        Compatibility::Undeclared => None,
        Compatibility::Compatible => Some(Impact::Compatible.in_words()),
        Compatibility::AfterRestart => Some(Impact::CompatibleAfterRestart.in_words()),
        Compatibility::Breaking => Some(Impact::Breaking.in_words()),
    }
}

pub(super) fn backward(backward: &Backward, settings: &Settings) -> String {
    // Where there is no way back, none can be declared.
    let declared = match (&backward.reversal, settings.reversible) {
        (Reversal::Impossible, Reversible::Yes | Reversible::Lossy) => None,
        _ => declared_backward(settings),
    };
    let word = match backward.reversal {
        Reversal::Restores => RESTORES,
        Reversal::Lossy(_) => LOSSY,
        Reversal::Impossible => IMPOSSIBLE,
    };
    with_declared(declared, ground(word, &backward.ground, "down.sql"))
}

fn declared_backward(settings: &Settings) -> Option<&'static str> {
    match settings.reversible {
        Reversible::Undeclared => None,
        Reversible::Yes => Some(RESTORES),
        Reversible::Lossy => Some(LOSSY),
        Reversible::No => Some(IMPOSSIBLE),
    }
}

fn with_declared(declared: Option<&str>, found: String) -> String {
    match declared {
        Some(word) => format!("{word}{DECLARED}{found}"),
        None => found,
    }
}

fn ground(word: &str, ground: &Ground, file: &str) -> String {
    let word = match ground.basis {
        Basis::Inferred => word.to_owned(),
        basis @ (Basis::Declared | Basis::Assumed) => format!("{word} ({})", basis.name()),
    };
    let mut reason = escape(&ground.reason);
    match ground.position {
        Some(position) => format!("{word}: {reason} ({file}:{position})"),
        None => {
            if place(&reason, file).is_some() {
                reason.insert(reason.len() - 1, '\\');
            }
            format!("{word}: {reason}")
        }
    }
}

pub(super) fn read_forward(text: &str, settings: &Settings) -> Option<Forward> {
    let text = without_declared(declared_forward(settings), text);
    let (word, rest) = text.split_once(": ")?;
    let (word, basis) = word_and_basis(word)?;
    let impact = Impact::ALL.into_iter().find(|impact| impact.in_words() == word)?;
    let rest = match impact {
        Impact::CompatibleAfterRestart => {
            rest.strip_suffix(MUST_BE_RESTARTED)?.strip_suffix("; ")?
        }
        Impact::Compatible | Impact::Breaking => rest,
    };
    Some(Forward { impact, ground: read_ground(rest, basis, "up.sql") })
}

/// `losses` are what [`loss`] has written.
pub(super) fn read_backward(
    text: &str,
    settings: &Settings,
    losses: Vec<Loss>,
) -> Option<Backward> {
    let text = without_declared(declared_backward(settings), text);
    let (word, rest) = text.split_once(": ")?;
    let (word, basis) = word_and_basis(word)?;
    let reversal = match (word, losses.is_empty()) {
        (RESTORES, true) => Reversal::Restores,
        (IMPOSSIBLE, true) => Reversal::Impossible,
        (LOSSY, true) => Reversal::Lossy(Losses::Unknown),
        (LOSSY, false) => Reversal::Lossy(Losses::Known(losses)),
        _ => return None,
    };
    Some(Backward { reversal, ground: read_ground(rest, basis, "down.sql") })
}

fn without_declared<'t>(declared: Option<&str>, text: &'t str) -> &'t str {
    let found = declared.and_then(|word| text.strip_prefix(word)?.strip_prefix(DECLARED));
    found.unwrap_or(text)
}

fn word_and_basis(text: &str) -> Option<(&str, Basis)> {
    let Some((word, basis)) = text.split_once(" (") else { return Some((text, Basis::Inferred)) };
    let basis = basis.strip_suffix(')')?;
    Some((word, Basis::ALL.into_iter().find(|one| one.name() == basis)?))
}

fn read_ground(text: &str, basis: Basis, file: &str) -> Ground {
    let placed = place(text, file);
    let (reason, position) = placed.map_or((text, None), |(reason, at)| (reason, Some(at)));
    Ground { basis, reason: unescape(reason), position }
}

/// The reason, and the place behind it.
fn place<'t>(text: &'t str, file: &str) -> Option<(&'t str, Position)> {
    let (reason, place) = text.strip_suffix(')')?.rsplit_once(" (")?;
    let (line, column) = place.strip_prefix(file)?.strip_prefix(':')?.split_once(':')?;
    Some((reason, Position { line: line.parse().ok()?, column: column.parse().ok()? }))
}

/// What a way back drops: `column "users"."email"`.
pub(super) fn loss(loss: &Loss) -> String {
    match loss {
        Loss::Table(table) => format!("{TABLE} {}", names(table.iter())),
        Loss::Column { table, column } => {
            format!("{COLUMN} {}", names(table.iter().chain([column])))
        }
    }
}

pub(super) fn read_loss(text: &str) -> Option<Loss> {
    let (word, names) = text.split_once(' ')?;
    let mut names = read_names(names)?;
    match (word, names.len()) {
        (TABLE, 1..) => Some(Loss::Table(names)),
        (COLUMN, 2..) => {
            let column = names.pop()?;
            Some(Loss::Column { table: names, column })
        }
        _ => None,
    }
}

const TABLE: &str = "table";
const COLUMN: &str = "column";
