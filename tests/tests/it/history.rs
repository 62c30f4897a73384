//! The rows of our own table: their numbers.

use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, TestDatabase, database, eventually};

use crate::faults::{finish, start};
use crate::project;

/// A database whose own counter for our table is of no use; what makes it so.
fn miscounting(backend: Backend, server: &Server) -> (TestDatabase, &'static str) {
    match backend {
        // As logical replication leaves it, or a restore of the rows alone.
        Backend::Postgres => {
            (database(backend), "ALTER TABLE __dbmig_history ALTER id RESTART WITH 1")
        }
        // As a node of a cluster counts.
        Backend::MariaDb => (server.database(), "SELECT 1"),
        // Only a table that an older build has made has one: `older_build::onward`.
        Backend::Sqlite => (database(backend), "SELECT 1"),
    }
}

each_backend!(numbers_do_not_come_from_the_tables_own_counter);
fn numbers_do_not_come_from_the_tables_own_counter(backend: Backend) {
    let options =
        Options::default().with("auto_increment_increment", "5").with("auto_increment_offset", "3");
    let server = Server::start_dedicated(Engine::MariaDb, &options);
    let (db, miscount) = miscounting(backend, &server);
    let project = project();
    let run = |args: &[&str], code| {
        if db.tables().iter().any(|table| table == "__dbmig_history") {
            db.execute(miscount);
        }
        project.dbmig_on(&db, args).expect(code)
    };
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER);", "DROP TABLE t1;");
    let breaking = "run_in_transaction = true\n[dbmig]\ncompatible = false\n";
    project.write("migrations/1_a/metadata.toml", breaking);
    run(&["run"], 0);
    project.migration("2_b", "CREATE TABLE t2 (id INTEGER); CREATE TABEL t3 (id INTEGER);", "");
    project.write("migrations/2_b/metadata.toml", "run_in_transaction = false\n");
    run(&["run"], 1);
    // Of this nobody can tell; a person does, and then of another thing, too.
    db.execute(
        "UPDATE __dbmig_history SET state = 'running', statements_started = 2, error = NULL, \
         ended_at = NULL WHERE version = '2'",
    );
    run(&["repair", "--done", "2"], 0);
    run(&["run"], 0);
    run(&["repair", "--compatible", "1"], 0);
    db.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('9')");
    db.execute("CREATE TABLE t9 (id INTEGER)");
    project.migration("9_z", "CREATE TABLE t9 (id INTEGER);", "DROP TABLE t9;");
    run(&["baseline"], 0);
    run(&["revert", "--to", "2"], 0);
    let ids = db.query("SELECT id FROM __dbmig_history ORDER BY id");
    let ids: Vec<_> = ids.into_iter().filter_map(|mut row| row.pop()?).collect();
    let expected: Vec<_> = (1..=ids.len()).map(|number| number.to_string()).collect();
    assert_eq!(ids, expected, "{backend:?}");
    assert!(ids.len() >= 7, "{backend:?}: {ids:?}");
}

/// Somebody who writes to our table without the lock: that is no fault of the script.
#[test]
fn a_number_that_somebody_else_has_taken_is_not_the_scripts_fault() {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER);", "");
    project.dbmig_on(&db, &["run"]).success();
    db.execute(
        "CREATE TABLE copy (LIKE __dbmig_history); INSERT INTO copy SELECT * FROM __dbmig_history",
    );
    // Alone in its script, which then is the first suspect; and one of two.
    for (name, up) in [("2_b", "SELECT 1;"), ("3_c", "SELECT 1; SELECT 2;")] {
        project.migration(name, up, "");
        let mut other = db.session();
        other.execute(
            "BEGIN; UPDATE copy SET id = 1 + (SELECT max(id) FROM __dbmig_history); \
             INSERT INTO __dbmig_history OVERRIDING SYSTEM VALUE SELECT * FROM copy",
        );
        let runner = start(&project, db.url(), &["run"]);
        let waits = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
                     AND datname = current_database()";
        eventually("it waits", || !db.query(waits).is_empty());
        other.execute("COMMIT");
        let failed = finish(runner).expect(1).stderr;
        for part in [
            "in what dbmig itself writes about it (__dbmig_history,",
            "Key (id)=(",
            "nothing of this migration is in the database",
            "up.sql needs no correction. Look who else writes to __dbmig_history",
        ] {
            assert!(failed.contains(part), "no {part:?} in {failed}");
        }
        assert!(!failed.contains("correct migrations"), "{failed}");
        project.dbmig_on(&db, &["run"]).success();
    }
}
