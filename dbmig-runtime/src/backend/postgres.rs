//! PostgreSQL. Our own statements go as simple queries (see ARCHITECTURE.md, "Poolers").

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use dbmig_core::sql::{Position, Statement};
use dbmig_core::{Dialect, MigrationSet};
use diesel::connection::LoadConnection;
use diesel::result::Error;
use diesel::{QueryResult, RunQueryDsl};
use sha2::{Digest, Sha256};

use super::connection::{Database, Nesting, Ownership, Row};
use super::engine::{
    Atomic, Engine, FailedAt, Failure, Guard, HISTORY, LEDGER, Limits, Outcome, Presence, Scope,
    Tables, is_lock_wait,
};
use super::{Backend, Postgres, sealed};

/// A failed script is played again, to find the statement, only if that costs little.
const LOCATE_WITHIN: Duration = Duration::from_secs(10);

impl sealed::Sealed for Postgres {}

impl Backend for Postgres {
    const DIALECT: Dialect = Dialect::Postgres;
    const ENGINE: &'static dyn Engine = &PostgresEngine;

    fn rows<C: LoadConnection<Backend = Self>>(conn: &mut C, sql: &str) -> QueryResult<Vec<Row>> {
        diesel::sql_query(sql).load(conn)
    }
}

struct PostgresEngine;

impl Engine for PostgresEngine {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn locate(&self, db: &mut dyn Database) -> QueryResult<Tables> {
        let rows = db.query(&format!(
            "SELECT current_schema()::text, \
             (to_regclass(quote_ident(current_schema()) || '.{LEDGER}') IS NOT NULL)::text, \
             (to_regclass(quote_ident(current_schema()) || '.{HISTORY}') IS NOT NULL)::text, \
             current_setting('search_path'), current_setting('role')"
        ))?;
        let row = rows.into_iter().next().unwrap_or_default();
        if row.optional(0).is_none() {
            return Err(Error::QueryBuilderError(
                "the search_path names no existing schema, so there is no place for the migrations' \
                 tables: create the schema, or set search_path"
                    .into(),
            ));
        }
        Ok(Tables {
            dialect: Dialect::Postgres,
            schema: row.text(0).to_owned(),
            ledger: Presence::of(row.text(1) == "true"),
            history: Presence::of(row.text(2) == "true"),
            session: vec![row.text(3).to_owned(), row.text(4).to_owned()],
        })
    }

