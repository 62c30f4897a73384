//! What PostgreSQL's `ALTER` changes of routines, sequences, domains and indexes.

use super::{plain, unclear};
use crate::infer::change::{Act, Kind};
use crate::infer::name::Name;
use crate::sql::reader::Reader;

/// What only the planner looks at says nothing about results.
pub(super) fn of_routine(reader: &mut Reader<'_>, kind: Kind, name: &Name) -> Option<Act> {
    let mut is_quiet = false;
    loop {
        let quiet = ["COST", "ROWS", "SUPPORT"];
        if reader.any(&quiet) {
            reader.skip();
            is_quiet = true;
        } else if reader.word("RESTRICT") {
            // Says nothing.
        } else if reader.is_at_end() {
            return is_quiet.then_some(Act::Nothing);
        } else {
            let word = kind.word();
            let what =
                format!("changes how the {word} {name} behaves (its attributes, its rights)");
            return Some(unclear(kind, name, what));
        }
    }
}

/// What a sequence does next.
pub(super) fn of_sequence(reader: &mut Reader<'_>, name: &Name) -> Act {
    let other = |what: &str| {
        let what = format!("changes the sequence {name}: {what}");
        unclear(Kind::Sequence, name, what)
    };
    loop {
        if reader.phrase(&["OWNED", "BY"]) {
            while reader.name().is_some() && reader.symbol(".") {}
        } else if reader.phrase(&["SET", "LOGGED"]) {
            // As it was, or safer.
        } else if reader.any(&["CACHE", "START"]) {
            // Gaps were always there, and a start matters to a later RESTART only.
            reader.word("WITH");
            value(reader);
        } else if reader.phrase(&["AS", "BIGINT"]) || reader.phrase(&["NO", "MAXVALUE"]) {
            // As many numbers or more.
        } else if reader.word("RESTART") {
            return other("it may give numbers that are taken (RESTART)");
        } else if reader.is_at_end() {
            return Act::Nothing;
        } else {
            return other("which numbers it gives");
        }
    }
}

/// A number with its sign.
fn value(reader: &mut Reader<'_>) {
    if reader.symbol("-") || reader.symbol("+") {
        // The number itself follows.
    }
    reader.skip();
}

/// What the columns of a domain hold, or get where nobody says it.
pub(super) fn of_domain(reader: &mut Reader<'_>, name: &Name) -> Option<Act> {
    let all = |what: String| Some(plain(Kind::Domain, name, what));
    if reader.phrase(&["VALIDATE", "CONSTRAINT"]) {
        return Some(Act::Nothing);
    }
    if reader.phrase(&["SET", "NOT", "NULL"]) {
        return all(format!("the columns of the domain {name} become NOT NULL"));
    }
    if reader.phrase(&["DROP", "NOT", "NULL"]) {
        return all(format!(
            "the columns of the domain {name} may be NULL from now on, which the previous version \
             does not expect"
        ));
    }
    if reader.phrase(&["DROP", "DEFAULT"]) {
        return all(format!("the columns of the domain {name} lose their default"));
    }
    let (what, certainty) = match reader.one_of(&["ADD", "DROP", "RENAME", "SET"])? {
        "ADD" => return all(format!("the domain {name} gets a constraint")),
        "DROP" => ("drops a constraint of the domain", "and what it says is not known"),
        "RENAME" => ("renames a constraint of the domain", "which errors name"),
        _ => ("changes the default of the domain", "which the previous version may then write"),
    };
    Some(unclear(Kind::Domain, name, format!("{what} {name}, {certainty}")))
}

/// Where and how something is stored.
pub(super) fn of_storage(reader: &mut Reader<'_>) -> Option<Act> {
    let quiet = reader.phrase(&["ATTACH", "PARTITION"])
        || reader.phrase(&["SET", "TABLESPACE"])
        || reader.phrase(&["SET", "ACCESS", "METHOD"])
        || reader.phrase(&["SET", "WITHOUT", "CLUSTER"])
        || reader.phrase(&["CLUSTER", "ON"])
        || reader.word("RESET")
        || (reader.word("SET") && reader.group())
        || of_column(reader);
    quiet.then_some(Act::Nothing)
}

/// `ALTER COLUMN 1 SET STATISTICS 100`
fn of_column(reader: &mut Reader<'_>) -> bool {
    if !reader.word("ALTER") {
        return false;
    }
    reader.word("COLUMN");
    reader.skip();
    reader.word("SET") && reader.any(&["STATISTICS", "STORAGE", "COMPRESSION"])
}
