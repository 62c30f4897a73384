//! Going back: what the image of an older release does on the database of a newer one.

use dbmig_runtime::plan::{IrreversibleReason, UntrustedReason};
use dbmig_runtime::{Beyond, Target};
use dbmig_tests::{Backend, TestDatabase, database, eventually};
use serde_json::{Value, json};

use super::client::Clients;
use super::deployment::Deployment;
use super::release::Release::{self, V1_0, V1_1, V1_2, V2_0};
use super::state::{assert_at, fill, runs};

const REVERT: Target = Target::MatchSet(Beyond::Revert);
const SYNC: &[&str] = &["sync"];
const DOWN: &[&str] = &["sync", "--down"];
const DOWN_AT_ANY_PRICE: &[&str] = &["sync", "--down", "--allow-data-loss"];

/// A database that `release` was deployed to by its job.
fn deployed(backend: Backend, release: Release) -> TestDatabase {
    let db = database(backend);
    release.migrate(&db, SYNC).success();
    assert_at(&db, release);
    db
}

/// Panics if `act` changes anything.
fn untouched(db: &TestDatabase, act: impl FnOnce()) {
    let before = (db.dump(), runs(db));
    act();
    assert_eq!((db.dump(), runs(db)), before);
}

fn serves(release: Release, db: &TestDatabase) {
    let serving = release.serve(db).until_ready();
    assert_eq!(serving.ask("GET", "/products", "").0, 200);
}

each_server!(past_compatible_migrations_nothing_is_played_and_no_request_fails);
fn past_compatible_migrations_nothing_is_played_and_no_request_fails(backend: Backend) {
    let db = database(backend);
    let mut deployment = Deployment::new(&db, V1_2, 2);
    let clients = Clients::start(&deployment.endpoints);
    clients.go_on_with(V1_2);
    let before = runs(&db);
    let (code, told) = V1_0.migrate_json(&db, SYNC);
    assert_eq!((code, &told["verdict"], &told["action"]), (0, &json!("ahead"), &json!("none")));
    deployment.roll_to(V1_0);
    let state = deployment.newest().until(|status, _| status == 200);
    assert_eq!((&state["state"], &state["ahead"]), (&json!("ahead"), &json!(V1_2.since(V1_0))));
    clients.go_on_with(V1_0);
    let seen = clients.stop();
    assert!(seen.failures.is_empty(), "{backend:?}: {:#?}", seen.failures);
    assert_eq!(runs(&db), before);
    assert_at(&db, V1_2);
}

each_server!(past_a_breaking_one_the_older_release_refuses_in_each_of_its_ways);
fn past_a_breaking_one_the_older_release_refuses_in_each_of_its_ways(backend: Backend) {
    let db = deployed(backend, V2_0);
    let new = V2_0.serve(&db).until_ready();
    untouched(&db, || {
        let old = V1_2.serve(&db);
        let told = old.until(|_, told| told["state"] == "refused");
        let reason = told["reason"].as_str().unwrap();
        assert!(reason.contains("rename_name_of_products"), "{reason}");
        assert!(reason.ends_with("the lowest one that can is shop 2.0.0"), "{reason}");
        assert_eq!(old.ask("GET", "/readyz", "").0, 503);
        assert_eq!(old.ask("GET", "/livez", "").0, 200, "no restart would help");
        assert_eq!(old.ask("GET", "/products", "").0, 503);

        let mut ends = V1_2.command(&db);
        let output = dbmig_tests::project::run(ends.env("EXIT_ON_FAILURE", "true")).expect(4);
        assert!(output.text().contains("shop 2.0.0"), "{}", output.text());
        for args in [&["up"][..], SYNC, &["wait", "--timeout", "1m"]] {
            let refused = V1_2.migrate(&db, args).expect(4).stderr;
            assert!(refused.contains("renames the column products.name"), "{refused}");
            assert!(refused.contains("the lowest version that can is shop 2.0.0"), "{refused}");
        }
    });
    assert_eq!(new.ask("GET", "/products", "").0, 200, "the newer one goes on");
}

