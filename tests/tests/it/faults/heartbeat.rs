//! The connection that holds the lock, and the one beside it that asks whether the statement goes
//! on.

use std::time::{Duration, Instant};

use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, Session, database, terminate};

use super::{Figure, finish, start};
use crate::project;

/// The first row that `sql` finds; in one session, for each is a row of what it looks at.
fn await_row(session: &mut Session, sql: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(40);
    loop {
        if let Some(found) = session.query(sql).pop().and_then(|mut row| row.pop()?) {
            return found;
        }
        assert!(Instant::now() < deadline, "nothing is found: {sql}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

each_server!(the_connection_that_asks_may_be_lost);
/// It says nothing of the lock, and there will be another one.
fn the_connection_that_asks_may_be_lost(backend: Backend) {
    lose_the_one_that_asks(backend);
}

fn lose_the_one_that_asks(backend: Backend) {
    let (project, db) = (project(), database(backend));
    let (sleep, asking, end) = match backend {
        Backend::Postgres => (
            "pg_sleep(100)",
            // The others have their names as soon as the statement runs.
            "SELECT a.pid::text FROM pg_stat_activity a JOIN pg_stat_activity w USING (datname) \
             WHERE datname = current_database() AND a.pid <> pg_backend_pid() \
             AND a.application_name = '' AND w.pid <> pg_backend_pid() AND w.state = 'active' \
             AND w.application_name LIKE '%: 2_b'",
            "SELECT pg_terminate_backend",
        ),
        // The third connection, after the one of the lock and the one that works.
        _ => (
            "SLEEP(100)",
            "SELECT CAST(MAX(id) AS CHAR) FROM information_schema.processlist WHERE db = database() \
             AND id <> connection_id() HAVING COUNT(*) = 3",
            "KILL",
        ),
    };
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER);", "");
    project.migration("2_b", &format!("INSERT INTO t1 SELECT 1 FROM (SELECT {sleep}) s;"), "");
    let runner = start(&project, db.url(), &["run"]);
    let mut session = db.session();
    let first = await_row(&mut session, asking);
    session.execute(&format!("{end} ({first})"));
    // Two beats: the one that fails, and the one that would not come any more.
    std::thread::sleep(Duration::from_secs(12));
    let held = match backend {
        Backend::Postgres => {
            "SELECT count(*)::text FROM pg_stat_activity WHERE application_name LIKE 'dbmig: %' \
                              AND datname = current_database() AND state_change > now() - interval '11 s'"
        }
        _ => {
            "SELECT CAST(COUNT(*) AS CHAR) FROM information_schema.processlist WHERE db = database() \
              AND command = 'Sleep' AND time < 11 AND id <> connection_id()"
        }
    };
    assert_ne!(db.column(held), ["0"], "{backend:?}: the lock is not kept alive");
    let begun = Instant::now();
    terminate(&runner);
    let stopped = finish(runner).expect(75).stderr;
    assert!(stopped.contains("stopped, as it was asked to"), "{backend:?}: {stopped}");
    assert!(begun.elapsed() < Duration::from_secs(15), "{backend:?}: {:?}", begun.elapsed());
    Figure::new("connection that asks is lost", backend).case();
}

/// A role may have limits that are meant for apps.
#[test]
fn limits_of_the_role_do_not_end_the_lock() {
    let (project, db) = (project(), database(Backend::Postgres));
    db.execute(&format!(
        "ALTER DATABASE {} SET idle_in_transaction_session_timeout = '500ms'",
        db.name()
    ));
    project.migration("1_a", "SELECT pg_sleep(2);", "");
    project.migration("2_b", "CREATE TABLE t1 (id INTEGER);", "");
    project.dbmig_on(&db, &["run"]).success();
}

/// Only the words of the error tell that it was the fence.
#[test]
fn a_lock_that_is_lost_is_known_in_another_language() {
    let options = Options::default().with("lc_messages", "de_DE");
    let server = Server::start_dedicated(Engine::MariaDb, &options);
    let (project, db) = (project(), server.database());
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER);", "");
    project.migration("2_b", "INSERT INTO t1 SELECT 1 FROM (SELECT SLEEP(2)) s;", "");
    project.migration("3_c", "INSERT INTO t1 VALUES (3);", "");
    let runner = start(&project, db.url(), &["run"]);
    let mut session = db.session();
    let holds = "SELECT CAST(MIN(id) AS CHAR) FROM information_schema.processlist WHERE db = database() \
                 AND id <> connection_id() HAVING MAX(info LIKE 'INSERT INTO t1 SELECT%')";
    let holds = await_row(&mut session, holds);
    session.execute(&format!("KILL {holds}"));
    let lost = finish(runner).expect(75).stderr;
    assert!(lost.contains("the migration lock was lost") && lost.contains("applied 2_b"), "{lost}");
    assert_eq!(db.column("SELECT id FROM t1"), ["1"]);
}
