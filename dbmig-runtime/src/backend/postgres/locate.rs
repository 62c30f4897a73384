//! Where the two tables are, and whether they say what the set says.
//!
//! These run with the session's own `search_path`, which is what they are about. So every function
//! and type in them is the catalogue's by name, and every operator has there one for exactly its
//! types, which is found before any of another schema
//! (<https://www.postgresql.org/docs/current/typeconv-oper.html>).

use dbmig_core::{Dialect, MigrationSet};
use diesel::QueryResult;
use diesel::result::Error;
use sha2::{Digest, Sha256};

use super::envelope::NOTICES;
use super::{Database, HISTORY, LEDGER, Ownership, Tables, trust};
use crate::backend::tables::{Obstacle, Presence, Sessions};

/// Why nothing is written there.
const REPLICA: &str = "the server is a replica (it is in recovery); with several hosts in the URL, \
                       `target_session_attrs=primary` finds the one that is none";

/// The first version whose servers can notice the death of a client.
const NOTICES_FROM: usize = 140_000;

pub(super) fn locate(db: &mut dyn Database) -> QueryResult<Tables> {
    let facts = |name| trust::facts("pg_catalog.current_schema()", name);
    let rows = db.query(&format!(
        "SELECT s.name, pg_catalog.current_setting('search_path'), \
         pg_catalog.current_setting('role'), pg_catalog.current_setting('server_version_num'), \
         pg_catalog.version(), {}, {}, \
         pg_catalog.array_to_string(pg_catalog.current_schemas(false), E'\\n'), \
         CASE WHEN {} IS NULL THEN (SELECT source FROM pg_catalog.pg_settings \
         WHERE name = 'search_path'::pg_catalog.text) END, \
         pg_catalog.pg_is_in_recovery()::pg_catalog.text FROM (SELECT pg_catalog.current_schema()::pg_catalog.text AS name) s",
        facts(LEDGER),
        facts(HISTORY),
        facts(LEDGER),
    ))?;
    let row = rows.into_iter().next().unwrap_or_default();
    let Some(schema) = row.optional(0) else {
        return Err(Error::QueryBuilderError(
            "the search_path names no existing schema, so there is no place for the migrations' \
             tables: create the schema, or set search_path"
                .into(),
        ));
    };
    if db.ownership() == Ownership::Ours && row.text(8) == "session" {
        return Err(somebody_elses_path(schema, row.text(1)));
    }
    let notices = row.number(3) >= NOTICES_FROM && row.text(4).contains("linux");
    let mut tables = Tables {
        dialect: Dialect::Postgres,
        schema: schema.to_owned(),
        ledger: Presence::Absent,
        history: Presence::Absent,
        foreign: None,
        // A setting that is on by default is lifted: our transactions say that they write.
        obstacle: row.is_true(9).then(|| Obstacle::OnlyReads { why: REPLICA.to_owned() }),
        cluster: None,
        sessions: match row.text(4).contains("PGlite") {
            true => Sessions::Shared,
            false => Sessions::OfEach,
        },
        session: vec![
            row.text(1).to_owned(),
            row.text(2).to_owned(),
            if notices { NOTICES } else { "" }.to_owned(),
            row.text(7).to_owned(),
        ],
    };
    let ledger = trust::standing(&tables, LEDGER, row.optional(5))?;
    let history = trust::standing(&tables, HISTORY, row.optional(6))?;
    (tables.ledger, tables.history) = (ledger.presence(), history.presence());
    tables.foreign = ledger.foreign().or_else(|| history.foreign());
    Ok(tables)
}

/// Nobody has set anything in a session of ours yet; so another client has, and left it to the
/// pooler. All migrations would begin anew in a schema that nobody meant.
fn somebody_elses_path(schema: &str, path: &str) -> Error {
    Error::QueryBuilderError(
        format!(
            "there is no {LEDGER} in the schema `{schema}`, which is first in the search_path `{path}`, and \
             that was set in this session before dbmig got it from a pooler. Set the search_path for the role \
             or the database (`ALTER ROLE .. SET search_path TO ..`), or in the database URL \
             (`?options=-csearch_path%3D..`), not in sessions that a pooler hands on"
        )
        .into(),
    )
}

