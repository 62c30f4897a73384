//! A script, statement by statement, each read once.

use std::sync::Arc;

use super::Scripts;
use super::change::{Act, Change};
use super::read;
use super::schema::{Body, hashes};
use crate::Dialect;
use crate::sql::{Position, Statement, kind};

/// A statement of a script.
#[derive(Clone, Debug)]
pub(super) struct Step<'t> {
    pub(super) text: &'t str,
    /// None where the script could not be split: then `text` is all of it.
    pub(super) statement: Option<Statement<'t>>,
    /// What it does, in its order; never nothing.
    pub(super) changes: Vec<Change>,
    pub(super) absence: Absence,
    /// What it makes that has a text.
    pub(super) body: Option<Arc<Body<'t>>>,
    pub(super) names: Names,
    /// All that it mentions, by the hash.
    pub(super) words: Vec<u64>,
}

/// What becomes of names without a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    Stay,
    /// They mean something else from here on.
    Move,
}

/// What becomes of a `DROP` whose object is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absence {
    /// An error: so the object is there.
    Fails,
    /// `IF EXISTS`
    Ignored,
}

/// What all statements of a script do, in their order.
pub(super) fn steps<'t>(dialect: Dialect, scripts: &Scripts<'t>) -> Vec<Step<'t>> {
    match &scripts.up {
        Ok(statements) => statements.iter().map(|statement| step(dialect, statement)).collect(),
        Err(error) => vec![whole(scripts.text, error.to_string(), error.position)],
    }
}

/// A script that the parser stumbled over.
pub(super) fn unread(script: &str) -> Step<'_> {
    let start = Position { line: 1, column: 1 };
    whole(script, "its SQL could not be read".to_owned(), start)
}

fn whole(script: &str, reason: String, position: Position) -> Step<'_> {
    Step {
        text: script,
        statement: None,
        changes: vec![Change { act: Act::NotUnderstood(reason), position }],
        absence: Absence::Fails,
        body: None,
        names: Names::Stay,
        words: hashes(script),
    }
}

fn step<'t>(dialect: Dialect, statement: &Statement<'t>) -> Step<'t> {
    let moves = kind::moves_names(dialect, statement);
    Step {
        text: statement.text,
        changes: read::changes(statement),
        absence: absence(statement),
        body: Body::of(statement).map(Arc::new),
        names: if moves { Names::Move } else { Names::Stay },
        words: hashes(statement.text),
        statement: Some(statement.clone()),
    }
}

/// `DROP kind [CONCURRENTLY] IF EXISTS`: what is behind may be called so, too.
fn absence(statement: &Statement<'_>) -> Absence {
    const BEFORE: usize = 5;
    let mut words = statement.keywords();
    let drops = words.next().is_some_and(|word| word.eq_ignore_ascii_case("DROP"));
    let words: Vec<_> = words.take(BEFORE).collect();
    let spares = words
        .windows(2)
        .any(|pair| pair[0].eq_ignore_ascii_case("IF") && pair[1].eq_ignore_ascii_case("EXISTS"));
    let whole = drops && spares;
    if whole || drops_if_there(statement) { Absence::Ignored } else { Absence::Fails }
}

/// `ALTER TABLE .. DROP CONSTRAINT IF EXISTS`, as each `DROP` in it.
fn drops_if_there(statement: &Statement<'_>) -> bool {
    if !statement.begins_with(&["ALTER", "TABLE"]) {
        return false;
    }
    let words: Vec<_> = statement.tokens().filter_map(|token| token.word()).collect();
    let is = |at: usize, word: &str| words.get(at).is_some_and(|it| it.eq_ignore_ascii_case(word));
    let mut drops = (0..words.len()).filter(|at| is(*at, "DROP")).peekable();
    drops.peek().is_some()
        && drops.all(|at| is(at + 1, "CONSTRAINT") && is(at + 2, "IF") && is(at + 3, "EXISTS"))
}

/// Whether a statement among them makes names without a schema mean something else.
pub(super) fn moves_names(steps: &[Step<'_>]) -> bool {
    steps.iter().any(|step| step.names == Names::Move)
}
