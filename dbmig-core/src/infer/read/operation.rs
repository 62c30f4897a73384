//! Parts of an `ALTER TABLE` that sqlparser does not know.

use super::head::{name, plain, unclear};
use crate::Dialect;
use crate::infer::change::{Act, Cascade, Kind, Rows};
use crate::infer::name::Name;
use crate::sql::Statement;
use crate::sql::reader::Reader;

/// What one part does.
pub(super) fn operation(dialect: Dialect, table: &Name, part: &Statement<'_>) -> Option<Act> {
    let mut reader = Reader::new(dialect, part);
    let own = Some(table.clone());
    Some(match dialect {
        Dialect::Postgres => {
            if reader.phrase(&["CLUSTER", "ON"]) {
                return Some(Act::Nothing);
            }
            if reader.word("ALTER") {
                reader.word("COLUMN");
                name(&mut reader)?;
                let quiet = ["STATISTICS", "STORAGE", "COMPRESSION"];
                let is_quiet = reader.word("SET") && reader.any(&quiet);
                return is_quiet.then_some(Act::Nothing);
            }
            if !reader.word("SET") {
                return None;
            }
            match reader.one_of(&["SCHEMA", "TABLESPACE", "WITHOUT", "ACCESS"])? {
                "SCHEMA" => {
                    plain(own, format!("moves the table {table} to another schema"), Rows::Kept)
                }
                _ => Act::Nothing,
            }
        }
        Dialect::Mysql => {
            let options = ["ENGINE", "COMMENT", "ROW_FORMAT", "KEY_BLOCK_SIZE", "STATS_PERSISTENT"];
            if reader.any(&options) {
                return Some(Act::Nothing);
            }
            if reader.word("CONVERT") || reader.any(&["DEFAULT", "CHARACTER", "CHARSET"]) {
                let what = format!("converts the texts of the table {table}");
                return Some(unclear(own, what, Rows::Uncountable));
            }
            if reader.word("DROP") {
                return drop_part(&mut reader, table);
            }
            if !reader.word("RENAME") {
                return None;
            }
            if reader.any(&["INDEX", "KEY"]) {
                let what = format!("renames an index of {table}, which hints may name");
                return Some(unclear(own, what, Rows::Kept));
            }
            Act::RenameTable { from: table.clone(), to: name(&mut reader)? }
        }
        Dialect::Sqlite => return None,
    })
}

/// MySQL's `ALTER TABLE .. DROP ..` of what is no column.
fn drop_part(reader: &mut Reader<'_>, table: &Name) -> Option<Act> {
    let kinds = ["PARTITION", "INDEX", "KEY", "CONSTRAINT", "CHECK", "FOREIGN"];
    let kind = match reader.one_of(&kinds)? {
        "PARTITION" => {
            let what = format!("drops a partition of {table} with its rows");
            return Some(plain(Some(table.clone()), what, Rows::Uncountable));
        }
        "INDEX" | "KEY" => Kind::Index,
        "FOREIGN" if reader.word("KEY") => Kind::ForeignKey,
        "FOREIGN" => return None,
        _ => Kind::Constraint,
    };
    reader.phrase(&["IF", "EXISTS"]);
    let (name, table) = (name(reader)?, Some(table.clone()));
    Some(Act::Drop { kind, name, table, cascade: Cascade::No })
}
