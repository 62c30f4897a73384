//! PostgreSQL's `ALTER` of what is no table.

use super::{attribute, head, name, object, plain, publication, unclear};
use crate::infer::change::{Act, Certainty, Kind, Subject};
use crate::infer::name::Name;
use crate::sql::reader::Reader;

const KINDS: [(&[&str], Kind); 17] = [
    (&["FUNCTION"], Kind::Function),
    (&["ROUTINE"], Kind::Function),
    (&["PROCEDURE"], Kind::Procedure),
    (&["AGGREGATE"], Kind::Aggregate),
    (&["INDEX"], Kind::Index),
    (&["SEQUENCE"], Kind::Sequence),
    (&["DOMAIN"], Kind::Domain),
    (&["TYPE"], Kind::Type),
    (&["VIEW"], Kind::View),
    (&["MATERIALIZED", "VIEW"], Kind::MaterializedView),
    (&["SCHEMA"], Kind::Schema),
    (&["COLLATION"], Kind::Collation),
    (&["STATISTICS"], Kind::Statistics),
    (&["EXTENSION"], Kind::Extension),
    (&["PUBLICATION"], Kind::Publication),
    (&["SUBSCRIPTION"], Kind::Subscription),
    (&["DATABASE"], Kind::Database),
];

/// What it does; nothing where sqlparser knows better, or nobody does.
pub(super) fn altered(reader: &mut Reader<'_>) -> Option<Act> {
    if let Some((_, kind)) = KINDS.iter().find(|(words, _)| reader.phrase(words)) {
        let name = name(reader)?;
        reader.group();
        return of_kind(reader, *kind, &name);
    }
    match reader.one_of(&["ROLE", "USER", "GROUP", "TRIGGER", "POLICY", "RULE", "TEXT"])? {
        "TRIGGER" => on_table(reader, Kind::Trigger),
        "POLICY" => on_table(reader, Kind::Policy),
        "RULE" => on_table(reader, Kind::Rule),
        "TEXT" => {
            reader.phrase(&["SEARCH"]).then(|| reader.skip())?;
            let name = name(reader)?;
            common(reader, Kind::TextSearch, &name).or_else(|| {
                let what = format!("changes the text search object {name}");
                Some(unclear(Kind::TextSearch, &name, what))
            })
        }
        "GROUP" => group(reader),
        _ => role(reader),
    }
}

fn of_kind(reader: &mut Reader<'_>, kind: Kind, name: &Name) -> Option<Act> {
    if let Some(act) = common(reader, kind, name) {
        return Some(act);
    }
    let start = reader.clone();
    let found = match kind {
        Kind::Function | Kind::Procedure => attribute::of_routine(reader, kind, name),
        Kind::Sequence => Some(attribute::of_sequence(reader, name)),
        Kind::Domain => attribute::of_domain(reader, name),
        Kind::Type => return of_type(reader, name),
        Kind::Index | Kind::MaterializedView => attribute::of_storage(reader),
        // Which of their columns are looked at together, and how closely.
        Kind::Statistics => Some(Act::Nothing),
        // To which extension an object belongs matters to `DROP EXTENSION` only.
        Kind::Extension if reader.any(&["ADD", "DROP"]) => Some(Act::Nothing),
        Kind::Publication => publication::altered(reader, name),
        Kind::Database if reader.word("REFRESH") => Some(Act::Nothing),
        _ => None,
    };
    if found.is_none() {
        *reader = start;
    }
    found.or_else(|| {
        let what = format!("changes the {} {name}", kind.word());
        Some(unclear(kind, name, what))
    })
}

/// What can be done to nearly all of them.
fn common(reader: &mut Reader<'_>, kind: Kind, name: &Name) -> Option<Act> {
    let word = kind.word();
    if reader.phrase(&["RENAME", "TO"]) {
        let to = name.sibling(&reader.name()?);
        return Some(match kind {
            // Nobody names them but who changes them.
            Kind::Statistics => Act::Nothing,
            _ => Act::RenameObject { kind, from: name.clone(), to, table: None },
        });
    }
    if reader.phrase(&["OWNER", "TO"]) {
        let what = format!("changes the owner of {name}, and with it who may use it");
        return Some(match kind {
            Kind::View | Kind::MaterializedView | Kind::Sequence => {
                object(Some(Subject::Relation(name.clone())), what, Certainty::Unclear)
            }
            _ => unclear(kind, name, what),
        });
    }
    if reader.phrase(&["SET", "SCHEMA"]) {
        return Some(match kind {
            Kind::Statistics => Act::Nothing,
            _ => plain(kind, name, format!("moves the {word} {name} to another schema")),
        });
    }
    let depends = ["DEPENDS", "ON", "EXTENSION"];
    if reader.phrase(&depends) || reader.phrase(&[&["NO"], &depends[..]].concat()) {
        return Some(Act::Nothing);
    }
    None
}

fn of_type(reader: &mut Reader<'_>, name: &Name) -> Option<Act> {
    let change = reader.one_of(&["ADD", "DROP", "ALTER", "RENAME", "SET"])?;
    if change == "SET" {
        return Some(unclear(Kind::Type, name, format!("changes the type {name}")));
    }
    if reader.word("ATTRIBUTE") {
        let what = format!("changes the attributes of the type {name}");
        return Some(plain(Kind::Type, name, what));
    }
    if change == "RENAME" && reader.word("VALUE") {
        let value = reader.take()?.text.to_owned();
        let what = format!("renames the value {value} of the type {name}");
        return Some(plain(Kind::Type, name, what));
    }
    None
}

/// What is named together with its table.
fn on_table(reader: &mut Reader<'_>, kind: Kind) -> Option<Act> {
    let own = reader.name()?;
    let table = if reader.word("ON") { head::name(reader)? } else { return None };
    let word = kind.word();
    let what = match (kind, reader.phrase(&["RENAME", "TO"])) {
        (Kind::Policy, true) => return Some(Act::Nothing),
        (Kind::Trigger | Kind::Rule, true) => format!(
            "renames the {word} {own} of {table}, and they take effect in the order of their names"
        ),
        (Kind::Trigger, false) if reader.any(&["DEPENDS", "NO"]) => return Some(Act::Nothing),
        _ => format!("changes the {word} {own} of {table}"),
    };
    Some(object(Some(Subject::Relation(table)), what, Certainty::Unclear))
}

fn role(reader: &mut Reader<'_>) -> Option<Act> {
    let name = Name::single(reader.name()?);
    if reader.phrase(&["RENAME", "TO"]) {
        let to = Name::single(reader.name()?);
        return Some(Act::RenameObject { kind: Kind::Role, from: name, to, table: None });
    }
    let what = format!("changes the role {name}, which may be the previous version's");
    Some(unclear(Kind::Role, &name, what))
}

fn group(reader: &mut Reader<'_>) -> Option<Act> {
    let start = reader.clone();
    let name = Name::single(reader.name()?);
    match reader.one_of(&["ADD", "DROP"]) {
        Some("ADD") => Some(Act::Harmless("new privileges".to_owned())),
        Some(_) => Some(plain(Kind::Role, &name, "takes privileges away")),
        None => {
            *reader = start;
            role(reader)
        }
    }
}
