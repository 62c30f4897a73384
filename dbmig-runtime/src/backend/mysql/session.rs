//! What a session has set: read before it is changed, and given back.

use dbmig_core::Dialect;

use super::{Limits, Row, Setting, Tables};

/// What a migration commonly sets for its session, or dbmig for the migration; in the order of
/// [`Tables::session`].
const KEPT: [&str; 7] = [
    "sql_mode",
    "foreign_key_checks",
    "unique_checks",
    "lock_wait_timeout",
    "innodb_lock_wait_timeout",
    "lc_messages",
    LIMIT,
];
/// MariaDB's; MySQL has a limit for SELECT only.
const LIMIT: &str = "max_statement_time";

/// The words of an error are all that tells what it is about.
const LANGUAGE: &str = "lc_messages";

/// The columns of a query that reads it. MySQL takes the last one for a comment.
pub(super) fn columns() -> String {
    let column = |name: &str| match name {
        LIMIT => format!(" /*M!, CAST(@@SESSION.{name} AS CHAR) */"),
        name => format!(", CAST(@@SESSION.{name} AS CHAR)"),
    };
    KEPT.iter().map(|name| column(name)).collect()
}

/// What those columns of `row` hold, which begin with the column `first`.
pub(super) fn read(row: &Row, first: usize) -> Vec<String> {
    (first..first + KEPT.len()).map(|index| row.text(index).to_owned()).collect()
}

/// Gives back all that was read, and the database that was chosen: a migration may have failed behind
/// its `USE`, and the next run on this session would look for the ledger there.
pub(super) fn give_back(tables: &Tables) -> String {
    format!("{}{}", restore(tables, |_| true), home(tables))
}

/// Undoes what a migration may have set: the commonest, for a session of our own is given up after
/// it ([`Renewal::ByReconnecting`](super::Renewal)).
pub(super) fn cleanse(tables: &Tables) -> String {
    // The rows that follow may fail, too.
    format!("{}{}", restore(tables, |name| name != LANGUAGE), home(tables))
}

/// Not the ledger's, which a setting may have in another database.
fn home(tables: &Tables) -> String {
    format!("USE {};\n", Dialect::Mysql.identifier(&tables.current))
}

fn restore(tables: &Tables, wanted: impl Fn(&str) -> bool) -> String {
    let read = KEPT.iter().enumerate().map(|(index, name)| (*name, tables.setting(index)));
    let read = read.filter(|(name, value)| wanted(name) && (!value.is_empty() || *name == KEPT[0]));
    let set = |(name, value): (&str, &str)| format!("SET SESSION {name} = {};\n", literal(value));
    read.map(set).collect()
}

/// Numbers are no texts to the server.
fn literal(value: &str) -> String {
    let is_number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if is_number { value.to_owned() } else { Dialect::Mysql.literal(value) }
}

/// Prepares the session for the statements of a migration.
pub(super) fn prepare(setting: &Setting<'_>) -> String {
    format!("SET SESSION {LANGUAGE} = 'en_US';\n{}", limits(&setting.limits))
}

fn limits(limits: &Limits) -> String {
    let lock = limits.lock.map(|lock| {
        let seconds = lock.as_secs().max(1);
        format!(
            "SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds};\n"
        )
    });
    let statement = limits
        .statement
        .map(|limit| format!("/*M! SET SESSION {LIMIT} = {:.3} */;\n", limit.as_secs_f64()));
    [lock, statement].into_iter().flatten().collect()
}
