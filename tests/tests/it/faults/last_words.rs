//! Why a connection was lost is said, as far as it can be known.

use std::time::{Duration, Instant};

use dbmig_runtime::url::DatabaseUrl;
use dbmig_runtime::{Class, Error, Event, Migrations, Migrator, Postgres};
use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Engine, PASSWORD, TestDatabase, eventually};
use diesel::PgConnection;
use diesel::connection::{Connection as _, SimpleConnection as _};

use super::{Figure, finish, start};
use crate::borrowed::embedded;
use crate::project;

/// What happens to the session that works, as soon as its second migration begins.
type Strike = fn(&Server, &TestDatabase);

fn terminate(_: &Server, db: &TestDatabase) {
    let mut session = db.session();
    let works =
        "FROM pg_stat_activity WHERE application_name LIKE '%: 1_a' AND pid <> pg_backend_pid()";
    let ended = session.query(&format!("SELECT pg_terminate_backend(pid) {works}"));
    assert_eq!(ended.len(), 1);
    let is_gone = || session.query(&format!("SELECT pid {works}")).is_empty();
    eventually("it is gone", is_gone);
}

fn restart(server: &Server, _: &TestDatabase) {
    server.stop_immediate();
    server.restart();
}

fn stop(server: &Server, _: &TestDatabase) {
    server.stop();
}

/// Each in a run of its own, which is asked to be tried again.
#[test]
fn the_message_says_what_can_be_known() {
    let server = Server::start_dedicated(Engine::Postgres, &Options::default());
    let all: &Migrations<Postgres> = embedded(&[
        ("1_a", "CREATE TABLE t1 (id INT);", ""),
        ("2_b", "CREATE TABLE t2 (id INT);", ""),
    ]);
    let cases: [(&str, Strike, &[&str]); 3] = [
        (
            "terminated",
            terminate,
            &["takes new connections: only this one has ended", "pg_terminate_backend"],
        ),
        ("restarted", restart, &["the server was restarted meanwhile: it runs since 2"]),
        ("stopped", stop, &["a new connection fails, too: ", "refused"]),
    ];
    let mut figure = Figure::new("why a connection was lost", Engine::Postgres);
    for (case, strike, expected) in cases {
        let db = server.database();
        let url = DatabaseUrl::parse(db.url()).unwrap();
        let error = Migrator::new(all)
            .on_event(|event| {
                if let Event::StepStarted { number: 2, .. } = event {
                    strike(&server, &db);
                }
            })
            .run_at(&url)
            .unwrap_err();
        let text = error.to_string();
        assert_eq!(error.class(), Class::Temporary, "{case}: {text}");
        assert!(matches!(error, Error::Migration(_)), "{case}: {text}");
        for part in expected {
            assert!(text.contains(part), "{case}: no {part:?} in {text}");
        }
        assert!(!text.contains(PASSWORD), "{case}: {text}");
        figure.case();
    }
}

/// The new connection hangs as the old one did: that is found out in a moment, too.
#[test]
fn nobody_answers_at_all() {
    use dbmig_tests::Proxy;
    use dbmig_tests::proxy::{Action, Direction, Fault};

    let db = dbmig_tests::database(dbmig_tests::Backend::Postgres);
    let proxy = Proxy::to(db.url());
    let all: &Migrations<Postgres> = embedded(&[
        ("1_a", "CREATE TABLE t1 (id INT);", ""),
        ("2_b", "CREATE TABLE t2 (id INT);", ""),
    ]);
    let url = DatabaseUrl::parse(proxy.url()).unwrap();
    let mut begun = Instant::now();
    let error = Migrator::new(all)
        .on_event(|event| {
            if let Event::StepStarted { number: 2, .. } = event {
                // The two that are there are cut; the ones to come hear nothing.
                for (connection, action) in
                    [(Some(0), Action::Close), (Some(1), Action::Close), (Some(2), Action::Drop)]
                {
                    proxy.fault(Fault {
                        connection,
                        direction: Direction::ToServer,
                        after: 0,
                        action,
                    });
                }
                begun = Instant::now();
            }
        })
        .run_at(&url)
        .unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    let text = error.to_string();
    assert!(text.contains("a new connection had no answer within 3 s"), "{text}");
}

/// Nobody else can be asked about a borrowed connection: its limits were read before.
#[test]
fn a_limit_for_who_is_idle_in_his_transaction() {
    let db = dbmig_tests::database(dbmig_tests::Backend::Postgres);
    let all: &Migrations<Postgres> = embedded(&[("1_a", "CREATE TABLE t1 (id INT);", "")]);
    let conn = &mut PgConnection::establish(db.url()).unwrap();
    conn.batch_execute("SET idle_in_transaction_session_timeout = '2s'").unwrap();
    conn.begin_test_transaction().unwrap();
    let error = Migrator::new(all)
        .on_event(|event| {
            if let Event::StepStarted { .. } = event {
                std::thread::sleep(Duration::from_secs(3));
            }
        })
        .run(conn)
        .unwrap_err();
    let text = error.to_string();
    assert_eq!(error.class(), Class::Temporary, "{text}");
    assert!(
        text.contains(
            "has limits, which may have ended it: idle_in_transaction_session_timeout = 2s"
        ),
        "{text}"
    );
}

/// Before there is a connection, the server's words are in the error as they are.
#[test]
fn a_server_that_takes_no_connection_says_why() {
    let options = Options::durable().with("hot_standby", "off");
    let server = Server::start_dedicated(Engine::Postgres, &options);
    let (project, db) = (project(), server.database());
    project.migration("1_a", "CREATE TABLE t1 (id INT);", "");
    db.execute("CREATE ROLE few LOGIN PASSWORD 'few-4711' CONNECTION LIMIT 0");
    let url = format!("postgres://few:few-4711@127.0.0.1:{}/{}", server.port(), db.name());
    let few = finish(start(&project, &url, &["run", "--connect-wait", "0s"])).expect(75).stderr;
    assert!(few.contains("too many connections for role \"few\""), "{few}");

    // It begins to recover, and does not come to an end.
    server.stop();
    let data = server.folder().join("data");
    std::fs::write(data.join("standby.signal"), "").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| server.restart());
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let run = start(&project, db.url(), &["run", "--connect-wait", "0s"]);
            let starting = finish(run).expect(75).stderr;
            if starting.contains("the database system is") {
                break;
            }
            assert!(Instant::now() < deadline, "{starting}");
        }
        std::fs::write(data.join("promote"), "").unwrap();
        let pid = std::fs::read_to_string(data.join("postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap().to_owned();
        let told = std::process::Command::new("kill").args(["-s", "USR1", &pid]).status();
        assert!(told.unwrap().success());
    });
    project.dbmig_on(&db, &["run"]).success();
}
