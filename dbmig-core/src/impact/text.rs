//! The lines of an impact.

use super::{Basis, Loss, Losses, Reason};
use crate::escape::{escape, unescape};
use crate::sql::Position;

/// The word that a line begins with, and what that rests on.
pub(super) fn line(line: &str) -> Option<(&str, Reason)> {
    let mut parts = line.splitn(4, ' ');
    let word = parts.next()?;
    let basis = parts.next()?;
    let basis = Basis::ALL.into_iter().find(|one| one.name() == basis)?;
    let position = match parts.next()? {
        "-" => None,
        place => Some(position(place)?),
    };
    Some((word, Reason { basis, text: unescape(parts.next()?), position }))
}

fn position(text: &str) -> Option<Position> {
    let (line, column) = text.split_once(':')?;
    Some(Position { line: line.parse().ok()?, column: column.parse().ok()? })
}

pub(super) fn loss(loss: &Loss) -> String {
    let (word, table, column) = match loss {
        Loss::Table(table) => ("table", table, None),
        Loss::Column { table, column } => ("column", table, Some(column)),
    };
    let parts: Vec<_> = table.iter().chain(column).map(|part| escape(part)).collect();
    format!("{word}\t{}\n", parts.join("\t"))
}

/// None at all, or one that is not understood: then nobody can count them.
pub(super) fn losses<'t>(lines: impl Iterator<Item = &'t str>) -> Losses {
    let known: Option<Vec<_>> = lines.map(read_loss).collect();
    known.filter(|known| !known.is_empty()).map_or(Losses::Unknown, Losses::Known)
}

fn read_loss(line: &str) -> Option<Loss> {
    let (word, names) = line.split_once('\t')?;
    let mut names: Vec<_> = names.split('\t').map(unescape).collect();
    match (word, names.len()) {
        ("table", 1..) => Some(Loss::Table(names)),
        ("column", 2..) => {
            let column = names.pop()?;
            Some(Loss::Column { table: names, column })
        }
        _ => None,
    }
}
