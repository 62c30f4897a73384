//! MySQL and MariaDB. Every schema change commits by itself, so a step is atomic only when none
//! of its statements is one.

use std::time::Duration;

use dbmig_core::sql::object::Object;
use dbmig_core::{Dialect, MigrationSet};
use diesel::connection::LoadConnection;
use diesel::result::Error;
use diesel::{QueryResult, RunQueryDsl};

use super::Mysql;
use crate::backend::one_by_one::one_by_one;
use crate::database::Backend;
use crate::database::atomic::{Atomic, AtomicOutcome, StepFailure};
use crate::database::engine::{Activity, During, Engine, Idle, Renewal};
use crate::database::envelope::{Envelope, Limits, TransactionSetting, TransactionSql};
use crate::database::lock::{Isolation, Lock};
use crate::database::place::{Location, Sought};
use crate::database::session::{Ownership, Row, Session, sealed};
use crate::tables::columns::ColumnType;
use crate::tables::{Chosen, HISTORY, LEDGER, Presence, Sessions, Tables};

mod catalog_state;
mod connect;
mod last_words;
mod lease;
mod lock;
mod mark;
mod server;
mod session;

pub(crate) use connect::connect;

impl sealed::Sealed for Mysql {}

impl Backend for Mysql {
    const DIALECT: Dialect = Dialect::Mysql;
    const ENGINE: &'static dyn Engine = &MysqlEngine;

    fn rows<C: LoadConnection<Backend = Self>>(conn: &mut C, sql: &str) -> QueryResult<Vec<Row>> {
        diesel::sql_query(sql).load(conn)
    }
}

struct MysqlEngine;

/// Whatever `completion_type` makes of the bare words.
const WORDS: TransactionSql = TransactionSql {
    begin: "START TRANSACTION",
    commit: "COMMIT AND NO CHAIN NO RELEASE",
    rollback: "ROLLBACK AND NO CHAIN NO RELEASE",
};

impl Engine for MysqlEngine {
    fn dialect(&self) -> Dialect {
        Dialect::Mysql
    }

    fn locate(&self, db: &mut dyn Session, sought: Sought<'_>) -> QueryResult<Location> {
        let schema = match sought.schema() {
            Some(schema) => Dialect::Mysql.literal(schema),
            None => "DATABASE()".to_owned(),
        };
        let table = |name| {
            format!(
                "(SELECT CAST(MAX(table_type) AS CHAR) FROM information_schema.tables \
                 WHERE table_schema = {schema} AND table_name = '{name}')"
            )
        };
        let rows = db.query(&format!(
            "SELECT CAST(DATABASE() AS CHAR), {}, {}, (SELECT CAST(MAX(schema_name) AS CHAR) \
             FROM information_schema.schemata WHERE schema_name = {schema}), {}",
            table(LEDGER),
            table(HISTORY),
            server::columns(&schema),
        ))?;
        let row = rows.into_iter().next().unwrap_or_default();
        let Some(current) = row.optional(0) else {
            return Err(Error::QueryBuilderError(
                "the URL names no database: add its name, as in mysql://user@host/DATABASE".into(),
            ));
        };
        let (schema, chosen) = match (sought, row.optional(3)) {
            (Sought::Session, _) => (current, Chosen::Only),
            (Sought::Setting(_) | Sought::Again(_), None) => return Ok(Location::NoSchema),
            (Sought::Setting(_) | Sought::Again(_), Some(schema)) => (schema, Chosen::Setting),
        };
        Ok(Location::At(Tables {
            dialect: Dialect::Mysql,
            schema: schema.to_owned(),
            current: current.to_owned(),
            chosen,
            ledger: presence(schema, LEDGER, row.optional(1))?,
            history: presence(schema, HISTORY, row.optional(2))?,
            foreign: None,
            obstacle: server::obstacle(&row, 4),
            cluster: server::cluster(&row, 4),
            sessions: Sessions::OfEach,
            session: Vec::new(),
        }))
    }

    /// Two messages, the second where the connection is borrowed.
    fn enter(&self, db: &mut dyn Session) -> QueryResult<String> {
        match db.ownership() {
            Ownership::Owned => db.execute(&session::enter_own()).map(|()| String::new()),
            Ownership::Borrowed => db.execute(&session::enter()).map(|()| session::leave()),
        }
    }

    /// With an engine whatever the server would choose: a rollback must take the row with it.
    fn create_ledger(&self, tables: &Tables) -> String {
        tables.create_ledger() + " ENGINE = InnoDB"
    }

