//! The settings of a session: ours while it reads and writes what is dbmig's, the others' while a
//! migration executes.
//!
//! What was found stays on the server, in variables of the session, so that changing to and fro
//! needs no answer and is a part of messages that are sent anyway.

use dbmig_core::Dialect;

use super::{Envelope, Limits, Tables, TransactionSetting};
use crate::database::lock::SILENCE;

/// Which servers have a setting.
#[derive(Clone, Copy)]
enum On {
    Both,
    MariaDb,
    MySql,
}

/// What kind of value it takes: a variable of the session forgets it.
#[derive(Clone, Copy)]
enum ValueKind {
    Text,
    Number,
    Fraction,
}

/// A setting, and what it is to be; nothing where it is only given back.
struct SessionSetting(&'static str, ValueKind, On, &'static str);

/// Change what a statement of ours means or whether it is allowed: ours during it, and during a
/// migration what they were. `sql_mode` also decides whether `''` is NULL, and whether a text that
/// is too long is cut.
const TURNED: [SessionSetting; 8] = [
    SessionSetting(
        "sql_mode",
        ValueKind::Text,
        On::Both,
        "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
    ),
    SessionSetting("sql_select_limit", ValueKind::Number, On::Both, "18446744073709551615"),
    SessionSetting("sql_big_selects", ValueKind::Number, On::Both, "1"),
    SessionSetting("sql_safe_updates", ValueKind::Number, On::Both, "0"),
    SessionSetting("sql_auto_is_null", ValueKind::Number, On::Both, "0"),
    SessionSetting("completion_type", ValueKind::Text, On::Both, "'NO_CHAIN'"),
    // MySQL has a limit for SELECT only.
    SessionSetting(LIMIT, ValueKind::Fraction, On::MariaDb, "0"),
    SessionSetting("max_execution_time", ValueKind::Number, On::MySql, "0"),
];

/// The limit of a statement.
const LIMIT: &str = "max_statement_time";

/// Ours for as long as dbmig is at work: the words of an error are all that tells what it is about,
/// and a transaction that cannot write is of no use to a migration.
const HELD: [SessionSetting; 3] = [
    SessionSetting("lc_messages", ValueKind::Text, On::Both, "'en_US'"),
    SessionSetting("tx_read_only", ValueKind::Number, On::MariaDb, "0"),
    SessionSetting("transaction_read_only", ValueKind::Number, On::MySql, "0"),
];

/// What a migration commonly sets for its session, or dbmig for the migration.
const KEPT: [SessionSetting; 8] = [
    SessionSetting("foreign_key_checks", ValueKind::Number, On::Both, ""),
    SessionSetting("unique_checks", ValueKind::Number, On::Both, ""),
    SessionSetting("lock_wait_timeout", ValueKind::Number, On::Both, ""),
    SessionSetting("innodb_lock_wait_timeout", ValueKind::Number, On::Both, ""),
    SessionSetting("character_set_client", ValueKind::Text, On::Both, ""),
    SessionSetting("character_set_results", ValueKind::Text, On::Both, ""),
    SessionSetting("character_set_connection", ValueKind::Text, On::Both, ""),
    SessionSetting("collation_connection", ValueKind::Text, On::Both, ""),
];

/// Turning it on commits: never on a borrowed connection, unless what is to be written would
/// do so anyway.
const AUTOCOMMIT: SessionSetting = SessionSetting("autocommit", ValueKind::Number, On::Both, "1");

/// On a cluster, a read waits until its node has what the others have committed.
const SYNC: &str = "SET SESSION wsrep_sync_wait = 7, wsrep_dirty_reads = 0";

/// Begins a query whose answer is complete and current in a session that nobody has prepared. A
/// server without one of these settings refuses it.
pub(super) const COMPLETE: &str = "/*M! SET STATEMENT sql_select_limit = 18446744073709551615, \
     sql_big_selects = 1, max_statement_time = 0, wsrep_sync_wait = 7 FOR */ \
     SELECT /*+ SET_VAR(sql_select_limit = 18446744073709551615) SET_VAR(sql_big_selects = 1) */";

impl SessionSetting {
    /// An assignment, as one of several: for the servers that have the setting. MariaDB passes over
    /// what is for MySQL from 5.7 on.
    fn one(&self, assignment: &str) -> String {
        match self.2 {
            On::Both => format!(", {assignment}"),
            On::MariaDb => format!(" /*M! , {assignment} */"),
            On::MySql => format!(" /*!50720 , {assignment} */"),
        }
    }

    /// Notes what it is, unless `already` holds.
    fn note(&self, noted: &str, already: &str) -> String {
        let name = self.0;
        let variable = format!("@dbmig_{noted}_{name}");
        // `ON`, read as a text, would be no number.
        let value = match self.1 {
            ValueKind::Text => format!("@@SESSION.{name}"),
            ValueKind::Number | ValueKind::Fraction => format!("@@SESSION.{name} + 0"),
        };
        self.one(&format!("{variable} = IF({already}, {variable}, {value})"))
    }

    fn ours(&self) -> String {
        self.one(&format!("@@SESSION.{} = {}", self.0, self.3))
    }

    /// Sets what was noted.
    fn give(&self, noted: &str) -> String {
        let variable = format!("@dbmig_{noted}_{}", self.0);
        let value = match self.1 {
            ValueKind::Text => variable,
            ValueKind::Number => format!("CAST({variable} AS UNSIGNED)"),
            ValueKind::Fraction => format!("{variable} + 0.0"),
        };
        self.one(&format!("@@SESSION.{} = {value}", self.0))
    }
}

