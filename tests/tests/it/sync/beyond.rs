//! An older image that goes on below the floor, because somebody said that it may.

use dbmig_runtime::{BreakingAhead, Event, Migrator, StartupState};
use dbmig_tests::project::{Output, run};
use dbmig_tests::{Backend, Project, TestDatabase, database};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{BREAKING, applied, deployed, image, json};
use crate::sets::of;

fn with(project: &Project, db: &TestDatabase, value: &str, args: &[&str]) -> Output {
    let mut command = project.command(args);
    run(command.env("DATABASE_URL", db.url()).env("DBMIG_BREAKING_AHEAD", value))
}

fn notes(db: &TestDatabase) -> Vec<String> {
    db.column("SELECT note FROM __dbmig_history WHERE state = 'went_on'")
}

each_backend!(whoever_is_called_at_night_sets_a_variable);
fn whoever_is_called_at_night_sets_a_variable(backend: Backend) {
    let (db, older) = (deployed(backend, 5), image(BREAKING - 1));
    let refused = older.dbmig_on(&db, &["up"]).expect(4).stderr;
    assert!(refused.contains("DBMIG_BREAKING_AHEAD=warn"), "{refused}");
    // What it does not understand, it does not take for leave.
    with(&older, &db, "wran", &["up"]).expect(4);
    let before = db.dump();
    let gone_on = with(&older, &db, "warn", &["up"]).success();
    assert!(gone_on.stderr.contains("4_rename"), "{}", gone_on.stderr);
    assert!(gone_on.stderr.contains("breaking_ahead is `warn`"), "{}", gone_on.stderr);
    let gone_on = with(&older, &db, "warn", &["up", "--json"]).success();
    assert_eq!(gone_on.done(), [""; 0]);
    assert_eq!(gone_on.json()["breaking_ahead"], serde_json::json!(["4_rename"]));
    let synced = with(&older, &db, "warn", &["sync"]).success().stdout;
    assert!(synced.contains("4_rename") && synced.contains("breaking_ahead is `warn`"), "{synced}");
    let synced = json(&with(&older, &db, "warn", &["sync", "--json"]).success());
    assert_eq!((&synced["verdict"], &synced["action"]), (&"below_floor".into(), &"none".into()));
    assert_eq!(synced["breaking_ahead"][0], "4_rename");
    assert_eq!(synced["done"], serde_json::json!([]));
    assert_eq!((db.dump(), applied(&db)), (before, 5), "{backend:?}");
    // Once for each build on each host, and told to whoever asks.
    assert_eq!(notes(&db).len(), 1, "{backend:?}");
    let history = older.dbmig_on(&db, &["history", "--json"]).success();
    let newest = &json(&history)["runs"][0];
    assert_eq!((&newest["state"], &newest["name"]), (&"went_on".into(), &"4_rename".into()));
    assert!(newest["app"].as_str().unwrap().starts_with("cargo-dbmig "), "{newest}");
    assert!(!newest["host"].as_str().unwrap().is_empty(), "{newest}");
    // Whoever only waits writes nothing.
    db.execute("DELETE FROM __dbmig_history WHERE state = 'went_on'");
    let waited = with(&older, &db, "warn", &["wait"]).success();
    assert!(waited.stderr.contains("4_rename"), "{}", waited.stderr);
    assert_eq!(notes(&db).len(), 0);
    // The note is in nobody's way.
    with(&older, &db, "warn", &["up"]).success();
    image(5).dbmig_on(&db, &["up"]).success();
    older.dbmig_on(&db, &["up"]).expect(4);
    older.dbmig_on(&db, &["sync", "--down"]).success();
    assert_eq!(applied(&db), 3);
    older.dbmig_on(&db, &["up"]).success();
    image(5).dbmig_on(&db, &["sync"]).success();
    assert_eq!(applied(&db), 5);
}

