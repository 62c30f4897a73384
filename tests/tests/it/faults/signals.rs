//! SIGTERM, as Kubernetes and Qovery send it before they kill.

use std::time::{Duration, Instant};

use dbmig_tests::{Backend, Project, Running, TestDatabase, database, terminate};

use super::{Figure, start};
use crate::project;

/// A statement that takes about so many seconds.
fn sleep(backend: Backend, seconds: u32) -> String {
    match backend {
        Backend::Postgres => format!("SELECT pg_sleep({seconds})"),
        Backend::MariaDb => format!("INSERT INTO t1 SELECT 7 FROM (SELECT SLEEP({seconds})) s"),
        Backend::Sqlite => format!(
            "INSERT INTO t1 WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < {}) \
             SELECT count(*) FROM c",
            seconds * 2_500_000
        ),
    }
}

/// Starts a run whose second migration takes long, and comes back when that has begun.
fn under_way(project: &Project, db: &TestDatabase) -> Running {
    let runner = Running::listen(start(project, db.url(), &["run", "--verbose"]));
    db.until_applied(1);
    match db.backend() {
        Backend::Postgres | Backend::MariaDb => db.until_asleep(),
        // Nobody else can see what its process is at.
        Backend::Sqlite => std::thread::sleep(Duration::from_millis(400)),
    }
    runner
}

each_backend!(a_transaction_is_rolled_back);
fn a_transaction_is_rolled_back(backend: Backend) {
    let (project, db) = (project(), database(backend));
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER);", "");
    let seconds = if backend == Backend::Sqlite { 2 } else { 60 };
    let long = sleep(backend, seconds);
    project.migration(
        "2_b",
        &format!("INSERT INTO t1 VALUES (1); {long}; INSERT INTO t1 VALUES (2);"),
        "",
    );
    let runner = under_way(&project, &db);
    let begun = Instant::now();
    terminate(runner.process());
    let output = runner.finish().expect(75);
    assert!(begun.elapsed() < Duration::from_secs(20), "{backend:?}: {:?}", begun.elapsed());
    assert!(output.stderr.contains("stopped, as it was asked to"), "{}", output.stderr);
    assert!(output.stderr.contains("applied 1_a"), "{}", output.stderr);
    assert!(db.column("SELECT id FROM t1").is_empty(), "{backend:?}");
    assert_eq!(project.states(&db), ["applied 1_a", "pending 2_b"]);
    // The lock is free at once.
    project.migration("2_b", "INSERT INTO t1 VALUES (1);", "");
    project.dbmig_on(&db, &["run", "--lock-wait", "5s"]).success();
    Figure::new("SIGTERM in a transaction", backend).case();
}

each_server!(a_statement_on_its_own_is_waited_for_and_the_next_run_goes_on_behind_it);
fn a_statement_on_its_own_is_waited_for_and_the_next_run_goes_on_behind_it(backend: Backend) {
    let (project, db) = (project(), database(backend));
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER); INSERT INTO t1 VALUES (0);", "");
    let (alone, sign) = match backend {
        // A procedure may commit, so it is never put into a transaction.
        Backend::Postgres => (
            "CREATE PROCEDURE slow() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3); \
             INSERT INTO t1 VALUES (7); END $$;\nCALL slow()",
            "SELECT id FROM t1 WHERE id = 7",
        ),
        Backend::MariaDb => (
            "CREATE TABLE t7 AS SELECT SLEEP(3) AS id FROM t1",
            "SELECT table_name FROM information_schema.tables WHERE table_name = 't7' AND table_schema = database()",
        ),
        Backend::Sqlite => unreachable!("it is a server's process that goes on"),
    };
    project.migration("2_b", &format!("{alone};\nINSERT INTO t1 VALUES (2);"), "");
    project.write("migrations/2_b/metadata.toml", "run_in_transaction = false\n");
    let runner = under_way(&project, &db);
    terminate(runner.process());
    runner.finish().expect(75);
    assert_eq!(db.column(sign).len(), 1, "{backend:?}");
    assert!(db.column("SELECT id FROM t1 WHERE id = 2").is_empty(), "{backend:?}");
    let again = project.dbmig_on(&db, &["run"]).success().stderr;
    assert!(again.contains("going on after statement"), "{again}");
    assert_eq!(db.column("SELECT id FROM t1 WHERE id = 2").len(), 1, "{backend:?}");
    Figure::new("SIGTERM outside of a transaction", backend).case();
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER);", "");
    project.migration(
        "2_b",
        "CREATE PROCEDURE slow() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); END $$;\nCALL slow();",
        "",
    );
    project.write("migrations/2_b/metadata.toml", "run_in_transaction = false\n");
    let runner = under_way(&project, &db);
    let begun = Instant::now();
    terminate(runner.process());
    runner.says("once more stops at once");
    terminate(runner.process());
    runner.finish().expect(75);
    assert!(begun.elapsed() < Duration::from_secs(10));
    Figure::new("second SIGTERM", Backend::Postgres).case();
}

each_backend!(who_waits_for_the_lock_leaves_at_once);
fn who_waits_for_the_lock_leaves_at_once(backend: Backend) {
    let (project, db) = (project(), database(backend));
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER);", "");
    project.migration("2_b", &format!("{};", sleep(backend, 4)), "");
    let leader = under_way(&project, &db);
    let waiting = Running::listen(start(&project, db.url(), &["run"]));
    waiting.says("waiting for");
    let begun = Instant::now();
    terminate(waiting.process());
    waiting.finish().expect(75);
    assert!(begun.elapsed() < Duration::from_secs(3), "{backend:?}: {:?}", begun.elapsed());
    leader.finish().success();
    Figure::new("SIGTERM while waiting", backend).case();
}
