//! `GRANT` and `REVOKE`.

use super::{head, object};
use crate::infer::change::{Act, Certainty, Kind, Subject};
use crate::infer::name::Name;
use crate::sql::reader::Reader;

/// Of MySQL's, some change an account as well: its password, its limits.
pub(super) fn granted(reader: &mut Reader<'_>) -> Act {
    let account = ["IDENTIFIED", "REQUIRE", "MAX_QUERIES_PER_HOUR", "MAX_UPDATES_PER_HOUR"];
    let more = ["MAX_CONNECTIONS_PER_HOUR", "MAX_USER_CONNECTIONS", "MAX_STATEMENT_TIME"];
    if reader.rest_mentions(&[&account[..], &more].concat()) {
        let what = "changes how an account may log in, which may be the previous version's";
        object(None, what, Certainty::Unclear)
    } else {
        Act::Harmless("new privileges".to_owned())
    }
}

/// Nobody misses what was taken from an object that the script itself has made.
pub(super) fn revoked(reader: &mut Reader<'_>) -> Vec<Act> {
    let subjects = if reader.skip_to("ON") { subjects(reader) } else { Vec::new() };
    let revoke = |subject| object(subject, "takes privileges away", Certainty::Plain);
    if subjects.is_empty() {
        return vec![revoke(None)];
    }
    subjects.into_iter().map(|subject| revoke(Some(subject))).collect()
}

/// What stands before `FROM`; nothing where that is not told.
fn subjects(reader: &mut Reader<'_>) -> Vec<Subject> {
    let start = reader.clone();
    if reader.word("ALL") {
        // `ALL TABLES IN SCHEMA s`
        return if reader.skip_to("SCHEMA") {
            names(reader, &of(Kind::Schema))
        } else {
            Vec::new()
        };
    }
    let kinds = ["TABLE", "SEQUENCE", "FUNCTION", "PROCEDURE", "ROUTINE", "SCHEMA", "TYPE"];
    let found = match reader.one_of(&kinds).or_else(|| reader.one_of(&["DOMAIN"])) {
        Some("FUNCTION" | "ROUTINE") => names(reader, &of(Kind::Function)),
        Some("PROCEDURE") => names(reader, &of(Kind::Procedure)),
        Some("SCHEMA") => names(reader, &of(Kind::Schema)),
        Some("TYPE") => names(reader, &of(Kind::Type)),
        Some("DOMAIN") => names(reader, &of(Kind::Domain)),
        _ => names(reader, &Subject::Relation),
    };
    if !found.is_empty() {
        return found;
    }
    // A table may be called as a kind is.
    *reader = start;
    names(reader, &Subject::Relation)
}

fn of(kind: Kind) -> impl Fn(Name) -> Subject {
    move |name| Subject::Object(kind, name)
}

/// Names with commas between them, up to `FROM`; else nothing.
fn names(reader: &mut Reader<'_>, of: &dyn Fn(Name) -> Subject) -> Vec<Subject> {
    let mut found = Vec::new();
    while let Some(name) = head::name(reader) {
        reader.group();
        found.push(of(name));
        if reader.word("FROM") {
            return found;
        }
        if !reader.symbol(",") {
            break;
        }
    }
    Vec::new()
}
