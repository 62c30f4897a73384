//! What PostgreSQL runs outside of transactions.

use super::super::object::ObjectKind;
use super::Reader;
use super::StatementEffect;

/// These set up or tidy; BEGIN and COMMIT of the script's own are here because our cursor is part
/// of the transaction between them.
const REPEATABLE: [&str; 14] = [
    "REINDEX",
    "VACUUM",
    "CLUSTER",
    "ANALYZE",
    "DISCARD",
    "CHECKPOINT",
    "LOAD",
    "SET",
    "RESET",
    "SHOW",
    "BEGIN",
    "START",
    "COMMIT",
    "END",
];

pub(super) fn effect(reader: &mut Reader<'_>) -> Option<StatementEffect> {
    if reader.any(&REPEATABLE) {
        return Some(StatementEffect::Repeatable);
    }
    match reader.one_of(&["CREATE", "DROP", "ALTER"])? {
        "CREATE" => create(reader),
        "DROP" => drop(reader),
        _ => reader.word("SYSTEM").then_some(StatementEffect::Repeatable),
    }
}

fn create(reader: &mut Reader<'_>) -> Option<StatementEffect> {
    if reader.word("DATABASE") {
        return StatementEffect::visible(vec![reader.object(ObjectKind::Database)?]);
    }
    reader.word("UNIQUE");
    if !reader.phrase(&["INDEX", "CONCURRENTLY"]) || !reader.skip_to("ON") {
        return None;
    }
    reader.word("ONLY");
    // Not the index: it may have no name, and one of that name may be invalid.
    StatementEffect::visible(vec![reader.object(ObjectKind::Indexes)?])
}

fn drop(reader: &mut Reader<'_>) -> Option<StatementEffect> {
    let kind = match reader.one_of(&["DATABASE", "INDEX"])? {
        "DATABASE" => ObjectKind::Database,
        _ => ObjectKind::Index,
    };
    reader.word("CONCURRENTLY");
    if reader.phrase(&["IF", "EXISTS"]) {
        return Some(StatementEffect::Repeatable);
    }
    StatementEffect::visible(reader.objects(kind))
}
