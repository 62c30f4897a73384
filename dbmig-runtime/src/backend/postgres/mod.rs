//! PostgreSQL. Nothing here relies on two messages reaching the same server, but for statements
//! that run outside of a transaction: behind a pooler they may not.

use std::time::Duration;

use dbmig_core::plan::Creator;
use dbmig_core::sql::object::Object;
use dbmig_core::sql::{Position, Statement};
use dbmig_core::{Dialect, MigrationSet, Version};
use diesel::connection::LoadConnection;
use diesel::result::Error;
use diesel::{QueryResult, RunQueryDsl};

use super::Postgres;
use crate::database::Backend;
use crate::database::atomic::{Atomic, AtomicOutcome, FailedAt, StepFailure};
use crate::database::engine::{Activity, During, Engine, Idle, StepsOfMessage};
use crate::database::envelope::{Envelope, Limits, TransactionSetting, TransactionSql};
use crate::database::lock::Lock;
use crate::database::place::{Location, Sought};
use crate::database::session::{Nesting, Ownership, Row, Session, sealed};
use crate::tables::columns::ColumnType;
use crate::tables::{HISTORY, LEDGER, TableOwner, Tables};

mod atomic;
mod catalog_state;
mod connect;
mod current;
mod envelope;
mod last_words;
mod lease;
mod locate;
mod lock;
mod message;
mod origin;
mod trust;

pub(crate) use connect::connect;
use message::{place_in, position_of};

impl sealed::Sealed for Postgres {}

impl Backend for Postgres {
    const DIALECT: Dialect = Dialect::Postgres;
    const ENGINE: &'static dyn Engine = &PostgresEngine;

    /// One message, which carries no prepared statement over to the next.
    fn rows<C: LoadConnection<Backend = Self>>(conn: &mut C, sql: &str) -> QueryResult<Vec<Row>> {
        diesel::sql_query(sql).load(conn)
    }
}

struct PostgresEngine;

impl Engine for PostgresEngine {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn locate(&self, db: &mut dyn Session, sought: Sought<'_>) -> QueryResult<Location> {
        locate::locate(db, sought)
    }

    fn creators(
        &self,
        db: &mut dyn Session,
        tables: &Tables,
        schema: &str,
    ) -> QueryResult<Vec<Creator>> {
        origin::creators(db, tables, schema)
    }

    fn standing(
        &self,
        db: &mut dyn Session,
        tables: &Tables,
        name: &str,
    ) -> QueryResult<TableOwner> {
        trust::look(db, tables, name)
    }

    fn writing(&self) -> &'static str {
        "SET TRANSACTION READ WRITE;\n"
    }

    fn column_type(&self, kind: ColumnType) -> &'static str {
        match kind {
            ColumnType::Id => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            ColumnType::Format => "SMALLINT",
            ColumnType::Count => "INTEGER",
            ColumnType::Version => "VARCHAR(50)",
            ColumnType::Direction
            | ColumnType::Word
            | ColumnType::Digest
            | ColumnType::Text
            | ColumnType::LongText => "TEXT",
            ColumnType::Time => "TIMESTAMPTZ",
        }
    }

    fn given_id(&self) -> &'static str {
        " OVERRIDING SYSTEM VALUE"
    }

    fn is_current(&self, db: &mut dyn Session, set: &MigrationSet, sought: Sought<'_>) -> bool {
        current::is_current(db, set, sought)
    }

    fn mark(&self, tables: &Tables) -> Option<String> {
        Some(locate::mark(tables))
    }

    fn there(&self, tables: &Tables) -> String {
        locate::there(tables)
    }

    fn are_own(&self, tables: &Tables) -> Option<String> {
        Some(trust::both_own(Some(&tables.schema)))
    }

    fn fresh(&self) -> &'static str {
        "pg_catalog.clock_timestamp() IS NOT NULL"
    }

    fn quiet(&self, session: &str, idle: Idle) -> Option<String> {
        Some(lock::quiet(session, idle))
    }

    fn lock(&self) -> &'static dyn Lock {
        &lock::Advisory
    }

    fn lease(&self) -> Option<&'static dyn Lock> {
        Some(&lease::LEASE)
    }

    fn session(&self, _db: &mut dyn Session, token: u32) -> QueryResult<String> {
        Ok(lock::session_name(token))
    }

    fn activity(&self, db: &mut dyn Session, session: &str) -> QueryResult<Activity> {
        lock::activity(db, session)
    }

    fn interrupt(&self, db: &mut dyn Session, session: &str) -> QueryResult<()> {
        lock::interrupt(db, session)
    }

    fn limits(&self) -> &'static [&'static str] {
        &last_words::LIMITS
    }

    fn last_words(
        &self,
        db: &mut dyn Session,
        lasted: Duration,
        during: During,
    ) -> QueryResult<Option<String>> {
        last_words::find(db, lasted, during).map(Some)
    }

    fn owners_limits<'t>(&self, tables: &'t Tables) -> &'t str {
        tables.setting(envelope::LIMITS)
    }

    fn envelope(&self, setting: &TransactionSetting<'_>) -> Envelope {
        envelope::envelope(setting)
    }

    fn prepare_alone(&self, setting: &TransactionSetting<'_>) -> String {
        envelope::prepare_alone(setting)
    }

    fn atomic(
        &self,
        db: &mut dyn Session,
        step: &Atomic<'_>,
    ) -> Result<AtomicOutcome, StepFailure> {
        atomic::atomic(db, step)
    }

    fn message(&self) -> StepsOfMessage {
        StepsOfMessage::Several
    }

    fn appendable(
        &self,
        setting: &TransactionSetting<'_>,
        statements: &[Statement<'_>],
        rows: &str,
    ) -> Option<String> {
        atomic::appendable(setting, statements, rows)
    }

    fn place(&self, error: &Error, statement: &Statement<'_>) -> Option<Position> {
        Some(place_in(statement, position_of(error)?.checked_sub(1)?))
    }

    fn catalog_state(&self, tables: &Tables, object: &Object) -> Option<String> {
        catalog_state::catalog_state(tables, object)
    }

    fn drop_leftover(&self, name: &str) -> String {
        format!("DROP INDEX CONCURRENTLY IF EXISTS {name}")
    }

    fn text(&self, column: &str) -> String {
        format!("CAST({column} AS pg_catalog.text)")
    }

    /// As text: for two of its type PostgreSQL has no operator of its own, so that it would look for
    /// one in schemas that others may write to.
    fn is_version(&self, version: &Version) -> String {
        format!("{} = {}", self.text("version"), Dialect::Postgres.literal(version.as_str()))
    }

    fn concat(&self, texts: &str) -> String {
        format!("pg_catalog.concat({texts})")
    }

    fn now(&self) -> &'static str {
        "pg_catalog.clock_timestamp()"
    }

    fn later(&self, seconds: u64) -> String {
        format!("pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => {seconds})")
    }

    fn span(&self, _elapsed: Option<Duration>) -> [String; 2] {
        ["pg_catalog.now()".to_owned(), self.now().to_owned()]
    }

    fn iso(&self, column: &str) -> String {
        format!(
            "pg_catalog.to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
        )
    }

    fn user(&self) -> &'static str {
        "session_user::pg_catalog.text"
    }

    fn is_fence(&self, error: &Error) -> bool {
        error.to_string().contains(crate::database::assertion::LOST)
    }
}
