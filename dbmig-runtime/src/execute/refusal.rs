//! What is refused before anything of a script is executed.

use dbmig_core::Dialect;
use dbmig_core::migration::Execution;
use dbmig_core::plan::Step;
use dbmig_core::sql::Statement;
use dbmig_core::sql::control::TransactionControl;

use crate::database::atomic::{FailedAt, StepFailure};
use crate::database::session::Nesting;

/// Why the script of `step` is not executed in the transaction that it is to run in.
pub(super) fn refuse(
    dialect: Dialect,
    declared: Execution,
    statements: &[Statement<'_>],
    step: &Step<'_>,
    nesting: Nesting,
) -> Result<(), StepFailure> {
    let outer = "this statement ends a transaction that the script has not begun: take it out, or say \
                 `run_in_transaction = false` in metadata.toml";
    let guest = "the script begins and commits transactions of its own, and this connection is in one of its \
                 owner's";
    let refused = |index, why: &str| {
        let error = diesel::result::Error::QueryBuilderError(why.into());
        Err(StepFailure { at: FailedAt::Statement(index, None), error })
    };
    let wanted = declared == Execution::Transaction && !step.is_begun();
    match (TransactionControl::of(dialect, statements), nesting) {
        (TransactionControl::EndsOuter(index), _) if wanted => refused(index, outer),
        (TransactionControl::EndsOuter(index), Nesting::InTransaction) => refused(index, guest),
        (TransactionControl::Own, Nesting::InTransaction) => {
            let ends = |s| dbmig_core::sql::kind::ends_transaction(dialect, s);
            refused(statements.iter().position(ends).unwrap_or_default(), guest)
        }
        (
            TransactionControl::Within | TransactionControl::Own | TransactionControl::EndsOuter(_),
            _,
        ) => Ok(()),
    }
}