each_server!(the_older_image_takes_back_what_it_does_not_know_and_the_newer_one_comes_again);
fn the_older_image_takes_back_what_it_does_not_know_and_the_newer_one_comes_again(
    backend: Backend,
) {
    let db = deployed(backend, V2_0);
    let (code, told) = V1_2.migrate_json(&db, DOWN);
    assert_eq!(
        (code, &told["verdict"], &told["action"]),
        (0, &json!("below_floor"), &json!("down"))
    );
    let done: Vec<_> = told["done"].as_array().unwrap().iter().map(|d| &d["name"]).collect();
    assert_eq!(done, V2_0.since(V1_2).iter().collect::<Vec<_>>());
    assert_at(&db, V1_2);
    serves(V1_2, &db);
    V2_0.migrate(&db, SYNC).success();
    assert_at(&db, V2_0);
    serves(V2_0, &db);
}

each_server!(three_releases_back_in_one_step_and_forth_again);
fn three_releases_back_in_one_step_and_forth_again(backend: Backend) {
    let db = deployed(backend, V2_0);
    let (code, back) = V1_0.migrate_json(&db, DOWN_AT_ANY_PRICE);
    let names = back["done"].as_array().unwrap().iter().rev().map(|done| &done["name"]);
    assert_eq!(code, 0);
    assert_eq!(names.collect::<Vec<_>>(), V2_0.since(V1_0).iter().collect::<Vec<_>>());
    assert_at(&db, V1_0);
    serves(V1_0, &db);
    V2_0.migrate(&db, SYNC).success();
    assert_at(&db, V2_0);
}

each_server!(what_would_be_lost_is_counted_for_each_table_and_column);
fn what_would_be_lost_is_counted_for_each_table_and_column(backend: Backend) {
    let db = deployed(backend, V1_2);
    fill(&db, V1_2);
    let products = db.column("SELECT count(*) FROM products").remove(0);
    untouched(&db, || {
        let (code, told) = V1_0.migrate_json(&db, DOWN);
        assert_eq!((code, &told["action"]), (4, &json!("refused")));
        let losses = told["losses"].as_array().unwrap().iter();
        let losses: Vec<(&Value, &Value)> =
            losses.map(|loss| (&loss["object"], &loss["rows"])).collect();
        let [grams, subscribers, note] =
            ["column products.weight_grams", "table subscribers", "column orders.note"];
        let [grams, subscribers, note] = [grams, subscribers, note].map(|object| json!(object));
        let (all, one) = (json!(products.parse::<u64>().unwrap()), json!(1));
        assert_eq!(losses, [(&grams, &all), (&subscribers, &one), (&note, &one)]);
    });
    V1_0.migrate(&db, DOWN_AT_ANY_PRICE).success();
    assert_at(&db, V1_0);
    assert_eq!(db.column("SELECT count(*) FROM products"), [products]);
}

each_server!(without_rows_nothing_is_lost_and_no_leave_is_needed);
fn without_rows_nothing_is_lost_and_no_leave_is_needed(backend: Backend) {
    let db = deployed(backend, V1_1);
    V1_0.migrate(&db, DOWN).success();
    assert_at(&db, V1_0);
}

each_server!(a_stored_script_that_was_altered_by_hand_is_refused);
fn a_stored_script_that_was_altered_by_hand_is_refused(backend: Backend) {
    let db = deployed(backend, V2_0);
    db.execute(
        "UPDATE __dbmig_history SET down_script = 'DROP TABLE orders' \
         WHERE name LIKE '%rename_name_of_products'",
    );
    untouched(&db, || {
        for args in [DOWN, &["sync", "--down", "--dry-run"]] {
            V1_2.migrate(&db, args).expect(4);
        }
        let [stuck] = &V1_2.library(&db).irreversible(&REVERT)[..] else { panic!() };
        assert!(stuck.name.ends_with("rename_name_of_products"), "{stuck:?}");
        assert_eq!(stuck.reason, IrreversibleReason::Untrusted(UntrustedReason::Altered));
    });
}

