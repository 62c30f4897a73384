//! Statements that their first words tell: bodies in languages of their own, and what sqlparser
//! does not know.

use crate::Dialect;
use crate::infer::change::{Act, Cascade, Certainty, Change, How, Kind, Rows, Uniqueness};
use crate::infer::name::Name;
use crate::sql::Statement;
use crate::sql::effect::ObjectKind;
use crate::sql::reader::Reader;

/// Settings of a connection, and questions.
const PRAGMAS: [&str; 22] = [
    "analysis_limit",
    "busy_timeout",
    "cache_size",
    "defer_foreign_keys",
    "foreign_key_check",
    "foreign_key_list",
    "foreign_keys",
    "ignore_check_constraints",
    "index_info",
    "index_list",
    "integrity_check",
    "journal_mode",
    "legacy_alter_table",
    "mmap_size",
    "optimize",
    "quick_check",
    "recursive_triggers",
    "secure_delete",
    "synchronous",
    "table_info",
    "temp_store",
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
    let mut reader = Reader::new(statement.dialect(), statement);
    reader.skip();
    let name = reader.object(ObjectKind::Table).map(|object| object.name).unwrap_or_default();
    if PRAGMAS.contains(&name.to_ascii_lowercase().as_str()) {
        Act::Nothing
    } else {
        unclear(None, format!("changes the setting {name}"), Rows::Kept)
    }
}

/// A routine, a trigger or an event.
fn routine(statement: &Statement<'_>) -> Option<Act> {
    let words: Vec<_> = statement
        .tokens()
        .take(BEFORE_KIND)
        .map(|token| token.word().unwrap_or_default().to_ascii_uppercase())
        .collect();
    let kinds = ["FUNCTION", "PROCEDURE", "TRIGGER", "EVENT"];
    // A table or view may have columns of such names.
    let others = ["TABLE", "VIEW", "INDEX", "TYPE", "ON", "AS"];
    let at = words.iter().position(|word| kinds.contains(&word.as_str()))?;
    if words[..at].iter().any(|word| others.contains(&word.as_str())) {
        return None;
    }
    let mut reader = Reader::new(statement.dialect(), statement);
    (0..=at).for_each(|_| reader.skip());
    let how = if words[..at].iter().any(|word| word == "REPLACE") {
        How::Replace
    } else if reader.phrase(&["IF", "NOT", "EXISTS"]) {
        How::IfAbsent
    } else {
        How::New
    };
    let kind = match words[at].as_str() {
        "FUNCTION" => Kind::Function,
        "PROCEDURE" => Kind::Procedure,
        "TRIGGER" => return Some(trigger(&mut reader)),
        _ => return Some(unclear(None, "new event, which was not read".to_owned(), Rows::Kept)),
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
    let what = format!(
        "new trigger {trigger} on {table}, and what it does to the writes of the previous version \
         is not known"
    );
    unclear(Some(table), what, Rows::Kept)
}

pub(super) fn name(reader: &mut Reader<'_>) -> Option<Name> {
    let object = reader.object(ObjectKind::Table)?;
    Some(Name(object.schema.into_iter().chain([object.name]).collect()))
}

pub(super) fn unclear(table: Option<Name>, what: String, rows: Rows) -> Act {
    Act::Other { table, what, certainty: Certainty::Unclear, rows }
}

pub(super) fn plain(table: Option<Name>, what: String, rows: Rows) -> Act {
    Act::Other { table, what, certainty: Certainty::Plain, rows }
}

/// The first words of a statement. No more: there may be a password behind them.
pub(super) fn shown(statement: &Statement<'_>) -> String {
    let words: Vec<_> = statement.keywords().take(6).collect();
    if words.is_empty() { "a statement".to_owned() } else { words.join(" ") }
}

/// What the parser did not take, and why not.
pub(super) fn unparsed(statement: &Statement<'_>, why: &str) -> Vec<Change> {
    let at = |act| vec![Change { act, position: statement.position }];
    if statement.begins_with(&["ALTER", "TABLE"]) {
        return super::pieces::alter_table(statement);
    }
    if let Some(act) = super::publication::act(statement) {
        return at(act);
    }
    let dropped = dropped(statement);
    if !dropped.is_empty() {
        return dropped.into_iter().flat_map(at).collect();
    }
    let act = created(statement).or_else(|| altered(statement));
    at(act.unwrap_or_else(|| {
        let deep = if why.contains("deeply") { ", which is nested too deeply" } else { "" };
        Act::NotUnderstood(format!("{}{deep}", shown(statement)))
    }))
}

/// What is new cannot hurt, whatever is in it.
fn created(statement: &Statement<'_>) -> Option<Act> {
    let mut reader = Reader::new(statement.dialect(), statement);
    if reader.any(&["GRANT"]) {
        return Some(Act::Harmless("new privileges".to_owned()));
    }
    if reader.any(&["COMMENT"]) {
        return Some(Act::Nothing);
    }
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
        "STATISTICS",
        "PUBLICATION",
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
        "SCHEMA" => Some(Kind::Schema),
        _ => Some(Kind::Other),
    };
    let how = if reader.phrase(&["IF", "NOT", "EXISTS"]) { How::IfAbsent } else { How::New };
    let name = name(&mut reader)?;
    Some(match kind {
        None => Act::MakeTable { table: name, how, shape: None },
        Some(kind) => Act::Make { kind, name, how },
    })
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
    let mut reader = Reader::new(statement.dialect(), statement);
    if !reader.word("DROP") {
        return Vec::new();
    }
    let kinds = ["INDEX", "AGGREGATE", "EVENT", "PUBLICATION", "STATISTICS"];
    let kind = match reader.one_of(&kinds) {
        Some("INDEX") => Kind::Index,
        Some("AGGREGATE") => Kind::Aggregate,
        Some(_) => Kind::Other,
        None => return Vec::new(),
    };
    reader.any(&["CONCURRENTLY", "TRIGGER"]);
    reader.phrase(&["IF", "EXISTS"]);
    let names = reader.objects(ObjectKind::Table).into_iter();
    let table = if reader.word("ON") { name(&mut reader) } else { None };
    let names = names.map(|one| Name(one.schema.into_iter().chain([one.name]).collect()));
    let (table, cascade) = (table.as_ref(), Cascade::No);
    names.map(|name| Act::Drop { kind, name, table: table.cloned(), cascade }).collect()
}

fn altered(statement: &Statement<'_>) -> Option<Act> {
    let mut reader = Reader::new(statement.dialect(), statement);
    if statement.dialect() != Dialect::Postgres || !reader.phrase(&["ALTER", "SEQUENCE"]) {
        return None;
    }
    reader.phrase(&["IF", "EXISTS"]);
    let sequence = name(&mut reader)?;
    let rest: Vec<_> = reader.rest().iter().map(|word| word.to_ascii_uppercase()).collect();
    let rest: Vec<_> = rest.iter().map(String::as_str).collect();
    Some(match rest[..] {
        ["RENAME", ..] => plain(None, format!("renames the sequence {sequence}"), Rows::Kept),
        ["SET", "SCHEMA", ..] => {
            let what = format!("moves the sequence {sequence} to another schema");
            plain(None, what, Rows::Kept)
        }
        ["OWNED", "BY", ..] => Act::Nothing,
        _ => unclear(None, format!("changes the sequence {sequence}"), Rows::Kept),
    })
}
