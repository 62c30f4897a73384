//! Statements that their first words tell: bodies in languages of their own, and what sqlparser
//! does not know.

use crate::infer::change::{Act, Cascade, Certainty, Change, How, Kind, Rows, Uniqueness};
use crate::infer::name::Name;
use crate::sql::Statement;
use crate::sql::object::ObjectKind;
use crate::sql::reader::Reader;

/// Settings of a connection, or of how a file is kept; and questions that have an argument.
const PRAGMAS: [&str; 43] = [
    "analysis_limit",
    "auto_vacuum",
    "automatic_index",
    "busy_timeout",
    "cache_size",
    "cache_spill",
    "case_sensitive_like",
    "cell_size_check",
    "checkpoint_fullfsync",
    "count_changes",
    "defer_foreign_keys",
    "empty_result_callbacks",
    "foreign_key_check",
    "foreign_key_list",
    "foreign_keys",
    "full_column_names",
    "fullfsync",
    "hard_heap_limit",
    "ignore_check_constraints",
    "incremental_vacuum",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "journal_mode",
    "journal_size_limit",
    "legacy_alter_table",
    "legacy_file_format",
    "max_page_count",
    "mmap_size",
    "optimize",
    "page_size",
    "quick_check",
    "read_uncommitted",
    "recursive_triggers",
    "reverse_unordered_selects",
    "secure_delete",
    "synchronous",
    "table_info",
    "table_xinfo",
    "temp_store",
    "trusted_schema",
    "wal_checkpoint",
];

/// What stands between `CREATE` and the kind of the object.
const BEFORE_KIND: usize = 14;

/// What is told without a look at what follows.
pub(super) fn opaque(statement: &Statement<'_>) -> Option<Act> {
    let begins = |words: &[&str]| statement.begins_with(words);
    if begins(&["DO"]) {
        let what = "runs a block of code, which was not read".to_owned();
        return Some(unclear(None, what, Rows::Uncountable));
    }
    if explains_by_running(statement) {
        let what = "runs the statement that it explains".to_owned();
        return Some(unclear(None, what, Rows::Uncountable));
    }
    if begins(&["PRAGMA"]) {
        return Some(pragma(statement));
    }
    let tidies = ["REINDEX", "CLUSTER", "CHECKPOINT", "OPTIMIZE", "CHECK", "REPAIR", "ATTACH"];
    if tidies.iter().any(|word| begins(&[word])) || begins(&["ANALYZE"]) || begins(&["VACUUM"]) {
        return Some(Act::Nothing);
    }
    if begins(&["CREATE"]) { routine(statement) } else { None }
}

/// PostgreSQL's `EXPLAIN (ANALYZE) DELETE ..`, MariaDB's `ANALYZE DELETE ..`.
fn explains_by_running(statement: &Statement<'_>) -> bool {
    let explains = statement.begins_with(&["EXPLAIN"]) || statement.begins_with(&["ANALYZE"]);
    let text = statement.text.to_ascii_lowercase();
    let writes = ["delete", "update", "insert", "replace", "merge", "truncate", "select", "call"];
    explains && text.contains("analyze") && writes.iter().any(|verb| text.contains(verb))
}

fn pragma(statement: &Statement<'_>) -> Act {
    let mut reader = Reader::new(statement);
    reader.skip();
    let name = reader.object(ObjectKind::Table).map(|object| object.name).unwrap_or_default();
    // Without a value, it is a question.
    if reader.is_at_end() || PRAGMAS.contains(&name.to_ascii_lowercase().as_str()) {
        Act::Nothing
    } else {
        unclear(None, format!("changes the setting {name}"), Rows::Kept)
    }
}

/// A routine, a trigger or an event.
fn routine(statement: &Statement<'_>) -> Option<Act> {
    let kinds = ["FUNCTION", "PROCEDURE", "TRIGGER", "EVENT"];
    // A table or view may have columns of such names.
    let others = ["TABLE", "VIEW", "INDEX", "TYPE", "ON", "AS"];
    let (mut reader, mut replaces) = (Reader::new(statement), false);
    let words = std::iter::from_fn(|| reader.take()).take(BEFORE_KIND);
    let mut words =
        words.map(|token| token.word().unwrap_or_default().to_ascii_uppercase()).inspect(|word| {
            replaces |= word == "REPLACE";
        });
    let found = words.find(|word| kinds.contains(&&**word) || others.contains(&&**word))?;
    drop(words);
    if others.contains(&&*found) {
        return None;
    }
    let how = if replaces {
        How::Replace
    } else if reader.phrase(&["IF", "NOT", "EXISTS"]) {
        How::IfAbsent
    } else {
        How::New
    };
    let kind = match found.as_str() {
        "FUNCTION" => Kind::Function,
        "PROCEDURE" => Kind::Procedure,
        "TRIGGER" => return Some(trigger(&mut reader)),
        _ => {
            return Some(unclear(
                None,
                "new event, whose body is not analysed".to_owned(),
                Rows::Kept,
            ));
        }
    };
    let name = name(&mut reader)?;
    Some(Act::Make { kind, name, how })
}

