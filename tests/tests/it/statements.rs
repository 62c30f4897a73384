//! How one migration is executed: in one transaction, or statement by statement with a cursor.

use dbmig_runtime::plan::UnresumableReason;
use dbmig_runtime::{Event, Left, Target};
use dbmig_tests::{Backend, Project, TestDatabase, database};

use crate::library::Library;
use crate::project;

const NAME: &str = "1_steps";

fn applied(db: &TestDatabase) -> Vec<String> {
    db.column("SELECT version FROM __diesel_schema_migrations ORDER BY version")
}

fn statement_by_statement(project: &Project) {
    project.write(&format!("migrations/{NAME}/metadata.toml"), "run_in_transaction = false\n");
}

const BROKEN: &str = "CREATE TABLE a (id INTEGER);\n\nCREATE TABLE b (id INTEGER);\n  INSERT INTO nowhere VALUES (1);\nCREATE TABLE c (id INTEGER);\n";
const MENDED: &str = "CREATE TABLE a (id INTEGER);\n\nCREATE TABLE b (id INTEGER);\n  INSERT INTO b VALUES (1);\nCREATE TABLE c (id INTEGER);\n";

each_backend!(a_transaction_leaves_nothing_behind: postgres Postgres, sqlite Sqlite);
fn a_transaction_leaves_nothing_behind(backend: Backend) {
    let (project, db) = (project(), database(backend));
    project.migration(NAME, BROKEN, "SELECT 1");
    let run = project.dbmig_on(&db, &["run"]).expect(1).stderr;
    assert!(run.contains(&format!("migrations/{NAME}/up.sql:4:")), "{run}");
    assert_eq!(db.tables(), ["__dbmig_history", "__diesel_schema_migrations"]);
    let newest = project.newest_run(&db);
    assert_eq!((&newest["name"], &newest["state"]), (&NAME.into(), &"failed".into()));
    assert_eq!((&newest["statements_done"], &newest["statements_total"]), (&0.into(), &4.into()));
    assert!(newest["error"].as_str().unwrap().contains("nowhere"), "{newest}");
    let failed = Library::of(&project, &db).failed(&Target::Latest);
    let statement = failed.statement.unwrap();
    assert_eq!((statement.number, statement.of, failed.left), (3, 4, Left::Nothing));
    assert_eq!(db.tables(), ["__dbmig_history", "__diesel_schema_migrations"]);
    project.migration(NAME, MENDED, "SELECT 1");
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(applied(&db), ["1"]);
}

each_backend!(without_a_transaction_the_next_run_goes_on_where_the_first_ended);
fn without_a_transaction_the_next_run_goes_on_where_the_first_ended(backend: Backend) {
    let (project, db) = (project(), database(backend));
    project.migration(NAME, BROKEN, "DROP TABLE c; DROP TABLE b; DROP TABLE a;");
    statement_by_statement(&project);
    let run = project.dbmig_on(&db, &["run"]).expect(1).stderr;
    // PostgreSQL tells the place in the statement, too.
    let column = if backend == Backend::Postgres { 15 } else { 3 };
    assert!(run.contains(&format!("migrations/{NAME}/up.sql:4:{column} ")), "{run}");
    let failed = Library::of(&project, &db).failed(&Target::Latest);
    let statement = failed.statement.unwrap();
    assert_eq!((statement.number, statement.of, failed.left), (3, 4, Left::Statements(2)));
    assert!(applied(&db).is_empty());
    project.dbmig_on(&db, &["status", "--check"]).expect(3);
    let states = project.states(&db);
    assert!(states.contains(&format!("interrupted {NAME}")), "{states:?}");
    // Nothing else may be built on a half-applied migration.
    project.migration("2_other", "CREATE TABLE d (id INTEGER)", "DROP TABLE d");
    project.dbmig_on(&db, &["run"]).expect(1);
    assert!(!db.tables().contains(&"d".to_owned()));

    let changed = BROKEN.replacen("TABLE a", "TABLE aa", 1);
    project.migration(NAME, &changed, "DROP TABLE c");
    project.dbmig_on(&db, &["run"]).expect(4);
    let stuck = Library::of(&project, &db).unresumable(&Target::Latest);
    let UnresumableReason::Changed(place) = stuck.reason else { panic!("{stuck:?}") };
    assert_eq!((stuck.name.as_str(), place.number), (NAME, 1));

    project.migration(NAME, MENDED, "DROP TABLE c; DROP TABLE b; DROP TABLE a;");
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(applied(&db), ["1", "2"]);
    assert_eq!(db.column("SELECT id FROM b"), ["1"]);
    project.dbmig_on(&db, &["status", "--check"]).success();
    project.dbmig_on(&db, &["revert", "--all"]).success();
    assert_eq!(db.tables(), ["__dbmig_history", "__diesel_schema_migrations"]);
}

