//! A statement fails where something of it may be left: a part of its work, an index that is not
//! finished, half of a transaction. Nothing is done twice, nothing is lost, nothing is guessed.

use std::num::NonZeroUsize;

use dbmig_runtime::plan::{Direction, UnresumableReason};
use dbmig_runtime::{Class, Error, Extent, Left, Target};
use dbmig_tests::{Backend, Project, TestDatabase, database, eventually};

use super::{finish, start};
use crate::library::Library;
use crate::project;

fn statements(project: &Project, name: &str, more: &str) {
    let metadata = format!("run_in_transaction = false\n{more}");
    project.write(&format!("migrations/{name}/metadata.toml"), metadata);
}

fn invalid(db: &TestDatabase) -> Vec<String> {
    db.column("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
}

#[test]
fn an_index_that_could_not_be_built_is_dropped_before_the_next_try() {
    for if_not_exists in ["", "IF NOT EXISTS"] {
        let (project, db) = (project(), database(Backend::Postgres));
        project.migration("0_t", "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (1);", "");
        let up = format!("CREATE UNIQUE INDEX CONCURRENTLY {if_not_exists} i ON t (id);");
        project.migration("1_i", &up, "");
        statements(&project, "1_i", "");
        project.dbmig_on(&db, &["run"]).expect(1);
        assert_eq!(invalid(&db), ["i"]);
        assert_eq!(Library::of(&project, &db).failed(&Target::Latest).left, Left::InDoubt(0));
        assert_eq!(invalid(&db), ["i"]);
        let repair = project.dbmig_on(&db, &["repair", "--json"]).expect(3).json();
        let found = &repair["found"][0];
        assert_eq!((&found["name"], &found["state"]), (&"1_i".into(), &"interrupted".into()));
        let next = found["next"].as_str().unwrap();
        assert!(next.contains("`cargo dbmig run`") && !next.contains("repair"), "{next}");
        // Still two of the same: the leftover is dropped, and there is a new one.
        project.dbmig_on(&db, &["run"]).expect(1);
        db.execute("DELETE FROM t; INSERT INTO t VALUES (1)");
        let run = project.dbmig_on(&db, &["run"]).success().stderr;
        assert!(run.contains("dropping public.i,"), "{run}");
        assert!(invalid(&db).is_empty());
        let indexes = db.column("SELECT indexname FROM pg_indexes WHERE tablename = 't'");
        assert_eq!(indexes, ["i"]);
    }
}

#[test]
fn a_runner_that_is_killed_while_it_drops_a_leftover_does_not_forget_it() {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration("0_t", "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (1);", "");
    project.migration("1_i", "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (id);", "");
    statements(&project, "1_i", "");
    project.dbmig_on(&db, &["run"]).expect(1);
    db.execute("DELETE FROM t; INSERT INTO t VALUES (1)");
    // The drop waits for this snapshot.
    let mut session = db.session();
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM t");
    let mut runner = start(&project, db.url(), &["run"]);
    let dropping = "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DROP INDEX%' \
                    AND datname = current_database()";
    eventually("it drops the index", || !db.query(dropping).is_empty());
    runner.kill().unwrap();
    finish(runner);
    // The server ends the statement of a client that is gone.
    eventually("it does not drop it any more", || db.query(dropping).is_empty());
    session.execute("COMMIT");
    project.dbmig_on(&db, &["run"]).success();
    assert!(invalid(&db).is_empty());
    assert_eq!(db.column("SELECT indexname FROM pg_indexes WHERE tablename = 't'"), ["i"]);
}

/// The first statement of the migration has failed, and nobody can tell what it has left.
#[track_caller]
fn is_in_doubt(project: &Project, db: &TestDatabase, name: &str) {
    let stuck = Library::of(project, db).unresumable(&Target::Latest);
    let UnresumableReason::InFlight(place) = stuck.reason else { panic!("{stuck:?}") };
    assert_eq!((stuck.name.as_str(), place.number), (name, 1));
}

each_server!(a_procedure_that_failed_half_way_is_not_called_again);
/// What a procedure has committed before it failed is not done again unasked.
fn a_procedure_that_failed_half_way_is_not_called_again(backend: Backend) {
    let (project, db) = (project(), database(backend));
    let procedure = match backend {
        Backend::Postgres => {
            "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET n = n + 1 WHERE id = 1; \
             COMMIT; UPDATE t SET n = n + 1 WHERE id = 2; END $$;"
        }
        _ => {
            "CREATE PROCEDURE p() BEGIN UPDATE t SET n = n + 1 WHERE id = 1; \
             UPDATE t SET n = n + 1 WHERE id = 2; END;"
        }
    };
    let table =
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO t VALUES (1, 0), (2, 0);";
    project.migration("0_t", &format!("{table}\n{procedure}"), "");
    project.dbmig_on(&db, &["run"]).success();
    project.migration("1_call", "CALL p();", "");
    statements(&project, "1_call", "[dbmig]\nlock_timeout = \"1s\"\n");
    let mut session = db.session();
    session.execute("BEGIN");
    session.execute("SELECT * FROM t WHERE id = 2 FOR UPDATE");
    let error = Library::of(&project, &db).error(&Target::Latest);
    assert_eq!(error.class(), Class::Temporary, "{error}");
    let Error::Migration(failed) = error else { panic!("{error}") };
    assert_eq!(failed.left, Left::InDoubt(0));
    session.execute("ROLLBACK");
    project.dbmig_on(&db, &["run"]).expect(4);
    is_in_doubt(&project, &db, "1_call");
    assert_eq!(db.column("SELECT n FROM t ORDER BY id"), ["1", "0"], "{backend:?}");
}

#[test]
fn a_block_of_postgres_that_cannot_commit_is_all_or_nothing() {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration(
        "1_do",
        "CREATE TABLE t (n INTEGER);\nDO $$ BEGIN INSERT INTO t VALUES (1); INSERT INTO nowhere VALUES (1); END $$;",
        "",
    );
    statements(&project, "1_do", "");
    project.dbmig_on(&db, &["run"]).expect(1);
    assert_eq!(Library::of(&project, &db).failed(&Target::Latest).left, Left::Statements(1));
    db.execute("CREATE TABLE nowhere (n INTEGER)");
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("SELECT n FROM t"), ["1"]);
}

