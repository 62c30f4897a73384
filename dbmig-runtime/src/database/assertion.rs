//! Conditions that the server that writes makes sure of itself. A proxy may have sent what was read
//! to a replica that is behind; a statement that fails in the transaction that writes cannot be
//! misled.

use dbmig_core::Dialect;
use diesel::result::Error;

/// The words of the error of [`assert_that`].
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) const LOST: &str = "dbmig: lock lost";

/// What it means that a condition does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breach {
    /// Somebody else holds the lock.
    #[cfg_attr(
        not(any(feature = "postgres", feature = "mysql")),
        expect(dead_code, reason = "a lock of a server's")
    )]
    Taken,
    /// What was seen does not hold any more, or did not hold there.
    Changed,
}

impl Breach {
    /// Words that the server repeats in its error, whatever its language.
    const fn words(self, dialect: Dialect) -> &'static str {
        match (self, dialect) {
            (Self::Taken, Dialect::Mysql) => "dbmig_lock_taken",
            (Self::Changed, Dialect::Mysql) => "dbmig_changed",
            (Self::Taken, Dialect::Postgres | Dialect::Sqlite) => "dbmig: lock taken",
            (Self::Changed, Dialect::Postgres | Dialect::Sqlite) => "dbmig: changed",
        }
    }

    /// Whether it is what `error` is about.
    pub(crate) fn caused(self, error: &Error) -> bool {
        let text = error.to_string();
        [Dialect::Postgres, Dialect::Mysql]
            .iter()
            .any(|dialect| text.contains(self.words(*dialect)))
    }
}

/// A statement that fails unless `condition` holds, with words that say which one it was.
pub(crate) fn expect(dialect: Dialect, condition: &str, breach: Breach) -> String {
    let words = breach.words(dialect);
    match dialect {
        // Not a constant: the server would evaluate that before anything else.
        Dialect::Postgres => format!(
            "SELECT CASE WHEN {condition} THEN 0 ELSE pg_catalog.concat('{words} ', \
             pg_catalog.pg_backend_pid())::integer END;\n"
        ),
        // "Value is out of range in ..", with the name of the column.
        Dialect::Mysql => format!(
            "SELECT IF({condition}, 1, (SELECT {words} + 18446744073709551615 \
             FROM (SELECT COUNT(*) AS {words} FROM (SELECT 1) one) counted));\n"
        ),
        // "bad JSON path: ..", or "JSON path error near ..".
        Dialect::Sqlite => format!(
            "SELECT CASE WHEN {condition} THEN 0 ELSE json_extract('{{}}', '{words} ' || random()) END;\n"
        ),
    }
}

/// A statement of a fence: it fails unless `condition` holds.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) fn assert_that(dialect: Dialect, condition: &str) -> String {
    match dialect {
        // Not a constant: the server would evaluate that before anything else.
        Dialect::Postgres => format!(
            "SELECT CASE WHEN {condition} THEN 0 ELSE pg_catalog.concat('{LOST} ', \
             pg_catalog.pg_backend_pid())::integer END;\n"
        ),
        // "Subquery returns more than 1 row". Not `DO`, which would lock the rows that it reads.
        Dialect::Mysql => {
            format!("SELECT IF({condition}, 1, (SELECT 1 UNION SELECT 2 /* {LOST} */));\n")
        }
        Dialect::Sqlite => String::new(),
    }
}
