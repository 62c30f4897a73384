//! Every command on every database, as a developer types them.

use dbmig_runtime::Target;
use dbmig_runtime::plan::Blocked;
use dbmig_tests::{Backend, Project, TestDatabase, database};

use crate::library::Library;
use crate::project;

const USERS: &str = "2026-01-01-000000-0000_create_users";
const EMAIL: &str = "2026-01-02-000000-0000_add_email";
const SEED: &str = "2026-01-03-000000-0000_seed";

fn three(project: &Project) {
    project.migration(
        USERS,
        "CREATE TABLE users (id INTEGER PRIMARY KEY);\n",
        "DROP TABLE users;\n",
    );
    project.migration(
        EMAIL,
        "ALTER TABLE users ADD COLUMN email VARCHAR(99);\n",
        "ALTER TABLE users DROP COLUMN email;\n",
    );
    project.migration(
        SEED,
        "INSERT INTO users VALUES (1, 'it''s; -- me');\nINSERT INTO users VALUES (2, 'b');\n",
        "DELETE FROM users;\n",
    );
}

/// A project with three migrations, and an empty database.
fn three_on(backend: Backend) -> (Project, TestDatabase) {
    let project = project();
    three(&project);
    (project, database(backend))
}

fn ledger(database: &TestDatabase) -> Vec<String> {
    database.column("SELECT version FROM __diesel_schema_migrations ORDER BY version")
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

each_backend!(the_usual_day);
fn the_usual_day(backend: Backend) {
    let (project, db) = &three_on(backend);
    let status = project.dbmig_on(db, &["status"]).success().states();
    assert_eq!(
        status,
        format!("pending      {USERS}\npending      {EMAIL}\npending      {SEED}\n3 pending\n")
    );
    let run = project.dbmig_on(db, &["run"]).success();
    assert_eq!(run.stdout, "applied 3 migrations\n");
    assert!(run.stderr.contains(&format!(" applied {USERS} (")), "{}", run.stderr);
    assert!(!run.stderr.contains('\u{1b}'), "no colour and no progress line without a terminal");
    assert_eq!(ledger(db), ["202601010000000000", "202601020000000000", "202601030000000000"]);
    assert_eq!(db.column("SELECT email FROM users ORDER BY id"), ["it's; -- me", "b"]);
    assert_eq!(project.dbmig_on(db, &["run"]).success().stdout, "nothing to do\n");

    let revert = project.dbmig_on(db, &["revert"]).success();
    assert_eq!(revert.stdout, "reverted 1 migration\n");
    assert_eq!(ledger(db).len(), 2);
    let redo = project.dbmig_on(db, &["redo", "-n", "2"]).success();
    assert_eq!(redo.stdout, "reverted 2 migrations, applied 2 migrations\n");
    project.dbmig_on(db, &["revert", "--to", USERS]).success();
    assert_eq!(ledger(db), ["202601010000000000"]);
    project.dbmig_on(db, &["run", "--to", "2026-01-02-000000-0000"]).success();
    assert_eq!(ledger(db).len(), 2);
    let pending = project.dbmig_on(db, &["pending"]).success();
    assert_eq!(pending.stdout, format!("{SEED}\n"));
    project.dbmig_on(db, &["revert", "--all"]).success();
    assert_eq!(ledger(db), [""; 0]);
    assert_eq!(db.tables(), ["__dbmig_history", "__diesel_schema_migrations"]);
    assert_eq!(project.dbmig_on(db, &["revert"]).success().stdout, "nothing to do\n");
}

each_backend!(up_down_and_up_again_is_the_same_schema);
fn up_down_and_up_again_is_the_same_schema(backend: Backend) {
    let (project, db) = &three_on(backend);
    project.dbmig_on(db, &["run"]).success();
    let before = db.dump();
    project.dbmig_on(db, &["redo", "--all"]).success();
    assert_eq!(db.dump(), before);
}

each_backend!(reading_writes_nothing);
fn reading_writes_nothing(backend: Backend) {
    let (project, db) = &three_on(backend);
    for command in [
        &["status"][..],
        &["pending"],
        &["plan"],
        &["run", "--dry-run"],
        &["revert", "--dry-run"],
        &["history"],
        &["verify"],
        &["baseline", "--dry-run"],
        &["revert"],
    ] {
        project.dbmig_on(db, command).success();
    }
    assert_eq!(db.tables(), [""; 0]);
}

each_backend!(a_plan_shows_each_statement_with_its_place);
fn a_plan_shows_each_statement_with_its_place(backend: Backend) {
    let (project, db) = &three_on(backend);
    project.dbmig_on(db, &["run", "--to", EMAIL]).success();
    let plan = project.dbmig_on(db, &["plan"]).success().stdout;
    let expected = format!(
        "apply {SEED} (in one transaction)\n  \
         compatible: only adds: new rows in users (up.sql:1:1)\n  \
         -- migrations/{SEED}/up.sql:1:1\n  \
         INSERT INTO users VALUES (1, 'it''s; -- me');\n  -- migrations/{SEED}/up.sql:2:1\n  \
         INSERT INTO users VALUES (2, 'b');\n\n1 step, nothing done yet\n"
    );
    assert_eq!(plan, expected);
    let plan = json(&project.dbmig_on(db, &["plan", "--revert", "--json"]).success().stdout);
    let step = &plan["steps"][0];
    assert_eq!(step["name"], EMAIL);
    assert_eq!((&step["direction"], &step["script"]), (&"down".into(), &"here".into()));
    assert_eq!(step["statements"][0]["line"], 1);
}

each_backend!(json_has_the_documented_shapes);
fn json_has_the_documented_shapes(backend: Backend) {
    let (project, db) = &three_on(backend);
    let run = json(&project.dbmig_on(db, &["run", "--json"]).success().stdout);
    assert_eq!(run["done"][2]["name"], SEED);
    assert_eq!(run["done"][0]["direction"], "up");
    assert!(run["done"][0]["elapsed_ms"].is_u64());
    let status = json(&project.dbmig_on(db, &["status", "--json"]).success().stdout);
    assert_eq!(status["migrations"][1]["version"], "202601020000000000");
    assert_eq!(status["migrations"][1]["state"], "applied");
    assert_eq!(status["counts"]["applied"], 3);
    let history = json(&project.dbmig_on(db, &["history", "-n", "1", "--json"]).success().stdout);
    let run = &history["runs"][0];
    assert_eq!((&run["name"], &run["state"]), (&SEED.into(), &"done".into()));
    let started = run["started_at"].as_str().unwrap();
    assert!(
        started.len() == 24 && started.ends_with('Z') && started.starts_with("20"),
        "{started}"
    );
    assert!(run["ended_at"].as_str().unwrap() >= started);
    assert!(run["app"].as_str().unwrap().starts_with("cargo-dbmig "));
    let bad = project.dbmig_on(db, &["run", "--to", "7", "--json"]).expect(2);
    assert_eq!(json(&bad.stdout)["error"]["exit_code"], 2);
    assert_eq!(bad.stderr, "");
}

each_backend!(check_is_for_ci);
fn check_is_for_ci(backend: Backend) {
    let (project, db) = &three_on(backend);
    project.dbmig_on(db, &["status", "--check"]).expect(3);
    project.dbmig_on(db, &["pending", "--check"]).expect(3);
    project.dbmig_on(db, &["run", "--quiet"]).success();
    project.dbmig_on(db, &["status", "--check"]).success();
    project.dbmig_on(db, &["pending", "--check"]).success();
}

each_backend!(drift_is_shown_as_a_difference_and_refuses_a_run);
fn drift_is_shown_as_a_difference_and_refuses_a_run(backend: Backend) {
    let (project, db) = &three_on(backend);
    project.dbmig_on(db, &["run"]).success();
    let up = format!("migrations/{USERS}/up.sql");
    project.write(&up, "\u{feff}-- a comment\r\nCREATE  TABLE users (id INTEGER PRIMARY KEY)\r\n;");
    project.dbmig_on(db, &["verify"]).success();
    project.dbmig_on(db, &["run"]).success();

    project.write(&up, "CREATE TABLE users (id BIGINT PRIMARY KEY);\n");
    let verify = json(&project.dbmig_on(db, &["verify", "--json"]).expect(3).stdout);
    let drifted = &verify["drifted"][0];
    assert_eq!((&drifted["name"], &drifted["path"]), (&USERS.into(), &up.as_str().into()));
    let diff = drifted["diff"].as_str().unwrap();
    assert!(diff.contains("-CREATE TABLE users (id INTEGER PRIMARY KEY);"), "{diff}");
    assert!(diff.contains("+CREATE TABLE users (id BIGINT PRIMARY KEY);"), "{diff}");
    let run = project.dbmig_on(db, &["run"]).expect(4).stderr;
    assert!(run.contains(&format!("{USERS} ({up})")), "{run}");
    assert!(run.contains("`cargo dbmig verify`"), "{run}");
    let blocked = Library::of(project, db).blocked(&Target::Latest);
    let Blocked::Drift(drifted) = blocked else { panic!("{blocked}") };
    assert_eq!(drifted.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), [USERS]);
    project.dbmig_on(db, &["status", "--check"]).expect(3);
    project.dbmig_on(db, &["redo", "--all"]).success();
    project.dbmig_on(db, &["verify"]).success();
}