/// One statement: `first`, and an assignment for each setting.
fn set<'k>(
    first: &str,
    known: impl IntoIterator<Item = &'k SessionSetting>,
    one: impl Fn(&SessionSetting) -> String,
) -> String {
    let rest: String = known.into_iter().map(one).collect();
    format!("SET {first}{rest};\n")
}

/// All that is changed or given back.
fn all() -> impl Iterator<Item = &'static SessionSetting> {
    TURNED.iter().chain(&HELD).chain(&KEPT).chain(std::iter::once(&AUTOCOMMIT))
}

/// What [`leave`] gives back is what is found here, however often it is entered.
pub(super) fn enter() -> String {
    let noted = set("@dbmig_found = 1", all(), |one| one.note("found", "@dbmig_ours IS NOT NULL"));
    noted + &ours() + &set("@dbmig_held = 1", &HELD, SessionSetting::ours) + &sync()
}

/// For a session of our own: of a host that has vanished, the server drops it after a while, and its
/// locks with it.
pub(super) fn enter_own() -> String {
    format!("{}{}SET SESSION wait_timeout = {SILENCE};\n", enter(), autocommit())
}

/// Gives back all that was found.
pub(super) fn leave() -> String {
    let unsync = prepared("SET @dbmig_statement = COALESCE(@dbmig_unsync, 'DO 0')");
    unsync + &set("@dbmig_ours = NULL, @dbmig_unsync = NULL", all(), |one| one.give("found"))
}

/// Where reads and writes of ours are to be single transactions. Commits what is open.
pub(super) fn autocommit() -> String {
    set("@dbmig_single = 1", [&AUTOCOMMIT], SessionSetting::ours)
}

/// The session as our own statements need it; says nothing new where it is so.
fn ours() -> String {
    set("@dbmig_noted = 1", &TURNED, |one| one.note("theirs", "@dbmig_ours <=> 1"))
        + &set("@dbmig_ours = 1", &TURNED, SessionSetting::ours)
}

/// The session as a migration's statements are to find it, or have left it. Only after [`ours`].
pub(super) fn theirs() -> String {
    set("@dbmig_ours = 0", &TURNED, |one| one.give("theirs"))
}

/// Undoes what a migration may have set: the commonest, for a session of our own is given up after
/// it ([`Renewal::ByReconnecting`](super::Renewal)).
pub(super) fn cleanse(tables: &Tables) -> String {
    let forget = |one: &SessionSetting| {
        let name = one.0;
        one.one(&format!("@dbmig_theirs_{name} = @dbmig_found_{name}"))
    };
    set("@dbmig_clean = 1", &TURNED, forget)
        + &set("SESSION timestamp = DEFAULT", &KEPT, |one| one.give("found"))
        + &home(tables)
}

/// Chooses the database that was chosen: not the ledger's, which a setting may have in another one. A
/// migration may have failed behind its `USE`, and the next run on this session would look for the
/// ledger there.
pub(super) fn home(tables: &Tables) -> String {
    format!("USE {};\n", Dialect::Mysql.identifier(&tables.current))
}

/// `envelope` with what is ours around the statements between its opening and its end.
pub(super) fn turning(envelope: Envelope) -> Envelope {
    let Envelope { open, proof, close, abort } = envelope;
    Envelope {
        open: format!("{}{open}{}", ours(), theirs()),
        proof: ours() + &proof,
        close,
        // First: `completion_type` says what a ROLLBACK does.
        abort: ours() + &abort,
    }
}

/// Prepares the session for statements of a migration that run on their own.
pub(super) fn alone(setting: &TransactionSetting<'_>) -> String {
    format!("{}{}{}", ours(), prepare(setting), theirs())
}

/// Prepares the session for the statements of a migration.
pub(super) fn prepare(setting: &TransactionSetting<'_>) -> String {
    limits(&setting.limits)
}

fn limits(limits: &Limits) -> String {
    let lock = limits.lock.map(|lock| {
        let seconds = lock.as_secs().max(1);
        format!(
            "SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds};\n"
        )
    });
    // Not yet: our own statements come before.
    let statement = limits
        .statement
        .map(|limit| format!("SET @dbmig_theirs_{LIMIT} = {:.3};\n", limit.as_secs_f64()));
    [lock, statement].into_iter().flatten().collect()
}

/// A server that is no node of a cluster may not know its settings.
fn sync() -> String {
    let on = "FROM /*M! information_schema. */ /*!50720 performance_schema. */ global_variables \
              WHERE variable_name = 'wsrep_on' AND variable_value = 'ON'";
    let was = "SELECT MAX(CONCAT('SET SESSION ', LOWER(variable_name), ' = ', variable_value)) \
               FROM /*M! information_schema. */ /*!50720 performance_schema. */ session_variables \
               WHERE variable_name = 'wsrep_sync_wait'";
    let note = format!(
        "SET @dbmig_unsync = COALESCE(@dbmig_unsync, ({was}));\n\
         SET @dbmig_statement = COALESCE((SELECT MAX('{SYNC}') {on}), 'DO 0')"
    );
    prepared(&note)
}

/// Executes what `note` leaves in a variable.
fn prepared(note: &str) -> String {
    format!(
        "{note};\nPREPARE dbmig_statement FROM @dbmig_statement;\nEXECUTE dbmig_statement;\n\
         DEALLOCATE PREPARE dbmig_statement;\n"
    )
}
