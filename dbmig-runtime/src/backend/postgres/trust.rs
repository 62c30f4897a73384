//! Whose a table is, and what runs when somebody reads it.
//!
//! A reader of a table runs, with his own rights, what its owner has put behind it: not only a view
//! or a policy. The planner evaluates the expressions of indexes, partitions, checks and statistics
//! as far as they are constant, and a column of a type with casts of its own is cast by them.

use dbmig_core::Dialect;
use diesel::QueryResult;
use diesel::result::Error;

use super::{HISTORY, LEDGER, Session};
use crate::tables::{Access, Foreign, TableOwner, Tables};

/// From where the conditions below take `c` and `n`. Nothing here names `pg_roles`: a new session would
/// read that view's rule and all that it names, which takes longer than the rest of the question.
const FROM: &str = "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace";

/// The name of the owner.
const OWNER: &str = "pg_catalog.pg_get_userbyid(c.relowner)";

/// The role itself and those that it is a member of (for a superuser: all), and superusers. 10 is the
/// one whom `initdb` makes (`BOOTSTRAP_SUPERUSERID`): who has his rights is one, or as good as one.
const OWN: &str = "(pg_catalog.pg_has_role(c.relowner, 'MEMBER') \
                   OR pg_catalog.pg_has_role(c.relowner, 10::pg_catalog.oid, 'USAGE'))";

/// Those, and the owners of the schema and of the database.
fn trusted() -> String {
    format!(
        "({OWN} OR c.relowner = n.nspowner OR c.relowner = (SELECT datdba \
         FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))"
    )
}

/// A table behind which nothing is that would run. Types with lower numbers are the server's own.
const PLAIN: &str = "(c.relkind = 'r' AND NOT (c.relrowsecurity OR c.relhasrules OR c.relhassubclass) \
                     AND c.relchecks = 0::pg_catalog.int2 \
                     AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_index WHERE indrelid = c.oid \
                     AND (indexprs IS NOT NULL OR indpred IS NOT NULL)) \
                     AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_statistic_ext WHERE stxrelid = c.oid) \
                     AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = c.oid \
                     AND NOT attisdropped AND atttypid >= 16384::pg_catalog.oid))";

fn readable() -> String {
    format!("(c.relkind IN ('r', 'p') AND ({} OR {PLAIN}))", trusted())
}

/// An expression for the query `then`, if both tables may be read, in `schema`, or else in the
/// current one, which the names lead to, and no schema behind it on the path has a ledger. What takes
/// long to plan is a query of its own, which is made of that text only where the short way does not
/// tell.
pub(super) fn if_both_readable(schema: Option<&str>, then: &str) -> String {
    let then = Dialect::Postgres.literal(then);
    let thoroughly = format!(
        "SELECT word::pg_catalog.tsvector FROM pg_catalog.ts_stat(CASE WHEN {} THEN {then} END)",
        both(schema),
    );
    let [ledger, history] = [LEDGER, HISTORY].map(|name| found(schema, name));
    format!(
        "CASE WHEN {} THEN {then} WHEN {ledger} IS NOT NULL AND {history} IS NOT NULL THEN {} END",
        both_own(schema),
        Dialect::Postgres.literal(&thoroughly),
    )
}

/// An expression for the number of a table, in `schema`, or else where its name leads; null where there
/// is none.
fn found(schema: Option<&str>, name: &str) -> String {
    let of = schema.map(|schema| format!("{}.", Dialect::Postgres.identifier(schema)));
    let name = Dialect::Postgres.literal(&format!("{}{name}", of.unwrap_or_default()));
    format!("pg_catalog.to_regclass({name})::pg_catalog.oid")
}

/// A condition that holds in the commonest cases of [`both`]: the tables are the role's own or a
/// superuser's, and there is no other schema on the path. It joins no tables.
pub(super) fn both_own(schema: Option<&str>) -> String {
    let (schema_name, alone) = match schema {
        Some(schema) => (Dialect::Postgres.literal(&Dialect::Postgres.identifier(schema)), "true"),
        None => (
            "pg_catalog.quote_ident(pg_catalog.current_schema()::pg_catalog.text)".to_owned(),
            "pg_catalog.cardinality(pg_catalog.current_schemas(false)) = 1",
        ),
    };
    format!(
        "(SELECT pg_catalog.count(*) = 2 FROM pg_catalog.pg_class c WHERE c.oid IN ({}, {}) \
         AND c.relnamespace = pg_catalog.to_regnamespace({schema_name})::pg_catalog.oid \
         AND {alone} AND c.relkind IN ('r', 'p') AND {OWN})",
        found(schema, LEDGER),
        found(schema, HISTORY),
    )
}