each_backend!(a_down_that_fails_half_way_goes_on_too);
fn a_down_that_fails_half_way_goes_on_too(backend: Backend) {
    let (project, db) = (project(), database(backend));
    project.migration(NAME, "CREATE TABLE a (id INTEGER);", "DROP TABLE a; DROP TABLE nowhere;");
    statement_by_statement(&project);
    project.dbmig_on(&db, &["run"]).success();
    let revert = project.dbmig_on(&db, &["revert"]).expect(1).stderr;
    assert!(revert.contains("down.sql:1:15 (statement 2 of 2)"), "{revert}");
    project.dbmig_on(&db, &["run"]).expect(4);
    project.migration(NAME, "CREATE TABLE a (id INTEGER);", "DROP TABLE a; SELECT 1;");
    project.dbmig_on(&db, &["revert"]).success();
    assert!(applied(&db).is_empty());
}

#[test]
fn the_plan_after_an_interruption_begins_at_the_right_statement() {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration(NAME, BROKEN, "SELECT 1");
    statement_by_statement(&project);
    project.dbmig_on(&db, &["run"]).expect(1);
    let step = &project.steps(&db, &[])[0];
    assert_eq!((&step["name"], &step["statements_done_before"]), (&NAME.into(), &2.into()));
    assert_eq!(step["statements"][2]["line"], 4, "{step}");
}

each_backend!(a_runner_that_vanished_during_a_statement_is_told_with_the_statement);
fn a_runner_that_vanished_during_a_statement_is_told_with_the_statement(backend: Backend) {
    let (project, db) = (project(), database(backend));
    project.migration(NAME, BROKEN, "SELECT 1");
    statement_by_statement(&project);
    project.dbmig_on(&db, &["run"]).expect(1);
    // What `kill -9` leaves of a statement that runs alone.
    db.execute(
        "UPDATE __dbmig_history SET state = 'running', statements_started = 3, error = NULL, \
         ended_at = NULL",
    );
    let run = project.dbmig_on(&db, &["run"]).expect(4).stderr;
    assert!(run.contains(&format!("migrations/{NAME}/up.sql:4:3")), "{run}");
    assert!(run.contains("INSERT INTO nowhere"), "{run}");
    assert!(run.contains("`cargo dbmig repair --not-done 1`"), "{run}");
    let stuck = Library::of(&project, &db).unresumable(&Target::Latest);
    let UnresumableReason::InFlight(place) = stuck.reason else { panic!("{stuck:?}") };
    assert_eq!((stuck.name.as_str(), place.number), (NAME, 3));
    project.dbmig_on(&db, &["repair", "--not-done", NAME]).success();
    project.migration(NAME, MENDED, "SELECT 1");
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("SELECT id FROM b"), ["1"]);
}

#[test]
fn mariadb_commits_each_schema_change_so_it_is_never_taken_for_a_transaction() {
    let (project, db) = (project(), database(Backend::MariaDb));
    project.migration(NAME, BROKEN, "SELECT 1");
    project.dbmig_on(&db, &["run"]).expect(1);
    assert_eq!(Library::of(&project, &db).failed(&Target::Latest).left, Left::Statements(2));
    // Data alone are a transaction.
    project.migration(NAME, MENDED, "SELECT 1");
    project.migration("2_data", "INSERT INTO a VALUES (1); INSERT INTO nowhere VALUES (2);", "");
    let failed = Library::of(&project, &db).failed(&Target::Latest);
    assert_eq!((failed.name.as_str(), failed.left), ("2_data", Left::Nothing));
    assert_eq!(failed.before.applied().collect::<Vec<_>>(), [NAME]);
    project.dbmig_on(&db, &["run"]).expect(1);
    assert!(db.column("SELECT id FROM a").is_empty());
}