    fn column_type(&self, kind: ColumnType) -> &'static str {
        match kind {
            ColumnType::Id => "BIGINT AUTO_INCREMENT PRIMARY KEY",
            ColumnType::Format => "SMALLINT",
            ColumnType::Count => "INT",
            ColumnType::Version => "VARCHAR(50)",
            ColumnType::Direction => "VARCHAR(8)",
            ColumnType::Word => "VARCHAR(16)",
            ColumnType::Digest => "CHAR(64)",
            ColumnType::Time => "DATETIME(3)",
            ColumnType::Text => "TEXT",
            ColumnType::LongText => "LONGTEXT",
        }
    }

    fn table_end(&self) -> &'static str {
        ", KEY dbmig_history_version (version)) ENGINE = InnoDB ROW_FORMAT = DYNAMIC \
         DEFAULT CHARSET = utf8mb4"
    }

    fn is_current(&self, db: &mut dyn Session, set: &MigrationSet, sought: Sought<'_>) -> bool {
        let schema = sought.schema().map(|schema| Dialect::Mysql.identifier(schema) + ".");
        super::current::by_rows(db, set, session::COMPLETE, &schema.unwrap_or_default())
    }

    fn mark(&self, tables: &Tables) -> Option<String> {
        Some(mark::mark(tables))
    }

    fn there(&self, tables: &Tables) -> String {
        mark::there(tables)
    }

    fn quiet(&self, session: &str, idle: Idle) -> Option<String> {
        lock::quiet(session, idle)
    }

    fn lock(&self) -> &'static dyn Lock {
        &lock::Named
    }

    fn lease(&self) -> Option<&'static dyn Lock> {
        Some(&lease::LEASE)
    }

    fn session(&self, db: &mut dyn Session, _token: u32) -> QueryResult<String> {
        // With its server: on another one of a cluster, or after a failover, the number is another's.
        let rows = db.query(&format!("SELECT CONCAT(CONNECTION_ID(), '@', {})", lock::SERVER))?;
        Ok(rows.first().map(|row| row.text(0).to_owned()).unwrap_or_default())
    }

    fn activity(&self, db: &mut dyn Session, session: &str) -> QueryResult<Activity> {
        lock::activity(db, session)
    }

    fn limits(&self) -> &'static [&'static str] {
        &last_words::LIMITS
    }

    fn last_words(
        &self,
        db: &mut dyn Session,
        lasted: Duration,
        _during: During,
    ) -> QueryResult<Option<String>> {
        last_words::find(db, lasted)
    }

    fn interrupt(&self, db: &mut dyn Session, session: &str) -> QueryResult<()> {
        match lock::here(db, session)? {
            Some(id) => db.execute(&format!("KILL QUERY {id}")),
            None => Ok(()),
        }
    }

    fn envelope(&self, setting: &TransactionSetting<'_>) -> Envelope {
        let plain = Envelope::plain(&WORDS, setting.nesting);
        let prepare = session::prepare(setting);
        let cleanse = match setting.part.ends() {
            true => session::cleanse(setting.tables),
            false => String::new(),
        };
        let proof = plain.proof.clone() + &cleanse;
        // What the settings are changed to holds for the session: MySQL knows no other.
        let isolation = match setting.fence.isolation {
            Isolation::Default => "",
            // For the next transaction only. Its snapshot comes with its first ordinary read.
            Isolation::ReadsLate => "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\n",
        };
        let open = format!("{prepare}{isolation}{}{}", plain.open, setting.fence.check);
        session::turning(Envelope { open, proof, ..plain })
    }

    fn prepare_alone(&self, setting: &TransactionSetting<'_>) -> String {
        session::alone(setting)
    }

    fn hand_over(&self) -> String {
        session::theirs()
    }

    fn atomic(
        &self,
        db: &mut dyn Session,
        step: &Atomic<'_>,
    ) -> Result<AtomicOutcome, StepFailure> {
        one_by_one(self, db, step, &|_| Ok(()))
    }

    fn catalog_state(&self, _tables: &Tables, object: &Object) -> Option<String> {
        Some(catalog_state::catalog_state(object))
    }

    fn text(&self, column: &str) -> String {
        format!("CAST({column} AS CHAR)")
    }

    fn renewal(&self) -> Renewal {
        Renewal::ByReconnecting
    }

    fn now(&self) -> &'static str {
        "UTC_TIMESTAMP(3)"
    }

    fn later(&self, seconds: u64) -> String {
        format!("UTC_TIMESTAMP(3) + INTERVAL {seconds} SECOND")
    }

    fn span(&self, elapsed: Option<Duration>) -> [String; 2] {
        let micros = elapsed.unwrap_or_default().as_micros();
        [format!("UTC_TIMESTAMP(3) - INTERVAL {micros} MICROSECOND"), self.now().to_owned()]
    }

    fn iso(&self, column: &str) -> String {
        format!("CONCAT(LEFT(DATE_FORMAT({column}, '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')")
    }

    fn user(&self) -> &'static str {
        "CURRENT_USER()"
    }

    /// The only statement of ours with a subquery that could have two rows is the fence. In English,
    /// for the session is entered before it.
    fn is_fence(&self, error: &Error) -> bool {
        error.to_string().contains("Subquery returns more than 1 row")
    }
}

fn presence(schema: &str, name: &str, kind: Option<&str>) -> QueryResult<Presence> {
    match kind {
        None => Ok(Presence::Absent),
        Some("BASE TABLE") => Ok(Presence::Present),
        Some(kind) => Err(Error::QueryBuilderError(
            format!(
                "`{schema}`.`{name}` is a {kind}, not the plain table that it should be: look at what \
                 it is, then drop or rename it"
            )
            .into(),
        )),
    }
}
