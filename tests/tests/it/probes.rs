//! Replicas of the example app, and what Kubernetes asks them while they migrate.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dbmig_example_shop::migrations::postgres;
use dbmig_runtime::{Migrator, Postgres, Sqlite};
use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, Running, Session, TestDatabase, database, eventually};
use serde_json::Value;

use crate::sets::{self, of};
use crate::shop::{Serving, shop};

const COUNT: usize = postgres::Version::ALL.len();

each_backend!(a_migration_that_fails_leaves_the_replicas_alive_and_not_ready: postgres Postgres, sqlite Sqlite);
/// As a kubelet asks: within a second, or it has failed.
fn probe(server: SocketAddr, method: &str, path: &str) -> std::io::Result<(u16, String)> {
    let second = Duration::from_secs(1);
    let mut stream = TcpStream::connect_timeout(&server, second)?;
    stream.set_read_timeout(Some(second))?;
    stream.set_write_timeout(Some(second))?;
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let broken = || std::io::Error::new(std::io::ErrorKind::InvalidData, answer.clone());
    let body = answer.split_once("\r\n\r\n").ok_or_else(broken)?.1.to_owned();
    Ok((status.ok_or_else(broken)?, body))
}

pub(crate) fn told(server: SocketAddr, path: &str) -> (u16, Value) {
    let (status, body) = probe(server, "GET", path).unwrap();
    (status, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}")))
}

/// A snapshot that `CREATE INDEX CONCURRENTLY` of the app's migrations waits for.
fn snapshot(db: &TestDatabase) -> Session {
    let mut session = db.session();
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
    session.execute("SELECT 1");
    session
}

/// What was seen of one replica, asked every second for its life and ten times as often for its
/// products.
#[derive(Default)]
struct Seen {
    dead: Vec<String>,
    not_ready: usize,
    ready: usize,
    served_early: Vec<String>,
}

#[test]
fn replicas_that_start_at_once_live_on_and_serve_nothing_half_done() {
    let db = Arc::new(database(Backend::Postgres));
    let mut slow = snapshot(&db);
    let replicas: Vec<_> = (0..3).map(|_| Serving::start(&mut shop(&db))).collect();
    let (over, served) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let kubelets: Vec<_> = replicas
        .iter()
        .map(|replica| {
            let (server, over, db) = (replica.address, Arc::clone(&over), Arc::clone(&db));
            let served = Arc::clone(&served);
            std::thread::spawn(move || watch(server, (&over, &served), &db))
        })
        .collect();

    let mut states = Vec::new();
    eventually("one is at the index, two wait for it", || {
        states = replicas.iter().map(|r| told(r.address, "/readyz").1).collect::<Vec<_>>();
        let of = |state: &str| states.iter().filter(|told| told["state"] == state).count();
        let holders = states.iter().filter(|told| told["waiting_for"].is_string()).count();
        let done = states.iter().any(|told| told["done"] == 4);
        (of("migrating"), of("waiting"), holders, done) == (1, 2, 2, true)
    });
    let at = states.iter().find(|told| told["state"] == "migrating").unwrap();
    assert_eq!((&at["done"], &at["of"]), (&Value::from(4), &Value::from(COUNT)), "{at}");
    assert!(at["current"].as_str().unwrap().contains("add_orders_customer_id_index"), "{at}");
    let waiting = states.iter().find(|told| told["state"] == "waiting").unwrap();
    assert!(waiting["waiting_for"].as_str().unwrap().contains("shop 1.0.0"), "{waiting}");
    // For much longer than a liveness probe allows.
    std::thread::sleep(Duration::from_secs(20));
    slow.execute("COMMIT");

    for replica in &replicas {
        replica.wait_for("migrat");
    }
    eventually("all replicas are ready", || {
        replicas.iter().all(|replica| told(replica.address, "/readyz").0 == 200)
    });
    let all_served = || served.load(Ordering::SeqCst) >= replicas.len();
    eventually("each was seen to serve", all_served);
    over.store(true, Ordering::SeqCst);
    for kubelet in kubelets {
        let seen = kubelet.join().unwrap();
        assert!(seen.dead.is_empty(), "{:?}", seen.dead);
        assert!(seen.served_early.is_empty(), "{:?}", seen.served_early);
        assert!(seen.not_ready > 100 && seen.ready > 0, "{} {}", seen.not_ready, seen.ready);
    }
    let said: usize = replicas.iter().map(|r| r.said().matches("  applied 2026-").count()).sum();
    assert_eq!(said, COUNT);
}

