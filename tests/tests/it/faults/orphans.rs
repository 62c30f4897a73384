//! A server goes on with the statement of a client that was killed. The next run waits for it, and
//! finds out what became of it.

use std::process::Child;

use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, Project, Running, TestDatabase, database, eventually};

use super::{Figure, finish, start};
use crate::project;

/// Kills a run as soon as `begun` finds something.
fn kill_when(project: &Project, db: &TestDatabase, begun: &str) -> Child {
    let mut runner = start(project, db.url(), &["run"]);
    eventually(begun, || db.try_query(begun).is_ok_and(|rows| !rows.is_empty()));
    runner.kill().unwrap();
    runner
}

/// The server looks every two seconds whether the client is still there, and ends its statement.
fn wait_until_noticed(db: &TestDatabase) {
    let sessions = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'dbmig %' \
                    AND datname = current_database()";
    eventually("the server notices that its client is dead", || db.query(sessions).is_empty());
}

#[test]
fn a_schema_change_of_mariadb_is_waited_for_and_found_done() {
    let (project, db) = (project(), database(Backend::MariaDb));
    project.migration("0_t", "CREATE TABLE t1 (id INTEGER); INSERT INTO t1 VALUES (1), (2);", "");
    project.migration(
        "1_a",
        "CREATE TABLE t2 AS SELECT id, BENCHMARK(15000000, SHA2(id, 256)) AS n FROM t1;\nCREATE TABLE t3 (id INTEGER);",
        "",
    );
    let begun = "SELECT id FROM information_schema.processlist WHERE info LIKE 'CREATE TABLE t2 %' AND db = database()";
    finish(kill_when(&project, &db, begun));
    let next = project.dbmig_on(&db, &["run"]).success().stderr;
    assert!(next.contains("waiting for a session whose runner is gone"), "{next}");
    assert!(next.contains("going on after statement 1"), "{next}");
    assert_eq!(db.tables().iter().filter(|t| t.starts_with('t')).count(), 3);
    Figure::new("orphan of a killed runner", Backend::MariaDb).case();
}

#[test]
fn an_index_that_postgres_could_not_finish_is_dropped_and_built_again() {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration("0_t", "CREATE TABLE t1 (id INTEGER); INSERT INTO t1 VALUES (1), (2);", "");
    project.migration(
        "1_i",
        "CREATE INDEX CONCURRENTLY i ON t1 (id);\nCREATE TABLE t2 (id INTEGER);",
        "",
    );
    project.write("migrations/1_i/metadata.toml", "run_in_transaction = false\n");
    project.dbmig_on(&db, &["run", "--to", "0_t"]).success();
    // It waits for this transaction, which may see the table without the index.
    let mut session = db.session();
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM t1");
    let begun = "SELECT indexrelid FROM pg_index WHERE NOT indisvalid";
    finish(kill_when(&project, &db, begun));
    assert_eq!(project.states(&db), ["applied 0_t", "interrupted 1_i"]);
    wait_until_noticed(&db);
    session.execute("COMMIT");
    let next = project.dbmig_on(&db, &["run"]).success().stderr;
    assert!(next.contains("dropping public.i,"), "{next}");
    let valid = db.column("SELECT indisvalid::text FROM pg_index WHERE indrelid = 't1'::regclass");
    assert_eq!(valid, ["true"]);
    Figure::new("orphan of a killed runner", Backend::Postgres).case();
}

/// Built in another way, by somebody else: not ours to drop.
#[test]
fn an_invalid_index_that_was_there_before_is_left_alone() {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration("0_t", "CREATE TABLE t1 (id INTEGER); INSERT INTO t1 VALUES (1), (1);", "");
    project.dbmig_on(&db, &["run"]).success();
    assert!(db.try_query("CREATE UNIQUE INDEX CONCURRENTLY theirs ON t1 (id)").is_err());
    project.migration("1_i", "CREATE INDEX CONCURRENTLY ON t1 (id);", "");
    project.write("migrations/1_i/metadata.toml", "run_in_transaction = false\n");
    let mut session = db.session();
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM t1");
    let begun = "SELECT indexrelid FROM pg_index WHERE NOT indisvalid OFFSET 1";
    finish(kill_when(&project, &db, begun));
    wait_until_noticed(&db);
    session.execute("COMMIT");
    let next = project.dbmig_on(&db, &["run"]).success().stderr;
    assert!(next.contains("dropping public.t1_id_idx") && !next.contains("theirs"), "{next}");
    let invalid = db.column("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid");
    assert_eq!(invalid, ["theirs"]);
}

/// The second lock of the tables in `public`, which each transaction that works holds.
const FENCE: &str = "SELECT pg_advisory_xact_lock((('x' || left(encode(sha256('dbmig\\000public'::bytea), 'hex'), 8))\
                     ::bit(32)::bigint >> 1)::integer, 1)";

/// Its runner has lost the lock, and has not noticed yet.
#[test]
fn a_new_runner_waits_for_the_last_transaction_of_the_one_before() {
    let server = Server::start_dedicated(Engine::Postgres, &Options::default());
    let (project, db) = (project(), server.database());
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER);", "");
    let mut last = db.session();
    last.execute(&format!("BEGIN; {FENCE}; CREATE TABLE theirs (id INTEGER)"));
    let early = project.dbmig_on(&db, &["run", "--lock-wait", "3s"]).expect(75).stderr;
    assert!(early.contains("waiting for a session whose runner is gone"), "{early}");
    assert_eq!(db.tables(), [""; 0]);
    // Those who wait look at both locks: each try is an error in the server's log.
    let log = server.log();
    let tries = log.lines().filter(|l| l.contains("ERROR:") && l.contains("dbmig: lock taken"));
    assert_eq!(tries.count(), 1, "{log}");
    let next = Running::listen(start(&project, db.url(), &["run"]));
    next.says("waiting for a session whose runner is gone");
    last.execute("COMMIT");
    next.finish().success();
    assert_eq!(db.tables().iter().filter(|table| !table.starts_with('_')).count(), 2);
    Figure::new("last transaction of a runner without lock", Backend::Postgres).case();
}
