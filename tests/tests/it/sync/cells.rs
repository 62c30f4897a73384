//! The decision table, cell by cell: `row__column`.
#![expect(non_snake_case, reason = "the row from the column")]

use dbmig_core::impact::Verdict;
use dbmig_core::sql::Position;
use dbmig_runtime::Target;
use dbmig_runtime::plan::Blocked;
use dbmig_tests::project::Output;
use dbmig_tests::{Backend, TestDatabase};

use super::{APP, BREAKING, KEEP, REVERT, applied, below_floor, deployed, image, json};
use crate::library::Library;

/// An image of version `image_version` meets the database of version `version`.
fn meet(
    backend: Backend,
    (image_version, version): (usize, usize),
    test: impl Fn(&dyn Fn(&[&str], i32) -> String, &TestDatabase),
) {
    let (db, image) = (deployed(backend, version), image(image_version));
    let run = |args: &[&str], code| {
        let output = image.dbmig_on(&db, args).expect(code);
        if output.code == Some(0) { output.stdout } else { output.stderr }
    };
    test(&run, &db);
}

fn untouched(db: &TestDatabase, test: impl Fn()) {
    let before = db.dump();
    test();
    assert_eq!(db.dump(), before);
}

/// What a command has done, as `--json` tells it.
fn done(run: &dyn Fn(&[&str], i32) -> String, args: &[&str]) -> Vec<String> {
    let stdout = run(&[args, &["--json"]].concat(), 0);
    Output { code: Some(0), stdout, stderr: String::new() }.done()
}

/// The names that `wait --json` tells to be ahead of what it has waited for.
fn ahead(run: &dyn Fn(&[&str], i32) -> String) -> Vec<String> {
    let told: serde_json::Value = serde_json::from_str(&run(&["wait", "--json"], 0)).unwrap();
    assert_eq!(told["reached"], true, "{told}");
    let names = told["ahead"].as_array().unwrap().iter();
    names.map(|name| name.as_str().unwrap().to_owned()).collect()
}

const ADDED: [&str; 3] = ["up 3_email", "up 4_rename", "up 5_tags"];

each_backend!(same__start_up_sync_and_wait);
fn same__start_up_sync_and_wait(backend: Backend) {
    meet(backend, (2, 2), |run, db| {
        untouched(db, || {
            assert_eq!(done(run, &["up"]), [""; 0]);
            assert_eq!(done(run, &["sync"]), [""; 0]);
            assert_eq!(done(run, &["sync", "--down"]), [""; 0]);
            assert_eq!(ahead(run), [""; 0]);
        });
    });
}

each_backend!(behind__start_up);
fn behind__start_up(backend: Backend) {
    meet(backend, (5, 2), |run, db| {
        assert_eq!(done(run, &["up"]), ADDED);
        assert_eq!(applied(db), 5);
    });
}

each_backend!(behind__sync);
fn behind__sync(backend: Backend) {
    for args in [&["sync"][..], &["sync", "--down"]] {
        meet(backend, (5, 2), |run, db| {
            assert_eq!(done(run, args), ADDED);
            assert_eq!(applied(db), 5);
        });
    }
}

each_backend!(behind__wait);
fn behind__wait(backend: Backend) {
    meet(backend, (5, 2), |run, db| {
        untouched(db, || {
            let waited = run(&["wait", "--timeout", "1s"], 75);
            assert!(waited.contains("3 of 5 migrations"), "{waited}");
        });
    });
}

each_backend!(ahead__start_up);
fn ahead__start_up(backend: Backend) {
    meet(backend, (1, 3), |run, db| untouched(db, || assert_eq!(done(run, &["up"]), [""; 0])));
}

