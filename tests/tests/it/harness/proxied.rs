//! Real servers, clients and poolers with the proxy in between.

use std::process::Stdio;
use std::time::Duration;

use dbmig_tests::proxy::{Action, Direction, Fault, Traffic};
use dbmig_tests::servers::{self, Options, Pgbouncer, PoolMode, Server, client};
use dbmig_tests::{Backend, Engine, Proxy, Session, TestDatabase, database, eventually};

/// For what must not happen: long enough that it would, several times over.
const MOMENT: Duration = Duration::from_millis(500);

#[test]
fn a_server_that_is_down_is_a_reset_and_the_proxy_lives_on() {
    let server = Server::start_dedicated(Engine::Postgres, &Options::default());
    let database = server.database();
    let proxy = Proxy::to(database.url());
    server.stop();
    for _ in 0..2 {
        assert!(Session::connect(Backend::Postgres, proxy.url()).is_err());
    }
    server.restart();
    Session::connect(Backend::Postgres, proxy.url()).unwrap().execute("SELECT 1");
    assert_eq!(proxy.conversation()[..2], [Traffic::default(); 2]);
}

/// Two rows with one number in a transaction, over one connection.
fn work(backend: Backend, url: &str, number: u64) -> Result<(), String> {
    let mut session = Session::connect(backend, url)?;
    let row = format!("INSERT INTO t VALUES ({number:06})");
    for statement in ["BEGIN", &row, &row, "COMMIT"] {
        session.try_query(statement)?;
    }
    Ok(())
}

each_server!(a_conversation_can_be_cut_at_every_so_many_bytes);
fn a_conversation_can_be_cut_at_every_so_many_bytes(backend: Backend) {
    let step = match backend.engine() {
        Engine::Postgres => 13,
        Engine::MariaDb => 29,
    };
    let database = database(backend);
    database.execute("CREATE TABLE t (x INTEGER)");
    let proxy = Proxy::to(database.url());
    for number in [100_000, 200_000] {
        work(backend, proxy.url(), number).unwrap();
    }
    let [whole, again] = proxy.whole_conversation()[..] else { panic!("two connections") };
    assert_eq!(whole, again, "{backend:?}: the same again, to the byte");

    for after in (0..whole.to_server).step_by(step) {
        let (direction, action) = (Direction::ToServer, Action::Reset);
        let proxy = Proxy::to(database.url());
        proxy.fault(Fault { connection: Some(0), direction, after, action });
        let outcome = work(backend, proxy.url(), after);
        assert_eq!(proxy.whole_conversation()[0].to_server, after, "{backend:?}: {outcome:?}");
        let rows = database.column(&format!("SELECT count(*) FROM t WHERE x = {after}"));
        // Without an answer to the last statement nobody knows.
        let possible: &[&str] = if outcome.is_ok() { &["2"] } else { &["0", "2"] };
        assert!(possible.contains(&&*rows[0]), "{backend:?} {after}: {outcome:?} {rows:?}");
    }
}

fn sleepers(database: &TestDatabase) -> usize {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
               AND query LIKE '%pg_sleep(300)%' AND pid <> pg_backend_pid()";
    database.column(sql)[0].parse().unwrap()
}

fn await_sleepers(database: &TestDatabase, count: usize) {
    eventually(&format!("{count} sleep"), || sleepers(database) == count);
}

#[test]
fn a_real_server_sees_a_killed_client_but_not_a_vanished_host() {
    // By itself no server looks for its client while it works.
    let options = Options::default().with("client_connection_check_interval", "100ms");
    let server = Server::start_dedicated(Engine::Postgres, &options);
    for action in [Action::Drop, Action::Stall, Action::Vanish] {
        let database = server.database();
        let proxy = Proxy::to(database.url());
        let mut sleeper = client(Engine::Postgres);
        sleeper.args(["--command", "SELECT pg_sleep(300)", proxy.url()]);
        let mut sleeper = sleeper.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        await_sleepers(&database, 1);
        let Traffic { to_server: after, .. } = proxy.conversation()[0];
        proxy.fault(Fault { connection: Some(0), direction: Direction::ToServer, after, action });
        std::thread::sleep(MOMENT);
        assert_eq!(sleepers(&database), 1, "{action:?}");
        sleeper.kill().unwrap();
        sleeper.wait().unwrap();
        if action == Action::Vanish {
            std::thread::sleep(MOMENT);
            assert_eq!(sleepers(&database), 1);
            proxy.cut_all();
        }
        await_sleepers(&database, 0);
    }
}

#[test]
fn a_proxy_may_stand_in_front_of_a_pooler() {
    let server = servers::postgres();
    let database = server.database();
    let pooler = Pgbouncer::start(server, PoolMode::Transaction, 2);
    let proxy = Proxy::to(&pooler.url(&database));
    let mut session = Session::connect(Backend::Postgres, proxy.url()).unwrap();
    session.execute("CREATE TABLE t (x INTEGER)");
    proxy.cut_all();
    assert!(session.try_query("SELECT 1").is_err());
    assert_eq!(database.tables(), ["t"]);
}