#[test]
fn compound_bodies_reach_mariadb_whole() {
    let (project, db) = (project(), database(Backend::MariaDb));
    project.migration(
        NAME,
        "CREATE TABLE t (id INT, twice INT);\nDELIMITER //\nCREATE TRIGGER double_it BEFORE INSERT ON t \
         FOR EACH ROW BEGIN\n  SET NEW.twice = NEW.id * 2; -- here\nEND //\nDELIMITER ;\n\
         CREATE PROCEDURE fill() BEGIN INSERT INTO t (id) VALUES (1); INSERT INTO t (id) VALUES (2); END;\n\
         CALL fill();\n",
        "DROP PROCEDURE fill; DROP TABLE t;",
    );
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("SELECT twice FROM t ORDER BY id"), ["2", "4"]);
    project.dbmig_on(&db, &["redo"]).success();
}

#[test]
fn bodies_reach_postgres_and_sqlite_whole() {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration(
        NAME,
        "CREATE TABLE t (id INT, twice INT);\nCREATE FUNCTION dbl() RETURNS trigger LANGUAGE plpgsql AS $fn$\n\
         BEGIN NEW.twice := NEW.id * 2; RETURN NEW; END; $fn$;\n\
         CREATE TRIGGER dbl BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION dbl();\n\
         CREATE PROCEDURE fill() BEGIN ATOMIC INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); END;\nCALL fill();",
        "DROP PROCEDURE fill; DROP TABLE t; DROP FUNCTION dbl;",
    );
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("SELECT twice FROM t ORDER BY id"), ["2", "4"]);
    project.dbmig_on(&db, &["redo"]).success();

    let (project, db) = (crate::project(), database(Backend::Sqlite));
    project.migration(
        NAME,
        "CREATE TABLE t (id INT); CREATE TABLE log (n INT);\nCREATE TRIGGER note AFTER INSERT ON t BEGIN\n\
         INSERT INTO log VALUES (CASE WHEN NEW.id > 1 THEN 1 ELSE 0 END); INSERT INTO log VALUES (9);\nEND;\n\
         INSERT INTO t VALUES (2);",
        "DROP TABLE t; DROP TABLE log;",
    );
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("SELECT n FROM log"), ["1", "9"]);
}

#[test]
fn an_index_is_built_concurrently() {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration("0_t", "CREATE TABLE t (id INT)", "DROP TABLE t");
    project.migration(NAME, "CREATE INDEX CONCURRENTLY i ON t (id)", "DROP INDEX CONCURRENTLY i");
    statement_by_statement(&project);
    project.dbmig_on(&db, &["run"]).success();
    project.dbmig_on(&db, &["redo"]).success();
}

#[test]
fn what_a_migration_sets_does_not_reach_the_next_one_nor_the_ledger() {
    for (first, metadata) in [
        (
            "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.a (id INT);",
            "true",
        ),
        (
            "CREATE SCHEMA elsewhere; SET search_path TO elsewhere; SET lock_timeout TO 1; SET ROLE nobody_here;",
            "false",
        ),
    ] {
        let (project, db) = (project(), database(Backend::Postgres));
        let _ = db.try_query("CREATE ROLE nobody_here");
        project.migration(NAME, first, "");
        project.write(
            &format!("migrations/{NAME}/metadata.toml"),
            format!("run_in_transaction = {metadata}\n"),
        );
        project.migration("2_next", "CREATE TABLE next (id INT)", "DROP TABLE next");
        project.dbmig_on(&db, &["run"]).success();
        assert_eq!(applied(&db), ["1", "2"]);
        let schema = db.column("SELECT schemaname FROM pg_tables WHERE tablename = 'next'");
        assert_eq!(schema, ["public"]);
    }
    let (project, db) = (project(), database(Backend::MariaDb));
    project.migration(
        NAME,
        "SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'; CREATE TABLE `a` (id INT);",
        "",
    );
    project.migration("2_next", "CREATE TABLE t (s TEXT); INSERT INTO t VALUES (\"a\\\\b\");", "");
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("SELECT s FROM t"), ["a\\b"]);
}

