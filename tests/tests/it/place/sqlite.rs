//! SQLite: the file that was opened, whatever is attached to it or hides its tables.

use dbmig_runtime::{Error, Migrator, Sqlite};
use dbmig_tests::{Backend, TestDatabase, database};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};

use crate::project;
use crate::sets::of;

fn attached(main: &TestDatabase, file: &TestDatabase) -> SqliteConnection {
    let mut conn = SqliteConnection::establish(main.url()).unwrap();
    conn.batch_execute(&format!("ATTACH '{}' AS cache", file.url())).unwrap();
    conn
}

#[test]
fn a_ledger_of_an_attached_file_is_not_mistaken_for_ours() {
    let set = of::<Sqlite>(&[("1_a", "CREATE TABLE a (id)"), ("2_b", "CREATE TABLE b (id)")]);
    let other = of::<Sqlite>(&[("7_cache", "CREATE TABLE cached (id)")]);
    let [main, same, cache] = [(); 3].map(|()| database(Backend::Sqlite));
    Migrator::new(set).run_at(same.url()).unwrap();
    Migrator::new(other).run_at(cache.url()).unwrap();
    let ours = ["__dbmig_history", "__diesel_schema_migrations", "a", "b"];

    // The very migrations are applied there: they may be what is meant.
    let conn = &mut attached(&main, &same);
    let error = Migrator::new(set).run(conn).unwrap_err();
    let Error::LedgerInDoubt(doubt) = &error else { panic!("{error}") };
    assert_eq!((doubt.ledgers[0].rows, doubt.ledgers[0].known), (Some(2), 2));
    assert_eq!(doubt.ledgers[0].schema, "cache");
    assert!(error.remedy("shop migrate").unwrap().contains("ledger_schema(\"main\")"));
    assert_eq!(main.tables(), [""; 0]);
    let error = Migrator::new(set).ledger_schema("cache").run(conn).unwrap_err();
    assert!(matches!(&error, Error::NoLedgerSchema { schema, .. } if schema == "cache"), "{error}");
    assert_eq!(Migrator::new(set).ledger_schema("main").run(conn).unwrap().done.len(), 2);
    assert_eq!(main.tables(), ours);
    // Now it says so itself.
    assert!(Migrator::new(set).run(conn).unwrap().done.is_empty());

    // What another set has there says nothing about this one.
    let second = database(Backend::Sqlite);
    assert_eq!(Migrator::new(set).run(&mut attached(&second, &cache)).unwrap().done.len(), 2);
    assert_eq!(second.tables(), ours);
    assert_eq!(cache.column("SELECT version FROM __diesel_schema_migrations"), ["7"]);
}

#[test]
fn a_temporary_table_of_the_name_is_not_written_to() {
    let set = of::<Sqlite>(&[("1_a", "CREATE TABLE a (id)")]);
    let db = database(Backend::Sqlite);
    let conn = &mut SqliteConnection::establish(db.url()).unwrap();
    conn.batch_execute(
        "CREATE TEMP TABLE __diesel_schema_migrations AS SELECT '1' AS version; \
         CREATE TEMP TABLE __dbmig_history AS SELECT 1 AS id",
    )
    .unwrap();
    assert_eq!(Migrator::new(set).run(conn).unwrap().done.len(), 1);
    assert!(Migrator::new(set).run(conn).unwrap().done.is_empty());
    assert_eq!(db.column("SELECT version FROM __diesel_schema_migrations"), ["1"]);
    let project = project();
    let refused = project.dbmig_on(&db, &["status", "--ledger-schema", "x"]).expect(2).stderr;
    assert!(refused.contains("next: leave out what says so"), "{refused}");
    project.dbmig_on(&db, &["status", "--ledger-schema", "main"]).success();
}
