//! What goes around statements and rows, in PostgreSQL's words.
//!
//! While our own statements run, nothing but `pg_catalog` is searched for functions and operators:
//! what others put into a schema that they may write to must not be able to lead a row astray.

use dbmig_core::Dialect;

use super::{Envelope, Limits, Nesting, Ownership, TransactionSetting, TransactionSql};
use crate::database::lock::Isolation;

/// An expression that keeps the path, and then names only the catalogue; a table that is temporary is
/// found last. Nested, for nothing else says which of two expressions comes first.
const SAFE_PATH: &str = "pg_catalog.set_config('search_path', CASE WHEN \
                         pg_catalog.set_config('dbmig.search_path', \
                         pg_catalog.current_setting('search_path'), true) IS NOT NULL \
                         THEN 'pg_catalog, pg_temp' END, true)";
pub(super) const RESTORE_PATH: &str = "SELECT pg_catalog.set_config('search_path', \
                            pg_catalog.current_setting('dbmig.search_path'), true);\n";

/// How soon the server notices that its client is gone while it runs a statement, so that what a
/// killed runner has begun does not go on for hours. From version 14, and not on every system.
const NOTICE_DEATH: &str = "client_connection_check_interval = 2000";

/// An expression: what the migration has set for itself must not stop our rows.
const UNLIMITED: &str = "pg_catalog.set_config('statement_timeout', '0', true)";

/// Of version 17: a transaction that lasts longer is ended, and its session with it. A role or database
/// that has it could never get a long migration done. What the migration itself sets holds.
///
/// The one of a transaction counts from its beginning; it is lifted in the same message, and again
/// behind each `RESET ALL`, which would let it count anew.
const TRANSACTION_TIMEOUT: &str = "transaction_timeout";

/// An expression that lifts it for the transaction, or for the session.
fn lift(local: bool) -> String {
    format!(
        "CASE WHEN pg_catalog.current_setting('{TRANSACTION_TIMEOUT}', true) IS NOT NULL \
         THEN pg_catalog.set_config('{TRANSACTION_TIMEOUT}', '0', {local}) END"
    )
}

/// From here on only the catalogue is searched, until [`RESTORE_PATH`].
pub(super) fn to_safe_path() -> String {
    format!("SELECT {SAFE_PATH};\n")
}

/// The same, in a transaction that may last.
pub(super) fn to_safe_path_lifted() -> String {
    format!("SELECT {}, {SAFE_PATH};\n", lift(true))
}

/// A role or a database may only read unless a transaction says otherwise, as ours do; a statement
/// alone has no words for it.
const WRITES: &str = "SET default_transaction_read_only TO off;\n";

/// An expression: what is said to be done must not be lost with the server. `on` would wait for
/// standbys, too, which is for the owner of the setting to want.
fn lasting(local: bool) -> String {
    format!(
        "CASE WHEN pg_catalog.current_setting('synchronous_commit') = 'off'::pg_catalog.text \
         THEN pg_catalog.set_config('synchronous_commit', 'local', {local}) END"
    )
}

/// What a migration commonly sets for its session, or dbmig for the migration. Older servers do not
/// know the last one.
const KEPT: [&str; 6] = [
    "lock_timeout",
    "statement_timeout",
    "idle_in_transaction_session_timeout",
    "default_transaction_read_only",
    "synchronous_commit",
    TRANSACTION_TIMEOUT,
];

/// The places in [`Tables::session`](super::Tables::session).
pub(super) const SEARCH_PATH: usize = 0;
pub(super) const ROLE: usize = 1;
pub(super) const SERVER: usize = 2;
/// One per line.
pub(super) const SCHEMAS: usize = 3;
/// The limits that are set, for whoever is told why his connection was lost.
pub(super) const LIMITS: usize = 4;
/// Of a server that can be told to notice the death of a client.
pub(super) const NOTICES: &str = "notices";

