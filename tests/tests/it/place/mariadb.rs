//! MariaDB: the database of the URL, whatever a script chooses.

use dbmig_runtime::{Error, Migrations, Migrator, Mysql, Target};
use dbmig_tests::{Backend, database};
use diesel::dsl::sql;
use diesel::sql_types::Text;
use diesel::{Connection as _, MysqlConnection, RunQueryDsl as _, select};

use crate::library::Library;
use crate::project;
use crate::sets::of;

#[test]
fn a_script_that_chooses_another_database_takes_the_ledger_nowhere() {
    let (project, home, other) =
        (project(), database(Backend::MariaDb), database(Backend::MariaDb));
    let away = other.name();
    project.migration(
        "1_away",
        &format!("USE {away}; CREATE TABLE one (id INTEGER); INSERT INTO one VALUES (1);"),
        "",
    );
    project.migration("2_home", "CREATE TABLE two (id INTEGER);", "");
    // It ends behind its `USE`, and goes on there.
    let broken = format!("USE {away}; CREATE TABLE three (id INTEGER); SELECT nothing;");
    project.migration("3_broken", &broken, "");
    project.dbmig_on(&home, &["run"]).expect(1);
    project.write("migrations/3_broken/up.sql", broken.replace("SELECT nothing", "SELECT 1"));
    project.dbmig_on(&home, &["run"]).success();
    assert_eq!(project.done(&home, &["run"]), [""; 0]);
    assert_eq!(home.tables(), ["__dbmig_history", "__diesel_schema_migrations", "two"]);
    assert_eq!(other.tables(), ["one", "three"]);
}

/// What fails behind its `USE` must not leave the owner, and the next run, in another database.
#[test]
fn a_lent_connection_is_where_its_owner_had_it() {
    let (home, other) = (database(Backend::MariaDb), database(Backend::MariaDb));
    let away = other.name();
    let first = ("1_a", "CREATE TABLE a (id INTEGER)");
    let (use_it, broken) = (
        format!("USE {away}; CREATE TABLE b (id INTEGER)"),
        format!("USE {away}; CREATE TABLE b (id INTEGER); SELECT nothing"),
    );
    let conn = &mut MysqlConnection::establish(home.url()).unwrap();
    let mut run = |set: &'static Migrations<Mysql>| {
        let result = Migrator::new(set).run(conn).map(|report| report.done.len());
        let now: String = select(sql::<Text>("DATABASE()")).get_result(conn).unwrap();
        assert_eq!(now, home.name());
        result
    };
    assert!(matches!(run(of(&[first, ("2_b_alone", &broken)])), Err(Error::Migration(_))));
    let mended = broken.replace("SELECT nothing", "SELECT 1");
    assert_eq!(run(of(&[first, ("2_b_alone", &mended)])).unwrap(), 1);
    assert_eq!(run(of(&[first, ("2_b_alone", &mended)])).unwrap(), 0);
    let third = use_it.replace("TABLE b", "TABLE c");
    let last = ("4_d", "CREATE TABLE d (id INTEGER)");
    assert_eq!(run(of(&[first, ("2_b_alone", &mended), ("3_c", &third), last])).unwrap(), 2);
    assert_eq!(home.tables(), ["__dbmig_history", "__diesel_schema_migrations", "a", "d"]);
    assert_eq!(other.tables(), ["b", "c"]);
}

#[test]
fn a_setting_keeps_the_ledger_in_another_database() {
    let (project, home, other) =
        (project(), database(Backend::MariaDb), database(Backend::MariaDb));
    project.migration("1_a", "CREATE TABLE a (id INTEGER);", "DROP TABLE a;");
    project.migration("2_b", "CREATE TABLE b (id INTEGER);", "DROP TABLE b;");
    let there = ["--ledger-schema", other.name()];
    for (command, lock) in
        [(&["run"][..], "advisory"), (&["redo", "-n", "2", "--yes"], "lease"), (&["run"], "lease")]
    {
        project.dbmig_on(&home, &[command, &there, &["--lock", lock]].concat()).success();
    }
    project.dbmig_on(&home, &[&["wait", "--timeout", "20s"], &there[..]].concat()).success();
    assert_eq!(home.tables(), ["a", "b"]);
    assert_eq!(other.tables(), ["__dbmig_history", "__dbmig_lease", "__diesel_schema_migrations"]);
    let status = [&["status", "--json"], &there[..]].concat();
    let ledger = super::ledger(&project.dbmig_on(&home, &status).success());
    assert_eq!((&ledger["schema"], &ledger["chosen"]), (&other.name().into(), &"setting".into()));
    // On a borrowed connection the session stays in its own database, from one step to the next.
    let set = of::<Mysql>(&[
        ("1_a", "CREATE TABLE a (id INTEGER);"),
        ("2_b", "CREATE TABLE b (id INTEGER);"),
        ("3_c", "CREATE TABLE c (id INTEGER)"),
        ("4_d", "CREATE TABLE d (id INTEGER)"),
    ]);
    let conn = &mut MysqlConnection::establish(home.url()).unwrap();
    let mut migrator = Migrator::new(set).ledger_schema(other.name());
    assert_eq!(migrator.run(conn).unwrap().done.len(), 2);
    assert_eq!(home.tables(), ["a", "b", "c", "d"]);
    let refused = project.dbmig_on(&home, &["run", "--ledger-schema", "nowhere"]).expect(2).stderr;
    assert!(refused.contains("`nowhere`"), "{refused}");
    let error = Library::of(&project, &home).with_ledger_schema("nowhere").error(&Target::Latest);
    assert!(
        matches!(&error, Error::NoLedgerSchema { schema, .. } if schema == "nowhere"),
        "{error}"
    );
}