/// A condition: both tables are where they are sought, and may be read.
fn both(schema: Option<&str>) -> String {
    let place = match schema {
        Some(schema) => format!(
            "n.nspname = {}::pg_catalog.name AND c.relname IN ('{LEDGER}'::pg_catalog.name, \
             '{HISTORY}'::pg_catalog.name)",
            Dialect::Postgres.literal(schema),
        ),
        None => format!(
            "n.nspname = pg_catalog.current_schema() \
             AND c.oid IN (pg_catalog.to_regclass('{LEDGER}')::pg_catalog.oid, \
             pg_catalog.to_regclass('{HISTORY}')::pg_catalog.oid) AND NOT EXISTS ({})",
            elsewhere("1"),
        ),
    };
    format!("(SELECT pg_catalog.count(*) = 2 FROM {FROM} WHERE {place} AND {})", readable())
}

/// Where there are ledgers on the path.
fn on_the_path() -> String {
    format!(
        "l.relname = '{LEDGER}'::pg_catalog.name \
         AND s.nspname = ANY (pg_catalog.current_schemas(false))"
    )
}

/// A query for `what` of the ledgers in all schemas of the path but the current one.
pub(super) fn elsewhere(what: &str) -> String {
    format!(
        "SELECT {what} FROM pg_catalog.pg_class l JOIN pg_catalog.pg_namespace s \
         ON s.oid = l.relnamespace WHERE {} AND s.nspname <> pg_catalog.current_schema()",
        on_the_path(),
    )
}

/// A query for the ledgers in all schemas of the path, in its order: schema, owner, and whether to
/// read the versions is safe and allowed.
pub(super) fn ledgers() -> String {
    format!(
        "SELECT n.nspname::pg_catalog.text, {OWNER}::pg_catalog.text, \
         CASE WHEN {} AND pg_catalog.has_table_privilege(c.oid, 'SELECT') \
         AND EXISTS (SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = c.oid \
         AND attname = 'version'::pg_catalog.name AND NOT attisdropped) THEN 't' ELSE 'f' END \
         FROM {FROM} JOIN pg_catalog.pg_class l ON l.oid = c.oid \
         JOIN pg_catalog.pg_namespace s ON s.oid = n.oid WHERE {} \
         ORDER BY pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname)",
        readable(),
        on_the_path(),
    )
}

/// What the catalogue says of a table, as one text for [`standing`]; null where there is none.
/// `schema` is an expression.
pub(super) fn facts(schema: &str, name: &str) -> String {
    let flag = |condition: &str| format!("CASE WHEN {condition} THEN 't' ELSE 'f' END");
    format!(
        "(SELECT pg_catalog.concat({}, {}, {}, {OWNER}) FROM {FROM} \
         WHERE c.relname = '{name}'::pg_catalog.name AND n.nspname = {schema})",
        flag(&readable()),
        flag(&trusted()),
        flag("pg_catalog.has_table_privilege(c.oid, 'INSERT')"),
    )
}

/// What [`facts`] mean.
pub(super) fn standing(
    tables: &Tables,
    name: &str,
    facts: Option<&str>,
) -> QueryResult<TableOwner> {
    let Some((flags, owner)) = facts.and_then(|facts| facts.split_at_checked(3)) else {
        return Ok(TableOwner::Absent);
    };
    let table = tables.qualified(name);
    let owner = owner.to_owned();
    match flags.as_bytes() {
        [b't', b't', _] => Ok(TableOwner::Trusted),
        [b't', _, b't'] => Ok(TableOwner::Foreign(Foreign { table, owner, access: Access::Write })),
        [b't', _, _] => Ok(TableOwner::Foreign(Foreign { table, owner, access: Access::Read })),
        _ => Err(not_plain(&table, &owner)),
    }
}

/// Whose one more table is, which is in the schema of the others.
pub(super) fn look(db: &mut dyn Session, tables: &Tables, name: &str) -> QueryResult<TableOwner> {
    let schema = format!("{}::pg_catalog.name", tables.dialect.literal(&tables.schema));
    let rows = db.query(&format!("SELECT {}", facts(&schema, name)))?;
    standing(tables, name, rows.first().and_then(|row| row.optional(0)))
}

fn not_plain(table: &str, owner: &str) -> Error {
    Error::QueryBuilderError(
        format!(
            "{table}, which belongs to `{owner}`, is not the plain table that it should be, and what \
             is behind it (a view, a policy, a rule, a partition, an expression, a type) would run \
             with the rights of this role: look at what it is, then drop or rename it"
        )
        .into(),
    )
}
