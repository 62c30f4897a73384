//! What is shown is what happens: plans against the runs that follow them, and who is at work.

use std::time::{Duration, Instant};

use dbmig_tests::{Backend, Project, TestDatabase, database};
use serde_json::Value;

use crate::faults::{finish, start};
use crate::project;

fn json(project: &Project, db: &TestDatabase, args: &[&str]) -> Value {
    let output = project.dbmig_on(db, &[args, &["--json"]].concat()).success();
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// The execution mode of each step that `plan` shows, by name.
fn modes(plan: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let steps = plan["steps"].as_array().unwrap().iter();
    steps.map(|step| (text(&step["name"]), text(&step["execution"]))).collect()
}

/// The same of the last `count` runs in the history.
fn executed(db: &TestDatabase, count: usize) -> Vec<(String, String)> {
    let sql = "SELECT name, execution FROM __dbmig_history WHERE state = 'done' ORDER BY id";
    let rows = db.query(sql);
    let last = rows.iter().skip(rows.len() - count);
    last.map(|row| (row[0].clone().unwrap(), row[1].clone().unwrap())).collect()
}

const FIRST: &str = "1_t";
const ALONE: &str = "2_alone";
const ROWS: &str = "3_rows";

/// One that must not run in a transaction, either way; one that only changes rows.
fn three(backend: Backend) -> Project {
    let project = project();
    let how = if backend == Backend::Postgres { "CONCURRENTLY " } else { "" };
    let drop = match backend {
        Backend::MariaDb => "DROP INDEX i ON t;".to_owned(),
        Backend::Postgres | Backend::Sqlite => format!("DROP INDEX {how}i;"),
    };
    project.migration(FIRST, "CREATE TABLE t (id INTEGER PRIMARY KEY);", "DROP TABLE t;");
    project.migration(ALONE, &format!("CREATE INDEX {how}i ON t (id);"), &drop);
    project.write(&format!("migrations/{ALONE}/metadata.toml"), "run_in_transaction = false\n");
    project.migration(ROWS, "INSERT INTO t VALUES (7);", "DELETE FROM t WHERE id = 7;");
    project.write(
        &format!("migrations/{ROWS}/metadata.toml"),
        "run_in_transaction = true\n[dbmig]\ncompatible = true\nreversible = \"yes\"\n",
    );
    project
}

each_backend!(a_plan_shows_how_its_steps_are_executed);
fn a_plan_shows_how_its_steps_are_executed(backend: Backend) {
    let (project, db) = (three(backend), database(backend));
    let plan = json(&project, &db, &["plan"]);
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(modes(&plan), executed(&db, 3), "{backend:?}");
    assert_eq!(modes(&plan)[1].1, "statements", "{backend:?}");
    assert_eq!(modes(&plan)[2].1, "transaction", "{backend:?}");

    // With the scripts that the database holds, for the directories are gone.
    [ALONE, ROWS].iter().for_each(|name| project.remove(&format!("migrations/{name}")));
    let down = ["sync", "--down", "--allow-data-loss"];
    let dry = json(&project, &db, &[&down[..], &["--dry-run"]].concat());
    let plan = json(&project, &db, &["plan", "--revert", "-n", "2"]);
    assert_eq!(dry["steps"], plan["steps"], "{backend:?}");
    for step in plan["steps"].as_array().unwrap() {
        assert_eq!(step["script"], "stored", "{backend:?}");
        assert!(step["reversible"]["verdict"].is_string(), "{backend:?}: {step}");
    }
    let told = project.dbmig_on(&db, &["plan", "--revert", "-n", "2"]).success().stdout;
    assert!(told.contains(&format!("revert {ALONE} (statement by statement)")), "{told}");
    assert!(told.contains(&format!("revert {ROWS} (in one transaction)")), "{told}");
    project.dbmig_on(&db, &down).success();
    assert_eq!(modes(&plan), executed(&db, 2), "{backend:?}");
    assert_eq!(modes(&plan)[1].1, "statements", "{backend:?}");
}

each_backend!(what_a_baseline_stores_goes_back_as_its_author_meant);
/// PostgreSQL refuses the way back in a transaction.
fn what_a_baseline_stores_goes_back_as_its_author_meant(backend: Backend) {
    let (project, db) = (three(backend), database(backend));
    db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    db.execute("CREATE INDEX i ON t (id)");
    project.dbmig_on(&db, &["baseline", "--to", ALONE]).success();
    project.remove(&format!("migrations/{ALONE}"));
    project.remove(&format!("migrations/{ROWS}"));
    let plan = json(&project, &db, &["plan", "--revert"]);
    assert_eq!(modes(&plan), [(ALONE.to_owned(), "statements".to_owned())], "{backend:?}");
    project.dbmig_on(&db, &["revert"]).success();
    assert_eq!(modes(&plan), executed(&db, 1), "{backend:?}");
}

each_backend!(a_plan_of_what_was_begun_shows_where_and_how_it_goes_on);
/// A step that was begun goes on with a cursor, whatever its settings say by now.
fn a_plan_of_what_was_begun_shows_where_and_how_it_goes_on(backend: Backend) {
    let (project, db) = (project(), database(backend));
    let up = "CREATE TABLE a (id INTEGER);\nCREATE TABEL b (id INTEGER);";
    project.migration(FIRST, up, "DROP TABLE b; DROP TABLE a;");
    let settings = format!("migrations/{FIRST}/metadata.toml");
    project.write(&settings, "run_in_transaction = false\n");
    project.dbmig_on(&db, &["run"]).expect(1);
    project.write(&format!("migrations/{FIRST}/up.sql"), up.replace("TABEL", "TABLE"));
    project.write(&settings, "run_in_transaction = true\n");
    let plan = json(&project, &db, &["run", "--dry-run"]);
    assert_eq!(plan["steps"][0]["statements_done_before"], 1, "{backend:?}");
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(modes(&plan), executed(&db, 1), "{backend:?}");
    assert_eq!(modes(&plan)[0].1, "statements", "{backend:?}");
}

each_backend!(a_number_of_the_server_is_called_its_session);
/// Beside a host stands a process of that host; what the server knows is a session of the server's.
fn a_number_of_the_server_is_called_its_session(backend: Backend) {
    let (project, db) = (project(), database(backend));
    let slow = match backend {
        Backend::Postgres => "SELECT pg_sleep(60);",
        Backend::MariaDb => "SELECT SLEEP(60);",
        Backend::Sqlite => {
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 400000000) \
             SELECT count(*) FROM c;"
        }
    };
    project.migration(FIRST, slow, "");
    project.write(&format!("migrations/{FIRST}/metadata.toml"), "run_in_transaction = false\n");
    let mut runner = start(&project, db.url(), &["run"]);
    let since = Instant::now();
    let told = loop {
        let told = project.dbmig_on(&db, &["status"]);
        if told.stdout.contains("a run is going on: ") && told.stdout.contains("at work on") {
            break told.stdout;
        }
        assert!(since.elapsed() < Duration::from_secs(30), "{backend:?}: {told:?}");
        std::thread::sleep(Duration::from_millis(50));
    };
    let expected = match backend {
        Backend::Sqlite => format!("process {}", runner.id()),
        Backend::Postgres => {
            let holder = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = \
                          (SELECT oid FROM pg_database WHERE datname = current_database()) \
                          AND objid = 0";
            format!("server session {}", db.column(holder)[0])
        }
        Backend::MariaDb => {
            let all = "SELECT id FROM information_schema.processlist WHERE db = DATABASE()";
            let shown = |id: &&String| told.contains(&format!("server session {id} of"));
            let ids = db.column(all);
            let id = ids.iter().find(shown);
            format!("server session {}", id.unwrap_or_else(|| panic!("{told}: {ids:?}")))
        }
    };
    assert!(told.contains(&expected), "{backend:?}: no {expected} in {told}");
    assert!(!told.contains("pid"), "{backend:?}: {told}");
    runner.kill().unwrap();
    finish(runner);
}
