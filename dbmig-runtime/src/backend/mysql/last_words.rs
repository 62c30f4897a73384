//! What a new session can see of the end of another: the server hands on no reason, and libmariadb
//! says "Lost connection" to all of them.

use std::time::Duration;

use diesel::QueryResult;

use super::Session;

/// Settings that let the server end a session.
pub(super) const LIMITS: [&str; 4] = [
    "wait_timeout",
    "idle_transaction_timeout",
    "idle_readonly_transaction_timeout",
    "idle_write_transaction_timeout",
];

/// What is to be seen of a session that was lost `lasted` after it was opened.
pub(super) fn find(db: &mut dyn Session, lasted: Duration) -> QueryResult<Option<String>> {
    let rows = db.query("SHOW GLOBAL STATUS LIKE 'Uptime'")?;
    let Some(runs) = rows.first().and_then(|row| row.text(1).parse::<u64>().ok()) else {
        return Ok(None);
    };
    if runs < lasted.as_secs() {
        return Ok(Some(format!("the server was restarted meanwhile: it has run for {runs} s")));
    }
    let alone = format!(
        "the server has run for {runs} s and takes new connections: only this one has ended"
    );
    let rows = db.query(&format!("SELECT {}", struck(lasted)))?;
    Ok(Some(match rows.first().map(|row| row.text(0)) {
        None | Some("") => {
            format!("{alone}, by an administrator (KILL) or by what stands between")
        }
        Some(limits) => format!(
            "{alone}, by an administrator (KILL), by what stands between, or by a limit that may have struck: \
             {limits}"
        ),
    }))
}

/// An expression that names the limits that are set, but none that is longer than `lasted`. MySQL has
/// the first one only.
fn struck(lasted: Duration) -> String {
    let limit = |name: &&str| {
        format!(
            "IF(@@SESSION.{name} BETWEEN 1 AND {}, CONCAT('{name} = ', @@SESSION.{name}), NULL)",
            lasted.as_secs()
        )
    };
    let limits: Vec<_> = LIMITS.iter().map(limit).collect();
    format!("CONCAT_WS(', ', {} /*M! , {} */)", limits[0], limits[1..].join(", "))
}
