//! MySQL's and MariaDB's parts.

use super::{Part, head, option, partition};
use crate::infer::change::{Act, Cascade, Certainty, Kind, Rows};
use crate::infer::name::Name;

pub(super) fn operation(part: &mut Part<'_, '_>) -> Option<Act> {
    let start = part.reader.clone();
    if let Some(found) = partition::operation(part) {
        return Some(found);
    }
    part.reader = start.clone();
    let first =
        ["ADD", "DROP", "ALTER", "RENAME", "CONVERT", "ORDER", "FORCE", "DISABLE", "ENABLE"];
    let table = part.table;
    match part.reader.one_of(&first) {
        Some("ADD") => versioned(part),
        Some("DROP") => dropped(part),
        Some("ALTER") => altered(part),
        Some("RENAME") => renamed(part),
        Some("CONVERT") => {
            let what = format!("converts the texts of the table {table}");
            Some(part.other(what, Certainty::Unclear, Rows::Uncountable))
        }
        Some("ORDER") => part.reader.word("BY").then_some(Act::Nothing),
        Some("FORCE") => part.reader.is_at_end().then_some(Act::Nothing),
        Some(_) => part.reader.word("KEYS").then_some(Act::Nothing),
        None => {
            part.reader = start;
            option::options(part)
        }
    }
}

/// `ADD SYSTEM VERSIONING`, `ADD PERIOD FOR p (a, b)`
fn versioned(part: &mut Part<'_, '_>) -> Option<Act> {
    let table = part.table;
    if part.reader.phrase(&["SYSTEM", "VERSIONING"]) {
        return Some(
            part.unclear(format!("adds system versioning to {table}: TRUNCATE is refused")),
        );
    }
    part.reader.phrase(&["PERIOD", "FOR"]).then(|| {
        part.plain(format!("a period of {table} makes its columns NOT NULL and checks their order"))
    })
}

/// What is no column.
fn dropped(part: &mut Part<'_, '_>) -> Option<Act> {
    let table = part.table;
    if part.reader.phrase(&["SYSTEM", "VERSIONING"]) {
        let what = format!("drops the history of the rows of {table}");
        return Some(part.other(what, Certainty::Plain, Rows::Uncountable));
    }
    if part.reader.phrase(&["PERIOD", "FOR"]) {
        return Some(part.plain(format!("drops a period of {table}")));
    }
    let kind = match part.reader.one_of(&["KEY", "CHECK"])? {
        "KEY" => Kind::Index,
        _ => Kind::Constraint,
    };
    part.reader.phrase(&["IF", "EXISTS"]);
    let (name, table) = (head::name(&mut part.reader)?, Some(table.clone()));
    Some(Act::Drop { kind, name, table, cascade: Cascade::No })
}

/// `ALTER INDEX i NOT IGNORED`: whether queries use an index; a unique one refuses rows as before.
fn altered(part: &mut Part<'_, '_>) -> Option<Act> {
    part.reader.any(&["INDEX", "KEY"]).then_some(())?;
    part.reader.phrase(&["IF", "EXISTS"]);
    let name = part.reader.name()?;
    part.reader.word("NOT");
    let used = part.reader.any(&["IGNORED", "VISIBLE", "INVISIBLE"]);
    let what = format!("changes whether the planner uses the index {name} of {}", part.table);
    used.then_some(Act::Harmless(what))
}

fn renamed(part: &mut Part<'_, '_>) -> Option<Act> {
    if part.reader.any(&["INDEX", "KEY"]) {
        part.reader.phrase(&["IF", "EXISTS"]);
        let from = Name::single(part.reader.name()?);
        part.reader.word("TO").then_some(())?;
        let (to, table) = (Name::single(part.reader.name()?), Some(part.table.clone()));
        return Some(Act::RenameObject { kind: Kind::Index, from, to, table });
    }
    // `RENAME t`, without `TO`.
    if part.reader.any(&["COLUMN", "TO", "AS"]) {
        return None;
    }
    let to = head::name(&mut part.reader)?;
    part.reader.is_at_end().then(|| Act::RenameTable { from: part.table.clone(), to })
}
