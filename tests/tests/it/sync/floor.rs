//! The floor rises before the first statement of a breaking migration, and falls when nothing of it
//! has come.

use std::process::{Child, Stdio};

use dbmig_runtime::Target;
use dbmig_runtime::plan::{Direction, UnresumableReason};
use dbmig_tests::{Backend, Project, TestDatabase, database, eventually, terminate};

use super::{BREAKING, KEEP, REVERT, applied, below_floor, deployed, image};
use crate::library::Library;

/// The image that renames a column, and whose migration takes `seconds`.
fn slow(seconds: u32, backend: Backend) -> Project {
    let project = image(BREAKING - 1);
    let sleep = match backend {
        Backend::Postgres => format!("SELECT pg_sleep({seconds});"),
        Backend::MariaDb => format!("SELECT SLEEP({seconds});"),
        Backend::Sqlite => unreachable!("it cannot sleep"),
    };
    let up = format!("{sleep}\nALTER TABLE users RENAME COLUMN nick TO name;");
    project.migration("4_rename", &up, "ALTER TABLE users RENAME COLUMN name TO nick;");
    project
}

fn start(project: &Project, db: &TestDatabase, args: &[&str]) -> Child {
    let mut command = project.command(args);
    command.env("DATABASE_URL", db.url()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn announced(db: &TestDatabase) -> bool {
    let sql =
        "SELECT count(*) FROM __dbmig_history WHERE state = 'running' AND compatible = 'breaking'";
    db.column(sql) == ["1"]
}

each_server!(an_older_app_that_starts_meanwhile_waits_and_is_refused);
/// Not ready at any moment between the announcement and the end; then final.
fn an_older_app_that_starts_meanwhile_waits_and_is_refused(backend: Backend) {
    let db = deployed(backend, BREAKING - 1);
    let slow = slow(2, backend);
    let newer = start(&slow, &db, &["up"]);
    eventually("it is announced", || announced(&db));
    let older = image(BREAKING - 1);
    let seen = older.dbmig_on(&db, &["wait", "--timeout", "1s"]).expect(75).stderr;
    assert!(seen.contains("at work"), "{seen}");
    let refused = older.dbmig_on(&db, &["up"]).expect(4).stderr;
    assert!(refused.contains("4_rename"), "{refused}");
    let [breaking] = &below_floor(&older, &db)[..] else { panic!() };
    assert_eq!(breaking.name, "4_rename");
    assert_eq!(newer.wait_with_output().unwrap().status.code(), Some(0));
    older.dbmig_on(&db, &["wait"]).expect(4);
}

each_backend!(it_falls_when_the_migration_fails);
fn it_falls_when_the_migration_fails(backend: Backend) {
    let db = deployed(backend, BREAKING - 1);
    let newer = image(BREAKING - 1);
    newer.migration("4_rename", "ALTER TABLE users RENAME COLUMN wrong TO name;", "SELECT 1;");
    newer.dbmig_on(&db, &["up"]).expect(1);
    let older = image(BREAKING - 1);
    assert_eq!(older.done(&db, &["up"]), [""; 0]);
    older.dbmig_on(&db, &["wait", "--timeout", "1s"]).success();
}

each_backend!(it_falls_after_the_revert);
fn it_falls_after_the_revert(backend: Backend) {
    let db = deployed(backend, BREAKING);
    let older = image(BREAKING - 1);
    older.dbmig_on(&db, &["up"]).expect(4);
    image(BREAKING).dbmig_on(&db, &["revert"]).success();
    older.dbmig_on(&db, &["up"]).success();
}

/// A killed runner has left an announcement, and nothing else.
#[test]
fn a_kill_in_the_transaction_leaves_no_floor() {
    let db = deployed(Backend::Postgres, BREAKING - 1);
    let slow = slow(2, Backend::Postgres);
    let mut newer = start(&slow, &db, &["up"]);
    eventually("it is announced", || announced(&db));
    newer.kill().unwrap();
    newer.wait().unwrap();
    let older = image(BREAKING - 1);
    // The server goes on with the statement of its dead client until it notices.
    older.dbmig_on(&db, &["wait", "--timeout", "30s"]).success();
    assert!(announced(&db), "waiting writes nothing");
    assert_eq!(older.done(&db, &["up"]), [""; 0]);
    assert!(!announced(&db), "it is put aside by the next one that holds the lock");
    assert_eq!(applied(&db), BREAKING - 1);
    assert_eq!(image(BREAKING).done(&db, &["up"]), ["up 4_rename"]);
}

/// On MariaDB, half of it may be there.
#[test]
fn a_kill_between_the_statements_leaves_the_floor_where_it_is() {
    let db = deployed(Backend::MariaDb, BREAKING - 1);
    let slow = slow(2, Backend::MariaDb);
    slow.migration(
        "4_rename",
        "ALTER TABLE users RENAME COLUMN nick TO name;\nSELECT SLEEP(5);\nCREATE TABLE more (x INTEGER);",
        "DROP TABLE more;\nALTER TABLE users RENAME COLUMN name TO nick;",
    );
    let mut newer = start(&slow, &db, &["up"]);
    eventually("it is renamed", || db.try_query("SELECT name FROM users").is_ok());
    newer.kill().unwrap();
    newer.wait().unwrap();
    let older = image(BREAKING - 1);
    for command in [&["up"][..], &["sync"], &["sync", "--down"]] {
        let refused = older.dbmig_on(&db, command).expect(4).stderr;
        assert!(refused.contains("deploy the version that has it"), "{refused}");
    }
    for target in [Target::Latest, KEEP, REVERT] {
        let stuck = Library::of(&older, &db).unresumable(&target);
        assert_eq!((stuck.name.as_str(), stuck.direction), ("4_rename", Direction::Up));
        assert_eq!(stuck.reason, UnresumableReason::Gone, "{target:?}");
    }
    // The newer one goes on, and then there is a way back.
    slow.dbmig_on(&db, &["up"]).success();
    older.dbmig_on(&db, &["sync", "--down"]).success();
    older.dbmig_on(&db, &["up"]).success();
}

each_server!(a_compatible_migration_under_way_is_in_nobodys_way);
/// An old pod that restarts while a newer version builds an index for an hour.
fn a_compatible_migration_under_way_is_in_nobodys_way(backend: Backend) {
    let db = deployed(backend, 1);
    let newer = image(1);
    let sleep = match backend {
        Backend::Postgres => "SELECT pg_sleep(3);",
        _ => "SELECT SLEEP(3);",
    };
    newer.migration(
        "2_index",
        &format!("CREATE INDEX n ON users (nick);\n{sleep}"),
        "DROP INDEX n;",
    );
    newer.write(
        "migrations/2_index/metadata.toml",
        "run_in_transaction = false\n[dbmig]\ncompatible = true\n",
    );
    let mut running = start(&newer, &db, &["up"]);
    let begun =
        "SELECT count(*) FROM __dbmig_history WHERE state = 'running' AND statements_started = 1";
    eventually("it has begun", || db.column(begun) == ["1"]);
    let older = image(1);
    assert_eq!(older.done(&db, &["up"]), [""; 0]);
    older.dbmig_on(&db, &["wait", "--timeout", "1s"]).success();
    assert_eq!(running.try_wait().unwrap(), None, "it is still at work");
    assert_eq!(running.wait().unwrap().code(), Some(0));
}

#[test]
fn asked_to_stop_it_falls_at_once() {
    let db = deployed(Backend::Postgres, BREAKING - 1);
    let slow = slow(20, Backend::Postgres);
    let newer = start(&slow, &db, &["up"]);
    eventually("it is announced", || announced(&db));
    terminate(&newer);
    assert_eq!(newer.wait_with_output().unwrap().status.code(), Some(75));
    assert!(!announced(&db));
    image(BREAKING - 1).dbmig_on(&db, &["up"]).success();
}

each_backend!(a_compatible_migration_is_one_row);
/// Nothing is announced that nobody needs to know.
fn a_compatible_migration_is_one_row(backend: Backend) {
    let db = database(backend);
    image(3).dbmig_on(&db, &["up"]).success();
    assert_eq!(db.column("SELECT count(*) FROM __dbmig_history"), ["3"]);
    image(BREAKING).dbmig_on(&db, &["up"]).success();
    assert_eq!(db.column("SELECT count(*) FROM __dbmig_history"), ["4"]);
}
