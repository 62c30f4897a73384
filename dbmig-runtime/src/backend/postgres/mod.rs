//! PostgreSQL. Nothing here relies on two messages reaching the same server, but for statements
//! that run outside of a transaction: behind a pooler they may not.

use std::time::{Duration, Instant};

use dbmig_core::plan::Creator;
use dbmig_core::sql::effect::Object;
use dbmig_core::sql::{Position, Statement};
use dbmig_core::{Dialect, MigrationSet, Version};
use diesel::connection::LoadConnection;
use diesel::result::Error;
use diesel::{QueryResult, RunQueryDsl};

use super::Postgres;
use crate::database::Backend;
use crate::database::assertion::Breach;
use crate::database::assertion::assert_that;
use crate::database::atomic::{Atomic, FailedAt, Failure, Outcome};
use crate::database::engine::During;
use crate::database::engine::{Activity, Engine, Idle};
use crate::database::envelope::{Envelope, Limits, Setting, Words, is_ended};
use crate::database::lock::Lock;
use crate::database::place::{Found, Sought};
use crate::database::session::sealed;
use crate::database::session::{Nesting, Ownership, Row, Session, Stop};
use crate::error::transient::{is_lock_wait, is_lost};
use crate::tables::columns::Kind;
use crate::tables::{HISTORY, LEDGER, Standing, Tables};

mod connect;
mod current;
mod envelope;
mod last_words;
mod lease;
mod locate;
mod lock;
mod message;
mod origin;
mod sight;
mod trust;

pub(crate) use connect::connect;
use envelope::{KEEP_PATH, RESTORE_PATH, SAFE_PATH};
use message::{Message, place_in, position_of};

/// A failed script is played again, to find the statement, only if that costs little.
const LOCATE_WITHIN: Duration = Duration::from_secs(10);

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

    fn locate(&self, db: &mut dyn Session, sought: Sought<'_>) -> QueryResult<Found> {
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

    fn standing(&self, db: &mut dyn Session, tables: &Tables, name: &str) -> QueryResult<Standing> {
        trust::look(db, tables, name)
    }

    fn writing(&self) -> &'static str {
        "SET TRANSACTION READ WRITE;\n"
    }

    fn column_type(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Id => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            Kind::Format => "SMALLINT",
            Kind::Count => "INTEGER",
            Kind::Version => "VARCHAR(50)",
            Kind::Direction | Kind::Word | Kind::Digest | Kind::Text | Kind::LongText => "TEXT",
            Kind::Time => "TIMESTAMPTZ",
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

    fn envelope(&self, setting: &Setting<'_>) -> Envelope {
        envelope::envelope(setting)
    }

    fn prepare_alone(&self, setting: &Setting<'_>) -> String {
        envelope::prepare_alone(setting)
    }

    fn atomic(&self, db: &mut dyn Session, step: &Atomic<'_>) -> Result<Outcome, Failure> {
        let envelope = self.envelope(&step.setting);
        let after = format!("{}{}{}", envelope.seal, (step.rows)(None), envelope.close);
        let message = Message::new(&envelope.open, step.statements, &after);
        let begun = Instant::now();
        let mut earlier = message.earlier.iter();
        let played = earlier
            .try_for_each(|part| db.play(part, Stop::Interrupts))
            .and_then(|()| db.play(&message.sql, Stop::Interrupts));
        let Err(error) = played else { return committed(db, step) };
        if is_lost(&error) {
            // So is the transaction, unless it was committed at the last moment.
            return Err(Failure { at: FailedAt::Script, error });
        }
        let _ = db.play(&envelope.abort, Stop::AfterIt);
        if is_ended(&error) {
            return Err(Failure::closing(error));
        }
        let at = match position_of(&error).and_then(|position| message.find(position)) {
            _ if self.is_fence(&error) => FailedAt::Fence,
            _ if Breach::Changed.caused(&error) => FailedAt::Changed,
            Some(at) => at,
            None if step.statements.len() == 1 && !is_ours(&error) => FailedAt::Statement(0, None),
            None if begun.elapsed() < LOCATE_WITHIN
                && !is_lock_wait(&error)
                && !step.control.is_cancelled() =>
            {
                self.replay(db, step, &envelope)
            }
            None => FailedAt::Script,
        };
        let at = if at == FailedAt::Script && is_ours(&error) { FailedAt::Around } else { at };
        Err(Failure::of(step.statements, at, error))
    }

    fn place(&self, error: &Error, statement: &Statement<'_>) -> Option<Position> {
        Some(place_in(statement, position_of(error)?.checked_sub(1)?))
    }

    fn sight(&self, tables: &Tables, object: &Object) -> Option<String> {
        sight::sight(tables, object)
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

impl PostgresEngine {
    /// Finds the statement that fails by playing the script again, one statement at a time, and
    /// rolling it back: an error such as "already exists" carries no position.
    fn replay(&self, db: &mut dyn Session, step: &Atomic<'_>, envelope: &Envelope) -> FailedAt {
        if db.execute(&envelope.open).is_err() {
            let _ = db.execute(&envelope.abort);
            return FailedAt::Script;
        }
        let mut statements = step.statements.iter();
        let failed = statements.position(|s| db.play(s.text, Stop::Interrupts).is_err());
        let _ = db.execute(&envelope.abort);
        // Everything went well this time: then it was our own part, or something passing.
        failed.map_or(FailedAt::Script, |index| FailedAt::Statement(index, None))
    }
}

/// No error is an answer only where every statement was played: libpq stops at a COPY that sends or
/// wants rows, and Diesel takes that for success. Where the word is nowhere in the script, however the
/// server reads it, there was none.
fn committed(db: &mut dyn Session, step: &Atomic<'_>) -> Result<Outcome, Failure> {
    if !step.statements.iter().any(|statement| names_copy(statement.text)) {
        return Ok(Outcome::Committed);
    }
    let words = Words {
        begin: "BEGIN ISOLATION LEVEL READ COMMITTED",
        commit: "COMMIT",
        rollback: "ROLLBACK",
    };
    let ask = Envelope::plain(&words, step.setting.nesting);
    let proof = assert_that(Dialect::Postgres, step.proof);
    match db.execute(&ask.around(&format!("{KEEP_PATH}{SAFE_PATH}{proof}{RESTORE_PATH}"))) {
        Ok(()) => Ok(Outcome::Committed),
        Err(error) if is_lost(&error) => Err(Failure { at: FailedAt::Script, error }),
        Err(_) => {
            let _ = db.execute(&ask.abort);
            Err(Failure::unproven(
                "the server does not confirm that it has committed the script: it has taken a part of it \
                 for a COPY, and waited for rows that dbmig does not send",
            ))
        }
    }
}

fn names_copy(text: &str) -> bool {
    text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"copy"))
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