each_backend!(ahead__sync);
fn ahead__sync(backend: Backend) {
    meet(backend, (1, 3), |run, db| {
        untouched(db, || {
            let told: serde_json::Value =
                serde_json::from_str(&run(&["sync", "--json"], 0)).unwrap();
            assert_eq!((&told["verdict"], &told["action"]), (&"ahead".into(), &"none".into()));
            assert_eq!(told["done"], serde_json::json!([]));
            let names: Vec<_> =
                told["unknown"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
            assert_eq!(names, ["2_notes", "3_email"]);
            let unknown = &told["unknown"][0];
            assert!(unknown["app"].as_str().unwrap().starts_with("cargo-dbmig "), "{unknown}");
            assert_eq!(unknown["compatible"]["verdict"], "compatible");
            // A person is told the same.
            let told = run(&["sync"], 0);
            assert!(told.contains("2_notes") && told.contains("3_email"), "{told}");
        });
    });
}

each_backend!(ahead__sync_down);
fn ahead__sync_down(backend: Backend) {
    meet(backend, (1, 3), |run, db| {
        assert_eq!(done(run, &["sync", "--down"]), ["down 3_email", "down 2_notes"]);
        assert_eq!(applied(db), 1);
        assert_eq!(done(run, &["sync", "--down"]), [""; 0]);
    });
}

each_backend!(ahead__wait);
fn ahead__wait(backend: Backend) {
    meet(backend, (1, 3), |run, db| {
        untouched(db, || {
            assert_eq!(ahead(run), ["2_notes", "3_email"]);
        });
    });
}

each_backend!(below_floor__start_up_sync_and_wait);
fn below_floor__start_up_sync_and_wait(backend: Backend) {
    meet(backend, (BREAKING - 1, 5), |run, db| {
        untouched(db, || {
            for command in [&["up"][..], &["sync"], &["wait"]] {
                let refused = run(command, 4);
                assert!(refused.contains("\n  4_rename "), "{refused}");
                assert!(refused.contains("(up.sql:1:33)"), "{refused}");
                assert!(!refused.contains("5_tags"), "it is not in the way: {refused}");
                assert!(refused.contains("`cargo dbmig sync --down --dry-run`"), "{refused}");
            }
            let [breaking] = &below_floor(&image(BREAKING - 1), db)[..] else { panic!() };
            assert_eq!(breaking.name, "4_rename");
            assert_eq!(breaking.compatibility.verdict, Verdict::Breaking);
            let position = breaking.compatibility.reason.position;
            assert_eq!(position, Some(Position { line: 1, column: 33 }));
        });
    });
}

each_backend!(below_floor__sync_down);
fn below_floor__sync_down(backend: Backend) {
    meet(backend, (BREAKING - 1, 5), |run, db| {
        assert_eq!(done(run, &["sync", "--down"]), ["down 5_tags", "down 4_rename"]);
        assert_eq!(applied(db), 3);
        assert_eq!(done(run, &["up"]), [""; 0]);
        db.execute("INSERT INTO users (id, nick) VALUES (1, 'n')");
    });
}

each_backend!(diverged__start_up_sync_and_wait);
fn diverged__start_up_sync_and_wait(backend: Backend) {
    meet(backend, (2, 1), |_, db| {
        let (ours, theirs) = (image(3), image(1));
        theirs.migration("6_theirs", "CREATE TABLE theirs (id INTEGER);", "DROP TABLE theirs;");
        theirs.dbmig_on(db, &["sync"]).success();
        untouched(db, || {
            let commands = [&["up"][..], &["sync"], &["sync", "--down"], &["wait"]];
            for command in commands {
                let refused = ours.dbmig_on(db, command).expect(4).stderr;
                for name in ["6_theirs", "2_notes", "3_email"] {
                    assert!(refused.contains(&format!("\n  {name}")), "{command:?}: {refused}");
                }
            }
            for target in [Target::Latest, KEEP, REVERT] {
                let blocked = Library::of(&ours, db).blocked(&target);
                let Blocked::Diverged { unknown, pending, .. } = blocked else {
                    panic!("{target:?}: {blocked}")
                };
                assert_eq!(unknown, ["6_theirs"], "{target:?}");
                assert_eq!(pending, ["2_notes", "3_email"], "{target:?}");
            }
        });
    });
}

each_backend!(json_says_why);
/// What a program reads: the verdict and its reasons, in each cell.
fn json_says_why(backend: Backend) {
    let db = deployed(backend, 5);
    let verdict = |version: usize, args: &[&str], code| {
        let args = [&["sync", "--json"], args].concat();
        json(&image(version).dbmig_on(&db, &args).expect(code))
    };
    let same = verdict(5, &[], 0);
    assert_eq!((&same["verdict"], &same["action"]), (&"same".into(), &"none".into()));
    assert_eq!(same["done"].as_array().unwrap().len(), 0);

    let ahead = verdict(4, &["--dry-run"], 0);
    assert_eq!((&ahead["verdict"], &ahead["action"]), (&"ahead".into(), &"none".into()));
    let unknown = &ahead["unknown"][0];
    assert_eq!((&unknown["name"], &unknown["state"]), (&"5_tags".into(), &"applied".into()));
    let judged = &unknown["compatible"];
    assert_eq!(judged["verdict"], "compatible");
    assert_eq!(judged["basis"], "inferred");
    assert_eq!((&judged["line"], &judged["column"]), (&1.into(), &1.into()));

    let below = verdict(3, &[], 4);
    assert_eq!((&below["verdict"], &below["action"]), (&"below_floor".into(), &"refused".into()));
    assert_eq!(below["unknown"][0]["compatible"]["verdict"], "breaking");
    assert_eq!(below["error"]["exit_code"], 4);
    assert!(below["error"]["next"].as_str().unwrap().contains("sync --down --dry-run"));

    let down = verdict(3, &["--down", "--dry-run"], 0);
    assert_eq!((&down["verdict"], &down["action"]), (&"below_floor".into(), &"down".into()));
    let steps: Vec<_> = down["steps"].as_array().unwrap().iter().map(|s| &s["name"]).collect();
    assert_eq!(steps, ["5_tags", "4_rename"]);
    assert_eq!(down["steps"][0]["script"], "stored");
    assert_eq!(applied(&db), APP.len(), "nothing was done");

    let done = verdict(3, &["--down"], 0);
    assert_eq!(done["done"][1]["direction"], "down");
    let behind = verdict(5, &["--dry-run"], 0);
    assert_eq!((&behind["verdict"], &behind["action"]), (&"behind".into(), &"up".into()));
    assert_eq!(behind["pending"][0]["name"], "4_rename");
}
