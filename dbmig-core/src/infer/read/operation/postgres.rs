//! PostgreSQL's parts.

use super::{Part, head, identity};
use crate::infer::change::{Act, Alteration, Computed, How, Traits, Using, Value};
use crate::infer::shape::Timing;

pub(super) fn operation(part: &mut Part<'_, '_>) -> Option<Act> {
    let first = ["ALTER", "SET", "CLUSTER", "INHERIT", "NO", "NOT", "OF", "DETACH", "ADD"];
    match part.reader.one_of(&first)? {
        "ALTER" if part.reader.word("CONSTRAINT") => constraint(part),
        "ALTER" => column(part),
        "SET" => set(part),
        "CLUSTER" | "NOT" => Some(Act::Nothing),
        "INHERIT" => {
            let parent = head::name(&mut part.reader)?;
            let what = format!("puts the rows of {} into the table {parent}", part.table);
            Some(Part { table: &parent, ..part.clone() }.unclear(what))
        }
        "NO" => {
            let parent = part.reader.word("INHERIT").then(|| head::name(&mut part.reader))??;
            let what = format!("takes the rows of {} out of the table {parent}", part.table);
            Some(Part { table: &parent, ..part.clone() }.plain(what))
        }
        "OF" => Some(part.unclear(format!("binds the table {} to a type", part.table))),
        "DETACH" => detach(part),
        _ => add_virtual(&mut part.clone()).or_else(|| add_not_null(part)),
    }
}

/// `ADD a INT GENERATED ALWAYS AS (..) VIRTUAL`, of PostgreSQL 18, where it is what is meant without
/// a word: nothing is computed before somebody reads the column, in triggers neither.
fn add_virtual(part: &mut Part<'_, '_>) -> Option<Act> {
    let others = ["NOT", "CHECK", "CONSTRAINT", "UNIQUE", "PRIMARY", "REFERENCES", "DEFAULT"];
    part.reader.word("COLUMN");
    let how = if part.reader.phrase(&["IF", "NOT", "EXISTS"]) { How::IfAbsent } else { How::New };
    let column = part.reader.name()?;
    while !part.reader.word("GENERATED") {
        if part.reader.any(&others) || part.reader.take().is_none() {
            return None;
        }
    }
    let is_expression = part.reader.phrase(&["ALWAYS", "AS"]) && part.reader.group();
    part.reader.word("VIRTUAL");
    if !is_expression || !part.reader.is_at_end() {
        return None;
    }
    let default = Value::Computed(Computed::Generated);
    let traits = Traits { default, ..Traits::default() };
    Some(Act::AddColumn { table: part.table.clone(), column, how, traits })
}

/// `ADD CONSTRAINT c NOT NULL a NOT VALID`: what is written from now on is checked in any case.
fn add_not_null(part: &mut Part<'_, '_>) -> Option<Act> {
    if part.reader.word("CONSTRAINT") {
        part.reader.name()?;
    }
    let column = part.reader.phrase(&["NOT", "NULL"]).then(|| part.reader.name())??;
    Some(alter(part, column, Alteration::SetNotNull))
}

fn alter(part: &Part<'_, '_>, column: String, alteration: Alteration) -> Act {
    Act::AlterColumn { table: part.table.clone(), column, alteration }
}

/// `DETACH PARTITION p CONCURRENTLY`, `.. FINALIZE`
fn detach(part: &mut Part<'_, '_>) -> Option<Act> {
    let partition = part.reader.word("PARTITION").then(|| head::name(&mut part.reader))??;
    let what = format!("takes the partition {partition} and its rows out of {}", part.table);
    part.reader.any(&["CONCURRENTLY", "FINALIZE"]).then(|| part.plain(what))
}

/// When a constraint is checked, and whether.
fn constraint(part: &mut Part<'_, '_>) -> Option<Act> {
    let name = part.reader.name()?;
    let of = format!("the constraint {name} of {}", part.table);
    let reader = &mut part.reader;
    if reader.phrase(&["NOT", "ENFORCED"]) {
        let what = format!("no longer enforces {of}, on which the previous version may rely");
        return Some(part.unclear(what));
    }
    if reader.word("ENFORCED") {
        return Some(part.plain(format!("enforces {of} from now on")));
    }
    if reader.word("INHERIT") || reader.phrase(&["NO", "INHERIT"]) {
        return Some(part.unclear(format!("changes which tables inherit {of}")));
    }
    let can_wait = reader.word("DEFERRABLE");
    let timing = if reader.phrase(&["INITIALLY", "DEFERRED"]) {
        Timing::Deferred
    } else if can_wait {
        // Alone, it says `INITIALLY IMMEDIATE`, which it may not have been before.
        Timing::Deferrable
    } else {
        Timing::Immediate
    };
    Some(Act::Defer { table: part.table.clone(), constraint: name, timing })
}

fn column(part: &mut Part<'_, '_>) -> Option<Act> {
    part.reader.word("COLUMN");
    let column = part.reader.name()?;
    let of = format!("{}.{column}", part.table);
    let reader = &mut part.reader;
    if reader.phrase(&["DROP", "IDENTITY"]) {
        return Some(alter(part, column, Alteration::DropDefault));
    }
    if reader.phrase(&["DROP", "EXPRESSION"]) {
        return Some(part.plain(format!("the column {of} is no longer computed")));
    }
    if reader.phrase(&["SET", "EXPRESSION"]) {
        return Some(part.plain(format!("the column {of} is computed in another way")));
    }
    if reader.phrase(&["ADD", "GENERATED"]) {
        return identity::added(part, column);
    }
    if reader.word("TYPE") || reader.phrase(&["SET", "DATA", "TYPE"]) {
        return collated(part, column);
    }
    let start = reader.clone();
    if reader.word("RESET") || (reader.word("SET") && reader.group()) {
        return Some(Act::Nothing);
    }
    *reader = start.clone();
    if reader.word("SET") && reader.any(&["STATISTICS", "STORAGE", "COMPRESSION"]) {
        return Some(Act::Nothing);
    }
    *reader = start;
    identity::changed(part, &of)
}

/// `TYPE text COLLATE "C"`: other texts are equal then, and their order is another.
fn collated(part: &mut Part<'_, '_>, column: String) -> Option<Act> {
    let (mut kind, mut depth, mut is_collated) = (Vec::new(), 0_i32, false);
    let mut using = Using::Cast;
    while let Some(token) = part.reader.take() {
        depth += i32::from(token.is("(")) - i32::from(token.is(")"));
        let is = |word: &str| token.word().is_some_and(|own| own.eq_ignore_ascii_case(word));
        if depth == 0 && is("USING") {
            using = Using::Expression;
            break;
        }
        is_collated |= depth == 0 && is("COLLATE");
        kind.push(token.text.to_lowercase());
    }
    let alteration = Alteration::Type { kind: kind.join(" "), using };
    is_collated.then(|| alter(part, column, alteration))
}

fn set(part: &mut Part<'_, '_>) -> Option<Act> {
    let table = part.table;
    Some(match part.reader.one_of(&["SCHEMA", "TABLESPACE", "WITHOUT", "ACCESS", "UNLOGGED"])? {
        "SCHEMA" => part.plain(format!("moves the table {table} to another schema")),
        "UNLOGGED" => part.unclear(format!(
            "the table {table} loses its rows in a crash from now on, and standbys cannot read it"
        )),
        _ => Act::Nothing,
    })
}