/// One row with one number, whatever the length of the two tables.
///
/// A query that names a table is planned as a whole before anything of it runs, and the planner
/// itself calls what it takes for constant in a view. So the query is a text here, which does not
/// exist before the tables have been judged: `ts_stat` runs it, and of none makes no rows.
pub(super) fn is_current(db: &mut dyn Database, set: &MigrationSet) -> bool {
    let sql = format!(
        "SELECT pg_catalog.count(*)::pg_catalog.text FROM pg_catalog.ts_stat(CASE WHEN {} THEN {} END)",
        trust::both_readable(LEDGER, HISTORY),
        Dialect::Postgres.literal(&holds_exactly(set)),
    );
    db.query(&sql).is_ok_and(|rows| rows.first().is_some_and(|row| row.is_true(0)))
}

/// A query with a row if the database holds `set` and nothing else, and no run is interrupted. The
/// row is of the type that `ts_stat` wants.
fn holds_exactly(set: &MigrationSet) -> String {
    format!(
        "SELECT 'current'::pg_catalog.tsvector FROM \
         (SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(pg_catalog.string_agg(\
         pg_catalog.concat(l.version, ' ', h.checksum), E'\\n'::pg_catalog.text \
         ORDER BY l.version COLLATE pg_catalog.\"C\"), ''), 'UTF8')), 'hex') \
         AS digest FROM {LEDGER} l LEFT JOIN (SELECT DISTINCT ON (version) version, checksum, \
         direction FROM {HISTORY} WHERE state IN ('done', 'baselined') \
         ORDER BY version, id DESC) h ON h.version::pg_catalog.text = l.version::pg_catalog.text \
         AND h.direction = 'up'::pg_catalog.text) held \
         WHERE held.digest = '{digest}'::pg_catalog.text \
         AND NOT EXISTS (SELECT 1 FROM {HISTORY} WHERE state = 'running'::pg_catalog.text \
         OR (state = 'failed'::pg_catalog.text AND execution = 'statements'::pg_catalog.text) OR format > {format}::pg_catalog.int2)",
        digest = digest(set),
        format = crate::history::FORMAT,
    )
}

/// SHA-256, in hexadecimal digits, of the lines `version checksum` of `set`.
fn digest(set: &MigrationSet) -> String {
    let lines: Vec<_> = set.iter().map(|m| format!("{} {}", m.version, m.checksum)).collect();
    let digest = Sha256::digest(lines.join("\n"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An expression that changes when a version comes or goes, or a run moves; empty without tables.
pub(super) fn mark(tables: &Tables) -> String {
    let ledger = match tables.ledger {
        Presence::Absent => gone(tables, LEDGER),
        Presence::Present => format!(
            "(SELECT pg_catalog.md5(pg_catalog.string_agg(version::pg_catalog.text, ','::pg_catalog.text \
             ORDER BY version COLLATE pg_catalog.\"C\")) FROM {})",
            tables.ledger_name()
        ),
    };
    let history = match tables.history {
        Presence::Absent => gone(tables, HISTORY),
        Presence::Present => format!(
            "(SELECT pg_catalog.concat(pg_catalog.count(*), ' ', pg_catalog.max(id), ' ', \
             pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat(id, state, statements_started, '/', \
             statements_done), ','::pg_catalog.text ORDER BY id) FILTER (WHERE state IN ('running', 'failed')))) \
             FROM {})",
            tables.history_name()
        ),
    };
    format!("pg_catalog.btrim(pg_catalog.concat({ledger}, ' ', {history}))")
}

/// A condition: the tables that were seen are still there. Else the server would say that they are
/// not, in its own language.
pub(super) fn there(tables: &Tables) -> String {
    let names = [(tables.ledger, tables.ledger_name()), (tables.history, tables.history_name())];
    let seen = names.into_iter().filter(|(presence, _)| *presence == Presence::Present);
    let there = seen.map(|(_, name)| {
        format!("pg_catalog.to_regclass({}) IS NOT NULL", Dialect::Postgres.literal(&name))
    });
    ["true".to_owned()].into_iter().chain(there).collect::<Vec<_>>().join(" AND ")
}

/// An expression that is empty as long as the table is not there.
fn gone(tables: &Tables, name: &str) -> String {
    let name = Dialect::Postgres.literal(&tables.qualified(name));
    format!("pg_catalog.to_regclass({name})::pg_catalog.text")
}