pub(super) fn envelope(setting: &TransactionSetting<'_>) -> Envelope {
    let begin = match setting.fence.isolation {
        Isolation::Default => "BEGIN READ WRITE",
        Isolation::ReadsLate => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    };
    let words = TransactionSql { begin, commit: "COMMIT", rollback: "ROLLBACK" };
    let plain = Envelope::plain(&words, setting.nesting);
    let cleanse_if = |wanted| if wanted { cleanse(setting) } else { String::new() };
    let fresh = match (setting.part.begins(), setting.ownership) {
        (true, Ownership::Owned) => cleanse(setting),
        (true, Ownership::Borrowed) => keep(),
        (false, _) => String::new(),
    };
    let own = match (setting.ownership, setting.part.begins()) {
        (Ownership::Owned, true) => notice_death(setting, "SET LOCAL"),
        (Ownership::Owned, false) => rename(setting.name) + &notice_death(setting, "SET LOCAL"),
        (Ownership::Borrowed, _) => String::new(),
    };
    let check = setting.fence.check.as_str();
    // Of a transaction that dbmig is a guest in, the owner keeps his limits: `SET LOCAL` would
    // outlive the savepoint.
    let (to_safe_path, limits, rows_last, restore) = match setting.nesting {
        Nesting::TopLevel => {
            let rows_last = format!("{UNLIMITED}, {}, ", lasting(true));
            (to_safe_path_lifted(), limits(&setting.limits, "SET LOCAL"), rows_last, "")
        }
        Nesting::InTransaction => (to_safe_path(), String::new(), String::new(), RESTORE_PATH),
    };
    let lifted = match (check, setting.nesting) {
        ("", Nesting::TopLevel) => format!("SELECT {};\n", lift(true)),
        ("", Nesting::InTransaction) => String::new(),
        (check, _) => format!("{to_safe_path}{check}{RESTORE_PATH}"),
    };
    Envelope {
        open: format!("{}{fresh}{lifted}{own}{limits}", plain.open),
        proof: format!(
            "{}{}{to_safe_path}SELECT {rows_last}{};\n",
            plain.proof,
            cleanse_if(setting.part.ends()),
            role(setting, true),
        ),
        close: format!("{restore}{}", plain.close),
        abort: plain.abort,
    }
}

pub(super) fn prepare_alone(setting: &TransactionSetting<'_>) -> String {
    let own = match setting.ownership {
        // Others see its name while a statement runs alone, too.
        Ownership::Owned => rename(setting.name) + &notice_death(setting, "SET"),
        Ownership::Borrowed => String::new(),
    };
    match setting.nesting {
        Nesting::TopLevel => {
            let (lift, limits) = (lift(false), limits(&setting.limits, "SET"));
            format!("{own}{WRITES}SELECT {}, {lift};\n{limits}", lasting(false))
        }
        Nesting::InTransaction => own,
    }
}

fn notice_death(setting: &TransactionSetting<'_>, set: &str) -> String {
    match setting.tables.setting(SERVER) {
        NOTICES => format!("{set} {NOTICE_DEATH};\n"),
        _ => String::new(),
    }
}

fn limits(limits: &Limits, set: &str) -> String {
    let set = |name, limit: Option<std::time::Duration>| {
        limit.map(|limit| format!("{set} {name} = {};\n", limit.as_millis()))
    };
    let parts = [set("lock_timeout", limits.lock), set("statement_timeout", limits.statement)];
    parts.into_iter().flatten().collect()
}

/// The name of the session, which the server cuts (NAMEDATALEN), with a notice.
pub(super) fn rename(name: &str) -> String {
    format!("SET application_name = {};\n", Dialect::Postgres.literal(&short(name)))
}

pub(super) fn short(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(63).collect()
}

/// Undoes what a migration may have set for the session.
fn cleanse(setting: &TransactionSetting<'_>) -> String {
    // Not where it is that already: it would look as if somebody had set it.
    let path = format!(
        "CASE WHEN pg_catalog.current_setting('search_path') <> {path}::pg_catalog.text \
         THEN pg_catalog.set_config('search_path', {path}, false) END",
        path = Dialect::Postgres.literal(setting.tables.setting(SEARCH_PATH)),
    );
    let role = role(setting, false);
    match setting.ownership {
        // Diesel has set the encoding when it connected. What was set at first is no default where
        // a pooler handed over the session of somebody else.
        Ownership::Owned => format!(
            "RESET SESSION AUTHORIZATION;\nRESET ROLE;\nRESET ALL;\nSET client_encoding TO 'UTF8';\n\
             DISCARD TEMP;\n{}SELECT {path}, {role};\n",
            rename(setting.name),
        ),
        Ownership::Borrowed => format!("SELECT {};\nSELECT {path}, {role};\n", give_back()),
    }
}

/// Keeps what the owner of the session has set, under names of our own, until it is given back.
fn keep() -> String {
    let keep = |name| {
        format!(
            "pg_catalog.set_config('dbmig.{name}', coalesce(pg_catalog.current_setting('{name}', true), ''), false)"
        )
    };
    format!("SELECT {};\n", KEPT.map(keep).join(", "))
}

/// Expressions that give back what was kept, once.
pub(super) fn give_back() -> String {
    let give_back = |name| {
        format!(
            "CASE WHEN pg_catalog.current_setting('dbmig.{name}', true) <> ''::pg_catalog.text THEN \
             pg_catalog.concat(pg_catalog.set_config('{name}', pg_catalog.current_setting('dbmig.{name}'), false), \
             pg_catalog.set_config('dbmig.{name}', '', false)) END"
        )
    };
    KEPT.map(give_back).join(", ")
}

/// An expression that makes the role what it was.
fn role(setting: &TransactionSetting<'_>, local: bool) -> String {
    let role = Dialect::Postgres.literal(setting.tables.setting(ROLE));
    format!("pg_catalog.set_config('role', {role}, {local})")
}