#[test]
fn a_drop_of_several_tables_that_failed_at_the_second_is_in_doubt() {
    let (project, db) = (project(), database(Backend::MariaDb));
    project.migration("0_t", "CREATE TABLE a (id INT);", "");
    project.migration("1_drop", "DROP TABLE a, b;", "");
    let error = Library::of(&project, &db).error(&Target::Latest);
    assert_eq!(error.class(), Class::Final, "{error}");
    let Error::Migration(failed) = error else { panic!("{error}") };
    assert_eq!(failed.left, Left::InDoubt(0));
    assert!(!db.tables().contains(&"a".to_owned()));
    project.dbmig_on(&db, &["run"]).expect(4);
    is_in_doubt(&project, &db, "1_drop");
    project.dbmig_on(&db, &["repair", "--done", "1_drop"]).success();
    project.dbmig_on(&db, &["run"]).success();
}

each_backend!(a_transaction_of_the_scripts_own_that_fails_begins_again_as_a_whole);
/// The half of it must neither stay nor be lost.
fn a_transaction_of_the_scripts_own_that_fails_begins_again_as_a_whole(backend: Backend) {
    let (project, db) = (project(), database(backend));
    project.migration("0_t", "CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (0);", "");
    project.migration(
        "1_own",
        "INSERT INTO t VALUES (100);\nBEGIN;\nUPDATE t SET n = n + 1;\nUPDATE nowhere SET n = 1;\nCOMMIT;\n\
         INSERT INTO t VALUES (200);\n",
        "",
    );
    statements(&project, "1_own", "");
    let run = project.dbmig_on(&db, &["run"]).expect(1).stderr;
    assert!(run.contains("up.sql:4:") && run.contains("nowhere"), "{run}");
    assert_eq!(Library::of(&project, &db).failed(&Target::Latest).left, Left::Statements(1));
    assert_eq!(db.column("SELECT n FROM t ORDER BY n"), ["0", "100"], "{backend:?}");
    db.execute("CREATE TABLE nowhere (n INTEGER)");
    assert_eq!(project.steps(&db, &[])[0]["statements_done_before"], 1);
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("SELECT n FROM t ORDER BY n"), ["1", "101", "200"], "{backend:?}");
}

