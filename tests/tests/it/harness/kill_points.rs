//! The points at which the tool under test can be killed: where Diesel tells of a statement, and
//! that the kill is one.

use std::process::Command;
use std::sync::{Arc, Mutex};

use dbmig_tests::kill_points::Ended;
use dbmig_tests::{Backend, PASSWORD, Project, Proxy, TestDatabase, database, kill_points};
use diesel::connection::InstrumentationEvent;
use diesel::{Connection, MysqlConnection, PgConnection, SqliteConnection};

fn project() -> Project {
    let project = crate::project();
    project.migration("2026-01-01-000000-0000_a", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;");
    project
}

fn command(project: &Project, database: &TestDatabase) -> Command {
    let mut command = project.command(&["run"]);
    command.env("DATABASE_URL", database.url());
    command
}

each_backend!(a_trace_has_each_statement_before_and_after_it);
fn a_trace_has_each_statement_before_and_after_it(backend: Backend) {
    let (project, database) = (project(), database(backend));
    let (output, events) = kill_points::trace(&mut command(&project, &database));
    output.success();
    for (number, event) in (1..).zip(&events) {
        assert!(event.starts_with(&format!("{number} ")), "{event}");
    }
    let count = |what: &str| events.iter().filter(|event| event.contains(what)).count();
    assert!(count(" start ") > 0, "{backend:?}");
    assert_eq!(count(" start "), count(" finish "), "{backend:?}: {events:#?}");
    // Nothing is left of the orders: the next run is an ordinary one.
    let mut again = command(&project, &database);
    assert!(kill_points::count(&mut again) < events.len(), "{backend:?}");
    assert!(again.get_envs().all(|(name, value)| name != "DBMIG_TEST_TRACE" || value.is_none()));
}

each_backend!(a_kill_comes_before_a_statement_is_sent_or_after_it_was_answered);
fn a_kill_comes_before_a_statement_is_sent_or_after_it_was_answered(backend: Backend) {
    let project = project();
    let (_, events) = kill_points::trace(&mut command(&project, &database(backend)));
    let is_done = |number| {
        let database = database(backend);
        let ended = kill_points::killed_at(&mut command(&project, &database), number);
        assert_eq!(ended, Ended::Killed, "{backend:?}: {number}");
        database.tables().contains(&"a".to_owned())
    };
    let done: Vec<bool> = (1..=events.len()).map(is_done).collect();
    // Where the table is there for the first time, a statement has just been answered.
    let first = done.iter().position(|done| *done).expect("the end");
    assert!(events[first].contains(" finish "), "{backend:?}: {first} of {events:#?}");
    assert!(done[first..].iter().all(|done| *done), "{backend:?}: {done:?}");
}

#[test]
fn a_run_that_does_not_get_so_far_is_told() {
    let ended = kill_points::killed_at(&mut command(&project(), &database(Backend::Sqlite)), 1000);
    assert_eq!(ended, Ended::Before);
}

/// What Diesel tells of two batches, of which the second one fails.
fn told(mut connection: impl Connection, lose: impl FnOnce()) -> Vec<&'static str> {
    let events = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&events);
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        listener.lock().unwrap().extend(match event {
            InstrumentationEvent::StartQuery { .. } => Some("start"),
            InstrumentationEvent::FinishQuery { error: None, .. } => Some("finish"),
            InstrumentationEvent::FinishQuery { .. } => Some("fail"),
            _ => None,
        });
    });
    connection.batch_execute("SELECT 1").unwrap();
    lose();
    connection.batch_execute("SELECT x FROM nowhere").unwrap_err();
    let events = events.lock().unwrap();
    events.clone()
}

#[test]
fn diesel_tells_the_end_of_each_batch_even_when_the_statement_or_the_connection_fails() {
    let expected = ["start", "finish", "start", "fail"];
    let [postgres, mariadb, sqlite] = Backend::ALL.map(database);
    let connection = SqliteConnection::establish(sqlite.url()).unwrap();
    assert_eq!(told(connection, || {}), expected);
    let connection = || PgConnection::establish(postgres.url()).unwrap();
    assert_eq!(told(connection(), || {}), expected);
    let connection = || MysqlConnection::establish(mariadb.url()).unwrap();
    assert_eq!(told(connection(), || {}), expected);

    let proxy = Proxy::to(postgres.url());
    let connection = PgConnection::establish(proxy.url()).unwrap();
    assert_eq!(told(connection, || proxy.cut_all()), expected);
    let proxy = Proxy::to(mariadb.url());
    let connection = MysqlConnection::establish(proxy.url()).unwrap();
    assert_eq!(told(connection, || proxy.cut_all()), expected);
}

#[test]
fn a_connection_that_is_never_there_is_no_event() {
    let (project, database) = (project(), database(Backend::Postgres));
    let mut command = command(&project, &database);
    let url = database.url().replace(PASSWORD, "wrong");
    let (output, events) = kill_points::trace(command.env("DATABASE_URL", url));
    assert_ne!(output.code, Some(0));
    assert_eq!(events, [""; 0]);
}
