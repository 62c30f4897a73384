//! The same in an app: on a borrowed connection, at its start, while it waits, and on the wire.

use std::time::Duration;

use dbmig_core::{Dialect, MigrationSet};
use dbmig_runtime::{Class, Error, Migrations, Migrator, Postgres};
use dbmig_tests::{TestDatabase, Wire};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

use super::{everything, with_path};
use crate::sets::of;

const SOON: Duration = Duration::from_secs(30);

fn set() -> &'static Migrations<Postgres> {
    of(&[("1_a", "CREATE TABLE a (id INTEGER)"), ("2_b", "CREATE TABLE b (id INTEGER)")])
}

/// All is applied in `public`, and then `data` comes before it.
fn in_doubt() -> TestDatabase {
    let db = with_path("data, public");
    let conn = &mut PgConnection::establish(db.url()).unwrap();
    assert_eq!(Migrator::new(set()).run(conn).unwrap().done.len(), 2);
    db.execute("CREATE SCHEMA data");
    db
}

fn is_doubt(error: &Error) {
    assert!(matches!(error, Error::LedgerInDoubt(_)), "{error}");
    assert_eq!(error.class(), Class::Refused);
    assert_eq!(error.gist(), "it is in doubt which ledger is meant");
    let Error::LedgerInDoubt(doubt) = error else { return };
    let seen: Vec<_> = doubt.ledgers.iter().map(|l| (l.schema.as_str(), l.rows)).collect();
    assert_eq!((doubt.first.as_str(), seen), ("data", vec![("public", Some(2))]));
}

#[test]
fn an_app_is_refused_and_a_setting_lets_it_go_on() {
    let db = in_doubt();
    let before = everything(&db);
    let migrator = || Migrator::new(set());
    let set_so = || migrator().ledger_schema("public");
    let conn = &mut PgConnection::establish(db.url()).unwrap();

    is_doubt(&migrator().run(conn).unwrap_err());
    is_doubt(&migrator().status(conn).unwrap_err());
    is_doubt(&migrator().run_at(db.url()).unwrap_err());
    is_doubt(&migrator().wait_at(db.url(), SOON).unwrap_err());
    is_doubt(&migrator().start(db.url()).wait(SOON).unwrap_err());
    // The owner's transaction is as good as before.
    conn.begin_test_transaction().unwrap();
    is_doubt(&migrator().run(conn).unwrap_err());
    conn.batch_execute("SELECT 1").unwrap();
    assert!(set_so().run(conn).unwrap().done.is_empty());
    let conn = &mut PgConnection::establish(db.url()).unwrap();

    assert!(set_so().run(conn).unwrap().done.is_empty());
    assert!(set_so().run_at(db.url()).unwrap().done.is_empty());
    assert!(set_so().wait_at(db.url(), SOON).unwrap().done.is_empty());
    assert!(set_so().start(db.url()).wait(SOON).unwrap().done.is_empty());
    assert_eq!(everything(&db), before);

    // A tenant after the other on one connection, wherever its owner looks.
    for tenant in ["t1", "t2"] {
        let choose = format!("CREATE SCHEMA {tenant}; SET search_path TO {tenant}, public");
        conn.batch_execute(&choose).unwrap();
        let done = migrator().ledger_schema(tenant).run(conn).unwrap().done.len();
        assert_eq!(done, 2, "{tenant}");
        assert!(migrator().ledger_schema(tenant).run(conn).unwrap().done.is_empty());
    }
    let places = "SELECT schemaname || '.' || tablename FROM pg_tables \
                  WHERE tablename IN ('a', '__dbmig_history') ORDER BY 1";
    assert_eq!(
        db.column(places),
        [
            "public.__dbmig_history",
            "public.a",
            "t1.__dbmig_history",
            "t1.a",
            "t2.__dbmig_history",
            "t2.a"
        ]
    );
    let error = migrator().ledger_schema("nowhere").run_at(db.url()).unwrap_err();
    assert!(matches!(error, Error::NoLedgerSchema { .. }) && error.class() == Class::Usage);
}

/// What Cargo.toml said when the migrations were compiled in, unless the app says otherwise.
#[test]
fn an_app_looks_where_its_cargo_toml_says() {
    fn public(set: MigrationSet) -> MigrationSet {
        set.in_ledger_schema(Some("public".to_owned()))
    }
    let none =
        Migrations::<Postgres>::of(public(MigrationSet::from_static(Dialect::Postgres, &[])));
    let db = in_doubt();
    let compiled = Migrations::<Postgres>::of(public(set().set().clone()));
    assert!(Migrator::new(&compiled).run_at(db.url()).unwrap().done.is_empty());
    assert!(Migrator::new(&compiled).wait_at(db.url(), SOON).unwrap().done.is_empty());
    let conn = &mut PgConnection::establish(db.url()).unwrap();
    assert_eq!(Migrator::new(&none).status(conn).unwrap().len(), 2);
    let otherwise = Migrator::new(&compiled).ledger_schema("data").run(conn).unwrap();
    assert_eq!(otherwise.done.len(), 2);
}

/// One round trip, unless the place is in doubt: then a closer look refuses.
#[test]
fn a_start_with_nothing_pending_is_one_round_trip_with_a_setting_too() {
    let db = in_doubt();
    let wire = Wire::to(&db);
    let conn = &mut PgConnection::establish(wire.url()).unwrap();
    let mut turns = |migrator: &mut Migrator<'_, Postgres, _>| {
        let (turns, report) = wire.count(|| migrator.run(conn));
        (turns, report.map(|report| report.done.len()))
    };
    assert!(matches!(turns(&mut Migrator::new(set())), (2.., Err(Error::LedgerInDoubt(_)))));
    let mut decided = Migrator::new(set()).ledger_schema("public");
    assert!(matches!(turns(&mut decided), (1, Ok(0))));
    // The first schema of several, as long as no other has a ledger.
    db.execute(
        "ALTER TABLE public.__diesel_schema_migrations SET SCHEMA data; \
                ALTER TABLE public.__dbmig_history SET SCHEMA data",
    );
    assert!(matches!(turns(&mut Migrator::new(set())), (1, Ok(0))));
    db.execute("CREATE TABLE public.__diesel_schema_migrations (version VARCHAR(50))");
    assert!(matches!(turns(&mut Migrator::new(set())), (2.., Err(Error::LedgerInDoubt(_)))));
}
