//! What a migration means, in the words that a reviewer reads.
//!
//! `breaking: drops the column users.nick (up.sql:3:1)`, and where `metadata.toml` says otherwise,
//! `compatible, as declared; its SQL: breaking: drops ..`.

use super::text::{names, read_names};
use crate::escape::{escape, unescape};
use crate::impact::{
    Basis, Compatibility, Loss, Losses, MUST_BE_RESTARTED, Reason, ReversalVerdict, Reversibility,
    Verdict,
};
use crate::migration::{DeclaredCompatibility, DeclaredReversibility, Settings};
use crate::sql::Position;

const DECLARED: &str = ", as declared; its SQL: ";
const RESTORES: &str = "reversible";
const LOSSY: &str = "lossy";
const IMPOSSIBLE: &str = "irreversible";

pub(super) fn compatibility(compatibility: &Compatibility, settings: &Settings) -> String {
    let found = reason(compatibility.verdict.in_words(), &compatibility.reason, "up.sql");
    let found = match compatibility.verdict {
        Verdict::CompatibleAfterRestart => format!("{found}; {MUST_BE_RESTARTED}"),
        Verdict::Compatible | Verdict::Breaking => found,
    };
    with_declared(declared_compatibility(settings), found)
}

fn declared_compatibility(settings: &Settings) -> Option<&'static str> {
    match settings.compatibility {
        DeclaredCompatibility::Undeclared => None,
        DeclaredCompatibility::Compatible => Some(Verdict::Compatible.in_words()),
        DeclaredCompatibility::AfterRestart => Some(Verdict::CompatibleAfterRestart.in_words()),
        DeclaredCompatibility::Breaking => Some(Verdict::Breaking.in_words()),
    }
}

pub(super) fn reversibility(reversibility: &Reversibility, settings: &Settings) -> String {
    // Where there is no way back, none can be declared.
    let declared = match (&reversibility.reversal, settings.reversible) {
        (
            ReversalVerdict::Impossible,
            DeclaredReversibility::Yes | DeclaredReversibility::Lossy,
        ) => None,
        _ => declared_reversibility(settings),
    };
    let word = match reversibility.reversal {
        ReversalVerdict::Restores => RESTORES,
        ReversalVerdict::Lossy(_) => LOSSY,
        ReversalVerdict::Impossible => IMPOSSIBLE,
    };
    with_declared(declared, reason(word, &reversibility.reason, "down.sql"))
}

fn declared_reversibility(settings: &Settings) -> Option<&'static str> {
    match settings.reversible {
        DeclaredReversibility::Undeclared => None,
        DeclaredReversibility::Yes => Some(RESTORES),
        DeclaredReversibility::Lossy => Some(LOSSY),
        DeclaredReversibility::No => Some(IMPOSSIBLE),
    }
}

fn with_declared(declared: Option<&str>, found: String) -> String {
    match declared {
        Some(word) => format!("{word}{DECLARED}{found}"),
        None => found,
    }
}

fn reason(word: &str, reason: &Reason, file: &str) -> String {
    let word = match reason.basis {
        Basis::Inferred => word.to_owned(),
        basis @ (Basis::Declared | Basis::Assumed) => format!("{word} ({})", basis.name()),
    };
    let mut why = escape(&reason.text).into_owned();
    match reason.position {
        Some(position) => format!("{word}: {why} ({file}:{position})"),
        None => {
            if place(&why, file).is_some() {
                why.insert(why.len() - 1, '\\');
            }
            format!("{word}: {why}")
        }
    }
}

pub(super) fn read_compatibility(text: &str, settings: &Settings) -> Option<Compatibility> {
    let text = without_declared(declared_compatibility(settings), text);
    let (word, rest) = text.split_once(": ")?;
    let (word, basis) = word_and_basis(word)?;
    let verdict = Verdict::ALL.into_iter().find(|verdict| verdict.in_words() == word)?;
    let rest = match verdict {
        Verdict::CompatibleAfterRestart => {
            rest.strip_suffix(MUST_BE_RESTARTED)?.strip_suffix("; ")?
        }
        Verdict::Compatible | Verdict::Breaking => rest,
    };
    Some(Compatibility { verdict, reason: read_reason(rest, basis, "up.sql") })
}

/// `losses` are what [`loss`] has written.
pub(super) fn read_reversibility(
    text: &str,
    settings: &Settings,
    losses: Vec<Loss>,
) -> Option<Reversibility> {
    let text = without_declared(declared_reversibility(settings), text);
    let (word, rest) = text.split_once(": ")?;
    let (word, basis) = word_and_basis(word)?;
    let reversal = match (word, losses.is_empty()) {
        (RESTORES, true) => ReversalVerdict::Restores,
        (IMPOSSIBLE, true) => ReversalVerdict::Impossible,
        (LOSSY, true) => ReversalVerdict::Lossy(Losses::Unknown),
        (LOSSY, false) => ReversalVerdict::Lossy(Losses::Known(losses)),
        _ => return None,
    };
    Some(Reversibility { reversal, reason: read_reason(rest, basis, "down.sql") })
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

fn read_reason(text: &str, basis: Basis, file: &str) -> Reason {
    let placed = place(text, file);
    let (reason, position) = placed.map_or((text, None), |(reason, at)| (reason, Some(at)));
    Reason { basis, text: unescape(reason), position }
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
