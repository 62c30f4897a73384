//! The pooler: what the server behind it sees, and what is left when one of the two is gone.

use std::process::Stdio;
use std::time::{Duration, Instant};

use dbmig_tests::servers::{self, Options, Pgbouncer, PoolMode, Server, client};
use dbmig_tests::{Backend, Engine, PASSWORD, Session, eventually};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

fn connect(url: &str) -> Result<Session, String> {
    Session::connect(Backend::Postgres, url)
}

/// The server's process behind a session.
fn server_process(session: &mut Session) -> String {
    session.query("SELECT pg_backend_pid()").remove(0).remove(0).unwrap()
}

#[test]
fn a_session_keeps_its_server_connection_and_a_transaction_gives_it_back() {
    let server = servers::postgres();
    let database = server.database();
    let pooler = Pgbouncer::start(server, PoolMode::Transaction, 1);
    let mut sessions = [(); 2].map(|()| connect(&pooler.url(&database)).unwrap());
    let [one, two] = sessions.each_mut().map(server_process);
    assert_eq!(one, two, "the only connection of the pool");
    // What one client leaves behind is there for the next one.
    sessions[0].execute("SET work_mem = '7MB'");
    assert_eq!(sessions[1].query("SHOW work_mem"), [[Some("7MB".to_owned())]]);

    let pooler = Pgbouncer::start(server, PoolMode::Session, 2);
    let mut sessions = [(); 2].map(|()| connect(&pooler.url(&database)).unwrap());
    let [one, two] = sessions.each_mut().map(server_process);
    assert_ne!(one, two);
}

#[test]
fn a_session_pooler_resets_what_a_client_leaves_behind() {
    let server = servers::postgres();
    let database = server.database();
    let pooler = Pgbouncer::start(server, PoolMode::Session, 1);
    let mut first = connect(&pooler.url(&database)).unwrap();
    let process = server_process(&mut first);
    first.execute("SET work_mem = '7MB'");
    drop(first);
    let mut second = connect(&pooler.url(&database)).unwrap();
    assert_eq!(server_process(&mut second), process);
    assert_eq!(second.query("SHOW work_mem"), [[Some("4MB".to_owned())]]);
}

#[test]
fn diesel_and_the_password_work_through_the_pooler() {
    let server = servers::postgres();
    let database = server.database();
    let pooler = Pgbouncer::start(server, PoolMode::Transaction, 3);
    let url = pooler.url(&database);
    assert!(url.contains(&format!(":{}/", pooler.port())), "{url}");
    let mut diesel = PgConnection::establish(&url).unwrap();
    diesel.batch_execute("CREATE TABLE t (x INTEGER)").unwrap();
    assert_eq!(database.tables(), ["t"]);
    assert!(connect(&url.replace(PASSWORD, "wrong")).is_err());
    assert!(pooler.log().contains("password authentication failed"), "{}", pooler.log());
}

#[test]
fn a_server_that_is_down_is_refused_at_once_and_found_again() {
    let server = Server::start_dedicated(Engine::Postgres, &Options::default());
    let database = server.database();
    let pooler = Pgbouncer::start(&server, PoolMode::Transaction, 2);
    let url = pooler.url(&database);
    let ask = || connect(&url).and_then(|mut session| session.try_query("SELECT 1"));
    ask().unwrap();
    server.kill();
    // The one that finds out waits for the server, and gets its answer.
    let mut psql = client(Engine::Postgres);
    psql.args(["--command", "SELECT 1", &url]).stdin(Stdio::null()).stdout(Stdio::null());
    let mut waiting = psql.spawn().unwrap();
    eventually("the pooler has noticed", || pooler.log().contains("connect failed"));
    let began = Instant::now();
    for _ in 0..3 {
        ask().unwrap_err();
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    // Itself it still answers.
    assert!(!pooler.admin().query("SHOW POOLS").is_empty());
    assert!(waiting.try_wait().unwrap().is_none());
    server.restart();
    eventually("it answers again", || ask().is_ok());
    assert!(waiting.wait().unwrap().success());
}

#[test]
fn a_setting_wins() {
    let server = servers::postgres();
    let database = server.database();
    let settings = [("query_wait_timeout", "1")];
    let pooler = Pgbouncer::start_with(server, PoolMode::Session, 1, &settings);
    // A client has a connection to the server from its first statement on.
    let mut first = connect(&pooler.url(&database)).unwrap();
    first.execute("SELECT 1");
    let second = connect(&pooler.url(&database));
    second.and_then(|mut session| session.try_query("SELECT 1")).unwrap_err();
    assert!(pooler.log().contains("query_wait_timeout"), "{}", pooler.log());
}

#[test]
fn a_killed_pooler_comes_back_on_its_port() {
    let server = servers::postgres();
    let database = server.database();
    let pooler = Pgbouncer::start(server, PoolMode::Transaction, 2);
    let url = pooler.url(&database);
    let ways: [fn(&Pgbouncer); 3] = [Pgbouncer::stop, Pgbouncer::kill, |_| {}];
    for end in ways {
        let mut session = connect(&url).unwrap();
        session.execute("SELECT 1");
        let pid = pooler.pid();
        end(&pooler);
        pooler.restart();
        assert_ne!(pooler.pid(), pid);
        assert!(session.try_query("SELECT 1").is_err());
        connect(&url).unwrap().execute("SELECT 1");
    }
}

#[test]
fn a_dropped_pooler_is_gone_at_once() {
    let pooler = Pgbouncer::start(servers::postgres(), PoolMode::Session, 1);
    let (pid, folder) = (pooler.pid().to_string(), pooler.folder().to_owned());
    assert!(super::is_alive(&pid) && folder.exists());
    drop(pooler);
    assert!(!super::is_alive(&pid) && !folder.exists());
}
