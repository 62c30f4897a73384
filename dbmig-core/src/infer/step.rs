//! A script, statement by statement, each read once.

use super::change::{Act, Change};
use super::read;
use crate::Dialect;
use crate::migration::Script;
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
pub(super) fn steps(dialect: Dialect, script: &Script) -> Vec<Step<'_>> {
    match script.statements(dialect) {
        Ok(statements) => statements.into_iter().map(step).collect(),
        Err(error) => {
            let act = Act::NotUnderstood(error.to_string());
            let changes = vec![Change { act, position: error.position }];
            let absence = Absence::Fails;
            vec![Step { text: &script.text, statement: None, changes, absence }]
        }
    }
}

/// A script that the parser stumbled over.
pub(super) fn unread(script: &Script) -> Step<'_> {
    let act = Act::NotUnderstood("its SQL could not be read".to_owned());
    let changes = vec![Change { act, position: Position { line: 1, column: 1 } }];
    Step { text: &script.text, statement: None, changes, absence: Absence::Fails }
}

fn step(statement: Statement<'_>) -> Step<'_> {
    Step {
        text: statement.text,
        statement: Some(statement),
        changes: read::changes(&statement),
        absence: absence(&statement),
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
    if drops && spares { Absence::Ignored } else { Absence::Fails }
}

/// Whether a statement among them makes names without a schema mean something else.
pub(super) fn moves_names(dialect: Dialect, steps: &[Step<'_>]) -> bool {
    let mut statements = steps.iter().filter_map(|step| step.statement.as_ref());
    statements.any(|statement| kind::moves_names(dialect, statement))
}