fn trigger(reader: &mut Reader<'_>) -> Act {
    let trigger = name(reader);
    let table = if reader.skip_to("ON") { name(reader) } else { None };
    let (Some(trigger), Some(table)) = (trigger, table) else {
        return unclear(None, "new trigger".to_owned(), Rows::Kept);
    };
    Act::MakeTrigger { trigger, table }
}

pub(super) fn name(reader: &mut Reader<'_>) -> Option<Name> {
    let object = reader.object(ObjectKind::Table)?;
    Some(Name(object.schema.into_iter().chain([object.name]).collect()))
}

pub(super) fn unclear(table: Option<Name>, what: String, rows: Rows) -> Act {
    Act::Other { table, what, certainty: Certainty::Unclear, rows }
}

/// The first words of a statement. No more: there may be a password behind them.
pub(super) fn shown(statement: &Statement<'_>) -> String {
    let words: Vec<_> = statement.keywords().take(6).collect();
    if words.is_empty() { "a statement".to_owned() } else { words.join(" ") }
}

/// What the parser did not take, and why not.
pub(super) fn unparsed(statement: &Statement<'_>, why: &str) -> Vec<Change> {
    let at = |act| vec![Change { act, position: statement.position }];
    let dropped = dropped(statement);
    if !dropped.is_empty() {
        return dropped.into_iter().flat_map(at).collect();
    }
    let act = created(statement);
    at(act.unwrap_or_else(|| {
        let deep = if why.contains("deeply") { ", which is nested too deeply" } else { "" };
        Act::NotUnderstood(format!("{}{deep}", shown(statement)))
    }))
}

/// What is new cannot hurt, whatever is in it.
fn created(statement: &Statement<'_>) -> Option<Act> {
    let mut reader = Reader::new(statement);
    if !reader.word("CREATE") {
        return None;
    }
    reader.any(&["GLOBAL", "LOCAL"]);
    reader.any(&["TEMP", "TEMPORARY", "UNLOGGED", "FOREIGN", "FULLTEXT", "SPATIAL"]);
    let materialized = reader.word("MATERIALIZED");
    let kind = match reader.one_of(&[
        "TABLE",
        "VIEW",
        "INDEX",
        "TYPE",
        "DOMAIN",
        "SEQUENCE",
        "COLLATION",
        "EXTENSION",
        "AGGREGATE",
        "SCHEMA",
    ])? {
        "TABLE" => None,
        "VIEW" if materialized => Some(Kind::MaterializedView),
        "VIEW" => Some(Kind::View),
        "INDEX" => return index(&mut reader),
        "TYPE" => Some(Kind::Type),
        "DOMAIN" => Some(Kind::Domain),
        "SEQUENCE" => Some(Kind::Sequence),
        "COLLATION" => Some(Kind::Collation),
        "EXTENSION" => Some(Kind::Extension),
        "AGGREGATE" => Some(Kind::Aggregate),
        _ => Some(Kind::Schema),
    };
    let how = if reader.phrase(&["IF", "NOT", "EXISTS"]) { How::IfAbsent } else { How::New };
    let name = name(&mut reader)?;
    Some(match kind {
        None if is_part(&mut reader) => {
            let what = format!("the rows of {name} are another table's as well");
            unclear(None, what, Rows::Kept)
        }
        None => Act::MakeTable { table: name, how, shape: None },
        Some(kind) => Act::Make { kind, name, how },
    })
}

/// Whether a table is a partition of another one, or inherits from it.
fn is_part(reader: &mut Reader<'_>) -> bool {
    let mut found = false;
    while !reader.is_at_end() {
        let is_list = reader.group();
        found |= reader.word("INHERITS") || reader.phrase(&["PARTITION", "OF"]);
        if !is_list {
            reader.skip();
        }
    }
    found
}

/// One that is not unique: `UNIQUE` stands before `INDEX`.
fn index(reader: &mut Reader<'_>) -> Option<Act> {
    reader.word("CONCURRENTLY");
    let how = if reader.phrase(&["IF", "NOT", "EXISTS"]) { How::IfAbsent } else { How::New };
    let index = if reader.word("ON") { None } else { name(reader) };
    if index.is_some() && !reader.skip_to("ON") {
        return None;
    }
    reader.word("ONLY");
    Some(Act::AddIndex { table: name(reader)?, index, how, uniqueness: Uniqueness::None })
}

/// `DROP INDEX CONCURRENTLY`, and objects that hold no data.
fn dropped(statement: &Statement<'_>) -> Vec<Act> {
    let mut reader = Reader::new(statement);
    if !reader.word("DROP") {
        return Vec::new();
    }
    let kind = match reader.one_of(&["INDEX", "AGGREGATE"]) {
        Some("INDEX") => Kind::Index,
        Some(_) => Kind::Aggregate,
        None => return Vec::new(),
    };
    reader.word("CONCURRENTLY");
    reader.phrase(&["IF", "EXISTS"]);
    let names = reader.objects(ObjectKind::Table).into_iter();
    let table = if reader.word("ON") { name(&mut reader) } else { None };
    let names = names.map(|one| Name(one.schema.into_iter().chain([one.name]).collect()));
    let (table, cascade) = (table.as_ref(), Cascade::No);
    names.map(|name| Act::Drop { kind, name, table: table.cloned(), cascade }).collect()
}
