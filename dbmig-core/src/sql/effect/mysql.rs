//! What MySQL and MariaDB commit by themselves: every schema change.

use super::super::object::{Object, ObjectKind};
use super::Reader;
use super::StatementEffect;

/// These set up, tidy or say once more what holds; START TRANSACTION and COMMIT of the script's
/// own are here because our cursor is part of the transaction between them.
const REPEATABLE: [&str; 16] = [
    "TRUNCATE", "ANALYZE", "OPTIMIZE", "CHECK", "REPAIR", "FLUSH", "GRANT", "USE", "SHOW",
    "EXPLAIN", "LOCK", "UNLOCK", "BEGIN", "START", "COMMIT", "RESET",
];

/// The words that may stand between `CREATE` or `ALTER` and what it is about.
const ATTRIBUTES: [&str; 9] =
    ["ONLINE", "OFFLINE", "IGNORE", "AGGREGATE", "UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR", "UNDO"];

pub(super) fn effect(reader: &mut Reader<'_>) -> Option<StatementEffect> {
    // MariaDB's `SET STATEMENT .. FOR ..` runs what follows.
    while reader.word("SET") {
        if !reader.word("STATEMENT") {
            return Some(StatementEffect::Repeatable);
        }
        if !reader.skip_to("FOR") {
            return None;
        }
    }
    if reader.any(&REPEATABLE) {
        // `BEGIN NOT ATOMIC ..` is a program.
        return (!reader.word("NOT")).then_some(StatementEffect::Repeatable);
    }
    match reader.one_of(&["CREATE", "ALTER", "DROP", "RENAME"])? {
        "CREATE" => create(reader),
        "ALTER" => alter(reader),
        "DROP" => drop(reader),
        _ => rename(reader),
    }
}

fn create(reader: &mut Reader<'_>) -> Option<StatementEffect> {
    if reader.phrase(&["OR", "REPLACE"]) {
        return (!reader.word("TEMPORARY")).then_some(StatementEffect::Repeatable);
    }
    attributes(reader);
    if reader.any(&["USER", "ROLE"]) {
        return reader.phrase(&["IF", "NOT", "EXISTS"]).then_some(StatementEffect::Repeatable);
    }
    let what = subject(reader)?;
    reader.phrase(&["IF", "NOT", "EXISTS"]);
    if what == Subject::Index {
        return on_table(reader);
    }
    StatementEffect::visible(vec![reader.object(what.kind())?])
}

fn alter(reader: &mut Reader<'_>) -> Option<StatementEffect> {
    attributes(reader);
    if reader.word("TABLE") {
        reader.phrase(&["IF", "EXISTS"]);
        let table = reader.object(ObjectKind::Definition)?;
        let words = reader.rest();
        let mentions =
            |any: &[&str]| words.iter().any(|w| any.iter().any(|a| w.eq_ignore_ascii_case(a)));
        // What these do cannot be seen in the definition of the table.
        if mentions(&["EXCHANGE", "DISCARD", "IMPORT"]) {
            return None;
        }
        let partitions = mentions(&["PARTITION", "PARTITIONING"]);
        let kind = if partitions { ObjectKind::Partitions } else { ObjectKind::Definition };
        return StatementEffect::visible(vec![Object { kind, ..table }]);
    }
    match subject(reader)? {
        Subject::Object(ObjectKind::Event) => {
            let event = reader.object(ObjectKind::Event)?;
            let renames = reader.rest_mentions(&["RENAME"]);
            if renames {
                StatementEffect::visible(vec![event])
            } else {
                Some(StatementEffect::Repeatable)
            }
        }
        Subject::Index
        | Subject::Object(
            ObjectKind::Table
            | ObjectKind::Definition
            | ObjectKind::Partitions
            | ObjectKind::Indexes
            | ObjectKind::Index
            | ObjectKind::Trigger
            | ObjectKind::Routine
            | ObjectKind::Database,
        ) => Some(StatementEffect::Repeatable),
    }
}

fn drop(reader: &mut Reader<'_>) -> Option<StatementEffect> {
    let account = reader.any(&["USER", "ROLE"]);
    let what = if account { None } else { Some(subject(reader)?) };
    if reader.phrase(&["IF", "EXISTS"]) {
        return Some(StatementEffect::Repeatable);
    }
    match what? {
        Subject::Index => on_table(reader),
        what => StatementEffect::visible(reader.objects(what.kind())),
    }
}

fn rename(reader: &mut Reader<'_>) -> Option<StatementEffect> {
    if !reader.any(&["TABLE", "TABLES"]) {
        return None;
    }
    reader.phrase(&["IF", "EXISTS"]);
    let (mut sources, mut targets) = (Vec::new(), Vec::new());
    loop {
        sources.push(reader.object(ObjectKind::Table)?);
        if !reader.skip_to("TO") {
            return None;
        }
        targets.push(reader.object(ObjectKind::Table)?);
        if !reader.symbol(",") {
            break;
        }
    }
    // A swap may leave each of them looking as before.
    let swapped =
        |source: &Object| targets.iter().any(|t| t.name.eq_ignore_ascii_case(&source.name));
    if sources.iter().any(swapped) { None } else { StatementEffect::visible(sources) }
}

/// `.. ON t`
fn on_table(reader: &mut Reader<'_>) -> Option<StatementEffect> {
    let table = reader.skip_to("ON").then(|| reader.object(ObjectKind::Definition))??;
    StatementEffect::visible(vec![table])
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    Object(ObjectKind),
    /// Of a table that is named later.
    Index,
}

impl Subject {
    const fn kind(self) -> ObjectKind {
        match self {
            Self::Object(kind) => kind,
            Self::Index => ObjectKind::Definition,
        }
    }
}

/// What is created, changed or dropped; nothing for what is temporary or unknown.
fn subject(reader: &mut Reader<'_>) -> Option<Subject> {
    let words = [
        "TABLE",
        "TABLES",
        "VIEW",
        "SEQUENCE",
        "INDEX",
        "TRIGGER",
        "FUNCTION",
        "PROCEDURE",
        "EVENT",
        "DATABASE",
        "SCHEMA",
    ];
    Some(Subject::Object(match reader.one_of(&words)? {
        "INDEX" => return Some(Subject::Index),
        "TRIGGER" => ObjectKind::Trigger,
        "FUNCTION" | "PROCEDURE" => ObjectKind::Routine,
        "EVENT" => ObjectKind::Event,
        "DATABASE" | "SCHEMA" => ObjectKind::Database,
        _ => ObjectKind::Table,
    }))
}

/// `DEFINER = ..`, `ALGORITHM = ..` and the like.
fn attributes(reader: &mut Reader<'_>) {
    loop {
        if reader.any(&ATTRIBUTES) {
        } else if reader.word("ALGORITHM") {
            reader.symbol("=");
            reader.skip();
        } else if reader.word("SQL") {
            reader.word("SECURITY");
            reader.skip();
        } else if reader.word("DEFINER") {
            reader.symbol("=");
            account(reader);
        } else {
            return;
        }
    }
}

/// `CURRENT_USER()`, `'a'@'%'`, `a@localhost`.
fn account(reader: &mut Reader<'_>) {
    reader.skip();
    if reader.symbol("(") {
        reader.symbol(")");
    } else if reader.symbol("@") {
        reader.skip();
    }
}
