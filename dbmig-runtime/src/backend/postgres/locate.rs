//! Where the two tables are.
//!
//! These run with the session's own `search_path`, which is what they are about. So every function
//! and type in them is the catalogue's by name, and every operator has there one for exactly its
//! types, which is found before any of another schema
//! (<https://www.postgresql.org/docs/current/typeconv-oper.html>).

use dbmig_core::Dialect;
use diesel::QueryResult;
use diesel::result::Error;

use super::envelope::NOTICES;
use super::{
    HISTORY, LEDGER, Location, Ownership, Row, Session, Sought, Tables, last_words, trust,
};
use crate::database::place::{FoundLedger, Matter, PlaceDoubt, Readability};
use crate::tables::{Chosen, Obstacle, Presence, Sessions};

/// Why nothing is written there.
const REPLICA: &str = "the server is a replica (it is in recovery); with several hosts in the URL, \
                       `target_session_attrs=primary` finds the one that is none";

/// The first version whose servers can notice the death of a client.
const NOTICES_FROM: usize = 140_000;

/// Where Diesel's unqualified name would create its table.
const CURRENT: &str = "pg_catalog.current_schema()";

pub(super) fn locate(db: &mut dyn Session, sought: Sought<'_>) -> QueryResult<Location> {
    let rows = db.query(&query(sought, db.ownership()))?;
    let row = rows.into_iter().next().unwrap_or_default();
    let schema = match (row.optional(0), sought) {
        (Some(schema), _) => schema,
        (None, Sought::Setting(_) | Sought::Again(_)) => return Ok(Location::NoSchema),
        (None, Sought::Session) => return Err(no_place()),
    };
    if db.ownership() == Ownership::Owned && row.text(8) == "session" {
        return Err(somebody_elses_path(schema, row.text(1)));
    }
    let notices = row.number(3) >= NOTICES_FROM && row.text(4).contains("linux");
    let several = row.text(7).lines().nth(1).is_some();
    let mut tables = Tables {
        dialect: Dialect::Postgres,
        schema: schema.to_owned(),
        current: row.text(9).to_owned(),
        chosen: match sought {
            Sought::Setting(_) | Sought::Again(_) => Chosen::Setting,
            Sought::Session if several => Chosen::First,
            Sought::Session => Chosen::Only,
        },
        ledger: Presence::Absent,
        history: Presence::Absent,
        foreign: None,
        // A setting that is on by default is lifted: our transactions say that they write.
        obstacle: row.is_true(11).then(|| Obstacle::OnlyReads { why: REPLICA.to_owned() }),
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
            row.text(12).to_owned(),
        ],
    };
    let ledger = trust::standing(&tables, LEDGER, row.optional(5))?;
    let history = trust::standing(&tables, HISTORY, row.optional(6))?;
    (tables.ledger, tables.history) = (ledger.presence(), history.presence());
    tables.foreign = ledger.foreign().or_else(|| history.foreign());
    if sought == Sought::Session && row.number(10) > 0 {
        let ledgers = on_the_path(db)?;
        return Ok(Location::InDoubt(PlaceDoubt { here: tables, ledgers, matter: Matter::Any }));
    }
    Ok(Location::At(tables))
}

/// One row, about the schema that is sought and about the session.
fn query(sought: Sought<'_>, ownership: Ownership) -> String {
    let (schema, name) = match sought.schema() {
        None => (CURRENT.to_owned(), format!("{CURRENT}::pg_catalog.text")),
        Some(schema) => {
            let schema = format!("{}::pg_catalog.name", Dialect::Postgres.literal(schema));
            let exists =
                format!("(SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = {schema})");
            (schema, format!("{exists}::pg_catalog.text"))
        }
    };
    let (ledger, history) = (trust::facts(&schema, LEDGER), trust::facts(&schema, HISTORY));
    // Where a setting names the schema, nothing but this tells of a path that nobody meant.
    let suspicious = match sought {
        Sought::Setting(_) => "true".to_owned(),
        Sought::Session | Sought::Again(_) => format!("{ledger} IS NULL"),
    };
    let awake = match ownership {
        Ownership::Owned => last_words::STAYS_AWAKE,
        Ownership::Borrowed => "NULL",
    };
    format!(
        "SELECT {name}, pg_catalog.current_setting('search_path'), \
         pg_catalog.current_setting('role'), pg_catalog.current_setting('server_version_num'), \
         pg_catalog.version(), {ledger}, {history}, \
         pg_catalog.array_to_string(pg_catalog.current_schemas(false), E'\\n'), \
         CASE WHEN {suspicious} THEN (SELECT source FROM pg_catalog.pg_settings \
         WHERE name = 'search_path'::pg_catalog.text) END, {CURRENT}::pg_catalog.text, \
         ({})::pg_catalog.text, pg_catalog.pg_is_in_recovery()::pg_catalog.text, {}, {awake}",
        trust::elsewhere("pg_catalog.count(*)"),
        last_words::set(&last_words::IN_TRANSACTION, None),
    )
}

/// The ledgers of all schemas of the path, in its order.
fn on_the_path(db: &mut dyn Session) -> QueryResult<Vec<FoundLedger>> {
    let rows = db.query(&trust::ledgers())?;
    let ledger = |row: &Row| FoundLedger {
        schema: row.text(0).to_owned(),
        owner: row.optional(1).map(str::to_owned),
        reading: if row.is_true(2) { Readability::Safe } else { Readability::Unsafe },
    };
    Ok(rows.iter().map(ledger).collect())
}

fn no_place() -> Error {
    Error::QueryBuilderError(
        "the search_path names no existing schema, so there is no place for the migrations' tables: \
         create the schema, or set search_path"
            .into(),
    )
}

/// Nobody has set anything in a session of ours yet; so another client has, and left it to the
/// pooler. All migrations would begin anew in a schema that nobody meant, or land in it.
fn somebody_elses_path(schema: &str, path: &str) -> Error {
    Error::QueryBuilderError(
        format!(
            "the ledger is sought in the schema `{schema}`, and the search_path is `{path}`, which was set in \
             this session before dbmig got it from a pooler. Set the search_path for the role or the database (`ALTER ROLE .. SET search_path TO ..`), or in the database URL \
             (`?options=-csearch_path%3D..`), not in sessions that a pooler hands on"
        )
        .into(),
    )
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
