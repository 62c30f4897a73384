//! `repair`: explains before it acts, never guesses, and writes down what it did.

use dbmig_runtime::Target;
use dbmig_runtime::plan::UnresumableReason;
use dbmig_tests::{Backend, Project, TestDatabase, database, eventually};

use crate::faults::{finish, start};
use crate::library::Library;
use crate::project;

const NAME: &str = "20260101_steps";
const UP: &str =
    "CREATE TABLE a (id INTEGER);\nCREATE TABLE b (id INTEGER);\nCREATE TABLE c (id INTEGER);\n";

const BROKEN: &str =
    "CREATE TABLE a (id INTEGER);\nCREATE TABEL b (id INTEGER);\nCREATE TABLE c (id INTEGER);\n";

/// A run that was lost during the second of three statements, of which nobody can tell.
fn lost(project: &Project, db: &TestDatabase) {
    project.migration(NAME, BROKEN, "DROP TABLE c; DROP TABLE b; DROP TABLE a;");
    project.write(&format!("migrations/{NAME}/metadata.toml"), "run_in_transaction = false\n");
    project.dbmig_on(db, &["run"]).expect(1);
    db.execute("UPDATE __dbmig_history SET state = 'running', statements_started = 2, error = NULL, ended_at = NULL");
    project.write(&format!("migrations/{NAME}/up.sql"), UP);
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

each_backend!(without_anything_to_repair);
fn without_anything_to_repair(backend: Backend) {
    let (project, db) = (project(), database(backend));
    project.migration(NAME, UP, "");
    assert_eq!(project.dbmig_on(&db, &["repair"]).success().stdout, "nothing to repair\n");
    assert!(db.tables().is_empty(), "it only reads");
    project.dbmig_on(&db, &["run"]).success();
    for what in ["--done", "--not-done", "--forget", "--finish", "--accept"] {
        let refused = project.dbmig_on(&db, &["repair", what, NAME]).expect(2).stderr;
        assert!(
            refused.contains("20260101") && refused.contains("`cargo dbmig repair`"),
            "{refused}"
        );
    }
    let both =
        project.dbmig_on(&db, &["repair", "--done", NAME, "--forget", NAME]).expect(2).stderr;
    assert!(both.contains("cannot be used with"), "{both}");
}

each_backend!(it_explains_and_the_two_commands_that_it_names_settle_it);
fn it_explains_and_the_two_commands_that_it_names_settle_it(backend: Backend) {
    for (what, by_hand, done_before) in
        [("--done", "CREATE TABLE b (id INTEGER)", 2), ("--not-done", "SELECT 1", 1)]
    {
        let (project, db) = (project(), database(backend));
        lost(&project, &db);
        let explained = project.dbmig_on(&db, &["repair"]).expect(3).stdout;
        for part in [
            NAME,
            &format!("migrations/{NAME}/up.sql:2:1"),
            "CREATE TABEL b (id INTEGER)",
            "`cargo dbmig repair --done 20260101`",
            "`cargo dbmig repair --not-done 20260101`",
        ] {
            assert!(explained.contains(part), "{backend:?}: no {part:?} in {explained}");
        }
        let value = json(&project.dbmig_on(&db, &["repair", "--json"]).expect(3).stdout);
        assert_eq!(value["found"][0]["state"], "interrupted");
        assert_eq!(value["found"][0]["version"], "20260101");
        assert_eq!(value["found"][0]["name"], NAME);
        let stuck = Library::of(&project, &db).unresumable(&Target::Latest);
        let UnresumableReason::InFlight(place) = stuck.reason else { panic!("{stuck:?}") };
        assert_eq!(place.number, 2);
        let run = project.dbmig_on(&db, &["run"]).expect(4).stderr;
        assert!(run.contains("repair --done 20260101"), "{run}");

        let before = db.query("SELECT id, state FROM __dbmig_history ORDER BY id");
        let dry = ["repair", what, NAME, "--dry-run", "--json"];
        let dry = json(&project.dbmig_on(&db, &dry).success().stdout);
        assert_eq!((&dry["version"], &dry["name"]), (&"20260101".into(), &NAME.into()));
        assert_eq!(db.query("SELECT id, state FROM __dbmig_history ORDER BY id"), before);

        db.execute(by_hand);
        let done = json(&project.dbmig_on(&db, &["repair", what, NAME, "--json"]).success().stdout);
        assert_eq!(done, dry, "{backend:?}");
        let row = &project.newest_run(&db);
        assert_eq!(row["statements_done"], done_before, "{backend:?}");
        assert!(row["note"].as_str().unwrap().starts_with("repair: "), "{row}");
        assert!(row["app"].as_str().unwrap().starts_with("cargo-dbmig"), "{row}");
        project.dbmig_on(&db, &["repair", what, NAME]).expect(2);
        if what == "--done" {
            // What is done must be what the file says.
            project.dbmig_on(&db, &["run"]).expect(4);
            project.write(&format!("migrations/{NAME}/up.sql"), BROKEN);
        }
        assert_eq!(project.steps(&db, &[])[0]["statements_done_before"], done_before);
        project.dbmig_on(&db, &["run"]).success();
        let tables = db.tables();
        assert!(["a", "b", "c"].iter().all(|t| tables.contains(&(*t).to_owned())), "{tables:?}");
        project.dbmig_on(&db, &["revert"]).success();
        assert_eq!(db.tables(), ["__dbmig_history", "__diesel_schema_migrations"]);
    }
}

each_backend!(what_was_undone_by_hand_is_forgotten);
fn what_was_undone_by_hand_is_forgotten(backend: Backend) {
    let (project, db) = (project(), database(backend));
    lost(&project, &db);
    db.execute("DROP TABLE a");
    project.dbmig_on(&db, &["repair", "--forget", NAME]).success();
    assert_eq!(project.newest_run(&db)["state"], "forgotten");
    assert_eq!(project.states(&db), [format!("pending {NAME}")]);
    project.dbmig_on(&db, &["run"]).success();
    project.dbmig_on(&db, &["verify"]).success();
}

each_backend!(what_was_finished_by_hand_counts_as_applied_and_has_its_way_back);
fn what_was_finished_by_hand_counts_as_applied_and_has_its_way_back(backend: Backend) {
    let (project, db) = (project(), database(backend));
    lost(&project, &db);
    // The text that was running is the one that counts.
    project.write(&format!("migrations/{NAME}/up.sql"), BROKEN);
    db.execute("CREATE TABLE b (id INTEGER); CREATE TABLE c (id INTEGER)");
    project.dbmig_on(&db, &["repair", "--finish", NAME]).success();
    project.dbmig_on(&db, &["status", "--check"]).success();
    assert_eq!(project.states(&db), [format!("applied {NAME}")]);
    assert_eq!(project.done(&db, &["run"]), [""; 0]);
    project.remove(&format!("migrations/{NAME}"));
    project.dbmig_on(&db, &["revert"]).success();
    assert_eq!(db.tables(), ["__dbmig_history", "__diesel_schema_migrations"]);
}

each_backend!(a_revert_is_settled_the_same_way);
fn a_revert_is_settled_the_same_way(backend: Backend) {
    for (what, by_hand, state) in [
        ("--finish", "DROP TABLE a", "pending"),
        ("--forget", "CREATE TABLE b (id INTEGER)", "applied"),
    ] {
        let (project, db) = (project(), database(backend));
        project.migration(
            NAME,
            "CREATE TABLE a (id INTEGER); CREATE TABLE b (id INTEGER);",
            "DROP TABLE b; DROP TABEL a;",
        );
        project.write(&format!("migrations/{NAME}/metadata.toml"), "run_in_transaction = false\n");
        project.dbmig_on(&db, &["run"]).success();
        project.dbmig_on(&db, &["revert"]).expect(1);
        db.execute(by_hand);
        project.dbmig_on(&db, &["repair", what, NAME]).success();
        assert_eq!(project.states(&db), [format!("{state} {NAME}")], "{backend:?} {what}");
    }
}

each_backend!(a_changed_text_is_accepted);
fn a_changed_text_is_accepted(backend: Backend) {
    let (project, db) = (project(), database(backend));
    project.migration(NAME, "CREATE TABLE a (id INTEGER);", "DROP TABLE a;");
    project.dbmig_on(&db, &["run"]).success();
    project
        .write(&format!("migrations/{NAME}/up.sql"), "CREATE TABLE IF NOT EXISTS a (id INTEGER);");
    let run = project.dbmig_on(&db, &["run"]).expect(4).stderr;
    assert!(run.contains("`cargo dbmig repair --accept 20260101`"), "{run}");
    let explained = json(&project.dbmig_on(&db, &["repair", "--json"]).expect(3).stdout);
    let found = &explained["found"][0];
    assert_eq!((&found["state"], &found["name"]), (&"drifted".into(), &NAME.into()));
    project.dbmig_on(&db, &["repair", "--accept", NAME]).success();
    project.dbmig_on(&db, &["verify"]).success();
    assert_eq!(project.done(&db, &["run"]), [""; 0]);
    project.dbmig_on(&db, &["revert"]).success();
    assert!(!db.tables().contains(&"a".to_owned()));
}

/// What the catalogue cannot tell: a procedure may have done anything.
#[test]
fn a_procedure_whose_runner_was_killed_asks_for_a_decision() {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration(
        NAME,
        "CREATE TABLE a (id INTEGER);\nCREATE PROCEDURE slow() LANGUAGE plpgsql AS \
         $$ BEGIN INSERT INTO a VALUES (1); COMMIT; PERFORM pg_sleep(60); END $$;\nCALL slow();\nCREATE TABLE b (id INTEGER);",
        "",
    );
    project.write(&format!("migrations/{NAME}/metadata.toml"), "run_in_transaction = false\n");
    let mut runner = start(&project, db.url(), &["run"]);
    let begun = || db.try_query("SELECT id FROM a").is_ok_and(|rows| !rows.is_empty());
    eventually("it is in the procedure", begun);
    runner.kill().unwrap();
    finish(runner);
    project.dbmig_on(&db, &["run"]).expect(4);
    let stuck = Library::of(&project, &db).unresumable(&Target::Latest);
    let UnresumableReason::InFlight(place) = stuck.reason else { panic!("{stuck:?}") };
    assert_eq!(place.number, 3);
    project.dbmig_on(&db, &["repair", "--done", NAME]).success();
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("SELECT id FROM a"), ["1"]);
    assert!(db.tables().contains(&"b".to_owned()));
}

