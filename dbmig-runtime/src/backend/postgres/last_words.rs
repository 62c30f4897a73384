//! Limits that end a session, and what a new one can see of the end of another.

use std::time::Duration;

use diesel::QueryResult;

use super::Session;
use crate::database::engine::During;

/// The server ends the whole session with each of them. The first is of version 17, the last of 14.
pub(super) const LIMITS: [&str; 3] =
    ["transaction_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout"];

/// Those that strike within a transaction.
pub(super) const IN_TRANSACTION: [&str; 2] = [LIMITS[0], LIMITS[1]];

/// An expression that lifts the limit for sessions that do nothing: those who wait for another runner
/// ask every few seconds, and a lease is renewed every ten. Where there is none, it sets nothing.
pub(super) const STAYS_AWAKE: &str = "CASE WHEN pg_catalog.current_setting('idle_session_timeout', true) <> '0'::pg_catalog.text \
     THEN pg_catalog.set_config('idle_session_timeout', '0', false) END";

/// An expression that names those of `limits` that are set, but none that is longer than `within`.
pub(super) fn set(limits: &[&str], within: Option<Duration>) -> String {
    let limit = |name: &&str| {
        let value = format!("pg_catalog.current_setting('{name}', true)");
        let short = within.map(|within| {
            format!(
                " AND {value}::pg_catalog.interval <= '{} ms'::pg_catalog.interval",
                within.as_millis()
            )
        });
        format!(
            "CASE WHEN {value} <> '0'::pg_catalog.text{} THEN pg_catalog.concat('{name} = ', {value}) END",
            short.unwrap_or_default(),
        )
    };
    format!(
        "pg_catalog.concat_ws(', ', {})",
        limits.iter().map(limit).collect::<Vec<_>>().join(", ")
    )
}

/// What is to be seen of a session that was lost `lasted` after it was opened.
pub(super) fn find(db: &mut dyn Session, lasted: Duration, during: During) -> QueryResult<String> {
    let rows = db.query(&format!(
        "SELECT pg_catalog.to_char(pg_catalog.pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), \
         (pg_catalog.clock_timestamp() - pg_catalog.pg_postmaster_start_time() < '{} ms'::pg_catalog.interval)::pg_catalog.text, \
         {}",
        lasted.as_millis(),
        set(&LIMITS, Some(lasted)),
    ))?;
    let row = rows.into_iter().next().unwrap_or_default();
    let since = row.text(0);
    if row.is_true(1) {
        return Ok(format!("the server was restarted meanwhile: it runs since {since} UTC"));
    }
    let alone = format!(
        "the server runs since {since} UTC and takes new connections: only this one has ended"
    );
    Ok(match (during, row.text(2)) {
        (During::Step, _) | (During::Question, "") => format!(
            "{alone}, by an administrator (pg_terminate_backend), by a limit that was set in it, or by what \
             stands between"
        ),
        (During::Question, limits) => {
            format!("{alone}, and this role or database has a limit that may have struck: {limits}")
        }
    })
}
