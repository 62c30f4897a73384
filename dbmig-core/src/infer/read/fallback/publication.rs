//! What PostgreSQL sends to subscribers.

use super::{head, name, unclear};
use crate::infer::change::{Act, Kind};
use crate::infer::name::Name;
use crate::infer::shape::{Published, PublishedTable, Shown};
use crate::sql::reader::Reader;

/// `CREATE PUBLICATION p FOR ..`
pub(super) fn created(reader: &mut Reader<'_>) -> Option<Act> {
    let publication = head::name(reader)?;
    // None so far, where it does not say `FOR`.
    let tables =
        if reader.word("FOR") { published(reader)? } else { Published::Tables(Vec::new()) };
    let tables = if has_no_changes(reader) { Published::Tables(Vec::new()) } else { tables };
    Some(Act::Publish { publication, tables })
}

/// `WITH (publish = 'insert, truncate')`: what is updated or deleted needs no identity.
fn has_no_changes(reader: &mut Reader<'_>) -> bool {
    if !reader.skip_to("publish") || !reader.symbol("=") {
        return false;
    }
    let value = reader.take().map(|token| token.text.trim_matches('\'').to_lowercase());
    value.is_some_and(|value| {
        value.split(',').map(str::trim).all(|kind| kind == "insert" || kind == "truncate")
    })
}

/// `ALTER PUBLICATION p ADD ..`; what else there is, is as for other objects.
pub(super) fn altered(reader: &mut Reader<'_>, publication: &Name) -> Option<Act> {
    let act = reader.one_of(&["ADD", "SET", "DROP"])?;
    if act == "DROP" {
        let what = format!("takes something out of the publication {publication}");
        return Some(unclear(Kind::Publication, publication, what));
    }
    let tables = published(reader)?;
    Some(Act::Publish { publication: publication.clone(), tables })
}

fn published(reader: &mut Reader<'_>) -> Option<Published> {
    if reader.phrase(&["ALL", "TABLES"]) {
        return Some(Published::AllTables);
    }
    let (mut schemas, mut tables) = (Vec::new(), Vec::new());
    let mut are_schemas = false;
    loop {
        if reader.phrase(&["TABLES", "IN", "SCHEMA"]) {
            are_schemas = true;
        } else if reader.word("TABLE") {
            are_schemas = false;
        }
        if are_schemas {
            schemas.push(reader.name()?);
        } else {
            tables.push(table(reader)?);
        }
        if !reader.symbol(",") {
            break;
        }
    }
    let is_at_end = reader.is_at_end() || { reader.clone() }.word("WITH");
    match (schemas.is_empty(), tables.is_empty()) {
        _ if !is_at_end => None,
        (true, _) => Some(Published::Tables(tables)),
        (false, true) => Some(Published::Schemas(schemas)),
        // Both: which tables the schemas hold, nobody knows, so all may be among them.
        (false, false) => Some(Published::AllTables),
    }
}

fn table(reader: &mut Reader<'_>) -> Option<PublishedTable> {
    reader.word("ONLY");
    let table = name(reader)?;
    reader.symbol("*");
    let has_list = reader.group();
    let has_filter = reader.word("WHERE") && reader.group();
    let part = if has_list || has_filter { Shown::Part } else { Shown::All };
    Some(PublishedTable { table, part })
}
