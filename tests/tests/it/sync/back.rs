//! The way back: what it would lose, where it fails, and where it leads.

use std::process::Stdio;

use dbmig_core::impact::{Basis, ReversalVerdict};
use dbmig_core::sql::Position;
use dbmig_runtime::plan::{Blocked, IrreversibleReason};
use dbmig_tests::project::run;
use dbmig_tests::{Backend, database};

use super::{APP, BREAKING, REVERT, applied, below_floor, deployed, image, json};
use crate::library::Library;
use crate::project;

/// Without the history, whose rows say when and how.
fn schema(db: &dbmig_tests::TestDatabase) -> String {
    db.execute("DROP TABLE __dbmig_history");
    db.dump()
}

each_backend!(a_sync_to_one_version_and_then_to_another_is_a_fresh_database_of_the_other);
fn a_sync_to_one_version_and_then_to_another_is_a_fresh_database_of_the_other(backend: Backend) {
    for target in 1..=APP.len() {
        let db = deployed(backend, APP.len());
        image(target).dbmig_on(&db, &["sync", "--down"]).success();
        assert_eq!(schema(&db), schema(&deployed(backend, target)), "{backend:?} {target}");
    }
}

each_backend!(three_versions_back_in_one_step_and_forth_again);
fn three_versions_back_in_one_step_and_forth_again(backend: Backend) {
    let db = &database(backend);
    image(5).dbmig_on(db, &["sync"]).success();
    let [third, fourth, fifth] = ["3_email", "4_rename", "5_tags"];
    let back = image(2).done(db, &["sync", "--down"]);
    assert_eq!(back, [fifth, fourth, third].map(|name| format!("down {name}")));
    let forth = image(5).done(db, &["sync"]);
    assert_eq!(forth, [third, fourth, fifth].map(|name| format!("up {name}")));
    image(5).dbmig_on(db, &["verify"]).success();
}

each_backend!(a_loss_is_counted_and_refused_unless_allowed);
fn a_loss_is_counted_and_refused_unless_allowed(backend: Backend) {
    let db = &database(backend);
    image(3).dbmig_on(db, &["sync"]).success();
    db.execute("INSERT INTO users (id, email) VALUES (1, 'a@b'), (2, NULL), (3, 'c@d')");
    db.execute("INSERT INTO notes VALUES (1)");
    let before = db.dump();
    let refused = image(1).dbmig_on(db, &["sync", "--down"]).expect(4).stderr;
    assert!(refused.contains("`cargo dbmig sync --down --allow-data-loss`"), "{refused}");
    let told = json(&image(1).dbmig_on(db, &["sync", "--down", "--json"]).expect(4));
    assert_eq!((&told["action"], &told["error"]["exit_code"]), (&"refused".into(), &4.into()));
    let losses = serde_json::json!([
        { "name": "3_email", "object": "column users.email", "rows": 2 },
        { "name": "2_notes", "object": "table notes", "rows": 1 },
    ]);
    assert_eq!(told["losses"], losses);
    let args = ["sync", "--down", "--allow-data-loss", "--dry-run", "--json"];
    let would = json(&image(1).dbmig_on(db, &args).success());
    assert_eq!((&would["losses"], &would["action"]), (&losses, &"down".into()));
    assert_eq!(db.dump(), before);
    image(1).dbmig_on(db, &["sync", "--down", "--allow-data-loss"]).success();
    assert_eq!(applied(db), 1);
    assert_eq!(db.column("SELECT count(*) FROM users"), ["3"]);
}

each_backend!(a_lossy_way_back_without_rows_needs_no_leave);
fn a_lossy_way_back_without_rows_needs_no_leave(backend: Backend) {
    let db = &database(backend);
    image(3).dbmig_on(db, &["sync"]).success();
    db.execute("INSERT INTO users (id, email) VALUES (1, NULL)");
    image(1).dbmig_on(db, &["sync", "--down"]).success();
    assert_eq!(applied(db), 1);
}