each_backend!(out_of_order_is_refused_unless_allowed);
fn out_of_order_is_refused_unless_allowed(backend: Backend) {
    let (project, db) = &three_on(backend);
    project.dbmig_on(db, &["run"]).success();
    let late = "2026-01-01-120000-0000_from_a_branch";
    project.migration(late, "CREATE TABLE late (id INTEGER)", "DROP TABLE late");
    let run = project.dbmig_on(db, &["run"]).expect(4).stderr;
    assert!(run.contains(late) && run.contains("--allow-out-of-order"), "{run}");
    let blocked = Library::of(project, db).blocked(&Target::Latest);
    let expected = Blocked::OutOfOrder { late: vec![late.to_owned()], newest: SEED.to_owned() };
    assert_eq!(blocked, expected);
    project.dbmig_on(db, &["run", "--allow-out-of-order"]).success();
    assert_eq!(ledger(db).len(), 4);
}

each_backend!(a_baseline_adopts_without_running);
fn a_baseline_adopts_without_running(backend: Backend) {
    let (project, db) = &three_on(backend);
    db.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(99))");
    let entered = [format!("up {USERS}"), format!("up {EMAIL}")];
    assert_eq!(project.done(db, &["baseline", "--to", EMAIL, "--dry-run"]), entered);
    assert_eq!(db.tables(), ["users"]);
    assert_eq!(project.done(db, &["baseline", "--to", EMAIL]), entered);
    assert_eq!(ledger(db).len(), 2);
    assert_eq!(project.done(db, &["baseline", "--to", EMAIL]), [""; 0]);
    project.dbmig_on(db, &["run"]).success();
    assert_eq!(db.column("SELECT email FROM users WHERE id = 2"), ["b"]);
    let status = json(&project.dbmig_on(db, &["status", "--json"]).success().stdout);
    assert_eq!(status["counts"]["applied"], 3);
    project.dbmig_on(db, &["baseline", "--to", "9"]).expect(2);
}

