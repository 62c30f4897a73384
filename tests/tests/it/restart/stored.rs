//! How the answer is said and stored.

use dbmig_core::history::inference::INFERENCE;
use dbmig_tests::{Backend, database};
use serde_json::Value;

use super::{BEFORE, newer};
use crate::project;

#[test]
fn each_command_says_it() {
    let db = database(Backend::Postgres);
    let (newer, older) = (newer(), project());
    older.migration("1_users", BEFORE, "DROP TABLE users;");
    older.dbmig_on(&db, &["run"]).success();
    let words = "compatible after a restart: a type of users.street that holds as much or more \
                 (up.sql:1:32); processes that run now must be restarted";
    for args in [&["plan"][..], &["run", "--dry-run"], &["status"], &["sync", "--dry-run"]] {
        let told = newer.dbmig_on(&db, args).success().stdout;
        assert!(told.contains(words), "{args:?}: {told}");
    }
    newer.dbmig_on(&db, &["run"]).success();
    // The floor stays where it is.
    let told = older.dbmig_on(&db, &["sync"]).success().stdout;
    assert!(told.contains("ahead 2_wider (applied by cargo-dbmig "), "{told}");
    assert!(told.contains(words), "{told}");
    assert!(older.dbmig_on(&db, &["status"]).success().stdout.contains(words));
    let json = older.dbmig_on(&db, &["sync", "--json"]).success().stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["verdict"], "ahead");
    let compatible = &json["unknown"][0]["compatible"];
    assert_eq!(compatible["verdict"], "compatible_after_restart");
    assert_eq!((&compatible["line"], &compatible["column"]), (&1.into(), &32.into()));
    let stored = "SELECT compatible FROM __dbmig_history WHERE version = '2'";
    assert_eq!(db.column(stored), ["after_restart"]);
}

each_backend!(it_can_be_declared);
/// On the databases where nothing is inferred so, a person may know.
fn it_can_be_declared(backend: Backend) {
    let db = database(backend);
    let (newer, older) = (project(), project());
    for project in [&newer, &older] {
        project.migration("1_a", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;");
    }
    newer.migration("2_b", "DELETE FROM a;", "DELETE FROM a;");
    newer.write(
        "migrations/2_b/metadata.toml",
        "run_in_transaction = true\n[dbmig]\ncompatible = \"after_restart\"\n",
    );
    newer.dbmig_on(&db, &["run"]).success();
    let told = older.dbmig_on(&db, &["sync", "--json"]).success().json();
    assert_eq!((&told["verdict"], &told["action"]), (&"ahead".into(), &"none".into()));
    let unknown = &told["unknown"][0];
    assert_eq!(unknown["name"], "2_b", "{backend:?}");
    let judged = &unknown["compatible"];
    assert_eq!(judged["verdict"], "compatible_after_restart", "{backend:?}");
    assert_eq!(judged["basis"], "declared", "{backend:?}");
    let stored = "SELECT compatible FROM __dbmig_history WHERE version = '2'";
    assert_eq!(db.column(stored), ["after_restart"], "{backend:?}");
}

each_backend!(what_older_rules_have_found_is_judged_anew);
/// What older rules have found is judged by today's, where they are at hand, and that is said. What
/// today's rules have found, or a person has declared, stays.
fn what_older_rules_have_found_is_judged_anew(backend: Backend) {
    let db = database(backend);
    let (newer, older) = (project(), project());
    for project in [&newer, &older] {
        project.migration("1_a", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;");
    }
    newer.migration("2_b", "ALTER TABLE a ADD COLUMN y INTEGER;", "DROP TABLE a;");
    newer.dbmig_on(&db, &["run"]).success();
    let settings = "SELECT settings FROM __dbmig_history WHERE version = '2'";
    let today = format!("inference {INFERENCE}\n");
    assert_eq!(db.column(settings), [today.as_str()], "{backend:?}");
    let say = |settings: &str, basis: &str| {
        db.execute(&format!(
            "UPDATE __dbmig_history SET settings = '{settings}', compatible = 'breaking', outlook = \
             'breaking {basis} - what nobody understood\nlossy inferred - x\n' WHERE version = '2'"
        ));
    };
    // The reason says so, as docs/json.md has it.
    let (anew, before) = (
        ("compatible", "new column a.y (judged anew, before it was breaking)"),
        ("breaking", "what nobody understood"),
    );
    for (settings, basis, (verdict, reason)) in [
        ("", "inferred", anew),
        ("inference 0\n", "inferred", anew),
        (today.as_str(), "inferred", before),
        ("inference 99\n", "inferred", before),
        ("", "declared", before),
    ] {
        say(settings, basis);
        let code = if verdict == "compatible" { 0 } else { 4 };
        older.dbmig_on(&db, &["run"]).expect(code);
        let status = older.dbmig_on(&db, &["status", "--json"]).success().json();
        let synced = older.dbmig_on(&db, &["sync", "--json"]).expect(code).json();
        for found in [&status["migrations"][1], &synced["unknown"][0]] {
            let judged = &found["compatible"];
            let case = format!("{backend:?} {settings:?} {basis}: {found}");
            assert_eq!(
                (&found["name"], &judged["verdict"]),
                (&"2_b".into(), &verdict.into()),
                "{case}"
            );
            assert!(judged["reason"].as_str().unwrap().ends_with(reason), "{case}");
        }
    }
    // What goes is judged anew, too.
    say("", "inferred");
    let json = older.dbmig_on(&db, &["status", "--json"]).success().stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    let reversible = &json["migrations"][1]["reversible"];
    assert_eq!(reversible["verdict"], "lossy", "{reversible}");
    assert!(reversible["reason"].as_str().unwrap().contains("drops the table a"), "{reversible}");
}