#[test]
fn a_deadlock_within_a_transaction_of_the_scripts_own_loses_nothing() {
    let (project, db) = (project(), database(Backend::MariaDb));
    project.migration(
        "0_t",
        "CREATE TABLE a (id INT PRIMARY KEY, n INT); CREATE TABLE b (id INT PRIMARY KEY, n INT); \
         CREATE TABLE c (n INT); INSERT INTO a VALUES (1, 0); INSERT INTO b VALUES (1, 0);",
        "",
    );
    project.dbmig_on(&db, &["run"]).success();
    project.migration(
        "1_own",
        "START TRANSACTION;\nUPDATE a SET n = n + 1;\nSELECT SLEEP(2);\nUPDATE b SET n = n + 1;\nCOMMIT;\n",
        "",
    );
    let runner = start(&project, db.url(), &["run"]);
    let updated = "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP(2)%' \
                   AND db = database()";
    eventually("it has updated the first table", || !db.query(updated).is_empty());
    // The one with fewer changes is the victim, and that is not this one.
    let mut other = db.session();
    other.execute("START TRANSACTION");
    other.execute("INSERT INTO c SELECT seq FROM seq_1_to_3000");
    other.execute("UPDATE b SET n = n + 100");
    other.execute("UPDATE a SET n = n + 100");
    other.execute("COMMIT");
    let run = finish(runner);
    assert_eq!(run.code, Some(75), "{}", run.text());
    assert!(run.text().contains("Deadlock found"), "{}", run.text());
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("SELECT n FROM a UNION ALL SELECT n FROM b"), ["101", "101"]);
}

each_server!(what_was_begun_statement_by_statement_goes_on_that_way);
fn what_was_begun_statement_by_statement_goes_on_that_way(backend: Backend) {
    let (project, db) = (project(), database(backend));
    project.migration("0_t", "CREATE TABLE t (id INTEGER);", "");
    let broken = match backend {
        Backend::Postgres => "CREATE INDEX CONCURRENTLY i ON t (nope);",
        _ => "ALTER TABLE t ADD INDEX i (nope);",
    };
    project.migration("1_x", &format!("INSERT INTO t VALUES (7);\n{broken}"), "");
    statements(&project, "1_x", "");
    project.dbmig_on(&db, &["run"]).expect(1);
    project.migration("1_x", "INSERT INTO t VALUES (7);\nUPDATE t SET id = id + 1;", "");
    project.write("migrations/1_x/metadata.toml", "run_in_transaction = true\n");
    let step = &project.steps(&db, &[])[0];
    assert_eq!((&step["name"], &step["execution"]), (&"1_x".into(), &"statements".into()));
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("SELECT id FROM t"), ["8"], "{backend:?}");
}

