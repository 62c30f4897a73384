//! Publications, which sqlparser does not know.

use super::head;
use crate::infer::change::Act;
use crate::infer::name::Name;
use crate::infer::shape::{Published, PublishedTable, Shown};
use crate::sql::Statement;
use crate::sql::reader::Reader;
use crate::sql::token::Token;

/// What the statement does, if it is about a publication.
pub(super) fn act(statement: &Statement<'_>) -> Option<Act> {
    let mut reader = Reader::new(statement.dialect(), statement);
    let verb = reader.one_of(&["CREATE", "ALTER"])?;
    if !reader.word("PUBLICATION") {
        return None;
    }
    let publication = head::name(&mut reader)?;
    let own = || Name::single(publication.last());
    if verb == "CREATE" {
        if publishes_no_changes(statement) || !reader.word("FOR") {
            let tables = Published::Tables(Vec::new());
            return Some(Act::Publish { publication: own(), tables });
        }
    } else {
        match reader.one_of(&["ADD", "SET", "DROP", "OWNER", "RENAME"])? {
            "ADD" | "SET" => {}
            _ => return Some(Act::Nothing),
        }
    }
    let tables = published(statement, &mut reader)?;
    Some(Act::Publish { publication, tables })
}

/// Behind `FOR`, `ADD` or `SET`; nothing for `SET (..)`.
fn published(statement: &Statement<'_>, reader: &mut Reader<'_>) -> Option<Published> {
    match reader.one_of(&["ALL", "TABLE", "TABLES"])? {
        "ALL" => reader.word("TABLES").then_some(Published::AllTables),
        "TABLES" => {
            reader.phrase(&["IN", "SCHEMA"]).then(|| Published::Schemas(reader_words(reader)))
        }
        _ => {
            let start = reader.offset()?;
            tables(statement, start).map(Published::Tables)
        }
    }
}

fn reader_words(reader: &mut Reader<'_>) -> Vec<String> {
    reader.rest().into_iter().map(str::to_owned).collect()
}

/// `a, ONLY b *, c (x, y) WHERE (z), TABLE d`; nothing where schemas are among them.
fn tables(statement: &Statement<'_>, start: usize) -> Option<Vec<PublishedTable>> {
    let tokens: Vec<_> = statement.tokens().filter(|token| token.offset >= start).collect();
    let mut found = Vec::new();
    for part in parts(&tokens) {
        let (from, to) = (part.first()?.offset, part.last()?.end());
        let part_of = statement.part(statement.text.get(from..to)?)?;
        let mut reader = Reader::new(statement.dialect(), &part_of);
        if reader.word("TABLES") {
            return None;
        }
        reader.word("TABLE");
        reader.word("ONLY");
        let table = head::name(&mut reader)?;
        reader.symbol("*");
        let part =
            if reader.symbol("(") || reader.word("WHERE") { Shown::Part } else { Shown::All };
        found.push(PublishedTable { table, part });
    }
    Some(found)
}

/// What is between the commas, up to `WITH (..)`.
fn parts<'p, 't>(tokens: &'p [Token<'t>]) -> Vec<&'p [Token<'t>]> {
    let (mut parts, mut begun, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        depth += usize::from(token.is("("));
        depth -= usize::from(token.is(")") && depth > 0);
        let ends = depth == 0 && token.word().is_some_and(|word| word.eq_ignore_ascii_case("WITH"));
        if depth == 0 && token.is(",") || ends {
            parts.push(&tokens[begun..at]);
            begun = at + 1;
        }
        if ends {
            return parts;
        }
    }
    parts.push(&tokens[begun..]);
    parts
}

/// `WITH (publish = 'insert, truncate')`: what is updated or deleted needs no identity.
fn publishes_no_changes(statement: &Statement<'_>) -> bool {
    let tokens: Vec<_> = statement.tokens().collect();
    let value = tokens.windows(3).find_map(|three| match three {
        [name, equals, value] => {
            let is = name.word().is_some_and(|word| word.eq_ignore_ascii_case("publish"));
            (is && equals.is("=")).then_some(value.text)
        }
        _ => None,
    });
    value.is_some_and(|value| {
        let value = value.trim_matches('\'').to_lowercase();
        let mut kinds = value.split(',').map(str::trim);
        kinds.all(|kind| kind == "insert" || kind == "truncate")
    })
}
