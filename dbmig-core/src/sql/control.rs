//! What a script does to the transaction that it runs in.

use super::Statement;
use super::kind::{ends_transaction, opens_transaction};
use crate::Dialect;

/// What a script does to the transaction that it runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionControl {
    /// Nothing.
    Within,
    /// It begins and commits transactions of its own: statement by statement it does what it says.
    Own,
    /// The statement with this index ends a transaction that the script has not begun, and on its own
    /// it would do something else, or be an error.
    EndsOuter(usize),
}

impl TransactionControl {
    /// Of a script.
    pub fn of(dialect: Dialect, statements: &[Statement<'_>]) -> Self {
        let (mut control, mut own) = (Self::Within, false);
        for (index, statement) in statements.iter().enumerate() {
            let Some(opens) = opens_transaction(dialect, statement) else { continue };
            if !ends_transaction(dialect, statement) {
                // A schema change of MySQL has committed what was open.
                own = false;
                continue;
            }
            if !own && !opens && needs_outer(dialect, statement) {
                return Self::EndsOuter(index);
            }
            (control, own) = (Self::Own, opens);
        }
        control
    }
}

/// Whether it needs the transaction that it ends. A `COMMIT` of PostgreSQL and MySQL does not: there,
/// what comes before it is committed in any case.
fn needs_outer(dialect: Dialect, statement: &Statement<'_>) -> bool {
    let begins = |words: &[&str]| statement.begins_with(words);
    match dialect {
        Dialect::Postgres => {
            (begins(&["ROLLBACK"]) && !begins(&["ROLLBACK", "PREPARED"]))
                || begins(&["ABORT"])
                || begins(&["PREPARE", "TRANSACTION"])
        }
        Dialect::Mysql => begins(&["ROLLBACK"]) || begins(&["XA", "ROLLBACK"]),
        Dialect::Sqlite => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::split;

    fn of(dialect: Dialect, text: &str) -> TransactionControl {
        TransactionControl::of(dialect, &split(dialect, text).unwrap())
    }

    #[test]
    fn scripts_and_the_transaction_around_them() {
        for dialect in Dialect::ALL {
            for (script, expected) in [
                ("UPDATE a SET b = 1; SAVEPOINT s; ROLLBACK TO s", TransactionControl::Within),
                ("BEGIN; UPDATE a SET b = 1; COMMIT", TransactionControl::Own),
                ("BEGIN; UPDATE a SET b = 1; ROLLBACK; BEGIN; COMMIT", TransactionControl::Own),
                (
                    "UPDATE a SET b = 1; ROLLBACK; UPDATE a SET b = 2",
                    TransactionControl::EndsOuter(1),
                ),
                ("BEGIN; COMMIT; ROLLBACK", TransactionControl::EndsOuter(2)),
            ] {
                assert_eq!(of(dialect, script), expected, "{dialect}: {script}");
            }
        }
        for (script, expected) in [
            ("UPDATE a; ABORT", TransactionControl::EndsOuter(1)),
            ("UPDATE a; PREPARE TRANSACTION 'x'", TransactionControl::EndsOuter(1)),
            (
                "BEGIN; UPDATE a; PREPARE TRANSACTION 'x'; COMMIT PREPARED 'x'",
                TransactionControl::Own,
            ),
            ("ROLLBACK PREPARED 'x'", TransactionControl::Own),
            ("COMMIT AND CHAIN; UPDATE a; ROLLBACK", TransactionControl::Own),
            ("ROLLBACK AND CHAIN; UPDATE a", TransactionControl::Own),
        ] {
            assert_eq!(of(Dialect::Postgres, script), expected, "{script}");
        }
        let commits = "UPDATE a SET b = 1; COMMIT; UPDATE a SET b = 2";
        assert_eq!(of(Dialect::Postgres, commits), TransactionControl::Own);
        assert_eq!(of(Dialect::Mysql, commits), TransactionControl::Own);
        assert_eq!(of(Dialect::Sqlite, commits), TransactionControl::EndsOuter(1));
        let committed = "BEGIN; CREATE TABLE t (a INT); ROLLBACK";
        assert_eq!(of(Dialect::Mysql, committed), TransactionControl::EndsOuter(2));
    }
}
