//! Two builds that take turns on one database.

use dbmig_tests::{Backend, Project, TestDatabase};
use serde_json::Value;

use super::files::{LOST, STATEMENTS, directory};
use super::{done, json, left_by_the_older_build, other_build, readable, signed, states};

/// Both tell the same of where each migration stands, and of what was run.
#[track_caller]
fn same(builds: [&Project; 2], db: &TestDatabase) {
    let [here, there] = builds;
    assert_eq!(states(here, db), states(there, db));
    let runs = |project: &Project| {
        let history = json(project, db, &["history", "-n", "1000"], 0);
        let keys = ["version", "name", "direction", "state", "statements_done", "app", "error"];
        let run = |run: &Value| keys.map(|key| run[key].clone());
        history["runs"].as_array().unwrap().iter().map(run).collect::<Vec<_>>()
    };
    assert_eq!(runs(here), runs(there));
    readable::assert_rows(db);
}

/// The files of a migration, for both.
fn put(builds: [&Project; 2], name: &str, up: &str, down: &str) {
    for project in builds {
        project.migration(name, up, down);
        project.write(&format!("migrations/{name}/metadata.toml"), STATEMENTS);
    }
}

each_backend!(two_builds_take_turns);
fn two_builds_take_turns(backend: Backend) {
    let db = left_by_the_older_build(backend);
    let here = directory(env!("CARGO_BIN_EXE_dbmig-under-test").as_ref(), backend);
    let there = directory(&other_build(), backend);
    let both = [&here, &there];
    same(both, &db);
    // What the one has left open, the other one goes on with.
    assert_eq!(done(&json(&here, &db, &["run"], 0)), [format!("{LOST} up")]);
    same(both, &db);

    for (number, [first, second]) in [(20, [&here, &there]), (30, [&there, &here])] {
        let name = |more: u32, what: &str| format!("{}_{what}", number + more);
        // One leaves a run half done; the other one completes it and the first one reverts it.
        let (half, down) = (name(0, "half"), format!("DELETE FROM moves WHERE id = {number};"));
        let first_half = format!("INSERT INTO moves VALUES ({number});\n");
        put(both, &half, &(first_half.clone() + "INSERT INTO nowhere VALUES (1);\n"), &down);
        json(first, &db, &["run"], 1);
        assert_eq!(json(second, &db, &["repair"], 3)["found"][0]["name"], half.as_str());
        same(both, &db);
        put(both, &half, &(first_half + "DELETE FROM moves WHERE id = 0;\n"), &down);
        assert_eq!(done(&json(second, &db, &["run"], 0)), [format!("{half} up")]);
        assert_eq!(done(&json(first, &db, &["redo"], 0)).len(), 2);
        same(both, &db);

        // What the one has stored and signed, the other one reverts without the file.
        let stored = name(1, "stored");
        put(
            both,
            &stored,
            &format!("CREATE TABLE t{number} (id INTEGER);\n"),
            &format!("DROP TABLE t{number};\n"),
        );
        signed(first, &db, &["run"], 0);
        same(both, &db);
        both.iter().for_each(|project| project.remove(&format!("migrations/{stored}")));
        signed(second, &db, &["revert"], 0);
        assert!(!db.tables().contains(&format!("t{number}")));
        same(both, &db);

        // What the one has left open, the other one settles.
        let settled = name(2, "settled");
        put(
            both,
            &settled,
            &format!("INSERT INTO moves VALUES ({number}1);\nINSERT INTO nowhere VALUES (1);\n"),
            "SELECT 1;\n",
        );
        json(first, &db, &["run"], 1);
        json(second, &db, &["repair", "--finish", &settled], 0);
        assert_eq!(json(first, &db, &["verify"], 0)["drifted"], Value::Array(Vec::new()));
        same(both, &db);

        // And a floor of the one is one for the other.
        let floor = name(3, "floor");
        put(both, &floor, "DELETE FROM moves WHERE id = 0;\n", "SELECT 1;\n");
        for project in both {
            let metadata = STATEMENTS.to_owned() + "[dbmig]\ncompatible = false\n";
            project.write(&format!("migrations/{floor}/metadata.toml"), metadata);
        }
        json(first, &db, &["run"], 0);
        second.remove(&format!("migrations/{floor}"));
        let refused = json(second, &db, &["sync"], 4);
        assert_eq!(refused["verdict"], "below_floor");
        json(second, &db, &["sync", "--down"], 0);
        first.remove(&format!("migrations/{floor}"));
        same(both, &db);
    }
}
