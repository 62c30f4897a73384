//! A process that runs, and what its probes say when somebody else changes a type.

use std::time::{Duration, Instant};

use dbmig_runtime::{Event, Migrator, Postgres, Sqlite, Startup, StartupState, Watch, WhenStale};
use dbmig_tests::{Backend, database};
use serde_json::Value;
use std::sync::{Arc, Mutex};

use super::{BEFORE, newer};
use crate::serving::Serving;
use crate::sets::of;
use crate::shop::shop;

const LONG: Duration = Duration::from_secs(60);

fn often() -> Watch {
    Watch::every(Duration::from_millis(50)).spread(Duration::ZERO)
}

fn until(startup: &Startup, wanted: impl Fn(&StartupState) -> bool) -> StartupState {
    let deadline = Instant::now() + LONG;
    loop {
        let state = startup.status().state;
        if wanted(&state) {
            return state;
        }
        assert!(Instant::now() < deadline, "{state:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_running_app_learns_that_it_must_be_restarted_and_is_well_after_that() {
    let db = database(Backend::Postgres);
    let older = of::<Postgres>(&[("1_users", BEFORE)]);
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let start = || {
        let listener = Arc::clone(&listener);
        let startup = Migrator::new(older).watch(often()).on_event(move |event| {
            if let Event::Stale { restart, .. } = event {
                listener.lock().unwrap().push(restart.to_vec());
            }
        });
        let startup = startup.start(db.url());
        startup.wait(LONG).unwrap();
        startup
    };
    let running = start();
    let server = running.serve_probes("127.0.0.1:0").unwrap();
    let ask = |path: &str| crate::probes::told(server.address(), path);
    assert_eq!(ask("/readyz").1["state"], "ready");
    newer().dbmig_on(&db, &["run"]).success();
    let StartupState::Stale(stale) = until(&running, |s| s.name() == "stale") else { panic!() };
    assert_eq!((stale.restart, stale.breaking), (vec!["2_wider".to_owned()], vec![]));
    // It serves on, as nobody has said otherwise, and says so; once in its log.
    let (status, body) = ask("/readyz");
    assert_eq!(
        (status, &body["state"], &body["restart"][0]),
        (200, &"stale".into(), &"2_wider".into())
    );
    assert!(body["reason"].as_str().unwrap().contains("until it is restarted"), "{body}");
    assert_eq!((ask("/livez").0, running.is_ready()), (200, true));

    let restarted = start();
    assert_eq!(restarted.status().state.name(), "ahead");
    newer().dbmig_on(&db, &["revert", "--yes"]).success();
    // The types of its statements are others again.
    let StartupState::Stale(stale) = until(&restarted, |s| s.name() == "stale") else { panic!() };
    assert_eq!(stale.restart, ["2_wider"]);
    assert_eq!(*told.lock().unwrap(), [["2_wider"], ["2_wider"]]);
}

each_backend!(what_is_only_more_makes_nobody_stale_and_what_breaks_is_named);
fn what_is_only_more_makes_nobody_stale_and_what_breaks_is_named(backend: Backend) {
    let db = database(backend);
    let table = "CREATE TABLE a (x INTEGER)";
    let both = &[("1_a", table), ("2_b", "CREATE TABLE b (x INTEGER)")][..];
    let all = &[both, &[("3_c_breaking", "DROP TABLE a")]].concat();
    macro_rules! on {
        ($database:ident) => {{
            use dbmig_runtime::$database;
            let running = Migrator::new(of::<$database>(&[("1_a", table)])).watch(often());
            let running = running.start(db.url());
            running.wait(LONG).unwrap();
            Migrator::new(of::<$database>(both)).run_at(db.url()).unwrap();
            let state = until(&running, |state| state.name() == "ahead");
            let StartupState::Ahead { unknown, breaking } = state else { panic!() };
            assert_eq!((unknown.as_slice(), breaking.len()), (&["2_b".to_owned()][..], 0));
            Migrator::new(of::<$database>(all)).run_at(db.url()).unwrap();
            let wanted = |state: &StartupState| {
                let StartupState::Ahead { breaking, .. } = state else { return false };
                *breaking == ["3_c_breaking"]
            };
            until(&running, wanted);
            assert!(running.is_ready());
        }};
    }
    match backend {
        Backend::Postgres => on!(Postgres),
        Backend::MariaDb => on!(Mysql),
        Backend::Sqlite => on!(Sqlite),
    }
}

/// Out of service, or restarted, where somebody wants that.
#[test]
fn a_stale_process_leaves_as_it_is_told_to() {
    for (when_stale, live) in [(WhenStale::NotReady, 200), (WhenStale::Restart, 503)] {
        let db = database(Backend::Sqlite);
        let table = ("1_a", "CREATE TABLE a (x INTEGER)");
        let running = Migrator::new(of::<Sqlite>(&[table])).watch(often().when_stale(when_stale));
        let running = running.start(db.url());
        running.wait(LONG).unwrap();
        let server = running.serve_probes("127.0.0.1:0").unwrap();
        let ask = |path: &str| crate::probes::told(server.address(), path).0;
        assert_eq!((ask("/readyz"), ask("/livez")), (200, 200));
        let newer = of::<Sqlite>(&[table, ("2_b_restart", "CREATE TABLE b (x INTEGER)")]);
        Migrator::new(newer).run_at(db.url()).unwrap();
        until(&running, |state| !state.is_ready());
        assert_eq!((ask("/readyz"), ask("/livez"), ask("/startupz")), (503, live, 200));
    }
}

/// The newer version's job, beside the older one's processes: whole programs, and a real pool.
#[test]
fn the_older_program_says_so_and_leaves_service() {
    let db = database(Backend::Postgres);
    let job = crate::project();
    let folder = dbmig_tests::workspace().join("examples/shop/migrations/postgres");
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        // The lock file stands beside them.
        if !entry.path().is_dir() {
            continue;
        }
        for file in std::fs::read_dir(entry.path()).unwrap() {
            let file = file.unwrap();
            let name = entry.file_name();
            let to = format!("migrations/{}/{}", name.display(), file.file_name().display());
            job.write(&to, std::fs::read(file.path()).unwrap());
        }
    }
    let start = || {
        let mut command = shop(&db);
        Serving::start(command.env("WATCH_EVERY", "0.05").env("WHEN_STALE", "not-ready"))
    };
    let running = start().until_ready();
    for _ in 0..20 {
        assert_eq!(running.ask("GET", "/products", "").0, 200);
    }
    job.migration(
        "2026-12-01-090000-0000_sku",
        "ALTER TABLE products ALTER COLUMN sku TYPE VARCHAR;",
        "ALTER TABLE products ALTER COLUMN sku TYPE TEXT;",
    );
    assert_eq!(job.done(&db, &["run"]), ["up 2026-12-01-090000-0000_sku"]);
    let stale = running.until(|status, _| status == 503);
    assert_eq!(
        (&stale["state"], &stale["restart"][0]),
        (&"stale".into(), &Value::from("2026-12-01-090000-0000_sku"))
    );
    let (status, gate) = running.ask("GET", "/products", "");
    assert_eq!((status, gate.as_str()), (503, "{\"state\":\"stale\"}\n"));
    assert_eq!(running.ask("GET", "/livez", "").0, 200);
    running.wait_for("this process must be restarted");
    running.stop();
    let restarted = start().until_ready();
    assert_eq!(restarted.ask("GET", "/products", "").0, 200);
    let (_, body) = restarted.ask("GET", "/readyz", "");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["state"], "ahead", "{body}");
}