    fn create_history(&self, tables: &Tables) -> String {
        let history = tables.history_name();
        format!(
            "CREATE TABLE IF NOT EXISTS {history} (\
             id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
             format SMALLINT NOT NULL, version VARCHAR(50) NOT NULL, name TEXT NOT NULL, \
             direction TEXT NOT NULL, state TEXT NOT NULL, execution TEXT NOT NULL, \
             checksum TEXT NOT NULL, statements_total INTEGER NOT NULL, \
             statements_started INTEGER NOT NULL, statements_done INTEGER NOT NULL, \
             script TEXT NOT NULL, down_script TEXT, compatible TEXT, reversible TEXT, \
             started_at TIMESTAMPTZ NOT NULL, ended_at TIMESTAMPTZ, \
             app TEXT, host TEXT, database_user TEXT, error TEXT)"
        )
    }

    /// The answer comes as success or failure of one simple query: Diesel has no other way to get
    /// an answer in one round trip, nor one that is safe behind a transaction pooler.
    fn is_current(&self, db: &mut dyn Database, set: &MigrationSet) -> bool {
        let sql = format!(
            "SELECT CASE WHEN held.digest = '{digest}' AND here.same \
             AND NOT EXISTS (SELECT 1 FROM {HISTORY} WHERE state IN ('running', 'failed') \
             AND execution = 'statements' OR format > {format}) THEN 0 \
             ELSE ('dbmig: not up to date yet, reading on ' || held.digest)::integer END FROM \
             (SELECT encode(sha256(convert_to(coalesce(string_agg(l.version || ' ' || \
             coalesce(h.checksum, ''), E'\\n' ORDER BY l.version COLLATE \"C\"), ''), 'UTF8')), 'hex') \
             AS digest FROM {LEDGER} l LEFT JOIN (SELECT DISTINCT ON (version) version, checksum, \
             direction FROM {HISTORY} WHERE state IN ('done', 'baselined') \
             ORDER BY version, id DESC) h ON h.version = l.version AND h.direction = 'up') held, \
             (SELECT count(*) = 2 AS same FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n \
             ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.oid IN \
             ('{LEDGER}'::regclass, '{HISTORY}'::regclass)) here",
            digest = digest(set),
            format = crate::history::FORMAT,
        );
        db.execute(&sql).is_ok()
    }

    fn try_lock(&self, db: &mut dyn Database, tables: &Tables) -> QueryResult<Option<Guard>> {
        let rows = db.query(&format!(
            "SELECT pg_try_advisory_lock({})::text",
            crate::lock::key(&tables.schema)
        ))?;
        Ok(rows.first().filter(|row| row.text(0) == "true").map(|_| Guard::Session))
    }

    fn unlock(&self, db: &mut dyn Database, tables: &Tables, _guard: Guard) -> QueryResult<()> {
        db.execute(&format!("SELECT pg_advisory_unlock({})", crate::lock::key(&tables.schema)))
    }

    fn holder(&self, db: &mut dyn Database, tables: &Tables) -> QueryResult<Option<String>> {
        let key = crate::lock::key(&tables.schema);
        let rows = db.query(&format!(
            "SELECT coalesce(nullif(a.application_name, ''), 'a session') || ' (pid ' || a.pid \
             || coalesce(', from ' || host(a.client_addr), '') || ', connected since ' \
             || to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC)' \
             FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' \
             AND l.granted AND l.objsubid = 1 AND ((l.classid::bigint << 32) | l.objid::bigint) = {key} \
             AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ))?;
        Ok(rows.first().map(|row| row.text(0).to_owned()))
    }

    fn introduce(&self, db: &mut dyn Database, name: &str) -> QueryResult<()> {
        // The server cuts longer names (NAMEDATALEN), with a notice.
        let short: String = name.chars().filter(char::is_ascii).take(63).collect();
        db.execute(&format!("SET application_name = {}", self.dialect().literal(&short)))
    }

    fn atomic(&self, db: &mut dyn Database, step: &Atomic<'_>) -> Result<Outcome, Failure> {
        let brackets = self.transaction(step.nesting);
        let batch = Batch::new(
            &self.opening(step),
            step.statements,
            &format!("{}{};\n{}", step.cleanse, (step.bookkeeping)(None), brackets.close),
        );
        let begun = Instant::now();
        let Err(error) = db.execute(&batch.sql) else { return Ok(Outcome::Committed) };
        // Where the connection is gone, so is the transaction.
        let _ = db.execute(brackets.abort);
        let at = match position_of(&error).and_then(|position| batch.find(position)) {
            Some(at) => at,
            None if step.statements.len() == 1 && !is_ours(&error) => FailedAt::Statement(0, None),
            None if begun.elapsed() < LOCATE_WITHIN && !is_lock_wait(&error) => {
                self.replay(db, step)
            }
            None => FailedAt::Script,
        };
        Err(Failure { at, error })
    }

    fn place(&self, error: &Error, statement: &Statement<'_>) -> Option<Position> {
        Some(place_in(statement, position_of(error)?.checked_sub(1)?))
    }

    fn limits(&self, limits: &Limits, scope: Scope) -> String {
        let set_for = match scope {
            Scope::Transaction => "SET LOCAL",
            Scope::Session => "SET",
        };
        let set = |name, limit: Option<Duration>| {
            limit.map(|limit| format!("{set_for} {name} = {};\n", limit.as_millis()))
        };
        let parts = [set("lock_timeout", limits.lock), set("statement_timeout", limits.statement)];
        parts.into_iter().flatten().collect()
    }

    fn cleanse(&self, db: &dyn Database, tables: &Tables) -> String {
        match db.ownership() {
            // Diesel has set the encoding when it connected.
            Ownership::Ours => {
                "RESET ROLE;\nRESET ALL;\nSET client_encoding TO 'UTF8';\n".to_owned()
            }
            Ownership::Lent => {
                let literal = |i: usize| {
                    self.dialect().literal(tables.session.get(i).map_or("", String::as_str))
                };
                format!(
                    "SELECT pg_catalog.set_config('role', {}, false), \
                     pg_catalog.set_config('search_path', {}, false);\n",
                    literal(1),
                    literal(0),
                )
            }
        }
    }

    fn now(&self) -> &'static str {
        "pg_catalog.clock_timestamp()"
    }

    fn span(&self, _elapsed: Option<Duration>) -> [String; 2] {
        ["pg_catalog.now()".to_owned(), self.now().to_owned()]
    }

    fn iso(&self, column: &str) -> String {
        format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')")
    }

    fn user(&self) -> &'static str {
        "session_user::text"
    }
}

