//! How far a migration without a transaction has come where it failed.

use dbmig_core::Dialect;
use dbmig_core::dialect::NestedBegin;
use dbmig_core::sql::{Statement, kind};

use crate::database::atomic::{FailedAt, StepFailure};
use crate::error::Left;
use crate::error::transient::is_lost;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached {
    /// So many statements are done, and nothing of the next one is left.
    Done(usize),
    /// What the history says already holds: so many are done, and the next one has begun.
    AsNoted(usize),
}

/// How far a run has come that failed at the statement `index`; what a transaction of the script's
/// own had done is rolled back.
pub(super) fn reached(
    dialect: Dialect,
    statements: &[Statement<'_>],
    index: usize,
    failure: &StepFailure,
) -> Reached {
    if let Some(begun) = begun_at(dialect, &statements[..index]) {
        return Reached::AsNoted(begun);
    }
    match statements.get(index) {
        Some(statement) if is_in_doubt(dialect, statement, failure) => Reached::AsNoted(index),
        _ => Reached::Done(index),
    }
}

/// Whether the statement that failed may have left something.
fn is_in_doubt(dialect: Dialect, statement: &Statement<'_>, failure: &StepFailure) -> bool {
    is_lost(&failure.error)
        || failure.at == FailedAt::Unproven
        || (matches!(failure.at, FailedAt::Statement(..) | FailedAt::Cancelled)
            && !kind::fails_whole(dialect, statement))
}

/// The statement that began the transaction of the script's own which is open behind the last of
/// `statements`.
pub(super) fn begun_at(dialect: Dialect, statements: &[Statement<'_>]) -> Option<usize> {
    let mut begun = None;
    for (index, statement) in statements.iter().enumerate() {
        begun = match kind::opens_transaction(dialect, statement) {
            Some(true) => match dialect.nested_begin() {
                NestedBegin::Ignored => begun.or(Some(index)),
                NestedBegin::Another => Some(index),
            },
            Some(false) => None,
            None => begun,
        };
    }
    begun
}

impl Reached {
    /// What that leaves of the migration.
    pub(super) fn left(
        self,
        statements: &[Statement<'_>],
        index: usize,
        failure: &StepFailure,
    ) -> Left {
        match self {
            Self::Done(done) => Left::Statements(done),
            // Rolled back, unless the connection was lost while it was committed.
            Self::AsNoted(done) if done < index && !is_lost(&failure.error) => {
                Left::Statements(done)
            }
            Self::AsNoted(done) if done >= statements.len() => Left::Statements(done),
            Self::AsNoted(done) => Left::InDoubt(done),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dbmig_core::sql::split;

    fn at(dialect: Dialect, text: &str, index: usize) -> Reached {
        let error = diesel::result::Error::QueryBuilderError("no".into());
        let failure = StepFailure { at: FailedAt::Statement(index, None), error };
        reached(dialect, &split(dialect, text).unwrap(), index, &failure)
    }

    #[test]
    fn a_transaction_of_the_scripts_own_begins_again() {
        let script = "UPDATE a; BEGIN; UPDATE b; UPDATE c; COMMIT; UPDATE d";
        for (index, expected) in [
            (0, Reached::Done(0)),
            (1, Reached::Done(1)),
            (2, Reached::AsNoted(1)),
            (4, Reached::AsNoted(1)),
            (5, Reached::Done(5)),
        ] {
            assert_eq!(at(Dialect::Postgres, script, index), expected, "{index}");
        }
        // A schema change of MySQL has committed it.
        let mysql = "BEGIN; UPDATE b; ALTER TABLE b ADD c INT; UPDATE d";
        assert_eq!(at(Dialect::Mysql, mysql, 3), Reached::Done(3));
        assert_eq!(at(Dialect::Mysql, mysql, 2), Reached::AsNoted(0));
    }

    #[test]
    fn what_may_have_left_something_stays_in_doubt() {
        assert_eq!(at(Dialect::Mysql, "CALL p()", 0), Reached::AsNoted(0));
        let index = "CREATE INDEX CONCURRENTLY ON t (a)";
        assert_eq!(at(Dialect::Postgres, index, 0), Reached::AsNoted(0));
        assert_eq!(at(Dialect::Postgres, "VACUUM FULL t; CREATE TABLE t ()", 1), Reached::Done(1));
    }
}
