//! What a step that failed says.

use dbmig_core::sql::Statement;

use crate::database::atomic::{FailedAt, StepFailure};
use crate::error::transient::is_lost;
use crate::error::{Error, FailedPart, FailedStatement, Left, MigrationError};
use crate::history::RunRecord;
use crate::report::Report;

pub(super) fn step_error(
    run: &RunRecord<'_>,
    path: &str,
    statements: &[Statement<'_>],
    failure: StepFailure,
    left: Left,
    before: &Report,
) -> Error {
    let failed = match failure.at {
        FailedAt::Fence => return Error::LockLost(Box::new(before.clone())),
        FailedAt::Cancelled => return Error::Cancelled(Box::new(before.clone())),
        FailedAt::Statement(index, position) => statements.get(index).map(|s| (index, s, position)),
        FailedAt::Script
        | FailedAt::Bookkeeping
        | FailedAt::Around
        | FailedAt::Unproven
        | FailedAt::Changed => None,
    };
    let part = match failure.at {
        FailedAt::Around => FailedPart::Around,
        FailedAt::Statement(..)
        | FailedAt::Script
        | FailedAt::Bookkeeping
        | FailedAt::Unproven
        | FailedAt::Changed
        | FailedAt::Fence
        | FailedAt::Cancelled => FailedPart::Script,
    };
    let left = match (left, failure.at) {
        (Left::Nothing, FailedAt::Unproven) => Left::OwnCommits,
        (Left::Nothing, _) if is_lost(&failure.error) => Left::Unknown,
        (left, _) => left,
    };
    Error::Migration(Box::new(MigrationError {
        name: run.name.to_owned(),
        direction: run.direction,
        path: path.to_owned(),
        statement: failed.map(|(index, statement, position)| FailedStatement {
            number: index + 1,
            of: statements.len(),
            position: position.unwrap_or(statement.position),
            text: statement.without_secrets().into_owned(),
        }),
        part,
        left,
        sent_with: Vec::new(),
        before: before.clone(),
        source: match failure.at {
            FailedAt::Changed => Error::changed(),
            FailedAt::Statement(..)
            | FailedAt::Script
            | FailedAt::Bookkeeping
            | FailedAt::Around
            | FailedAt::Unproven
            | FailedAt::Fence
            | FailedAt::Cancelled => failure.error,
        },
    }))
}
