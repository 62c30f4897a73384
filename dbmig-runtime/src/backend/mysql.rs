//! MySQL and MariaDB. Every schema change commits by itself, so a step is atomic only when none
//! of its statements is one.

use std::time::Duration;

use dbmig_core::{Dialect, MigrationSet};
use diesel::connection::LoadConnection;
use diesel::result::Error;
use diesel::{QueryResult, RunQueryDsl};

use super::connection::{Database, Nesting, Ownership, Row};
use super::engine::{
    Atomic, Brackets, Engine, Failure, Guard, HISTORY, LEDGER, Limits, Outcome, Presence, Scope,
    Tables, one_by_one,
};
use super::{Backend, Mysql, sealed};

impl sealed::Sealed for Mysql {}

impl Backend for Mysql {
    const DIALECT: Dialect = Dialect::Mysql;
    const ENGINE: &'static dyn Engine = &MysqlEngine;

    fn rows<C: LoadConnection<Backend = Self>>(conn: &mut C, sql: &str) -> QueryResult<Vec<Row>> {
        diesel::sql_query(sql).load(conn)
    }
}

struct MysqlEngine;

impl MysqlEngine {
    /// GET_LOCK is per server, so the name carries the database; it holds 64 characters.
    fn lock_name(&self, tables: &Tables) -> String {
        self.dialect().literal(&format!("dbmig:{:016x}", crate::lock::key(&tables.schema)))
    }
}

impl Engine for MysqlEngine {
    fn dialect(&self) -> Dialect {
        Dialect::Mysql
    }

    fn locate(&self, db: &mut dyn Database) -> QueryResult<Tables> {
        let rows = db.query(&format!(
            "SELECT CAST(DATABASE() AS CHAR), CAST(@@SESSION.sql_mode AS CHAR), \
             (SELECT CAST(GROUP_CONCAT(table_name) AS CHAR) FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_name IN ('{LEDGER}', '{HISTORY}'))"
        ))?;
        let row = rows.into_iter().next().unwrap_or_default();
        if row.optional(0).is_none() {
            return Err(Error::QueryBuilderError(
                "the URL names no database: add its name, as in mysql://user@host/DATABASE".into(),
            ));
        }
        let has = |name: &str| Presence::of(row.text(2).split(',').any(|found| found == name));
        Ok(Tables {
            dialect: Dialect::Mysql,
            schema: row.text(0).to_owned(),
            ledger: has(LEDGER),
            history: has(HISTORY),
            session: vec![row.text(1).to_owned()],
        })
    }

    fn create_history(&self, tables: &Tables) -> String {
        let history = tables.history_name();
        format!(
            "CREATE TABLE IF NOT EXISTS {history} (\
             id BIGINT AUTO_INCREMENT PRIMARY KEY, \
             format SMALLINT NOT NULL, version VARCHAR(50) NOT NULL, name TEXT NOT NULL, \
             direction VARCHAR(8) NOT NULL, state VARCHAR(16) NOT NULL, execution VARCHAR(16) NOT NULL, \
             checksum CHAR(64) NOT NULL, statements_total INT NOT NULL, \
             statements_started INT NOT NULL, statements_done INT NOT NULL, \
             script LONGTEXT NOT NULL, down_script LONGTEXT, compatible VARCHAR(16), \
             reversible VARCHAR(16), started_at DATETIME(3) NOT NULL, ended_at DATETIME(3), \
             app TEXT, host TEXT, database_user TEXT, error LONGTEXT, \
             KEY dbmig_history_version (version)) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4"
        )
    }

    fn is_current(&self, db: &mut dyn Database, set: &MigrationSet) -> bool {
        super::current::by_rows(db, set, "")
    }

    /// Only 1 means held: a wrong time-out gives NULL on MariaDB and locks nothing.
    fn try_lock(&self, db: &mut dyn Database, tables: &Tables) -> QueryResult<Option<Guard>> {
        let rows =
            db.query(&format!("SELECT CAST(GET_LOCK({}, 0) AS CHAR)", self.lock_name(tables)))?;
        Ok(rows.first().filter(|row| row.text(0) == "1").map(|_| Guard::Session))
    }

    fn unlock(&self, db: &mut dyn Database, tables: &Tables, _guard: Guard) -> QueryResult<()> {
        db.query(&format!("SELECT CAST(RELEASE_LOCK({}) AS CHAR)", self.lock_name(tables)))
            .map(drop)
    }

    fn holder(&self, db: &mut dyn Database, tables: &Tables) -> QueryResult<Option<String>> {
        let rows = db.query(&format!(
            "SELECT CONCAT('connection ', CAST(IS_USED_LOCK({name}) AS CHAR), \
             COALESCE((SELECT CONCAT(' of ', user, ' from ', host) FROM information_schema.processlist \
             WHERE id = IS_USED_LOCK({name})), ''))",
            name = self.lock_name(tables),
        ))?;
        Ok(rows.first().and_then(|row| row.optional(0)).map(str::to_owned))
    }

    /// MySQL has no name for a session that others can see; the history row has it.
    fn introduce(&self, _db: &mut dyn Database, _name: &str) -> QueryResult<()> {
        Ok(())
    }

    fn atomic(&self, db: &mut dyn Database, step: &Atomic<'_>) -> Result<Outcome, Failure> {
        let limits = self.limits(&step.limits, Scope::Transaction);
        if !limits.is_empty() {
            db.execute(&limits).map_err(Failure::bookkeeping)?;
        }
        one_by_one(db, step, self.transaction(step.nesting), &|_| Ok(()))
    }

    fn limits(&self, limits: &Limits, _scope: Scope) -> String {
        let lock = limits.lock.map(|lock| {
            let seconds = lock.as_secs().max(1);
            format!(
                "SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds};\n"
            )
        });
        // MariaDB's; MySQL has a limit for SELECT only, and reads this as a comment.
        let statement = limits.statement.map(|limit| {
            format!("/*M! SET SESSION max_statement_time = {:.3} */;\n", limit.as_secs_f64())
        });
        [lock, statement].into_iter().flatten().collect()
    }

    fn cleanse(&self, db: &dyn Database, tables: &Tables) -> String {
        let mode = tables.session.first().map_or("", String::as_str);
        let restore = format!(
            "SET SESSION sql_mode = {}, foreign_key_checks = DEFAULT, unique_checks = DEFAULT, \
             lock_wait_timeout = DEFAULT, innodb_lock_wait_timeout = DEFAULT;\nUSE {};\n",
            self.dialect().literal(mode),
            self.dialect().identifier(&tables.schema),
        );
        match db.ownership() {
            Ownership::Ours => {
                format!("{restore}/*M! SET SESSION max_statement_time = DEFAULT */;\n")
            }
            Ownership::Lent => restore,
        }
    }

    fn now(&self) -> &'static str {
        "UTC_TIMESTAMP(3)"
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

    fn transaction(&self, nesting: Nesting) -> Brackets {
        Brackets::standard("START TRANSACTION", nesting)
    }
}
