//! What a database's words say of an error: whether the same again may go well. Diesel hands on no
//! SQLSTATE, only the text.

use super::CHANGED;

/// Whether `error` is the end of a wait for somebody else's lock, so that trying again may help.
pub(crate) fn is_lock_wait(error: &diesel::result::Error) -> bool {
    tells_of_lock_wait(&error.to_string())
}

/// Whether `message`, which was kept of an error, tells of the end of such a wait.
pub(crate) fn tells_of_lock_wait(message: &str) -> bool {
    const TEXTS: [&str; 10] = [
        "lock timeout",
        "could not serialize access",
        "NOWAIT is set",
        "Lock wait timeout",
        "deadlock detected",
        "Deadlock found",
        // MariaDB, of a table that we have asked its catalogue for.
        "definition is being modified by concurrent DDL",
        // Galera, where another node was faster.
        "WSREP detected deadlock",
        // `innodb_snapshot_isolation` of MariaDB.
        "Record has changed since last read",
        "database is locked",
    ];
    TEXTS.iter().any(|text| message.contains(text))
}

/// Whether a node of a cluster has lost the others, or is not one of them yet.
pub(crate) fn is_unready(error: &diesel::result::Error) -> bool {
    error.to_string().contains("WSREP has not yet prepared node")
}

/// Whether the connection was lost: what was under way may have been committed or not.
pub(crate) fn is_lost(error: &diesel::result::Error) -> bool {
    use diesel::result::DatabaseErrorKind::{ClosedConnection, UnableToSendCommand};
    // MySQL's libraries have no kind of their own for it in Diesel.
    const TEXTS: [&str; 6] = [
        "lost connection",
        "server has gone away",
        "connection was killed",
        "server shutdown in progress",
        "terminating connection",
        "server closed the connection",
    ];
    let kind = matches!(
        error,
        diesel::result::Error::DatabaseError(ClosedConnection | UnableToSendCommand, _)
            | diesel::result::Error::BrokenTransactionManager
    );
    let text = error.to_string().to_lowercase();
    kind || TEXTS.iter().any(|t| text.contains(t))
}

/// Whether the same again may go well.
pub(crate) fn is_temporary(error: &diesel::result::Error) -> bool {
    // During a failover the server that answers may be the one that only reads.
    const READS_ONLY: [&str; 3] = ["read-only transaction", "--read-only", "during recovery"];
    let text = error.to_string();
    is_lost(error)
        || is_lock_wait(error)
        || is_unready(error)
        || text == CHANGED
        || READS_ONLY.iter().any(|words| text.contains(words))
}