impl PostgresEngine {
    /// The owner of a transaction that dbmig is a guest in keeps his own limits: `SET LOCAL` would
    /// outlive the savepoint.
    fn opening(&self, step: &Atomic<'_>) -> String {
        let open = self.transaction(step.nesting).open;
        match step.nesting {
            Nesting::TopLevel => {
                format!("{open};\n{}", self.limits(&step.limits, Scope::Transaction))
            }
            Nesting::InTransaction => format!("{open};\n"),
        }
    }

    /// Finds the statement that fails by playing the script again, one statement at a time, and
    /// rolling it back: an error such as "already exists" carries no position.
    fn replay(&self, db: &mut dyn Database, step: &Atomic<'_>) -> FailedAt {
        let brackets = self.transaction(step.nesting);
        let opened = db.execute(&self.opening(step));
        if opened.is_err() {
            return FailedAt::Script;
        }
        let failed = step.statements.iter().position(|s| db.execute(s.text).is_err());
        let _ = db.execute(brackets.abort);
        // Everything went well this time: then it was our own part, or something passing.
        failed.map_or(FailedAt::Script, |index| FailedAt::Statement(index, None))
    }
}

/// SHA-256, in hexadecimal digits, of the lines `version checksum` of `set`.
fn digest(set: &MigrationSet) -> String {
    let lines: Vec<_> = set.iter().map(|m| format!("{} {}", m.version, m.checksum)).collect();
    let digest = Sha256::digest(lines.join("\n"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn position_of(error: &Error) -> Option<usize> {
    match error {
        Error::DatabaseError(_, info) => usize::try_from(info.statement_position()?).ok(),
        _ => None,
    }
}

/// Whether the error is about one of our own tables.
fn is_ours(error: &Error) -> bool {
    match error {
        Error::DatabaseError(_, info) => {
            info.table_name().is_some_and(|name| name == LEDGER || name == HISTORY)
        }
        _ => false,
    }
}

/// A script with what goes before and after it, as one message.
struct Batch<'a> {
    sql: String,
    /// Where each statement begins in `sql`, in characters as PostgreSQL counts.
    starts: Vec<(usize, &'a Statement<'a>)>,
    end: usize,
}

impl<'a> Batch<'a> {
    fn new(before: &str, statements: &'a [Statement<'a>], after: &str) -> Self {
        let mut sql = before.to_owned();
        let mut at = before.chars().count();
        let mut starts = Vec::with_capacity(statements.len());
        for statement in statements {
            starts.push((at, statement));
            let _ = writeln!(sql, "{};", statement.text);
            at += statement.text.chars().count() + 2;
        }
        sql.push_str(after);
        Self { sql, starts, end: at }
    }

    /// Which statement the character `position` (from 1) belongs to.
    fn find(&self, position: usize) -> Option<FailedAt> {
        let at = position.checked_sub(1)?;
        if at >= self.end {
            return Some(FailedAt::Bookkeeping);
        }
        let index = self.starts.partition_point(|(start, _)| *start <= at).checked_sub(1)?;
        let (start, statement) = self.starts.get(index)?;
        Some(FailedAt::Statement(index, Some(place_in(statement, at - start))))
    }
}

/// The place of the character `offset` of `statement`, in the script.
fn place_in(statement: &Statement<'_>, offset: usize) -> Position {
    let before: String = statement.text.chars().take(offset).collect();
    let inside = Position::at(&before, before.len());
    match inside.line {
        1 => Position {
            line: statement.position.line,
            column: statement.position.column + inside.column - 1,
        },
        _ => Position { line: statement.position.line + inside.line - 1, column: inside.column },
    }
}