each_backend!(a_migration_that_is_gone_from_disk_is_reverted_with_its_stored_script);
fn a_migration_that_is_gone_from_disk_is_reverted_with_its_stored_script(backend: Backend) {
    let (project, db) = &three_on(backend);
    project.dbmig_on(db, &["run"]).success();
    project.remove(&format!("migrations/{SEED}"));
    project.remove(&format!("migrations/{EMAIL}"));
    let states = project.states(db);
    assert!(states.contains(&format!("missing {EMAIL}")), "{states:?}");
    let run = project.dbmig_on(db, &["run"]).success();
    assert!(run.stderr.contains(&format!("{EMAIL}, {SEED}.")), "{}", run.stderr);
    let run = project.dbmig_on(db, &["run", "--json"]).success();
    assert_eq!(run.done(), [""; 0]);
    assert_eq!(run.json()["missing"], serde_json::json!([EMAIL, SEED]));
    let steps = project.steps(db, &["--revert", "-n", "2"]);
    let stored: Vec<_> = steps.iter().map(|step| (&step["name"], &step["script"])).collect();
    let is = "stored".into();
    assert_eq!(stored, [(&SEED.into(), &is), (&EMAIL.into(), &is)]);
    assert_eq!((&steps[1]["statements"][0]["line"]), 1);
    project.dbmig_on(db, &["revert", "-n", "2"]).success();
    assert_eq!(ledger(db), ["202601010000000000"]);
    assert!(db.try_query("SELECT email FROM users").is_err());
}