each_backend!(an_app_says_it_and_its_probes_do);
fn an_app_says_it_and_its_probes_do(backend: Backend) {
    let db = database(backend);
    let all =
        &[("1_a", "CREATE TABLE a (x INTEGER)"), ("2_b_breaking", "CREATE TABLE b (x INTEGER)")];
    macro_rules! on {
        ($database:ident) => {{
            use dbmig_runtime::$database;
            Migrator::new(of::<$database>(all)).app("shop", "2.0").run_at(db.url()).unwrap();
            let older = of::<$database>(&all[..1]);
            let migrator = || Migrator::new(older).app("shop", "1.0").build("a1");
            migrator().start(db.url()).wait(Duration::from_secs(60)).unwrap_err();
            let told = Arc::new(Mutex::new(Vec::new()));
            let heard = Arc::clone(&told);
            let startup = migrator().breaking_ahead(BreakingAhead::Warn).on_event(move |event| {
                if let Event::BreakingAhead { breaking, unnoted } = event {
                    assert!(unnoted.is_none(), "{unnoted:?}");
                    let one = &breaking[0];
                    let app = one.app().map(str::to_owned);
                    heard.lock().unwrap().push((one.name.clone(), app));
                }
            });
            let startup = startup.start(db.url());
            startup.wait(Duration::from_secs(60)).unwrap();
            let StartupState::Ahead { breaking, .. } = startup.status().state else { panic!() };
            assert_eq!(breaking, ["2_b_breaking"]);
            let server = startup.serve_probes("127.0.0.1:0").unwrap();
            let (status, body) = crate::probes::told(server.address(), "/readyz");
            assert_eq!((status, &body["breaking_ahead"][0]), (200, &"2_b_breaking".into()));
            let by = ("2_b_breaking".to_owned(), Some("shop 2.0".to_owned()));
            assert_eq!(told.lock().unwrap()[0], by);
        }};
    }
    match backend {
        Backend::Postgres => on!(Postgres),
        Backend::MariaDb => on!(Mysql),
        Backend::Sqlite => on!(Sqlite),
    }
    let by = db.column("SELECT app FROM __dbmig_history WHERE state = 'went_on'");
    assert_eq!(by, ["shop 1.0 (build a1)"], "{backend:?}");
}

/// An argument goes before the variable, that before the program's own, that before Cargo.toml.
#[test]
fn the_nearest_word_counts() {
    use crate::releases::Release::{V1_2, V2_0};

    let db = database(Backend::Postgres);
    V2_0.migrate(&db, &["up"]).success();
    let go = |variable: Option<&str>, args: &[&str], code: i32| {
        let mut command = V1_2.command(&db);
        if let Some(variable) = variable {
            command.env("DBMIG_BREAKING_AHEAD", variable);
        }
        run(command.arg("migrate").args(args)).expect(code)
    };
    go(None, &["up"], 4);
    go(Some("warn"), &["up"], 0);
    go(Some("warn"), &["up", "--breaking-ahead", "refuse"], 4);
    go(Some("refuse"), &["up", "--breaking-ahead", "warn"], 0);
    let wrong = go(None, &["up", "--breaking-ahead", "perhaps"], 2);
    let names = ["`refuse`", "`warn`"].iter().all(|name| wrong.stderr.contains(name));
    assert!(names, "{}", wrong.stderr);
    // As it is compiled in, and as the program says.
    let older = of::<dbmig_runtime::Postgres>(&[("1_a", "SELECT 1")]).set().clone();
    let says = |compiled: BreakingAhead, own: Option<BreakingAhead>| {
        let mut options = dbmig_runtime::Options::default();
        options.breaking_ahead = own;
        let set = older.clone().with_breaking_ahead(compiled);
        let runner = dbmig_runtime::Runner::new(&set, options);
        runner.breaking_ahead()
    };
    let [refuse, warn] = BreakingAhead::ALL;
    assert_eq!(says(warn, None), warn);
    assert_eq!(says(warn, Some(refuse)), refuse);
    assert_eq!(says(refuse, Some(warn)), warn);
}