each_backend!(what_cannot_be_counted_needs_leave);
fn what_cannot_be_counted_needs_leave(backend: Backend) {
    let db = &database(backend);
    let newer = image(1);
    newer.migration("2_seed", "CREATE TABLE a (x INTEGER);", "DELETE FROM users;\nDROP TABLE a;");
    newer.dbmig_on(db, &["sync"]).success();
    let refused = image(1).dbmig_on(db, &["sync", "--down"]).expect(4).stderr;
    assert!(refused.contains("2_seed") && refused.contains("(down.sql:1:1)"), "{refused}");
    let blocked = Library::of(&image(1), db).blocked(&REVERT);
    let Blocked::DataLoss(losses) = blocked else { panic!("{blocked}") };
    let [loss] = &losses[..] else { panic!("{losses:?}") };
    let judged = loss.uncountable.as_ref().unwrap();
    assert_eq!(loss.name, "2_seed");
    assert!(matches!(judged.reversal, ReversalVerdict::Lossy(_)), "{judged:?}");
    assert_eq!(judged.reason.position, Some(Position { line: 1, column: 1 }));
    image(1).dbmig_on(db, &["sync", "--down", "--allow-data-loss"]).success();
}

const GONE: &IrreversibleReason = &IrreversibleReason::GoneWithoutStored;

each_backend!(one_step_without_a_way_back_stops_all_of_them_before_anything_is_touched);
fn one_step_without_a_way_back_stops_all_of_them_before_anything_is_touched(backend: Backend) {
    let db = &database(backend);
    let newer = image(3);
    newer.remove("migrations/2_notes/down.sql");
    newer.dbmig_on(db, &["sync"]).success();
    let before = db.dump();
    image(1).dbmig_on(db, &["sync", "--down"]).expect(4);
    let [stuck] = &Library::of(&image(1), db).irreversible(&REVERT)[..] else { panic!() };
    assert_eq!((stuck.name.as_str(), &stuck.reason), ("2_notes", GONE));
    assert_eq!(db.dump(), before);
}

each_backend!(what_diesel_applied_is_said_to_have_no_way_back_beforehand);
fn what_diesel_applied_is_said_to_have_no_way_back_beforehand(backend: Backend) {
    let db = &database(backend);
    let newer = image(3);
    image(1).dbmig_on(db, &["sync"]).success();
    newer.diesel_on(db, &["migration", "run"]).success();
    let older = image(1);
    for command in [&["up"][..], &["sync"]] {
        older.dbmig_on(db, command).expect(4);
    }
    let breaking = below_floor(&older, db);
    let bases: Vec<_> =
        breaking.iter().map(|it| (it.name.as_str(), it.compatibility.reason.basis)).collect();
    assert_eq!(bases, [("2", Basis::Assumed), ("3", Basis::Assumed)]);
    assert!(breaking.iter().all(|it| it.app.is_empty()), "{breaking:?}");
    let before = db.dump();
    for command in [&["sync", "--down", "--dry-run"][..], &["sync", "--down"]] {
        older.dbmig_on(db, command).expect(4);
    }
    let stuck = Library::of(&older, db).irreversible(&REVERT);
    let stuck: Vec<_> = stuck.iter().map(|it| (it.name.as_str(), &it.reason)).collect();
    assert_eq!(stuck, [("3", GONE), ("2", GONE)]);
    assert_eq!(db.dump(), before);
    // The image that has them takes them on, and then there is a way back.
    newer.dbmig_on(db, &["baseline"]).success();
    older.dbmig_on(db, &["sync", "--down"]).success();
    assert_eq!(applied(db), 1);
}

each_backend!(a_way_back_that_fails_half_way);
/// PostgreSQL and SQLite: as if not begun. MariaDB: it goes on where it failed.
fn a_way_back_that_fails_half_way(backend: Backend) {
    let db = &database(backend);
    let newer = image(1);
    newer.migration(
        "2_three",
        "CREATE TABLE a (x INTEGER);\nCREATE TABLE b (x INTEGER);",
        "-- back\nDROP TABLE b;\n\nDROP TABLE in_the_way;\nDROP TABLE a;",
    );
    newer.dbmig_on(db, &["sync"]).success();
    let older = image(1);
    // A table that is not there has no rows to lose, but nobody can count them.
    let sync = ["sync", "--down", "--allow-data-loss"];
    let failed = older.dbmig_on(db, &sync).expect(1).stderr;
    let place = "stored down.sql of 2_three:4:";
    assert!(failed.contains(place), "{failed}");
    assert!(failed.contains("DROP TABLE in_the_way"), "{failed}");
    let tables: Vec<_> = db.tables().into_iter().filter(|t| t.len() == 1).collect();
    match db.backend() {
        Backend::MariaDb => assert_eq!(tables, ["a"]),
        _ => assert_eq!(tables, ["a", "b"]),
    }
    db.execute("CREATE TABLE in_the_way (x INTEGER)");
    older.dbmig_on(db, &sync).success();
    assert!(!db.tables().iter().any(|t| t == "a" || t == "b" || t == "in_the_way"));
    assert_eq!(applied(db), 1);
}