each_server!(with_a_key_the_releases_trust_each_other_and_nobody_else);
fn with_a_key_the_releases_trust_each_other_and_nobody_else(backend: Backend) {
    let db = database(backend);
    let migrate = |release: Release, key: &str, args: &[&str]| {
        let mut command = release.command(&db);
        command.env("DBMIG_HISTORY_KEY", key).arg("migrate").args(args);
        dbmig_tests::project::run(&mut command)
    };
    migrate(V2_0, "one", SYNC).success();
    untouched(&db, || {
        migrate(V1_2, "two", DOWN).expect(4);
        let [stuck] = &V1_2.library(&db).with_key("two").irreversible(&REVERT)[..] else {
            panic!()
        };
        assert_eq!(stuck.reason, IrreversibleReason::Untrusted(UntrustedReason::WrongSignature));
    });
    migrate(V1_2, "one", DOWN).success();
    assert_at(&db, V1_2);
}

each_server!(a_way_back_that_fails_half_way);
/// PostgreSQL: as if not begun. MariaDB: what is back is back, and the same job goes on.
fn a_way_back_that_fails_half_way(backend: Backend) {
    let db = deployed(backend, V1_2);
    db.execute("ALTER TABLE orders RENAME COLUMN note TO remark");
    let failed = V1_0.migrate(&db, DOWN_AT_ANY_PRICE).expect(1).stderr;
    let place = "add_note_to_orders:1:";
    assert!(
        failed.contains(&format!("stored down.sql of 2026-06-01-090000-0000_{place}")),
        "{failed}"
    );
    assert!(failed.contains("ALTER TABLE orders DROP COLUMN note"), "{failed}");
    assert_eq!(db.column("SELECT count(*) FROM __diesel_schema_migrations"), ["13"]);
    db.execute("ALTER TABLE orders RENAME COLUMN remark TO note");
    let (code, goes_on) = V1_0.migrate_json(&db, DOWN_AT_ANY_PRICE);
    let done = goes_on["done"].as_array().unwrap();
    assert_eq!((code, done.len(), &done[0]["direction"]), (0, 1, &json!("down")));
    assert_eq!(done[0]["name"], "2026-06-01-090000-0000_add_note_to_orders");
    assert_at(&db, V1_0);
}

each_server!(two_branches_on_one_database_are_refused_with_both_sides);
fn two_branches_on_one_database_are_refused_with_both_sides(backend: Backend) {
    let db = deployed(backend, V1_0);
    let other = crate::project();
    other.migration(
        "2026-06-10-090000-0000_of_a_branch",
        "CREATE TABLE of_a_branch (id INTEGER);",
        "DROP TABLE of_a_branch;",
    );
    other.dbmig_on(&db, &["run", "--allow-diverged"]).success();
    untouched(&db, || {
        for args in [&["up"][..], SYNC, DOWN, &["wait"]] {
            let refused = V1_1.migrate(&db, args).expect(4).stderr;
            for name in ["of_a_branch", "create_subscribers", "add_note_to_orders"] {
                assert!(refused.contains(name), "{args:?}, {name}: {refused}");
            }
        }
    });
}

