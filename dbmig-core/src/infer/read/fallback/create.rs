//! What PostgreSQL and SQLite make and drop, word by word.

use super::{head, name, object, publication};
use crate::infer::change::{Act, Certainty, How, Kind, Rows, Subject};
use crate::infer::name::Name;
use crate::sql::reader::Reader;

/// What is new is nobody's business, unless it changes what old statements mean.
pub(super) fn created(reader: &mut Reader<'_>) -> Option<Act> {
    let unclear = |what: &str| Some(object(None, what, Certainty::Unclear));
    let kinds = [
        "CAST",
        "OPERATOR",
        "EVENT",
        "SUBSCRIPTION",
        "CONVERSION",
        "TRANSFORM",
        "TEXT",
        "SERVER",
        "USER",
        "FOREIGN",
        "ACCESS",
        "TABLESPACE",
        "STATISTICS",
        "PUBLICATION",
    ];
    match reader.one_of(&kinds)? {
        "CAST" => unclear("a new cast may change what the previous version's expressions mean"),
        "OPERATOR" => {
            unclear("a new operator may change what the previous version's expressions mean")
        }
        "EVENT" => unclear("a new event trigger, and what it does is not known"),
        "PUBLICATION" => publication::created(reader),
        "CONVERSION" | "TRANSFORM" => unclear("a new conversion of values"),
        "SUBSCRIPTION" => {
            let what = "a new subscription writes rows that the previous version may not expect";
            let (certainty, rows) = (Certainty::Unclear, Rows::Uncountable);
            Some(Act::Other { table: None, what: what.to_owned(), certainty, rows })
        }
        "TEXT" => {
            reader.phrase(&["SEARCH"]).then(|| reader.skip())?;
            let kind = Kind::TextSearch;
            Some(Act::Make { kind, name: head::name(reader)?, how: How::New })
        }
        "STATISTICS" => {
            reader.phrase(&["IF", "NOT", "EXISTS"]);
            Some(Act::Harmless("new statistics".to_owned()))
        }
        "USER" => reader.phrase(&["MAPPING"]).then(|| harmless("new user mapping")),
        "FOREIGN" if reader.word("TABLE") => foreign_table(reader),
        "FOREIGN" => Some(harmless("new foreign data wrapper")),
        "SERVER" => Some(harmless("new foreign server")),
        "ACCESS" => Some(harmless("new access method")),
        _ => Some(harmless("new tablespace")),
    }
}

fn harmless(what: &str) -> Act {
    Act::Harmless(what.to_owned())
}

/// One that belongs to another table adds to its rows.
fn foreign_table(reader: &mut Reader<'_>) -> Option<Act> {
    let how = if reader.phrase(&["IF", "NOT", "EXISTS"]) { How::IfAbsent } else { How::New };
    let table = head::name(reader)?;
    reader.group();
    if reader.any(&["PARTITION", "INHERITS"]) {
        let what = format!("puts the rows of the foreign table {table} into another table");
        return Some(object(None, what, Certainty::Unclear));
    }
    Some(Act::MakeTable { table, how, shape: None })
}

/// `CREATE VIRTUAL TABLE t USING fts5(..)`: its arguments are in a language of the module.
pub(super) fn virtual_table(reader: &mut Reader<'_>) -> Option<Act> {
    let how = if reader.phrase(&["IF", "NOT", "EXISTS"]) { How::IfAbsent } else { How::New };
    Some(Act::MakeTable { table: head::name(reader)?, how, shape: None })
}

/// Objects of which no row is part.
pub(super) fn dropped(reader: &mut Reader<'_>) -> Option<Vec<Act>> {
    let unclear = |what: &str| Some(vec![object(None, what, Certainty::Unclear)]);
    let kinds =
        ["STATISTICS", "PUBLICATION", "SUBSCRIPTION", "CAST", "OPERATOR", "EVENT", "TEXT", "OWNED"];
    match reader.one_of(&kinds)? {
        "STATISTICS" => Some(vec![Act::Harmless("drops statistics".to_owned())]),
        "PUBLICATION" => each(reader, Kind::Publication, "whose subscribers get no more changes"),
        "SUBSCRIPTION" => each(reader, Kind::Subscription, "which gives no more changes"),
        "TEXT" => {
            reader.phrase(&["SEARCH"]).then(|| reader.skip())?;
            each(reader, Kind::TextSearch, "which the previous version may name")
        }
        "CAST" => unclear("drops a cast, on which the previous version's expressions may rely"),
        "OPERATOR" => {
            unclear("drops an operator, on which the previous version's expressions may rely")
        }
        "EVENT" => unclear("drops an event trigger"),
        _ => {
            let what = "drops all that a role owns, and its privileges";
            let (certainty, rows) = (Certainty::Plain, Rows::Uncountable);
            Some(vec![Act::Other { table: None, what: what.to_owned(), certainty, rows }])
        }
    }
}

fn each(reader: &mut Reader<'_>, kind: Kind, why: &str) -> Option<Vec<Act>> {
    let mut acts = Vec::new();
    while let Some(name) = name(reader) {
        acts.push(gone(kind, &name, why));
        if !reader.symbol(",") {
            break;
        }
    }
    (!acts.is_empty()).then_some(acts)
}

pub(super) fn gone(kind: Kind, name: &Name, why: &str) -> Act {
    let what = format!("drops the {} {name}, {why}", kind.word());
    object(Some(Subject::Object(kind, name.clone())), what, Certainty::Unclear)
}