each_backend!(eight_runners_at_once_apply_each_migration_once);
fn eight_runners_at_once_apply_each_migration_once(backend: Backend) {
    let (project, db) = (project(), database(backend));
    three(&project);
    let slow = "2026-01-04-000000-0000_statement_by_statement";
    project.migration(slow, "CREATE TABLE a (id INT); CREATE TABLE b (id INT);", "");
    project.write(&format!("migrations/{slow}/metadata.toml"), "run_in_transaction = false\n");
    let start = || {
        let mut command = project.command(&["run", "--quiet"]);
        command.env("DATABASE_URL", db.url()).stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    let runners: Vec<_> = (0..8).map(|_| start()).collect();
    for runner in runners {
        let output = runner.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{backend:?}: {text}");
    }
    assert_eq!(ledger(&db).len(), 4, "{backend:?}");
    assert_eq!(db.column("SELECT id FROM users ORDER BY id"), ["1", "2"], "{backend:?}");
    let runs = db.column("SELECT version FROM __dbmig_history WHERE state = 'done' ORDER BY id");
    assert_eq!(runs.len(), 4, "{backend:?}: {runs:?}");
}

each_backend!(the_templates_of_new_are_valid_sql_both_ways);
fn the_templates_of_new_are_valid_sql_both_ways(backend: Backend) {
    let (project, db) = (project(), database(backend));
    let name = match backend {
        Backend::Postgres => "postgres",
        Backend::MariaDb => "mysql",
        Backend::Sqlite => "sqlite",
    };
    for migration in [
        "create_users",
        "create_order",
        "add_email_to_users",
        "add_name_to_users",
        "add_index_to_users_on_email",
        "rename_name_to_title_in_users",
        "rename_users_to_accounts",
        "remove_title_from_accounts",
        "drop_order",
    ] {
        project.dbmig(&["new", migration, "--backend", name]).success();
    }
    project.dbmig_on(&db, &["run"]).success();
    assert!(db.tables().contains(&"accounts".to_owned()), "{backend:?}: {:?}", db.tables());
    project.dbmig_on(&db, &["revert", "-n", "9"]).success();
    assert_eq!(db.tables(), ["__dbmig_history", "__diesel_schema_migrations"], "{backend:?}");
}

each_backend!(a_database_is_created_dropped_and_reset);
fn a_database_is_created_dropped_and_reset(backend: Backend) {
    let (project, db) = &three_on(backend);
    // A port of this machine may lead to another one, and a file may be the only copy.
    for (command, what) in
        [("drop", "drop the database"), ("reset", "drop the database and build it again")]
    {
        let asked = project.dbmig_on(db, &["db", command]).expect(2).stderr;
        let wanted = format!("{what} on ");
        assert!(asked.contains(&wanted) && asked.contains("next: add --yes"), "{asked}");
        let asked = json(&project.dbmig_on(db, &["db", command, "--json"]).expect(2).stdout);
        assert_eq!(asked["error"]["exit_code"], 2, "{asked}");
    }
    project.dbmig_on(db, &["db", "drop", "--yes"]).success();
    let missing = project.dbmig_on(db, &["status"]);
    match db.backend() {
        // SQLite makes the file; there is nothing to be missing.
        Backend::Sqlite => drop(missing.success()),
        _ => assert!(missing.expect(1).stderr.contains("`cargo dbmig db create`")),
    }
    project.dbmig_on(db, &["db", "create"]).success();
    project.dbmig_on(db, &["run"]).success();
    db.execute("INSERT INTO users VALUES (3, 'gone after a reset')");
    project.dbmig_on(db, &["db", "reset", "--yes"]).success();
    assert_eq!(db.column("SELECT id FROM users ORDER BY id"), ["1", "2"]);
}
