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
use super::{Database, HISTORY, LEDGER, Ownership, Tables};
use crate::backend::tables::{Foreign, Presence};

/// The first version whose servers can notice the death of a client.
const NOTICES_FROM: usize = 140_000;

pub(super) fn locate(db: &mut dyn Database) -> QueryResult<Tables> {
    let rows = db.query(&format!(
        "SELECT s.name, pg_catalog.current_setting('search_path'), \
         pg_catalog.current_setting('role'), pg_catalog.current_setting('server_version_num'), \
         pg_catalog.version(), {}, {}, \
         pg_catalog.array_to_string(pg_catalog.current_schemas(false), E'\\n'), \
         CASE WHEN {} IS NULL THEN (SELECT source FROM pg_catalog.pg_settings \
         WHERE name = 'search_path'::pg_catalog.text) END FROM (SELECT pg_catalog.current_schema()::pg_catalog.text AS name) s",
        table(LEDGER),
        table(HISTORY),
        table(LEDGER),
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
        session: vec![
            row.text(1).to_owned(),
            row.text(2).to_owned(),
            if notices { NOTICES } else { "" }.to_owned(),
            row.text(7).to_owned(),
        ],
    };
    tables.ledger = presence(&mut tables, LEDGER, row.optional(5))?;
    tables.history = presence(&mut tables, HISTORY, row.optional(6))?;
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

/// What the catalogue says of a table in the current schema, as one text: its kind, `t` for an
/// owner that is to be trusted, the owner. Null where there is none.
///
/// Trusted are, besides the owners of tables that this role may not write to anyway, the role
/// itself and those that it is a member of (for a superuser: all), superusers,
/// and the owners of the schema and of the database.
fn table(name: &str) -> String {
    format!(
        "(SELECT pg_catalog.concat(c.relkind, CASE WHEN c.relrowsecurity THEN 'r' ELSE '-' END, \
         CASE WHEN NOT pg_catalog.has_table_privilege(c.oid, 'INSERT') \
         OR pg_catalog.pg_has_role(c.relowner, 'MEMBER') OR o.rolsuper \
         OR c.relowner = n.nspowner OR c.relowner = \
         (SELECT datdba FROM pg_catalog.pg_database WHERE datname = \
         pg_catalog.current_database()) THEN 't' ELSE 'f' END, o.rolname) \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_roles o ON o.oid = c.relowner \
         WHERE c.relname = '{name}'::pg_catalog.name \
         AND n.nspname = pg_catalog.current_schema())"
    )
}

fn presence(tables: &mut Tables, name: &str, found: Option<&str>) -> QueryResult<Presence> {
    let Some(found) = found else { return Ok(Presence::Absent) };
    let (kind, rest) = found.split_at_checked(1).unwrap_or_default();
    let (rows, rest) = rest.split_at_checked(1).unwrap_or_default();
    let (trusted, owner) = rest.split_at_checked(1).unwrap_or_default();
    let shown = tables.qualified(name);
    // Whose rows a view or a policy shows, and what it runs for that, only its author knows.
    if !matches!(kind, "r" | "p") || (trusted != "t" && rows == "r") {
        return Err(Error::QueryBuilderError(
            format!(
                "{shown}, which belongs to `{owner}`, is not the plain table that it should be: look at \
                 what it is, then drop or rename it"
            )
            .into(),
        ));
    }
    if trusted != "t" && tables.foreign.is_none() {
        tables.foreign = Some(Foreign { table: shown, owner: owner.to_owned() });
    }
    Ok(Presence::Present)
}

/// One row with one word, whatever the length of the two tables. Without tables the server calls it
/// an error, which is an answer as well.
pub(super) fn is_current(db: &mut dyn Database, set: &MigrationSet) -> bool {
    let sql = format!(
        "SELECT (held.digest = '{digest}'::pg_catalog.text AND here.same \
         AND NOT EXISTS (SELECT 1 FROM {HISTORY} WHERE (state IN ('running', 'failed') \
         AND execution = 'statements'::pg_catalog.text) \
         OR format > {format}::pg_catalog.int2))::pg_catalog.text FROM \
         (SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(pg_catalog.string_agg(\
         pg_catalog.concat(l.version, ' ', h.checksum), E'\\n'::pg_catalog.text \
         ORDER BY l.version COLLATE pg_catalog.\"C\"), ''), 'UTF8')), 'hex') \
         AS digest FROM {LEDGER} l LEFT JOIN (SELECT DISTINCT ON (version) version, checksum, \
         direction FROM {HISTORY} WHERE state IN ('done', 'baselined') \
         ORDER BY version, id DESC) h ON h.version::pg_catalog.text = l.version::pg_catalog.text \
         AND h.direction = 'up'::pg_catalog.text) held, \
         (SELECT pg_catalog.count(*) = 2 AS same FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = pg_catalog.current_schema() \
         AND c.relkind IN ('r', 'p') AND c.oid IN \
         ('{LEDGER}'::pg_catalog.regclass::pg_catalog.oid, '{HISTORY}'::pg_catalog.regclass::pg_catalog.oid)) here",
        digest = digest(set),
        format = crate::history::FORMAT,
    );
    db.query(&sql).is_ok_and(|rows| rows.first().is_some_and(|row| row.is_true(0)))
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

/// An expression that is empty as long as the table is not there.
fn gone(tables: &Tables, name: &str) -> String {
    let name = Dialect::Postgres.literal(&tables.qualified(name));
    format!("pg_catalog.to_regclass({name})::pg_catalog.text")
}
