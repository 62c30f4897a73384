//! What an app's start costs on the wire: round trips, counted between client and server.

use std::num::NonZeroUsize;

use dbmig_core::Dialect;
use dbmig_core::scan::scan;
use dbmig_runtime::__private::embed;
use dbmig_runtime::url::DatabaseUrl;
use dbmig_runtime::{Extent, Migration, Migrations, Migrator, Postgres};
use dbmig_tests::{Backend, Wire, database};
use diesel::{Connection as _, PgConnection};

use crate::sets::made_up;

fn migrations(count: usize) -> &'static Migrations<Postgres> {
    made_up((0..count).map(|number| {
        let sql = format!("CREATE TABLE t{number} (id INTEGER); INSERT INTO t{number} VALUES (1);");
        (format!("{number:04}_create_t{number}"), sql)
    }))
}

/// Round trips after connecting, and how many migrations were applied.
fn start(wire: &Wire, migrations: &'static Migrations<Postgres>) -> (usize, usize) {
    start_at(wire, wire.url(), migrations)
}

fn start_at(wire: &Wire, url: &str, migrations: &'static Migrations<Postgres>) -> (usize, usize) {
    let mut conn = PgConnection::establish(url).unwrap();
    let (turns, report) = wire.count(|| Migrator::new(migrations).run(&mut conn).unwrap());
    (turns, report.applied().count())
}

#[test]
fn a_start_with_nothing_pending_is_one_round_trip() {
    for count in [1, 300] {
        let db = database(Backend::Postgres);
        let wire = Wire::to(&db);
        assert_eq!(start(&wire, migrations(count)).1, count);
        assert_eq!(start(&wire, migrations(count)), (1, 0));
    }
}

/// However many there are: their digest is compared, which the generator has written beside them.
#[test]
fn a_start_with_nothing_pending_makes_no_migration_of_its_texts() {
    fn never() -> Vec<Migration> {
        panic!("something asks for a migration")
    }
    let db = database(Backend::Postgres);
    let wire = Wire::to(&db);
    assert_eq!(start(&wire, migrations(5)).1, 5);
    let digest = Box::leak(Box::new(migrations(5).set().digest()));
    let unmade = embed::set(Dialect::Postgres, digest, never, None, None);
    let unmade = Box::leak(Box::new(Migrations::of(unmade)));
    assert_eq!(start(&wire, unmade), (1, 0));
}

/// The role that serves, which may only read, and trusts the owner with nothing else.
#[test]
fn a_role_that_only_reads_needs_no_more() {
    let db = database(Backend::Postgres);
    let wire = Wire::to(&db);
    assert_eq!(start(&wire, migrations(5)).1, 5);
    let role = db.name();
    db.execute(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'one'; CREATE ROLE {role}_owner; \
         ALTER TABLE __dbmig_history OWNER TO {role}_owner; \
         ALTER TABLE __diesel_schema_migrations OWNER TO {role}_owner; \
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
    ));
    let server = wire.url().split_once('@').unwrap().1;
    let url = format!("postgres://{role}:one@{server}");
    assert_eq!(start_at(&wire, &url, migrations(5)), (1, 0));
}

/// Round trips of a first start with `count` migrations.
fn fresh(count: usize, migrations: &'static Migrations<Postgres>) -> usize {
    let db = database(Backend::Postgres);
    let (turns, applied) = start(&Wire::to(&db), migrations);
    assert_eq!(applied, count);
    turns
}

/// The word alone is enough: what becomes of a script with a COPY, silence does not tell. So it is
/// asked, in one more.
#[test]
fn a_migration_that_has_to_be_alone_is_two_round_trips() {
    let alone = |count| {
        let sql = |number| format!("CREATE TABLE t{number} (copy INTEGER)");
        fresh(count, made_up((0..count).map(|number| (format!("{number:04}_m"), sql(number)))))
    };
    assert_eq!(alone(30) - alone(10), 2 * 20);
}

/// How many share a message depends on how fast they prove to be; that some do, hardly.
#[test]
fn short_migrations_share_their_round_trips() {
    let (few, many) = (fresh(10, migrations(10)), fresh(110, migrations(110)));
    assert!(many - few < 100 / 2, "{many} and {few}");
}

/// A transaction is seen by nobody until it is over, so what is breaking is announced before.
#[test]
fn a_breaking_migration_is_two_round_trips() {
    let db = database(Backend::Postgres);
    let wire = Wire::to(&db);
    let mut all = vec![("1_a".to_owned(), "SELECT 1".to_owned())];
    start(&wire, made_up(all.clone()));
    all.push(("2_b".to_owned(), "SELECT 1".to_owned()));
    let (compatible, _) = start(&wire, made_up(all.clone()));
    all.push(("3_c_breaking".to_owned(), "SELECT 1".to_owned()));
    let (breaking, _) = start(&wire, made_up(all));
    assert_eq!(breaking, compatible + 1);
}

/// The lock: one message to take it, one to give it back. The history: none, for it is read with the
/// ledger and written with it.
#[test]
fn lock_and_history_are_two_round_trips_beside_their_connection() {
    let db = database(Backend::Postgres);
    let wire = Wire::to(&db);
    let url = DatabaseUrl::parse(wire.url()).unwrap();
    let run = |count| {
        let (turns, report) = wire.count(|| Migrator::new(migrations(count)).run_at(&url).unwrap());
        (turns, report.applied().count())
    };
    let (connect, _) = wire.count(|| PgConnection::establish(wire.url()).unwrap());
    // With nothing to do: one connection, one question.
    assert_eq!(run(5).1, 5);
    assert_eq!(run(5), (connect + 1, 0));
    // Is it current? Where are the tables? What do they hold? The migration.
    let without = 1 + 1 + 1 + 1;
    assert_eq!(run(6), (connect + without + (connect + 2), 1));
}

/// Migrations with a way back.
fn reversible(count: usize) -> &'static Migrations<Postgres> {
    let folder = dbmig_tests::folder();
    for number in 0..count {
        let migration = folder.path().join(format!("{number:04}_create_t{number}"));
        std::fs::create_dir(&migration).unwrap();
        let up = format!("CREATE TABLE t{number} (id INTEGER);");
        std::fs::write(migration.join("up.sql"), up).unwrap();
        std::fs::write(migration.join("down.sql"), format!("DROP TABLE t{number};")).unwrap();
    }
    let set = scan(folder.path(), Dialect::Postgres).unwrap().set;
    Box::leak(Box::new(Migrations::from_static(set.as_slice().to_vec().leak())))
}

/// Round trips of reverting the newest `count` of five, by a build that holds `held` of them.
fn reverting(count: usize, held: usize) -> usize {
    let db = database(Backend::Postgres);
    let wire = Wire::to(&db);
    let mut conn = PgConnection::establish(wire.url()).unwrap();
    Migrator::new(reversible(5)).run(&mut conn).unwrap();
    let extent = Extent::Last(NonZeroUsize::new(count).unwrap());
    let build = reversible(held);
    let (turns, report) = wire.count(|| Migrator::new(build).revert(&mut conn, extent).unwrap());
    assert_eq!(report.reverted().count(), count);
    turns
}

/// Before the lock is taken, and under it; all that the build does not hold, for each may be needed.
#[test]
fn a_stored_script_is_read_twice() {
    for count in [1, 3] {
        assert_eq!(reverting(count, 1), reverting(count, 5) + 2 * 4, "{count}");
    }
}
