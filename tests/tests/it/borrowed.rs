//! Connections that are lent: what others meet meanwhile, and what their owner finds afterwards.

use std::time::Duration;

use dbmig_core::scan::scan;
use dbmig_runtime::{
    Backend as Typed, Class, Error, Event, Migrations, Migrator, Mysql, Nesting, Postgres,
};
use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, TestDatabase, database};
use diesel::connection::{Connection, LoadConnection, SimpleConnection};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::Text;
use diesel::{MysqlConnection, PgConnection, RunQueryDsl, select};

use crate::faults::{finish, start};
use crate::project;

/// `metadata.toml` of a migration that runs statement by statement.
pub(crate) const ALONE: &str = "run_in_transaction = false\n";

/// Name, `up.sql`, `metadata.toml`: as a build embeds them, in memory that is never given back.
pub(crate) fn embedded<B: Typed>(migrations: &[(&str, &str, &str)]) -> &'static Migrations<B> {
    let folder = dbmig_tests::folder();
    for (name, up, metadata) in migrations {
        let migration = folder.path().join(name);
        std::fs::create_dir(&migration).unwrap();
        std::fs::write(migration.join("up.sql"), up).unwrap();
        if !metadata.is_empty() {
            std::fs::write(migration.join("metadata.toml"), metadata).unwrap();
        }
    }
    let set = scan(folder.path(), B::DIALECT).unwrap().set;
    Box::leak(Box::new(Migrations::from_static(set.as_slice().to_vec().leak())))
}

/// What each of the expressions gives in this session.
pub(crate) fn values<C>(conn: &mut C, expressions: &[&str]) -> Vec<String>
where
    C: LoadConnection,
    diesel::dsl::select<SqlLiteral<Text>>: for<'q> LoadQuery<'q, C, String>,
{
    expressions.iter().map(|e| select(sql::<Text>(e)).get_result(conn).unwrap()).collect()
}

/// It must not itself hold what it waits for.
#[test]
fn a_waiter_in_a_transaction_of_its_owner_is_in_nobodys_way() {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration("1_a", "CREATE TABLE t1 (id INT);", "");
    project.migration("2_b", "SELECT pg_sleep(1.5);", "");
    let first = ("1_a", "CREATE TABLE t1 (id INT);", "");
    let second = ("2_b", "SELECT pg_sleep(1.5);", "");
    let all = embedded::<Postgres>(&[first, second, ("3_c", "CREATE TABLE t3 (id INT);", "")]);
    let leader = start(&project, db.url(), &["run"]);
    db.until_applied(1);
    let conn = &mut PgConnection::establish(db.url()).unwrap();
    conn.begin_test_transaction().unwrap();
    let mut waited = false;
    let report = Migrator::new(all)
        .lock_wait(Duration::from_secs(8))
        .on_event(|event| waited |= matches!(event, Event::Waiting { .. }))
        .run(conn)
        .unwrap();
    assert!(waited);
    assert_eq!(report.applied().collect::<Vec<_>>(), ["3_c"]);
    finish(leader).success();
    // Nothing of the lock is left in the transaction that goes on.
    assert_eq!(locks(&db), [""; 0]);
}

