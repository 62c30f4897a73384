//! The options of a MySQL table, with or without commas between them.

use super::Part;
use crate::infer::change::Act;

/// Of how a table is stored nobody sees anything.
const QUIET: [&str; 27] = [
    "ALGORITHM",
    "AUTOEXTEND_SIZE",
    "AUTO_INCREMENT",
    "AVG_ROW_LENGTH",
    "CHECKSUM",
    "COMMENT",
    "COMPRESSION",
    "DATA",
    "DELAY_KEY_WRITE",
    "ENCRYPTED",
    "ENCRYPTION",
    "ENCRYPTION_KEY_ID",
    "IETF_QUOTES",
    "INDEX",
    "KEY_BLOCK_SIZE",
    "LOCK",
    "MIN_ROWS",
    "PACK_KEYS",
    "PAGE_CHECKSUM",
    "PAGE_COMPRESSED",
    "PAGE_COMPRESSION_LEVEL",
    "ROW_FORMAT",
    "STATS_AUTO_RECALC",
    "STATS_PERSISTENT",
    "STATS_SAMPLE_PAGES",
    "TABLE_CHECKSUM",
    "TABLESPACE",
];

/// One that has transactions and foreign keys, as the tables of an app have had all along.
const TRANSACTIONAL: [&str; 2] = ["INNODB", "XTRADB"];

/// What they do together: the worst of them.
pub(super) fn options(part: &mut Part<'_, '_>) -> Option<Act> {
    let mut found = None;
    while !part.reader.is_at_end() {
        let act = one(part)?;
        match found {
            None | Some(Act::Nothing) => found = Some(act),
            Some(Act::Charset { .. }) if matches!(act, Act::Other { .. }) => found = Some(act),
            Some(_) => {}
        }
    }
    found
}

fn one(part: &mut Part<'_, '_>) -> Option<Act> {
    if part.reader.any(&["ENGINE", "TYPE"]) {
        return engine(part);
    }
    if part.reader.any(&QUIET) {
        // `DATA DIRECTORY`
        part.reader.word("DIRECTORY");
        value(part);
        return Some(Act::Nothing);
    }
    part.reader.word("DEFAULT");
    if part.reader.phrase(&["CHARACTER", "SET"]) || part.reader.any(&["CHARSET", "COLLATE"]) {
        value(part);
        return Some(Act::Charset { table: part.table.clone() });
    }
    None
}

fn value(part: &mut Part<'_, '_>) {
    part.reader.symbol("=");
    part.reader.skip();
}

fn engine(part: &mut Part<'_, '_>) -> Option<Act> {
    part.reader.symbol("=");
    let text = part.reader.take()?.text.trim_matches(['\'', '"', '`']).to_owned();
    let is_transactional = TRANSACTIONAL.iter().any(|name| text.eq_ignore_ascii_case(name));
    Some(if is_transactional {
        Act::Nothing
    } else {
        part.plain(format!(
            "the table {} gets the engine {text}, and with it other rules for transactions and \
             foreign keys",
            part.table
        ))
    })
}
