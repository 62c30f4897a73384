//! The partitions of a MySQL table.

use super::Part;
use crate::infer::change::{Act, Certainty, Rows};

const FIRST: [&str; 14] = [
    "ADD",
    "ANALYZE",
    "CHECK",
    "COALESCE",
    "CONVERT",
    "DROP",
    "EXCHANGE",
    "OPTIMIZE",
    "PARTITION",
    "REBUILD",
    "REMOVE",
    "REORGANIZE",
    "REPAIR",
    "TRUNCATE",
];

pub(super) fn operation(part: &mut Part<'_, '_>) -> Option<Act> {
    let table = part.table;
    let gone = |part: &Part<'_, '_>, what: String| {
        Some(part.other(what, Certainty::Plain, Rows::Uncountable))
    };
    let first = part.reader.one_of(&FIRST)?;
    match first {
        "REMOVE" => {
            let what = format!("no more partitions of {table}");
            part.reader.word("PARTITIONING").then_some(Act::Harmless(what))
        }
        "PARTITION" => {
            let what = format!("new partitions of {table}, which may refuse rows");
            part.reader.word("BY").then(|| part.unclear(what))
        }
        "CONVERT" if part.reader.word("TABLE") => {
            Some(part.unclear(format!("puts the rows of another table into {table}")))
        }
        _ if !part.reader.word("PARTITION") => None,
        "ADD" => Some(Act::Harmless(format!("new partition of {table}"))),
        "CONVERT" => Some(part.plain(format!("takes a partition and its rows out of {table}"))),
        "DROP" => gone(part, format!("drops a partition of {table} with its rows")),
        "TRUNCATE" => gone(part, format!("empties a partition of {table}")),
        "EXCHANGE" => gone(part, format!("exchanges the rows of a partition of {table}")),
        "REORGANIZE" => Some(reorganized(part)),
        // Rows move from one partition to another, or stay.
        _ => Some(Act::Nothing),
    }
}

/// What none of the new partitions takes is refused, but for a last one that takes all.
fn reorganized(part: &mut Part<'_, '_>) -> Act {
    let what = format!("other partitions of {}", part.table);
    if !part.reader.skip_to("INTO") || part.reader.rest_mentions(&["MAXVALUE"]) {
        Act::Harmless(what)
    } else {
        part.unclear(format!("{what}, which may refuse rows"))
    }
}
