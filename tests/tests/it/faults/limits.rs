//! No room left: on the disk, and for connections.

use std::process::Command;

use dbmig_runtime::{Control, Error, Event, Migrator};
use dbmig_tests::proxy::{Action, Direction, Fault};
use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, Proxy, Running, database, eventually};

use super::{Figure, finish, picture, same, spawn, start, undisturbed};
use crate::project;

/// Under a limit for the size of files, which SQLite meets like a full disk.
#[test]
fn a_full_disk_loses_nothing() {
    let project = project();
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER PRIMARY KEY, s TEXT);", "");
    let fill = "INSERT INTO t1 WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3000) \
                SELECT x, hex(zeroblob(100)) FROM c;";
    project.migration("2_fill", &format!("{fill}\nCREATE INDEX i ON t1 (s);"), "");
    project.migration(
        "3_more",
        &format!(
            "CREATE TABLE t2 (id INTEGER PRIMARY KEY);\n{}\nVACUUM;",
            fill.replace("SELECT x,", "SELECT x + 3000,")
        ),
        "",
    );
    project.write("migrations/3_more/metadata.toml", "run_in_transaction = false\n");
    let end = undisturbed(&project, Backend::Sqlite, &["run"]);
    let mut figure = Figure::new("disk full", Backend::Sqlite);
    for journal in ["delete", "wal"] {
        // In blocks of 1024 bytes; the whole takes about two thousand.
        for blocks in [40, 100, 300, 700, 1100, 1500] {
            let db = database(Backend::Sqlite);
            db.execute(&format!("PRAGMA journal_mode = {journal}"));
            let dbmig = project.command(&["run"]);
            let mut limited = Command::new("sh");
            // Without the trap, the limit would kill the process.
            limited.args([
                "-c",
                "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"",
                &blocks.to_string(),
            ]);
            limited.arg(dbmig.get_program()).args(dbmig.get_args());
            limited.current_dir(project.root()).env("DATABASE_URL", db.url());
            let output = finish(spawn(&mut limited));
            let case = format!("{journal}, {blocks} blocks");
            assert_eq!(output.code, Some(1), "{case}: it has room enough\n{}", output.text());
            assert!(
                output.stderr.contains("full") || output.stderr.contains("I/O"),
                "{case}: {}",
                output.stderr
            );
            let last = project.dbmig_on(&db, &["run"]);
            assert_eq!(last.code, Some(0), "{case}: {}", last.text());
            same(&picture(&db), &end, &case);
            assert_eq!(db.column("PRAGMA integrity_check"), ["ok"], "{case}");
            figure.case();
        }
    }
}

each_server!(too_many_connections_are_waited_for_and_then_it_is_75);
fn too_many_connections_are_waited_for_and_then_it_is_75(backend: Backend) {
    let engine = backend.engine();
    let options = match engine {
        Engine::Postgres => Options::default()
            .with("max_connections", "12")
            .with("superuser_reserved_connections", "0"),
        Engine::MariaDb => Options::default().with("max_connections", "10"),
    };
    let server = Server::start_dedicated(engine, &options);
    let project = project();
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER PRIMARY KEY);", "DROP TABLE t1;");
    let db = server.database();
    // So many that none is left, and so many that only one is.
    for left in [0, 1] {
        let mut held = Vec::new();
        while let Ok(session) = dbmig_tests::Session::connect(engine.into(), db.url()) {
            held.push(session);
            assert!(held.len() < 50);
        }
        held.truncate(held.len() - left);
        let full = finish(start(&project, db.url(), &["run", "--connect-wait", "1s"])).expect(75);
        assert!(
            full.stderr.to_lowercase().contains("connections") || full.stderr.contains("clients"),
            "{}",
            full.stderr
        );
        assert!(full.stderr.contains("trying again for"), "{}", full.stderr);
        let waiting = ["run", "--connect-wait", "30s"];
        let waiting = Running::listen(start(&project, db.url(), &waiting));
        waiting.says("trying again for");
        drop(held);
        waiting.finish().success();
        finish(start(&project, db.url(), &["revert"])).success();
        Figure::new("no connection left", Backend::from(engine)).case();
    }
}

each_server!(a_server_that_comes_up_after_the_runner);
fn a_server_that_comes_up_after_the_runner(backend: Backend) {
    let engine = backend.engine();
    let server = Server::start_dedicated(engine, &Options::default());
    let project = project();
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER PRIMARY KEY);", "");
    let db = server.database();
    server.stop();
    let waiting = ["run", "--connect-wait", "60s"];
    let waiting = Running::listen(start(&project, db.url(), &waiting));
    waiting.says("the database cannot be reached");
    waiting.says("trying again for");
    server.restart();
    waiting.finish().success();
    Figure::new("server comes up after the runner", Backend::from(engine)).case();
}

/// After a migration MariaDB's session is replaced: the new one takes the place of the old one.
#[test]
fn a_new_session_needs_no_more_connections_than_the_old_one() {
    let options = Options::default().with("max_connections", "10");
    let server = Server::start_dedicated(Engine::MariaDb, &options);
    let (project, db) = (project(), server.database());
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER);", "");
    project.migration("2_b", "INSERT INTO t1 SELECT 1 FROM (SELECT SLEEP(3)) s;", "");
    project.migration("3_c", "CREATE TABLE t2 (id INTEGER);", "");
    let mut sleeper = db.session();
    let runner = start(&project, db.url(), &["run", "--connect-wait", "5s"]);
    let sleeps =
        "SELECT id FROM information_schema.processlist WHERE info LIKE 'INSERT INTO t1 SELECT%'";
    eventually("it sleeps", || !sleeper.query(sleeps).is_empty());
    let mut held = vec![sleeper];
    while let Ok(session) = dbmig_tests::Session::connect(Backend::MariaDb, db.url()) {
        held.push(session);
        assert!(held.len() < 50);
    }
    let output = finish(runner);
    drop(held);
    output.success();
    Figure::new("no connection left for a new session", Backend::MariaDb).case();
}

/// The first is refused; whoever then stops hears what was done before.
#[test]
fn a_new_session_is_tried_for_again() {
    for cancels in [false, true] {
        let db = database(Backend::MariaDb);
        let proxy = Proxy::to(db.url());
        // After the one that holds the lock, and the one that works.
        let (connection, direction) = (Some(2), Direction::ToClient);
        proxy.fault(Fault { connection, direction, after: 0, action: Action::Reset });
        let (mut tried, control) = (0, Control::new());
        let result = Migrator::new(&crate::sets::mysql::ALL)
            .control(&control)
            .on_event(|event| {
                if let Event::Connecting { .. } = event {
                    tried += 1;
                    if cancels {
                        control.cancel();
                    }
                }
            })
            .run_at(proxy.url());
        assert_eq!(tried, 1);
        match result {
            Ok(report) => assert!(!cancels && report.done.len() == 3),
            Err(Error::Cancelled(before)) => assert!(cancels && before.done.len() == 1),
            Err(error) => panic!("{error}"),
        }
    }
}
