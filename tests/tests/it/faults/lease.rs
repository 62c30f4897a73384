//! The lease: its only clock is the server's, and it ends by itself.

use std::process::{Child, Command};

use dbmig_tests::{Backend, Project, Running, TestDatabase, database, eventually};

use super::{Figure, finish, spawn, start};
use crate::project;

const LEASE: &[&str] = &["run", "--lock", "lease"];
/// A run whose host's clock is wrong.
fn with_clock(project: &Project, db: &TestDatabase, offset: &str) -> Child {
    let dbmig = project.command(LEASE);
    let mut command = Command::new("faketime");
    // Durations are right, only the time of day is wrong.
    command
        .args(["--exclude-monotonic", "-f", offset])
        .arg(dbmig.get_program())
        .args(dbmig.get_args());
    command.current_dir(project.root()).env("DATABASE_URL", db.url());
    spawn(&mut command)
}

fn slow(project: &Project, backend: Backend, seconds: u32) {
    let sleep = match backend {
        Backend::Postgres => format!("SELECT pg_sleep({seconds})"),
        _ => format!("DO SLEEP({seconds})"),
    };
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER);", "");
    project.migration(
        "2_b",
        &format!("INSERT INTO t1 VALUES (1); {sleep}; INSERT INTO t1 VALUES (2);"),
        "",
    );
}

fn wait_for_the_first(db: &TestDatabase) {
    db.until_applied(1);
}

each_server!(clocks_that_differ_by_an_hour_do_not_matter);
fn clocks_that_differ_by_an_hour_do_not_matter(backend: Backend) {
    for (leader, other) in [("+1h", "-0h"), ("-1h", "-0h"), ("-0h", "+1h")] {
        let (project, db) = (project(), database(backend));
        slow(&project, backend, 2);
        let leader = with_clock(&project, &db, leader);
        wait_for_the_first(&db);
        let other = with_clock(&project, &db, other);
        finish(leader).success();
        let other = finish(other).success();
        assert!(other.stderr.contains("(lease since "), "{backend:?}: {}", other.stderr);
        assert_eq!(db.column("SELECT id FROM t1 ORDER BY id"), ["1", "2"], "{backend:?}");
        Figure::new("clocks an hour apart, lease", backend).case();
    }
}

each_server!(it_is_renewed_while_its_holder_lives_and_ends_after_it);
/// Longer than its term: it is renewed. And after a kill, it runs out.
fn it_is_renewed_while_its_holder_lives_and_ends_after_it(backend: Backend) {
    let (project, db) = (project(), database(backend));
    slow(&project, backend, 36);
    let mut leader = start(&project, db.url(), LEASE);
    wait_for_the_first(&db);
    let early = finish(start(&project, db.url(), &[LEASE, &["--lock-wait", "33s"]].concat()));
    let early = early.expect(75).stderr;
    assert!(early.contains("(lease since "), "{backend:?}: {early}");
    assert!(early.contains("at work on 2_b"), "{backend:?}: {early}");
    leader.kill().unwrap();
    finish(leader);
    project.migration("2_b", "INSERT INTO t1 VALUES (3);", "");
    finish(start(&project, db.url(), &[LEASE, &["--lock-wait", "60s"]].concat())).success();
    assert_eq!(db.column("SELECT id FROM t1"), ["3"], "{backend:?}");
    Figure::new("lease of a dead runner", backend).case();
}

each_server!(who_has_lost_it_commits_nothing_more);
/// Somebody else has got it: what is under way must not be committed.
fn who_has_lost_it_commits_nothing_more(backend: Backend) {
    let (project, db) = (project(), database(backend));
    slow(&project, backend, 2);
    project.migration("3_c", "INSERT INTO t1 VALUES (3);", "");
    let leader = start(&project, db.url(), LEASE);
    wait_for_the_first(&db);
    db.execute("UPDATE __dbmig_lease SET token = 1 WHERE id = 1");
    let output = finish(leader).expect(75);
    assert!(
        output.stderr.contains("the migration lock was lost"),
        "{backend:?}: {}",
        output.stderr
    );
    assert!(db.column("SELECT id FROM t1 WHERE id = 3").is_empty(), "{backend:?}");
    Figure::new("lease lost in mid-run", backend).case();
}

/// Somebody else has got it while its holder waits for what an earlier runner has begun.
#[test]
fn who_loses_it_before_the_work_is_told_so() {
    let (project, db) = (project(), database(Backend::MariaDb));
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER);", "");
    project.migration("2_b", "CREATE TABLE t2 AS SELECT SLEEP(60) AS id;", "");
    let mut first = start(&project, db.url(), LEASE);
    let orphan = "SELECT CAST(id AS CHAR) FROM information_schema.processlist \
                  WHERE info LIKE 'CREATE TABLE t2 %' AND db = database()";
    eventually("the statement has begun", || !db.query(orphan).is_empty());
    first.kill().unwrap();
    finish(first);
    db.execute("UPDATE __dbmig_lease SET expires_at = '1970-01-02' WHERE id = 1");
    let second = Running::listen(start(&project, db.url(), LEASE));
    let taken = "SELECT id FROM __dbmig_lease WHERE id = 1 AND expires_at > UTC_TIMESTAMP()";
    eventually("the lease is taken", || !db.query(taken).is_empty());
    second.says("waiting for a session whose runner is gone");
    db.execute("UPDATE __dbmig_lease SET token = 1 WHERE id = 1");
    let second = second.finish().expect(75).stderr;
    assert!(second.contains("the migration lock was lost"), "{second}");
    db.execute(&format!("KILL {}", db.column(orphan)[0]));
}

each_server!(a_table_without_rows_gets_them);
/// Whoever created its table may have died before the rows came.
fn a_table_without_rows_gets_them(backend: Backend) {
    let (project, db) = (project(), database(backend));
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER);", "DROP TABLE t1;");
    project.dbmig_on(&db, LEASE).success();
    db.execute("DELETE FROM __dbmig_lease");
    project.dbmig_on(&db, &["revert", "--lock", "lease"]).success();
}
