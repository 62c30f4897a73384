//! The network between: reset, swallowed or stalled at a byte of the conversation, on the
//! connection that holds the lock and on the one that works.

use std::time::{Duration, Instant};

use dbmig_tests::proxy::{Action, Direction, Fault};
use dbmig_tests::{Backend, Project, Proxy, TestDatabase, database};

use super::{Figure, finish, picture, same, spawn, thorough};
use crate::project;

/// So that a connection that hangs is given up soon.
const RUN: &[&str] =
    &["run", "--quiet", "--answer-timeout", "2s", "--connect-wait", "1s", "--lock-wait", "60s"];

/// The bound: the answer that is owed, the connections, and a machine with other things to do.
const BOUND: Duration = Duration::from_secs(30);

fn few(project: &Project, backend: Backend) {
    project.migration(
        "1_a",
        "CREATE TABLE t1 (id INTEGER PRIMARY KEY, n INTEGER);\nINSERT INTO t1 VALUES (1, 1);\n",
        "",
    );
    project.migration("2_b", "UPDATE t1 SET n = n + 10;\n", "");
    let index = if backend == Backend::Postgres { "CONCURRENTLY" } else { "" };
    project.migration(
        "3_c",
        &format!("UPDATE t1 SET n = n * 2;\nCREATE INDEX {index} i ON t1 (n);\nUPDATE t1 SET n = n + 1;\n"),
        "",
    );
    project.write("migrations/3_c/metadata.toml", "run_in_transaction = false\n");
}

fn through(project: &Project, proxy: &Proxy) -> std::process::Command {
    let mut command = project.command(RUN);
    // No encryption: what is counted is what is said.
    let options = if proxy.url().starts_with("postgres") {
        "?sslmode=disable&gssencmode=disable"
    } else {
        ""
    };
    command.env("DATABASE_URL", format!("{}{options}", proxy.url()));
    command
}

/// A run through a proxy that strikes; then one that nothing disturbs.
fn cut(project: &Project, end: &str, db: &TestDatabase, fault: Fault) {
    let case = format!("{:?}, {fault:?}", db.backend());
    let proxy = Proxy::to(db.url());
    proxy.fault(fault);
    let begun = Instant::now();
    let output = finish(spawn(&mut through(project, &proxy)));
    assert!(begun.elapsed() < BOUND, "{case}: it took {:?}\n{}", begun.elapsed(), output.text());
    assert!(matches!(output.code, Some(0 | 75)), "{case}: {:?}\n{}", output.code, output.text());
    drop(proxy);
    let last = project.dbmig_on(db, &["run", "--quiet", "--lock-wait", "90s"]);
    assert_eq!(last.code, Some(0), "{case}:\n{}", last.text());
    same(&picture(db), end, &case);
}

/// Cuts each connection of the conversation at some of its bytes, both ways.
fn cuts(kind: &'static str, backend: Backend, action: Action, few_cuts: u64) {
    let (project, mut figure) = (project(), Figure::new(kind, backend));
    few(&project, backend);
    let whole = database(backend);
    let proxy = Proxy::to(whole.url());
    finish(spawn(&mut through(&project, &proxy))).success();
    let conversation = proxy.whole_conversation();
    assert!(conversation.len() >= 2, "the lock and the work: {conversation:?}");
    let end = picture(&whole);
    let mut faults = Vec::new();
    for (connection, traffic) in conversation.into_iter().enumerate() {
        for (direction, bytes) in
            [(Direction::ToServer, traffic.to_server), (Direction::ToClient, traffic.to_client)]
        {
            let step = if thorough() { bytes / (few_cuts * 8) } else { bytes / few_cuts };
            for after in (0..bytes).step_by(usize::try_from(step.max(1)).unwrap()) {
                faults.push(Fault { connection: Some(connection), direction, after, action });
            }
        }
    }
    // They mostly wait.
    for some in faults.chunks(AT_ONCE) {
        std::thread::scope(|scope| {
            for fault in some {
                let (project, end) = (&project, &end);
                scope.spawn(move || cut(project, end, &database(backend), *fault));
            }
        });
        some.iter().for_each(|_| figure.case());
    }
}

/// How many cases run at the same time.
const AT_ONCE: usize = 6;

each_server!(reset);
fn reset(backend: Backend) {
    cuts("connection reset at a byte", backend, Action::Reset, 5);
}

each_server!(closed);
fn closed(backend: Backend) {
    cuts("connection closed at a byte", backend, Action::Close, 3);
}

each_server!(swallowed);
fn swallowed(backend: Backend) {
    cuts("connection swallows from a byte on", backend, Action::Drop, 2);
}

each_server!(stalled);
fn stalled(backend: Backend) {
    cuts("connection stalls at a byte", backend, Action::Stall, 2);
}

each_server!(the_lock_of_a_host_that_vanished_is_free_after_a_minute);
/// The host of the runner vanishes without a word: the server must not wait for it for hours.
fn the_lock_of_a_host_that_vanished_is_free_after_a_minute(backend: Backend) {
    vanished(backend);
}

fn vanished(backend: Backend) {
    let project = project();
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER PRIMARY KEY);", "");
    let sleep = if backend == Backend::Postgres { "pg_sleep(20)" } else { "SLEEP(20)" };
    project.migration("2_b", &format!("INSERT INTO t1 SELECT 1 FROM (SELECT {sleep}) s;"), "");
    let db = database(backend);
    let proxy = Proxy::to(db.url());
    let mut runner = spawn(&mut through(&project, &proxy));
    db.until_applied(1);
    db.until_asleep();
    for direction in [Direction::ToServer, Direction::ToClient] {
        proxy.fault(Fault { connection: None, direction, after: 0, action: Action::Vanish });
    }
    runner.kill().unwrap();
    finish(runner);
    // Before that, they say for whom they wait.
    let early = project.dbmig_on(&db, &["run", "--lock-wait", "1s"]).expect(75).stderr;
    assert!(early.contains("waiting for "), "{early}");
    project.dbmig_on(&db, &["run", "--lock-wait", "150s"]).success();
    assert_eq!(db.column("SELECT id FROM t1"), ["1"], "{backend:?}");
    Figure::new("host vanished without a word", backend).case();
}