each_backend!(a_temporary_table_of_a_lost_session_stops_the_next_run);
/// What a session held is gone with it; to go on without would be to go on with something else.
fn a_temporary_table_of_a_lost_session_stops_the_next_run(backend: Backend) {
    let temporary = match backend {
        Backend::Postgres | Backend::Sqlite => "TEMP",
        Backend::MariaDb => "TEMPORARY",
    };
    let (project, db) = (project(), database(backend));
    let up = format!(
        "CREATE {temporary} TABLE x (id INTEGER);\nINSERT INTO x VALUES (1);\nCREATE TABEL b AS SELECT id FROM x;\n"
    );
    project.migration(NAME, &up, "");
    project.write(&format!("migrations/{NAME}/metadata.toml"), "run_in_transaction = false\n");
    project.dbmig_on(&db, &["run"]).expect(1);
    project.write(&format!("migrations/{NAME}/up.sql"), up.replace("TABEL", "TABLE"));
    let stopped = project.dbmig_on(&db, &["run"]).expect(4).stderr;
    let stuck = Library::of(&project, &db).unresumable(&Target::Latest);
    let UnresumableReason::SessionGone(place) = stuck.reason else { panic!("{stuck:?}") };
    assert_eq!(place.number, 1, "{backend:?}");
    assert!(stopped.contains("repair --forget 20260101"), "{stopped}");
    project.dbmig_on(&db, &["repair", "--forget", NAME]).success();
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("SELECT id FROM b"), ["1"]);
}
