//! What is made of any script, whatever the parser says to it.

use dbmig_core::embed::migrations;
use dbmig_core::impact::{ImpactText, Reason};
use dbmig_core::infer::{Inferred, infer};
use dbmig_core::migration::{Body, Down, Migration, Script, SqlBody};
use dbmig_core::sql::Position;
use dbmig_core::sql::split;

use crate::dialect;

/// What earlier migrations made, for scripts that ask.
const PAST: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE INDEX users_name ON users (name);
CREATE UNIQUE INDEX users_key ON users (name);";

/// The first byte chooses the dialect, the rest is a script, up and down.
pub fn verdicts(data: &[u8]) {
    let (dialect, text) = dialect::chosen(data);
    let text = String::from_utf8_lossy(text);
    let past = migration("1", PAST);
    let found = infer(dialect, &[past, migration("2", &text)]).pop().unwrap();
    is_said(&found.compatibility.reason, &text);
    is_said(&found.reversibility.reason, &text);
    found.breaks.iter().chain(&found.loses).for_each(|reason| is_said(reason, &text));
    is_the_same_as_text(&found);
    if split(dialect, &text).is_err() {
        assert!(found.compatibility.reason.text.starts_with("not understood"), "{found:?}");
    }
}

fn migration(version: &'static str, text: &str) -> Migration {
    let script = || Script { path: "x.sql".into(), text: text.to_owned().into() };
    let [migration] = migrations(&[version, version, "", "", "", "", ""], &[0; 32], &[]);
    let body = Body::Sql(SqlBody { up: script(), down: Down::Script(script()) });
    Migration { body, ..migration }
}

/// A reason in words, and a place in the script.
fn is_said(reason: &Reason, text: &str) {
    assert!(!reason.text.is_empty());
    // What panics is caught and said like this.
    assert!(!reason.text.contains("could not be read"), "the parser panics");
    if let Some(Position { line, column }) = reason.position {
        let found = text.split('\n').nth(line as usize - 1);
        let fits = found.is_some_and(|found| column as usize - 1 <= found.chars().count());
        assert!(fits && column > 0, "{reason:?}");
    }
}

/// What an app embeds is what was found.
fn is_the_same_as_text(found: &Inferred) {
    let impact = ImpactText::from_history(found.impact().as_str().to_owned());
    assert_eq!(impact.compatibility(), found.compatibility);
    assert_eq!(impact.reversibility(), found.reversibility);
}