each_backend!(a_job_that_is_started_twice_at_once_goes_back_once);
fn a_job_that_is_started_twice_at_once_goes_back_once(backend: Backend) {
    let db = &database(backend);
    image(5).dbmig_on(db, &["sync"]).success();
    let older = image(1);
    let start = || {
        let mut command = older.command(&["sync", "--down", "--json"]);
        command.env("DATABASE_URL", db.url()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let jobs: Vec<_> = (0..4).map(|_| start()).collect();
    let ended = jobs.into_iter().map(|job| job.wait_with_output().unwrap());
    let reverted: Vec<_> = ended
        .map(|output| {
            assert_eq!(output.status.code(), Some(0), "{output:?}");
            let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            told["done"].as_array().unwrap().len()
        })
        .collect();
    assert_eq!(reverted.iter().sum::<usize>(), 4, "{reverted:?}");
    assert_eq!(applied(db), 1);
}

/// What its author said of a migration holds for the stored script, too.
#[test]
fn a_stored_table_rebuild_runs_without_foreign_keys() {
    let (older, newer, db) = (project(), project(), database(Backend::Sqlite));
    for project in [&older, &newer] {
        project.migration(
            "1_tables",
            "CREATE TABLE parents (id INTEGER PRIMARY KEY, old TEXT);\n\
             CREATE TABLE children (parent INTEGER REFERENCES parents (id) ON DELETE CASCADE);\n\
             INSERT INTO parents VALUES (1, 'a');\nINSERT INTO children VALUES (1);",
            "DROP TABLE children;\nDROP TABLE parents;",
        );
    }
    let rebuild = |columns: &str, values: &str| {
        format!(
            "CREATE TABLE new_parents (id INTEGER PRIMARY KEY, {columns});\n\
             INSERT INTO new_parents SELECT {values} FROM parents;\nDROP TABLE parents;\n\
             ALTER TABLE new_parents RENAME TO parents;"
        )
    };
    newer.migration(
        "2_rebuild",
        &rebuild("old TEXT, more TEXT", "id, old, NULL"),
        &rebuild("old TEXT", "id, old"),
    );
    newer.write(
        "migrations/2_rebuild/metadata.toml",
        "run_in_transaction = true\n[dbmig]\nforeign_keys = \"off\"\n",
    );
    newer.dbmig_on(&db, &["sync"]).success();
    assert_eq!(db.column("SELECT count(*) FROM children"), ["1"]);
    older.dbmig_on(&db, &["sync", "--down", "--allow-data-loss"]).success();
    assert_eq!(db.column("SELECT count(*) FROM children"), ["1"], "nothing was cascaded");
    assert!(db.try_query("SELECT more FROM parents").is_err());
}

#[test]
fn the_help_has_the_table_and_dry_run_writes_nothing() {
    let db = deployed(Backend::Sqlite, 5);
    let before = db.dump();
    let args = ["sync", "--down", "--dry-run", "--json"];
    let shown = json(&image(BREAKING - 1).dbmig_on(&db, &args).success());
    let steps: Vec<_> = shown["steps"].as_array().unwrap().iter().collect();
    let names: Vec<_> = steps.iter().map(|step| (&step["name"], &step["script"])).collect();
    let stored = "stored".into();
    assert_eq!(names, [(&"5_tags".into(), &stored), (&"4_rename".into(), &stored)]);
    let first = &steps[1]["statements"][0];
    assert_eq!((&first["line"], &first["column"]), (&1.into(), &1.into()));
    assert_eq!(db.dump(), before);
    let help = run(&mut image(1).command(&["sync", "--help"])).success().stdout;
    assert!(help.contains("the database has more, breaking"), "{help}");
    image(1).dbmig_on(&db, &["sync", "--allow-data-loss"]).expect(2);
}
