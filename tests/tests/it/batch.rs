//! PostgreSQL: several short migrations in one message, each in a transaction of its own.

use dbmig_runtime::url::DatabaseUrl;
use dbmig_runtime::{Control, Error, Left, Migrations, Migrator, Postgres, Report};
use dbmig_tests::{Backend, TestDatabase, database};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

use crate::sets;

/// Seven migrations, of which the fifth is this. The pace allows messages of 1, 2 and 4 of them.
fn with_fifth(sql: &str) -> &'static Migrations<Postgres> {
    sets::made_up((1..=7).map(|number| {
        let create = format!("CREATE TABLE t{number} (id INTEGER)");
        (format!("{number}_m"), if number == 5 { sql.to_owned() } else { create })
    }))
}

fn run_at(db: &TestDatabase, set: &'static Migrations<Postgres>) -> Result<Report, Error> {
    Migrator::new(set).run_at(DatabaseUrl::parse(db.url()).unwrap())
}

fn applied(db: &TestDatabase) -> Vec<String> {
    db.column("SELECT version FROM __diesel_schema_migrations ORDER BY version")
}

/// What the history says was done: as often as it was.
fn done(db: &TestDatabase) -> Vec<String> {
    db.column("SELECT version FROM __dbmig_history WHERE state = 'done' ORDER BY id")
}

fn names(report: &Report) -> Vec<&str> {
    report.applied().collect()
}

const FOUR: [&str; 4] = ["1", "2", "3", "4"];

#[test]
fn one_that_fails_is_named_with_those_before_it() {
    let db = database(Backend::Postgres);
    let Err(Error::Migration(failed)) = run_at(&db, with_fifth("CREATE TABLE u ();\nSELECT 1/0;"))
    else {
        panic!("it divides by zero")
    };
    assert_eq!((failed.name.as_str(), failed.left), ("5_m", Left::Nothing));
    assert_eq!(failed.statement.map(|s| (s.number, s.position.line)), Some((2, 2)));
    assert_eq!(names(&failed.before), ["1_m", "2_m", "3_m", "4_m"]);
    assert_eq!(
        (applied(&db), done(&db)),
        (FOUR.map(str::to_owned).into(), FOUR.map(str::to_owned).into())
    );
    let failures = db.column("SELECT version FROM __dbmig_history WHERE state = 'failed'");
    assert_eq!(failures, ["5"]);
    let report = run_at(&db, with_fifth("CREATE TABLE t5 (id INTEGER)")).unwrap();
    assert_eq!(names(&report), ["5_m", "6_m", "7_m"]);
    assert_eq!(done(&db).len(), 7);
}

#[test]
fn a_session_that_is_ended_leaves_in_doubt_what_another_one_cannot_see() {
    let db = database(Backend::Postgres);
    let error = std::thread::scope(|scope| {
        let run = scope.spawn(|| run_at(&db, with_fifth("SELECT pg_sleep(60)")).unwrap_err());
        db.until_asleep();
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE application_name LIKE '%: 5_m' AND pid <> pg_backend_pid()",
        );
        run.join().unwrap()
    });
    let Error::Migration(failed) = error else { panic!("{error}") };
    assert_eq!((failed.name.as_str(), failed.left), ("5_m", Left::Unknown));
    assert_eq!(names(&failed.before), ["1_m", "2_m", "3_m", "4_m"]);
    // Alone, where the machine was so slow that nothing was sent with it.
    assert!(failed.sent_with.is_empty() || failed.sent_with == ["6_m", "7_m"], "{failed}");
    assert!(failed.sent_with.iter().all(|name| failed.to_string().contains(name)), "{failed}");
    assert_eq!(applied(&db), FOUR);
    assert_eq!(names(&run_at(&db, with_fifth("SELECT 1")).unwrap()), ["5_m", "6_m", "7_m"]);
}

#[test]
fn what_was_done_before_a_stop_is_told() {
    let db = database(Backend::Postgres);
    let control = Control::new();
    let error = std::thread::scope(|scope| {
        let mut migrator = Migrator::new(with_fifth("SELECT pg_sleep(60)")).control(&control);
        let url = DatabaseUrl::parse(db.url()).unwrap();
        let run = scope.spawn(move || migrator.run_at(url).unwrap_err());
        db.until_asleep();
        control.cancel();
        run.join().unwrap()
    });
    let Error::Cancelled(before) = error else { panic!("{error}") };
    assert_eq!(names(&before), ["1_m", "2_m", "3_m", "4_m"]);
    assert_eq!(applied(&db), FOUR);
    assert_eq!(names(&run_at(&db, with_fifth("SELECT 1")).unwrap()), ["5_m", "6_m", "7_m"]);
}

/// Each of them would change where or how those behind it run.
const UNTIDY: &str = "CREATE SCHEMA elsewhere; SET search_path TO elsewhere; \
                      SET statement_timeout TO 1; CREATE TEMP TABLE t6 (id INTEGER);";

fn assert_tidy(db: &TestDatabase) {
    let tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' \
                  AND table_name LIKE 't_' ORDER BY 1";
    assert_eq!(db.column(tables), ["t1", "t2", "t3", "t4", "t6", "t7"]);
}

#[test]
fn what_one_sets_does_not_reach_the_next() {
    let db = database(Backend::Postgres);
    assert_eq!(run_at(&db, with_fifth(UNTIDY)).unwrap().done.len(), 7);
    assert_tidy(&db);
}

#[test]
fn an_owner_finds_his_settings_as_they_were() {
    let db = database(Backend::Postgres);
    let conn = &mut PgConnection::establish(db.url()).unwrap();
    conn.batch_execute("SET statement_timeout TO '77s'; SET search_path TO public, pg_catalog")
        .unwrap();
    let untidy = UNTIDY.replace("CREATE TEMP TABLE t6 (id INTEGER);", "");
    assert_eq!(Migrator::new(with_fifth(&untidy)).run(conn).unwrap().done.len(), 7);
    assert_tidy(&db);
    let kept = "DO $$ BEGIN ASSERT current_setting('statement_timeout') = '77s' \
                AND current_setting('search_path') = 'public, pg_catalog'; END $$";
    conn.batch_execute(kept).unwrap();
}

/// What has to be a message of its own stands between others.
#[test]
fn quotes_that_are_read_otherwise_stay_in_their_own_message() {
    let db = database(Backend::Postgres);
    let quotes = "SET standard_conforming_strings TO off; \
                  CREATE TABLE t5 AS SELECT 'it\\'s one'::text AS it, 'copy' AS word;";
    assert_eq!(run_at(&db, with_fifth(quotes)).unwrap().done.len(), 7);
    assert_eq!(db.column("SELECT it FROM t5"), ["it's one"]);
}