/// No startup probe stands before the liveness probe, as on Qovery.
/// Counts itself in `served` with its first answer.
fn watch(
    server: SocketAddr,
    (over, served): (&AtomicBool, &AtomicUsize),
    db: &TestDatabase,
) -> Seen {
    let mut seen = Seen::default();
    let mut round = 0;
    while !over.load(Ordering::SeqCst) {
        if round % 10 == 0 {
            for path in ["/livez", "/startupz"] {
                match probe(server, "GET", path) {
                    Ok((200, _)) => {}
                    other => seen.dead.push(format!("{path}: {other:?}")),
                }
            }
        }
        round += 1;
        match probe(server, "GET", "/products") {
            Ok((503, _)) => seen.not_ready += 1,
            Ok((200, _)) => {
                let rows = db.column("SELECT count(*) FROM __diesel_schema_migrations");
                if rows != [COUNT.to_string()] {
                    seen.served_early.push(rows[0].clone());
                }
                if seen.ready == 0 {
                    served.fetch_add(1, Ordering::SeqCst);
                }
                seen.ready += 1;
            }
            other => seen.served_early.push(format!("{other:?}")),
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    seen
}

#[test]
fn a_replica_that_is_told_to_stop_leaves_the_rest_to_the_next_one() {
    let db = database(Backend::Postgres);
    let mut slow = snapshot(&db);
    let first = Serving::start(&mut shop(&db));
    first.wait_for("fill_catalogue");
    let at = |server| told(server, "/readyz").1["current"].as_str().unwrap_or_default().to_owned();
    eventually("it is at the index", || at(first.address).contains("add_orders_customer_id_index"));
    first.signal("-TERM");
    // A statement of its own is waited for.
    std::thread::sleep(Duration::from_secs(1));
    slow.execute("COMMIT");
    let (code, said) = first.end();
    assert_eq!(code, Some(75), "{said}");
    assert!(said.ends_with("stopped; the next start goes on with the migrations\n"), "{said}");

    let second = Serving::start(&mut shop(&db));
    second.wait_for("migrations applied in ");
    assert_eq!(told(second.address, "/readyz").0, 200);
    let all = first_and(&said, &second.said());
    assert_eq!(all, COUNT, "{said}\n{}", second.said());
    let invalid = "SELECT count(*)::text FROM pg_index WHERE NOT indisvalid";
    assert_eq!(db.column(invalid), ["0"]);
}

fn first_and(first: &str, second: &str) -> usize {
    first.matches("  applied 2026-").count() + second.matches("  applied 2026-").count()
}

#[test]
fn a_database_that_is_down_at_the_start_is_waited_for() {
    let server = Server::start_dedicated(Engine::Postgres, &Options::default());
    let db = server.database();
    server.stop();
    let replica = Serving::start(&mut shop(&db));
    let (mut status, mut body) = (0, Value::Null);
    eventually("it has met the problem", || {
        (status, body) = told(replica.address, "/readyz");
        body["reason"].is_string()
    });
    assert_eq!((status, &body["state"]), (503, &Value::from("connecting")), "{body}");
    assert_eq!(body["reason"], "the database cannot be reached");
    assert_eq!(told(replica.address, "/livez").0, 200);
    server.restart();
    replica.wait_for("migrations applied in ");
    assert_eq!(told(replica.address, "/readyz").0, 200);
    assert_eq!(told(replica.address, "/products").0, 200);
}

fn a_migration_that_fails_leaves_the_replicas_alive_and_not_ready(backend: Backend) {
    let db = database(backend);
    db.execute("CREATE TABLE orders (ours INTEGER)");
    let replicas: Vec<_> = (0..3).map(|_| Serving::start(&mut shop(&db))).collect();
    for replica in &replicas {
        let failed = replica.wait_for("error: ");
        assert!(failed.contains("create_orders"), "{failed}");
        // The last words come a moment before the state.
        let failed = || told(replica.address, "/readyz").1["state"] == "failed";
        eventually("it has failed", failed);
        assert_eq!(told(replica.address, "/livez").0, 200);
        assert_eq!(told(replica.address, "/startupz").0, 503);
        let (status, body) = told(replica.address, "/readyz");
        assert_eq!((status, &body["state"]), (503, &Value::from("failed")), "{body}");
        let reason = body["reason"].as_str().unwrap();
        assert!(reason.contains("create_orders failed"), "{reason}");
        // Neither SQL nor a word of the database, which may repeat data.
        assert!(!reason.contains("exists") && body.get("error").is_none(), "{body}");
        assert_eq!(probe(replica.address, "GET", "/products").unwrap().0, 503);
    }
    let (code, _) = Serving::start(shop(&db).env("EXIT_ON_FAILURE", "1")).end();
    assert_eq!(code, Some(1), "{backend:?}");
}

#[test]
fn a_job_migrates_while_init_containers_wait() {
    let db = database(Backend::Postgres);
    let mut slow = snapshot(&db);
    let migrate = |args: &[&str]| {
        let mut command = shop(&db);
        command.arg("migrate").args(args);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        Running::listen(command.spawn().unwrap())
    };
    let waiting = [migrate(&["wait"]), migrate(&["wait", "--timeout", "2m"])];
    for one in &waiting {
        one.says("migrations are pending; nobody is at work on them");
    }
    let job = migrate(&["up"]);
    for one in &waiting {
        one.says("migrations are pending; at work: shop 1.0.0");
        // PostgreSQL cuts the names of sessions.
        one.says("at work on 2026-01-19-140000-0000_add_orders");
    }
    slow.execute("COMMIT");
    job.finish().success();
    for one in waiting {
        one.finish().success();
    }
    for _ in 0..2 {
        Serving::start(&mut shop(&db)).wait_for("nothing to migrate");
    }
}

#[test]
fn head_and_wrong_questions_have_their_answers() {
    let db = database(Backend::Sqlite);
    let startup = Migrator::new(&sets::sqlite::ALL).start(db.url());
    let alone = startup.serve_probes("127.0.0.1:0").unwrap();
    startup.wait(Duration::from_secs(60)).unwrap();
    let replica = Serving::start(&mut shop(&db));
    // The shop's own set is another one: it is refused, and says so.
    replica.wait_for("the database has it as 2026-01-05-090000-0000_create_authors");
    for server in [alone.address(), replica.address] {
        for (method, path, status, empty) in [
            ("GET", "/livez", 200, false),
            ("HEAD", "/livez", 200, true),
            ("GET", "/livez?verbose=1", 200, false),
            ("POST", "/readyz", 405, true),
            ("GET", "/livez/", 404, false),
        ] {
            let (found, body) = probe(server, method, path).unwrap();
            // What the shop does not know, it says in its own words.
            let empty = empty || (found == 404 && server == replica.address);
            assert_eq!((found, body.is_empty()), (status, empty), "{server} {method} {path}");
        }
    }
    let (_, ready) = told(alone.address(), "/readyz");
    assert_eq!(ready["state"], "ready");
    assert!(ready["elapsed_s"].as_f64().unwrap() >= 0.0, "{ready}");
    let (status, refused) = told(replica.address, "/readyz");
    assert_eq!((status, &refused["state"]), (503, &Value::from("refused")), "{refused}");
}

#[test]
fn details_are_told_where_they_are_asked_for() {
    let db = database(Backend::Postgres);
    let set = of::<Postgres>(&[(
        "1_a",
        "CREATE TABLE a (x INT UNIQUE); INSERT INTO a VALUES (4711), (4711)",
    )]);
    let startup = Migrator::new(set).start(db.url());
    startup.wait(Duration::from_secs(60)).unwrap_err();
    let ask = |probes: dbmig_runtime::probe::Probes| {
        let server = probes.serve("127.0.0.1:0").unwrap();
        probe(server.address(), "GET", "/readyz").unwrap().1
    };
    let (short, long) = (ask(startup.probes()), ask(startup.probes().with_details()));
    assert!(short.contains("1_a failed at") && !short.contains("4711"), "{short}");
    assert!(long.contains("(x)=(4711) already exists"), "{long}");
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let db = database(Backend::Sqlite);
    let startup = Migrator::new(&sets::sqlite::ALL).start(db.url());
    let error = startup.serve_probes(address).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    let text = error.to_string();
    assert!(text.contains(&address.to_string()) && text.contains("another port"), "{text}");
    // The port is free again with the server.
    drop(taken);
    let server = startup.serve_probes(address).unwrap();
    assert_eq!(told(server.address(), "/livez").0, 200);
    drop(server);
    eventually("the server of probes ends", || TcpListener::bind(address).is_ok());
}

/// Clients that never come to an end, and others without number, while a migration runs.
#[test]
fn slow_clients_and_a_flood_stop_neither_probes_nor_migration() {
    let db = database(Backend::Postgres);
    let mut slow = snapshot(&db);
    let replica = Serving::start(&mut shop(&db));
    let file = database(Backend::Sqlite);
    let startup = Migrator::new(of::<Sqlite>(&[("1_a", "SELECT 1")])).start(file.url());
    let alone = startup.serve_probes("127.0.0.1:0").unwrap();
    let servers = [replica.address, alone.address()];
    let over = Arc::new(AtomicBool::new(false));

    let mut attackers = Vec::new();
    for server in servers {
        let flag = Arc::clone(&over);
        attackers.push(std::thread::spawn(move || slow_loris(server, &flag)));
        for _ in 0..3 {
            let flag = Arc::clone(&over);
            attackers.push(std::thread::spawn(move || {
                while !flag.load(Ordering::SeqCst) {
                    let _ = probe(server, "GET", "/readyz");
                }
            }));
        }
    }
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for server in servers {
            let failures = &failures;
            scope.spawn(move || {
                for _ in 0..8 {
                    std::thread::sleep(Duration::from_secs(1));
                    match probe(server, "GET", "/livez") {
                        Ok((200, _)) => {}
                        other => failures.lock().unwrap().push(format!("{server}: {other:?}")),
                    }
                }
            });
        }
    });
    slow.execute("COMMIT");
    replica.wait_for("migrations applied in ");
    over.store(true, Ordering::SeqCst);
    attackers.into_iter().for_each(|attacker| attacker.join().unwrap());
    let failures = failures.into_inner().unwrap();
    // A machine that is busy with all of this may be late once; Kubernetes allows two in a row.
    assert!(failures.len() <= 1, "{failures:?}");
}

/// 200 connections that say a word from time to time.
fn slow_loris(server: SocketAddr, over: &AtomicBool) {
    let mut clients: Vec<_> = (0..200)
        .map_while(|_| TcpStream::connect_timeout(&server, Duration::from_secs(1)).ok())
        .collect();
    assert!(clients.len() > 100, "{}", clients.len());
    while !over.load(Ordering::SeqCst) {
        for client in &mut clients {
            if client.write_all(b"G").is_err()
                && let Ok(next) = TcpStream::connect_timeout(&server, Duration::from_secs(1))
            {
                *client = next;
            }
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}