#[test]
fn values_that_only_the_old_session_knew_are_asked_for() {
    let (project, db) = (project(), database(Backend::MariaDb));
    project.migration(
        "1_v",
        "CREATE TABLE p (id INT AUTO_INCREMENT PRIMARY KEY, x INT);\nCREATE TABLE c (p INT);\n\
         INSERT INTO p (x) VALUES (5);\nSET @p = LAST_INSERT_ID();\nALTER TABLE nowhere ADD y INT;\n\
         INSERT INTO c VALUES (@p);\n",
        "",
    );
    project.dbmig_on(&db, &["run"]).expect(1);
    db.execute("CREATE TABLE nowhere (z INT)");
    let run = project.dbmig_on(&db, &["run"]).expect(4).stderr;
    assert!(run.contains("SET @p = LAST_INSERT_ID()"), "{run}");
    let stuck = Library::of(&project, &db).unresumable(&Target::Latest);
    let UnresumableReason::SessionGone(place) = stuck.reason else { panic!("{stuck:?}") };
    assert_eq!((stuck.name.as_str(), place.number), ("1_v", 4));
    assert!(db.column("SELECT p FROM c").is_empty());
}

#[test]
fn a_down_that_was_interrupted_does_not_go_on_with_another_script() {
    let (project, db) = (project(), database(Backend::MariaDb));
    project.migration(
        "1_x",
        "CREATE TABLE a (id INT); CREATE TABLE b (id INT);",
        "DROP TABLE b; DROP TABLE a;",
    );
    project.dbmig_on(&db, &["run"]).success();
    // Mended, and it fails in its middle.
    project.write(
        "migrations/1_x/down.sql",
        "CREATE TABLE log (n INT); SELECT * FROM nowhere; DROP TABLE a;",
    );
    project.dbmig_on(&db, &["revert"]).expect(1);
    let files = ["migrations/1_x/up.sql", "migrations/1_x/down.sql"];
    files.iter().for_each(|file| project.remove(file));
    project.remove("migrations/1_x");
    let run = project.dbmig_on(&db, &["run"]).expect(4).stderr;
    assert!(run.contains("`cargo dbmig revert`"), "{run}");
    let library = Library::of(&project, &db);
    let stuck = library.unresumable(&Target::Latest);
    assert_eq!((stuck.direction, &stuck.reason), (Direction::Down, &UnresumableReason::OtherWork));
    project.dbmig_on(&db, &["revert"]).expect(4);
    let stuck = library.unresumable(&Target::Revert(Extent::Last(NonZeroUsize::MIN)));
    assert_eq!(stuck.direction, Direction::Down);
    assert!(matches!(stuck.reason, UnresumableReason::Changed(_)), "{stuck:?}");
    let tables = db.tables();
    assert!(["a", "b"].iter().all(|t| tables.contains(&(*t).to_owned())), "{tables:?}");
}

/// What others do to the table is not taken for the work of our statement.
#[test]
fn a_partition_that_somebody_adds_is_not_our_column() {
    let (project, db) = (project(), database(Backend::MariaDb));
    project.migration(
        "0_t",
        "CREATE TABLE ev (d INT) PARTITION BY RANGE (d) (PARTITION p0 VALUES LESS THAN (10));",
        "",
    );
    project.dbmig_on(&db, &["run"]).success();
    project.migration("1_x", "ALTER TABLE ev ADD COLUMN c INT;", "");
    let mut session = db.session();
    session.execute("START TRANSACTION");
    session.execute("SELECT * FROM ev");
    let mut runner = start(&project, db.url(), &["run"]);
    let waiting = "SELECT id FROM information_schema.processlist WHERE info LIKE 'ALTER TABLE ev ADD COLUMN%' \
                   AND db = database()";
    let mut found = Vec::new();
    eventually("it waits", || {
        found = db.column(waiting);
        !found.is_empty()
    });
    runner.kill().unwrap();
    finish(runner);
    db.execute(&format!("KILL {}", found[0]));
    session.execute("COMMIT");
    db.execute("ALTER TABLE ev ADD PARTITION (PARTITION p1 VALUES LESS THAN (20))");
    project.dbmig_on(&db, &["run"]).success();
    let columns = "SELECT column_name FROM information_schema.columns WHERE table_name = 'ev' \
                   AND table_schema = database() ORDER BY 1";
    assert_eq!(db.column(columns), ["c", "d"]);
}