/// One that starts in the middle is not ready until it is known what becomes of it.
#[test]
fn an_older_release_that_starts_during_a_breaking_migration() {
    let db = deployed(Backend::Postgres, V1_2);
    let mut session = db.session();
    session.execute("BEGIN; LOCK TABLE products IN ACCESS EXCLUSIVE MODE");
    let mut job = V2_0.command(&db);
    job.args(["migrate", "sync"]);
    let job = job.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let job = job.spawn().unwrap();
    let announced = "SELECT id FROM __dbmig_history WHERE state = 'running'";
    eventually("the job has announced it", || !db.query(announced).is_empty());
    let old = V1_2.serve(&db);
    let told = old.until(|_, told| told["state"] == "waiting" && told["waiting_for"].is_string());
    assert!(told["waiting_for"].as_str().unwrap().contains("shop 2.0.0"), "{told}");
    assert_eq!(old.ask("GET", "/readyz", "").0, 503);
    session.execute("ROLLBACK");
    assert_eq!(job.wait_with_output().unwrap().status.code(), Some(0));
    old.until(|_, told| told["state"] == "refused");

    // It fails: then the older one can live with what is there.
    V1_2.migrate(&db, DOWN).success();
    db.execute("ALTER TABLE products ADD COLUMN title TEXT");
    V2_0.migrate(&db, SYNC).expect(1);
    serves(V1_2, &db);
    db.execute("ALTER TABLE products DROP COLUMN title");
}

each_server!(a_job_that_is_killed_or_started_twice_ends_where_it_should);
/// A job is started twice, or killed and started again: the end is the same.
fn a_job_that_is_killed_or_started_twice_ends_where_it_should(backend: Backend) {
    let db = deployed(backend, V1_0);
    let mut random = fastrand::Rng::with_seed(5);
    for round in 0..3 {
        for (release, args) in [(V2_0, SYNC), (V1_0, DOWN_AT_ANY_PRICE)] {
            let mut killed = release.command(&db);
            killed.arg("migrate").args(args);
            killed.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
            let mut killed = killed.spawn().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(random.u64(..80)));
            killed.kill().unwrap();
            killed.wait().unwrap();
            let jobs = [(); 2].map(|()| {
                let mut job = release.command(&db);
                job.arg("migrate").args(args);
                job.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
                job.spawn().unwrap()
            });
            for job in jobs {
                let output = job.wait_with_output().unwrap();
                assert_eq!(output.status.code(), Some(0), "{backend:?} {round}: {output:?}");
            }
            assert_at(&db, release);
        }
    }
}

each_server!(past_what_diesel_has_applied);
/// Rows of other tools have no way back, and that is said beforehand.
fn past_what_diesel_has_applied(backend: Backend) {
    let db = deployed(backend, V1_0);
    let newer = crate::project();
    let engine = if backend == Backend::Postgres { "postgres" } else { "mysql" };
    let releases = dbmig_tests::workspace().join("tests/shop-releases/1.1/migrations");
    for migration in V1_1.since(V1_0) {
        for file in ["up.sql", "down.sql"] {
            let text = std::fs::read(releases.join(engine).join(&migration).join(file)).unwrap();
            newer.write(&format!("migrations/{migration}/{file}"), text);
        }
    }
    newer.diesel_on(&db, &["migration", "run"]).success();
    untouched(&db, || {
        for args in [SYNC, &["sync", "--down", "--dry-run"], DOWN] {
            V1_0.migrate(&db, args).expect(4);
        }
        let (code, told) = V1_0.migrate_json(&db, SYNC);
        assert_eq!((code, &told["verdict"]), (4, &json!("below_floor")));
        for unknown in told["unknown"].as_array().unwrap() {
            let judged = &unknown["compatible"];
            assert_eq!(
                (&judged["verdict"], &judged["basis"]),
                (&json!("breaking"), &json!("assumed"))
            );
        }
        let stuck = V1_0.library(&db).irreversible(&REVERT);
        assert_eq!(stuck.len(), 2, "{stuck:?}");
        for one in stuck {
            assert_eq!(one.reason, IrreversibleReason::GoneWithoutStored);
        }
    });
    // The release that has them takes them on; then there is a way back.
    V1_1.migrate(&db, &["baseline"]).success();
    V1_0.migrate(&db, DOWN).success();
    assert_eq!(db.column("SELECT count(*) FROM __diesel_schema_migrations"), ["12"]);
    serves(V1_0, &db);
}
