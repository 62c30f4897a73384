//! Other versions of PostgreSQL: what they do to a run that 15 does not. The suite as a whole runs on
//! one of them with `DBMIG_POSTGRES` (see CONTRIBUTING.md).

use std::time::Duration;

use dbmig_runtime::{Migrations, Migrator, Postgres};
use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Engine, TestDatabase, eventually};
use diesel::connection::Connection as _;
use diesel::{PgConnection, RunQueryDsl as _};

use crate::borrowed::embedded;
use crate::faults::{Figure, finish, seeds, spawn, start};
use crate::project;

mod limits;

/// Those with `transaction_timeout`.
const NEWER: [&str; 2] = ["17", "18"];

fn server(version: &str) -> Server {
    Server::start_dedicated(Engine::Postgres, &Options::postgres(version))
}

/// The suite's own version, and the newer ones.
fn servers() -> impl Iterator<Item = (String, Server)> {
    let own = Server::start_dedicated(Engine::Postgres, &Options::default());
    let newer = NEWER.iter().map(|version| ((*version).to_owned(), server(version)));
    [("of the suite".to_owned(), own)].into_iter().chain(newer)
}

/// Waits until somebody waits for a lock on this server.
fn await_waiter(db: &TestDatabase, case: &str) {
    let waits = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
                 AND datname = current_database()";
    let mut session = db.session();
    eventually(&format!("{case}: it waits"), || !session.query(waits).is_empty());
}

const LEDGER: &str = "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
                      run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)";
const LEASE: &str = "CREATE TABLE __dbmig_lease (id INTEGER PRIMARY KEY, token BIGINT NOT NULL, \
                     holder TEXT NOT NULL, doing TEXT NOT NULL, since TIMESTAMPTZ NOT NULL, \
                     expires_at TIMESTAMPTZ NOT NULL)";

/// The server looks for the table first, and creates it then: who waits for the other one's commit
/// in between gets an error in spite of `IF NOT EXISTS`.
#[test]
fn a_table_that_another_tool_creates_at_the_same_moment() {
    for (version, server) in servers() {
        let mut figure =
            Figure::new("tables created by another tool at that moment", Engine::Postgres);
        for (table, args) in
            [(LEDGER, ["run", "--lock", "advisory"]), (LEASE, ["run", "--lock", "lease"])]
        {
            let (project, db) = (project(), server.database());
            project.migration("1_a", "CREATE TABLE t1 (id INTEGER);", "");
            let mut other = db.session();
            other.execute(&format!("BEGIN; {table}"));
            let runner = start(&project, db.url(), &args);
            await_waiter(&db, &version);
            other.execute("COMMIT");
            finish(runner).success();
            assert_eq!(db.column("SELECT version FROM __diesel_schema_migrations"), ["1"]);
            figure.case();
        }
        in_a_transaction_of_its_owner(&version, &server);
        figure.case();
    }
}

/// There a failed statement would end the owner's transaction.
fn in_a_transaction_of_its_owner(version: &str, server: &Server) {
    let db = server.database();
    let all: &Migrations<Postgres> = embedded(&[("1_a", "CREATE TABLE t1 (id INT);", "")]);
    let mut other = db.session();
    other.execute(&format!("BEGIN; {LEDGER}"));
    let url = db.url().to_owned();
    let runner = std::thread::spawn(move || {
        let conn = &mut PgConnection::establish(&url).unwrap();
        conn.transaction(|conn| {
            diesel::sql_query("CREATE TABLE before (id INT)").execute(conn)?;
            let report = Migrator::new(all).run(conn).unwrap();
            diesel::sql_query("CREATE TABLE after (id INT)").execute(conn)?;
            diesel::QueryResult::Ok(report.done.len())
        })
    });
    await_waiter(&db, version);
    other.execute("COMMIT");
    assert_eq!(runner.join().unwrap().unwrap(), 1, "{version}");
    let tables = db.tables().join(" ");
    assert_eq!(tables, "__dbmig_history __diesel_schema_migrations after before t1", "{version}");
}

/// Diesel's own tool creates its table at each start, without any lock.
#[test]
fn a_start_beside_diesels_tool() {
    for (version, server) in servers() {
        let mut figure = Figure::new("start beside Diesel's tool", Engine::Postgres);
        let project = project();
        project.migration("1_a", "CREATE TABLE t1 (id INTEGER);", "");
        for seed in seeds(4) {
            let db = server.database();
            let theirs = (0..3).map(|_| {
                let mut diesel = project.program(&dbmig_tests::diesel::cli());
                spawn(diesel.args(["migration", "list"]).env("DATABASE_URL", db.url()))
            });
            let theirs: Vec<_> = theirs.collect();
            std::thread::sleep(Duration::from_millis(seed % 20));
            let ours = start(&project, db.url(), &["run"]);
            let ours = finish(ours);
            assert_eq!(ours.code, Some(0), "{version}, seed {seed}: {}", ours.text());
            // They may fail: of two of their own, too.
            theirs.into_iter().for_each(|diesel| drop(finish(diesel)));
            assert_eq!(db.column("SELECT version FROM __diesel_schema_migrations"), ["1"]);
            figure.case();
        }
    }
}
