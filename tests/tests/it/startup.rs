//! `Migrator::start`: an app migrates while it starts.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use dbmig_runtime::plan::Blocked;
use dbmig_runtime::url::UrlError;
use dbmig_runtime::{
    Class, ConnectReason, Error, Event, Migrations, Migrator, Mysql, Postgres, Sqlite, Startup,
    StartupState, StartupStatus,
};
use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, PASSWORD, database, eventually};

use crate::sets::{self, of};

const LONG: Duration = Duration::from_secs(60);

each_server!(those_who_wait_for_a_runner_that_fails_report_its_failure);
/// Waits for something that the handle is to tell.
fn until(startup: &Startup, what: impl Fn(&StartupStatus) -> bool) -> StartupStatus {
    let deadline = Instant::now() + LONG;
    loop {
        let snapshot = startup.status();
        if what(&snapshot) {
            return snapshot;
        }
        assert!(Instant::now() < deadline, "it is {snapshot}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until it is at work on `name`.
fn until_at(startup: &Startup, name: &str) {
    until(startup, |snapshot| match &snapshot.state {
        StartupState::Migrating(at) => at.current.as_deref() == Some(name),
        _ => false,
    });
}

/// The smallest of all executors.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[test]
fn it_returns_at_once_and_tells_what_it_does() {
    let db = database(Backend::Postgres);
    let set = of::<Postgres>(&[
        ("1_a", "CREATE TABLE a (id INTEGER)"),
        ("2_slow_alone", "CREATE TABLE b (id INTEGER); SELECT pg_sleep(1); SELECT 1"),
    ]);
    let begun = Instant::now();
    let startup = Migrator::new(set).app("shop", "1.2.3").start(db.url());
    assert!(begun.elapsed() < Duration::from_millis(500));
    assert!(!startup.is_ready() && startup.outcome().is_none());
    let at = |snapshot: &StartupStatus| match &snapshot.state {
        StartupState::Migrating(at) => Some(at.clone()),
        _ => None,
    };
    let slow = until(&startup, |s| at(s).is_some_and(|at| at.statement == Some((2, 3))));
    let slow = at(&slow).unwrap();
    assert_eq!((slow.done, slow.of, slow.current.as_deref()), (1, 2, Some("2_slow_alone")));
    let error = startup.wait(Duration::from_millis(10)).unwrap_err();
    assert_eq!(error.class(), Class::Temporary);
    let Error::NotReady { doing, .. } = &*error else { panic!("{error}") };
    assert!(doing.contains("1 of 2") && doing.contains("2_slow_alone"), "{doing}");

    // A second replica says whom it waits for, and has nothing to do in the end.
    let second = Migrator::new(set).app("shop", "1.2.3").start(db.url());
    let waiting = until(&second, |s| matches!(s.state, StartupState::Waiting { .. })).state;
    let StartupState::Waiting { holder: Some(holder) } = waiting else { panic!("{waiting:?}") };
    assert!(holder.starts_with("shop 1.2.3 ") && holder.contains("2_slow_alone"), "{holder}");

    assert_eq!(startup.wait(LONG).unwrap().applied().count(), 2);
    assert_eq!(block_on(startup.ready()).unwrap().applied().count(), 2);
    assert_eq!(second.wait(LONG).unwrap().applied().count(), 0);
    assert!(startup.is_ready() && second.clone().is_ready());
}

/// No runtime, one thread, many threads: none of them is blocked, and none is needed.
#[test]
fn any_executor_can_await_it() {
    let slow = || {
        let db = database(Backend::Postgres);
        let set =
            of::<Postgres>(&[("1_slow", "SELECT pg_sleep(0.3); CREATE TABLE a (id INTEGER)")]);
        let startup = Migrator::new(set).start(db.url());
        (db, startup)
    };
    let (_db, startup) = slow();
    assert_eq!(block_on(startup.ready()).unwrap().done.len(), 1);
    for mut runtime in
        [tokio::runtime::Builder::new_current_thread(), tokio::runtime::Builder::new_multi_thread()]
    {
        let (_db, startup) = slow();
        let runtime = runtime.enable_all().build().unwrap();
        let (report, ticks) = runtime.block_on(async {
            // The executor goes on with other work.
            let ticks = Arc::new(Mutex::new(0));
            let counted = Arc::clone(&ticks);
            let ticking = tokio::spawn(async move {
                loop {
                    *counted.lock().unwrap() += 1;
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            });
            let report = startup.ready().await;
            ticking.abort();
            (report, *ticks.lock().unwrap())
        });
        assert_eq!(report.unwrap().done.len(), 1);
        assert!(ticks > 5, "{ticks}");
    }
}

#[test]
fn stopped_in_the_middle_the_next_start_goes_on() {
    let db = database(Backend::Postgres);
    let set = of::<Postgres>(&[
        ("1_a", "CREATE TABLE a (id INTEGER)"),
        ("2_slow", "CREATE TABLE b (id INTEGER); SELECT pg_sleep(30)"),
    ]);
    let startup = Migrator::new(set).start(db.url());
    until_at(&startup, "2_slow");
    db.until_asleep();
    let begun = Instant::now();
    startup.cancel();
    let error = startup.wait(LONG).unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(15), "it waited for the statement");
    assert!(matches!(*error, Error::Cancelled(_)), "{error}");
    assert_eq!(startup.status().state.name(), "stopped");
    assert!(db.tables().contains(&"a".to_owned()) && !db.tables().contains(&"b".to_owned()));
    let quick = of::<Postgres>(&[
        ("1_a", "CREATE TABLE a (id INTEGER)"),
        ("2_slow", "CREATE TABLE b (id INTEGER)"),
    ]);
    let report = Migrator::new(quick).start(db.url()).wait(LONG).unwrap();
    assert_eq!(report.applied().collect::<Vec<_>>(), ["2_slow"]);
}

#[test]
fn a_panic_in_the_apps_own_code_is_a_failure_and_not_a_silence() {
    let db = database(Backend::Sqlite);
    let startup = Migrator::new(&sets::sqlite::ALL)
        .on_event(|event| assert!(!matches!(event, Event::StepDone { .. }), "no steps wanted"))
        .start(db.url());
    let error = startup.wait(LONG).unwrap_err();
    let Error::Panicked { message } = &*error else { panic!("{error}") };
    assert!(message.contains("no steps wanted"), "{message}");
    assert_eq!(startup.status().state.name(), "failed");
}

#[test]
fn a_wrong_url_and_another_database_are_failures() {
    let error = |url: &str| {
        let startup = Migrator::new(&sets::sqlite::ALL).start(url);
        let error = startup.wait(LONG).unwrap_err();
        assert_eq!(error.class(), Class::Usage, "{error}");
        assert!(!format!("{error} {startup:?}").contains("s3cret"));
        error
    };
    let unknown = error("oracle://u:s3cret@h/d");
    let Error::Url(UrlError::UnknownScheme(scheme)) = &*unknown else { panic!("{unknown}") };
    assert_eq!(scheme, "oracle");
    let other = error("mysql://u:s3cret@h/d");
    assert!(matches!(*other, Error::OtherDatabase { expected: "sqlite", .. }), "{other}");
    let empty = error("");
    assert!(matches!(*empty, Error::Url(UrlError::Empty)), "{empty}");
}

#[test]
fn an_app_without_any_migrations_is_ready() {
    let db = database(Backend::Sqlite);
    let set = of::<Sqlite>(&[]);
    assert!(Migrator::new(set).start(db.url()).wait(LONG).unwrap().done.is_empty());
    // Also where another app has its own in the same database.
    Migrator::new(&sets::sqlite::ALL).start(db.url()).wait(LONG).unwrap();
    let startup = Migrator::new(set).start(db.url());
    startup.wait(LONG).unwrap();
    assert_eq!(startup.status().state.name(), "ready");
}

#[test]
fn an_older_app_is_ready_and_says_what_it_does_not_know() {
    let db = database(Backend::Sqlite);
    Migrator::new(&sets::sqlite::ALL).start(db.url()).wait(LONG).unwrap();
    let older = Migrations::<Sqlite>::from_static(&sets::sqlite::ALL.set().as_slice()[..1]);
    let startup = Migrator::new(Box::leak(Box::new(older))).start(db.url());
    assert_eq!(startup.wait(LONG).unwrap().ahead.len(), 2);
    let StartupState::Ahead { unknown, .. } = startup.status().state else { panic!() };
    assert_eq!(unknown[1], "2026-01-19-140000-0000_index_titles");
    assert!(startup.is_ready());
}

#[test]
fn two_apps_on_one_database_are_told_what_is_foreign() {
    let db = database(Backend::Postgres);
    let shop = of::<Postgres>(&[("1_shop", "CREATE TABLE a (x INT)"), ("3_shop", "SELECT 1")]);
    let blog = of::<Postgres>(&[("1_shop", "CREATE TABLE a (x INT)"), ("2_blog", "SELECT 2")]);
    Migrator::new(shop).start(db.url()).wait(LONG).unwrap();
    let startup = Migrator::new(blog).start(db.url());
    let error = startup.wait(LONG).unwrap_err();
    assert_eq!((error.class(), startup.status().state.name()), (Class::Refused, "refused"));
    let Error::Blocked(Blocked::Diverged { unknown, pending, .. }) = &*error else {
        panic!("{error}")
    };
    assert_eq!((&unknown[..], &pending[..]), (&["3_shop".into()][..], &["2_blog".into()][..]));
    Migrator::new(blog).allow_diverged().allow_out_of_order().start(db.url()).wait(LONG).unwrap();
}

#[test]
fn a_database_that_comes_up_later_is_waited_for() {
    let server = Server::start_dedicated(Engine::Postgres, &Options::default());
    let db = server.database();
    server.stop();
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let startup = Migrator::new(&sets::postgres::ALL)
        .on_event(move |event| {
            if let Event::Connecting { error: Error::Connect { reason, .. }, .. } = event {
                heard.lock().unwrap().push(*reason);
            }
        })
        .start(db.url());
    let met = |s: &StartupStatus| matches!(s.state, StartupState::Connecting { problem: Some(_) });
    let connecting = until(&startup, met);
    assert!(!connecting.to_string().contains("127.0.0.1"), "{connecting}");
    // Three pauses, each longer than the one before.
    eventually("it has tried again three times", || told.lock().unwrap().len() >= 3);
    assert_eq!(told.lock().unwrap()[..3], [ConnectReason::Unreachable; 3]);
    server.restart();
    assert_eq!(startup.wait(LONG).unwrap().done.len(), 3);
    // With pauses that grow.
    assert!((3..40).contains(&told.lock().unwrap().len()), "{:?}", told.lock().unwrap());
}

#[test]
fn a_server_that_stops_in_the_middle_is_waited_for() {
    let server = Server::start_dedicated(Engine::MariaDb, &Options::default());
    let db = server.database();
    let set = of::<Mysql>(&[
        ("1_a", "CREATE TABLE a (id INTEGER)"),
        ("2_slow_alone", "INSERT INTO a SELECT SLEEP(5); INSERT INTO a VALUES (7)"),
    ]);
    let startup = Migrator::new(set).start(db.url());
    until_at(&startup, "2_slow_alone");
    db.until_asleep();
    server.stop_immediate();
    until(&startup, |s| matches!(s.state, StartupState::Connecting { .. }));
    server.restart();
    startup.wait(LONG).unwrap();
    assert_eq!(db.column("SELECT id FROM a ORDER BY id"), ["0", "7"]);
}

/// Many replicas would else fail one after the other, for as long as each of them takes.
fn those_who_wait_for_a_runner_that_fails_report_its_failure(backend: Backend) {
    let broken = "SELECT pg_sleep(1); INSERT INTO nowhere VALUES (1)";
    let slow = "INSERT INTO t SELECT SLEEP(1); INSERT INTO nowhere VALUES (1)";
    fn started<B: dbmig_runtime::Backend>(url: &str, sql: &str, name: &str) -> Vec<Arc<Error>> {
        let set = of::<B>(&[("1_t", "CREATE TABLE t (id INTEGER)"), (name, sql)]);
        let replicas: Vec<_> =
            (0..5).map(|_| Migrator::new(set).app("shop", "1.0").start(url)).collect();
        replicas.iter().map(|replica| replica.wait(LONG).unwrap_err()).collect()
    }
    for name in ["2_broken", "2_broken_alone"] {
        let db = database(backend);
        let errors = match backend {
            Backend::Postgres => started::<Postgres>(db.url(), broken, name),
            _ => started::<Mysql>(db.url(), slow, name),
        };
        assert!(errors.iter().all(|error| error.class() == Class::Final), "{errors:?}");
        assert!(errors.iter().all(|error| error.to_string().contains("nowhere")), "{errors:?}");
        let own = errors.iter().filter(|error| matches!(***error, Error::Migration(_))).count();
        assert_eq!(own, 1, "{backend:?} {name}: {errors:#?}");
        let tries = db.column("SELECT count(*) FROM __dbmig_history WHERE state = 'failed'");
        assert_eq!(tries, ["1"], "{backend:?} {name}");
        // A start of its own, which waited for nobody, tries again.
        let again = match backend {
            Backend::Postgres => started::<Postgres>(db.url(), broken, name),
            _ => started::<Mysql>(db.url(), slow, name),
        };
        assert!(again.iter().any(|error| matches!(**error, Error::Migration(_))));
    }
}

#[test]
fn nothing_secret_is_in_the_handle() {
    let db = database(Backend::Postgres);
    let startup = Migrator::new(&sets::postgres::ALL).start(db.url().replace(PASSWORD, "wr0ng"));
    let error = startup.wait(LONG).unwrap_err();
    let text = format!("{error} {startup:?} {} {:?}", startup.status(), startup.status());
    assert!(!text.contains("wr0ng"), "{text}");
    let is_refused = matches!(*error, Error::Connect { reason: ConnectReason::Refused, .. });
    assert!(is_refused, "{text}");
}

/// Who waits must not take a clean stop for a failure.
#[test]
fn when_the_one_who_works_is_stopped_the_next_one_goes_on() {
    fn stop<B: dbmig_runtime::Backend>(backend: Backend, sql: &str) {
        for name in ["2_slow", "2_slow_alone"] {
            let db = database(backend);
            let url = db.url();
            let set = of::<B>(&[("1_t", "CREATE TABLE t (id INTEGER)"), (name, sql)]);
            let first = Migrator::new(set).app("shop", "1.0").start(url);
            until_at(&first, name);
            let second = Migrator::new(set).app("shop", "1.0").start(url);
            until(&second, |s| matches!(s.state, StartupState::Waiting { .. }));
            db.until_asleep();
            first.cancel();
            assert!(matches!(*first.wait(LONG).unwrap_err(), Error::Cancelled(_)));
            let report = second.wait(LONG).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(report.applied().collect::<Vec<_>>(), [name]);
            Migrator::new(set).start(url).wait(LONG).unwrap();
        }
    }
    stop::<Postgres>(
        Backend::Postgres,
        "INSERT INTO t SELECT 1 FROM pg_sleep(3); INSERT INTO t VALUES (2)",
    );
    stop::<Mysql>(
        Backend::MariaDb,
        "INSERT INTO t SELECT SLEEP(3); ALTER TABLE t ADD COLUMN n INTEGER",
    );
}

/// A failover: the server that answers is the one that only reads, for a while.
#[test]
fn a_server_that_only_reads_and_a_database_that_is_missing_are_waited_for() {
    // As during a failover.
    let options = Options::default().with("read-only", "1");
    let server = Server::start_dedicated(Engine::MariaDb, &options);
    let startup = Migrator::new(&sets::mysql::ALL).start(server.database().url());
    until(&startup, |s| matches!(&s.state, StartupState::Connecting { problem: Some(_) }));
    server.admin().execute("SET GLOBAL read_only = 0");
    assert_eq!(startup.wait(LONG).unwrap().done.len(), 3);

    let db = database(Backend::Postgres);
    let name = db.name().to_owned() + "_later";
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let startup = Migrator::new(&sets::postgres::ALL)
        .on_event(move |event| {
            if let Event::StartingOver { error: Error::Connect { reason, .. }, .. } = event {
                heard.lock().unwrap().push(*reason);
            }
        })
        .start(db.url().replace(db.name(), &name));
    until(&startup, |s| matches!(s.state, StartupState::Connecting { problem: Some(_) }));
    eventually("it is told", || !told.lock().unwrap().is_empty());
    assert_eq!(told.lock().unwrap()[0], ConnectReason::NoSuchDatabase);
    db.execute(&format!("CREATE DATABASE {name}"));
    assert_eq!(startup.wait(LONG).unwrap().done.len(), 3);
    db.execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
}

#[test]
fn a_wrong_parameter_of_the_url_is_not_tried_for_ever() {
    let db = database(Backend::Postgres);
    let startup = Migrator::new(&sets::postgres::ALL).start(format!("{}?sslmode=requir", db.url()));
    let error = startup.wait(LONG).unwrap_err();
    assert_eq!(error.class(), Class::Usage, "{error}");
}

/// A time-out around it, once for each request: nothing of them stays.
#[test]
fn who_gives_up_waiting_is_forgotten() {
    let db = database(Backend::Postgres);
    let set = of::<Postgres>(&[("1_slow", "SELECT pg_sleep(1)")]);
    let startup = Migrator::new(set).start(db.url());
    struct Nobody;
    impl Wake for Nobody {
        fn wake(self: Arc<Self>) {}
    }
    for _ in 0..1000 {
        let waker = Waker::from(Arc::new(Nobody));
        let ready = pin!(startup.ready());
        assert!(ready.poll(&mut Context::from_waker(&waker)).is_pending());
    }
    assert!(!format!("{startup:?}").contains("Waker"), "{startup:?}");
    startup.wait(LONG).unwrap();
}