fn locks(db: &TestDatabase) -> Vec<String> {
    db.column(
        "SELECT objid::text FROM pg_locks WHERE locktype = 'advisory' AND database = \
         (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
}

/// A session that works still has its own lock when the one of its runner is lost.
#[test]
fn a_session_at_work_for_a_runner_that_is_gone_is_waited_for() {
    let db = database(Backend::MariaDb);
    let mut at_work = db.session();
    let name = "CONCAT('dbmig:', LOWER(LPAD(HEX(CONV(LEFT(SHA2(CONCAT('dbmig', CHAR(0), DATABASE()), 256), 8), \
                16, 10) >> 1), 8, '0')), ':work')";
    assert_eq!(at_work.query(&format!("SELECT GET_LOCK({name}, 0)"))[0][0].as_deref(), Some("1"));
    let all = embedded::<Mysql>(&[("1_a", "CREATE TABLE t1 (id INT)", "")]);
    let conn = &mut MysqlConnection::establish(db.url()).unwrap();
    let migrator = || Migrator::new(all).lock_wait(Duration::from_millis(600));
    let error = migrator().run(conn).unwrap_err();
    let Error::LockWait { holder: Some(holder), .. } = &error else { panic!("{error}") };
    assert!(holder.contains("whose runner is gone"), "{holder}");
    assert_eq!(db.tables(), [""; 0]);
    drop(at_work);
    assert_eq!(migrator().lock_wait(Duration::from_secs(20)).run(conn).unwrap().done.len(), 1);
}

const SET_BY_POSTGRES: &str = "SET lock_timeout TO '77s'; SET statement_timeout TO '88s'; \
                               SET idle_in_transaction_session_timeout TO '99s'";
const OF_POSTGRES: [&str; 3] = [
    "current_setting('lock_timeout')",
    "current_setting('statement_timeout')",
    "current_setting('idle_in_transaction_session_timeout')",
];
const FOUND_ON_POSTGRES: [&str; 3] = ["77s", "88s", "99s"];

/// As `pg_dump` begins its scripts.
const DUMPED: &str =
    "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;";

#[test]
fn the_owners_limits_are_what_they_were_on_postgres() {
    let db = database(Backend::Postgres);
    let conn = &mut PgConnection::establish(db.url()).unwrap();
    conn.batch_execute(SET_BY_POSTGRES).unwrap();
    let limited = format!("{ALONE}[dbmig]\nstatement_timeout = \"50s\"\n");
    let alone =
        "CREATE TABLE t2 (id INT); DO $$ BEGIN PERFORM 1; END $$; INSERT INTO t2 VALUES (1);";
    let dumped = format!("{DUMPED} CREATE TABLE t1 (id INT);");
    let all = [("1_a", dumped.as_str(), ""), ("2_b", alone, &limited)];
    assert_eq!(Migrator::new(embedded::<Postgres>(&all)).run(conn).unwrap().done.len(), 2);
    assert_eq!(values(conn, &OF_POSTGRES), FOUND_ON_POSTGRES);

    // However it ends, and inside of a transaction of the owner.
    let wrong = format!("{DUMPED} DO $$ BEGIN PERFORM 1; END $$; SELECT 1 / 0;");
    for metadata in ["", ALONE] {
        let set = embedded::<Postgres>(&[all[0], all[1], ("3_c", &wrong, metadata)]);
        for nesting in [Nesting::TopLevel, Nesting::InTransaction] {
            let db = database(Backend::Postgres);
            let conn = &mut PgConnection::establish(db.url()).unwrap();
            conn.batch_execute(SET_BY_POSTGRES).unwrap();
            if nesting == Nesting::InTransaction {
                conn.begin_test_transaction().unwrap();
            }
            let error = Migrator::new(set).run(conn).unwrap_err();
            assert!(error.to_string().contains("division by zero"), "{error}");
            assert_eq!(values(conn, &OF_POSTGRES), FOUND_ON_POSTGRES, "{metadata} {nesting:?}");
        }
    }
}

#[test]
fn the_owners_limits_are_what_they_were_on_mariadb() {
    let db = database(Backend::MariaDb);
    let conn = &mut MysqlConnection::establish(db.url()).unwrap();
    let names = [
        "lock_wait_timeout",
        "innodb_lock_wait_timeout",
        "max_statement_time",
        "foreign_key_checks",
        "unique_checks",
        "sql_mode",
        "lc_messages",
    ];
    let expressions = names.map(|name| format!("CAST(@@SESSION.{name} AS CHAR)"));
    let expressions: Vec<_> = expressions.iter().map(String::as_str).collect();
    conn.batch_execute(
        "SET SESSION lock_wait_timeout = 77, innodb_lock_wait_timeout = 66, max_statement_time = 55.5, \
         foreign_key_checks = 0, unique_checks = 0, sql_mode = 'ANSI_QUOTES', lc_messages = 'de_DE'",
    )
    .unwrap();
    let before = values(conn, &expressions);
    assert_eq!(before[..3], ["77", "66", "55.500000"]);
    let limited = "[dbmig]\nstatement_timeout = \"20s\"\n";
    let set =
        "SET foreign_key_checks = 1, unique_checks = 1, max_statement_time = 10, sql_mode = '';";
    let first = format!("CREATE TABLE t1 (id INT); {set} CREATE TABLE t2 (id INT);");
    let second = format!("{set} INSERT INTO t1 VALUES (1);");
    let limited = &format!("run_in_transaction = true\n{limited}");
    let all = [("1_a", first.as_str(), limited.as_str()), ("2_b", &second, limited)];
    assert_eq!(Migrator::new(embedded::<Mysql>(&all)).run(conn).unwrap().done.len(), 2);
    assert_eq!(values(conn, &expressions), before);

    let wrong =
        [format!("{set} CREATE TABLE t1 (id INT);"), format!("{set} INSERT INTO none VALUES (1);")];
    for wrong in wrong {
        let set = embedded::<Mysql>(&[all[0], all[1], ("3_c", &wrong, limited)]);
        Migrator::new(set).run(conn).unwrap_err();
        assert_eq!(values(conn, &expressions), before, "{wrong}");
    }
}

/// Whether a wait for a lock is over, only the words of the error tell.
#[test]
fn a_wait_for_a_lock_is_known_in_another_language() {
    let server =
        Server::start_dedicated(Engine::MariaDb, &Options::default().with("lc_messages", "de_DE"));
    let db = server.database();
    db.execute("CREATE TABLE t1 (id INT PRIMARY KEY); INSERT INTO t1 VALUES (1)");
    let mut other = db.session();
    other.execute("BEGIN; UPDATE t1 SET id = 1 WHERE id = 1; SELECT * FROM t1 FOR UPDATE");
    let all = embedded::<Mysql>(&[("1_a", "UPDATE t1 SET id = id + 1", "")]);
    let conn = &mut MysqlConnection::establish(db.url()).unwrap();
    let mut retried = 0;
    let error = Migrator::new(all)
        .lock_timeout(Duration::from_secs(1))
        .on_event(|event| retried += usize::from(matches!(event, Event::Retrying { .. })))
        .run(conn)
        .unwrap_err();
    assert_eq!((error.class(), retried), (Class::Temporary, 5), "{error}");
}