#[test]
fn a_step_that_waits_too_long_for_a_lock_is_rolled_back_and_tried_again() {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration("0_t", "CREATE TABLE t (id INT)", "DROP TABLE t");
    project.dbmig_on(&db, &["run"]).success();
    project.migration(NAME, "CREATE TABLE u (id INT); ALTER TABLE t ADD COLUMN x INT;", "");
    project.write(
        &format!("migrations/{NAME}/metadata.toml"),
        "run_in_transaction = true\n[dbmig]\nlock_timeout = \"50ms\"\nretries = 1\n",
    );
    let mut session = db.session();
    session.execute("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE");
    let run = project.dbmig_on(&db, &["run"]).expect(75).stderr;
    assert!(run.contains("lock timeout"), "{run}");
    let mut tries = Vec::new();
    let observe = |event: &Event<'_>| {
        if let Event::Retrying { attempt, .. } = event {
            tries.push(*attempt);
        }
    };
    Library::of(&project, &db).run(&Target::Latest, observe).unwrap_err();
    assert_eq!(tries, [1]);
    assert!(!db.tables().contains(&"u".to_owned()));
    session.execute("COMMIT");
    project.dbmig_on(&db, &["run"]).success();
}

#[test]
fn sqlite_rebuilds_a_table_with_foreign_keys_off_and_checks_them() {
    let (project, db) = (project(), database(Backend::Sqlite));
    project.migration(
        "0_t",
        "CREATE TABLE parent (id INTEGER PRIMARY KEY); \
         CREATE TABLE child (p INTEGER REFERENCES parent (id) ON DELETE CASCADE); \
         INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1);",
        "DROP TABLE child; DROP TABLE parent;",
    );
    let rebuild = |keep: &str| {
        format!(
            "CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name TEXT); \
             INSERT INTO new_parent (id) SELECT id FROM parent {keep}; DROP TABLE parent; \
             ALTER TABLE new_parent RENAME TO parent;"
        )
    };
    project.migration(NAME, &rebuild("WHERE id <> 1"), "");
    project.write(
        &format!("migrations/{NAME}/metadata.toml"),
        "run_in_transaction = true\n[dbmig]\nforeign_keys = \"off\"\n",
    );
    // Checked before the commit, also on a connection that does not enforce them by itself; the
    // shop's `split_full_name` is such a rebuild on one that does.
    let run = project.dbmig_on(&db, &["run"]).expect(1).stderr;
    assert!(run.contains("foreign_key_check found broken references: child row 1"), "{run}");
    assert_eq!(db.column("SELECT p FROM child"), ["1"]);
    project.migration(NAME, &rebuild(""), "");
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("SELECT p FROM child"), ["1"]);
}

/// As most people write it. In the transaction around it SQLite ignores that, and where foreign keys
/// are enforced, the table that is dropped takes along what refers to it.
#[test]
fn sqlite_rebuilds_a_table_with_the_pragma_of_its_script() {
    let (project, db) = (project(), database(Backend::Sqlite));
    let rebuild = |keep: &str| {
        format!(
            "PRAGMA foreign_keys=OFF; CREATE TABLE new (id INTEGER PRIMARY KEY, name TEXT); \
             INSERT INTO new (id) SELECT id FROM parent {keep}; DROP TABLE parent; \
             ALTER TABLE new RENAME TO parent; PRAGMA foreign_keys=ON;"
        )
    };
    db.execute(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY); \
         CREATE TABLE child (p INTEGER REFERENCES parent (id) ON DELETE CASCADE); \
         INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1);",
    );
    project.migration(NAME, &rebuild("WHERE id <> 1"), "SELECT 1;");
    let run = project.dbmig_on(&db, &["run"]).expect(1).stderr;
    assert!(run.contains("foreign_key_check found broken references: child row 1"), "{run}");
    project.migration(NAME, &rebuild(""), "SELECT 1;");
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("SELECT p FROM child"), ["1"]);
}
