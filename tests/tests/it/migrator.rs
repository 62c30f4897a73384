//! The typed edge that apps use: a set, a borrowed connection, and what to do.

use std::time::Duration;

use dbmig_core::scan::scan;
use dbmig_runtime::url::DatabaseUrl;
use dbmig_runtime::{
    Class, Control, Error, Event, Extent, Locking, MigrationState, Migrations, Migrator, Options,
    Runner, Target, Version, connect,
};
use dbmig_tests::{Backend, Engine, TestDatabase, database, eventually};
use diesel::connection::{Connection, LoadConnection, SimpleConnection};
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::{MysqlConnection, PgConnection, SqliteConnection};

use crate::sets;

const NAMES: [&str; 3] = [
    "2026-01-05-090000-0000_create_authors",
    "2026-01-05-091500-0000_create_books",
    "2026-01-19-140000-0000_index_titles",
];

fn every_verb<C, V>(backend: Backend, all: &'static Migrations<C::Backend, V>, authors: V)
where
    C: LoadConnection,
    C::Backend: dbmig_runtime::Backend,
    V: Into<Version> + Copy + 'static,
{
    let db = database(backend);
    let conn = &mut C::establish(db.url()).unwrap();
    let mut told = Vec::new();
    let mut migrator = Migrator::new(all).app("shop", "1.2.3").on_event(|event| match event {
        Event::Planned { plan } => told.push(format!("plan {}", plan.steps.len())),
        Event::StepStarted { step, number, of } => {
            told.push(format!("{number}/{of} {} {}", step.direction().name(), step.name()));
        }
        Event::StepDone { done, .. } => told.push(format!("done {}", done.name)),
        _ => {}
    });

    let plan = migrator.plan(conn, &Target::Latest).unwrap();
    assert_eq!(plan.steps.iter().map(|step| step.name()).collect::<Vec<_>>(), NAMES);
    assert_eq!(db.tables(), [""; 0], "a plan writes nothing");

    let report = migrator.run_to(conn, authors).unwrap();
    assert_eq!(report.applied().collect::<Vec<_>>(), NAMES[..1]);
    let report = migrator.run(conn).unwrap();
    assert_eq!(report.applied().collect::<Vec<_>>(), NAMES[1..]);
    let report = migrator.redo(conn, Extent::ONE).unwrap();
    assert_eq!((report.reverted().count(), report.applied().count()), (1, 1));
    let report = migrator.revert_to(conn, authors).unwrap();
    assert_eq!(report.reverted().collect::<Vec<_>>(), [NAMES[2], NAMES[1]]);
    let states: Vec<_> = migrator.status(conn).unwrap().iter().map(|entry| entry.state).collect();
    assert_eq!(states, [MigrationState::Applied, MigrationState::Pending, MigrationState::Pending]);
    let newest = &migrator.history(conn, 1).unwrap()[0];
    assert_eq!((newest.app.as_str(), newest.direction.as_str()), ("shop 1.2.3", "down"));
    migrator.revert(conn, Extent::All).unwrap();
    drop(migrator);
    assert_eq!(
        told[..3],
        ["plan 1", &format!("1/1 up {}", NAMES[0]), &format!("done {}", NAMES[0])]
    );
    assert_eq!(db.tables(), ["__dbmig_history", "__diesel_schema_migrations"]);
}

#[test]
fn every_verb_on_a_lent_connection() {
    use sets::{mysql, postgres, sqlite};
    every_verb::<PgConnection, _>(
        Backend::Postgres,
        &postgres::ALL,
        postgres::Version::CreateAuthors,
    );
    every_verb::<MysqlConnection, _>(Backend::MariaDb, &mysql::ALL, mysql::Version::CreateAuthors);
    every_verb::<SqliteConnection, _>(
        Backend::Sqlite,
        &sqlite::ALL,
        sqlite::Version::CreateAuthors,
    );
}

fn inside_a_transaction<C, V>(backend: Backend, all: &'static Migrations<C::Backend, V>)
where
    C: LoadConnection,
    C::Backend: dbmig_runtime::Backend,
    V: Into<Version> + 'static,
{
    let db = database(backend);
    let conn = &mut C::establish(db.url()).unwrap();
    conn.begin_test_transaction().unwrap();
    assert_eq!(Migrator::new(all).run(conn).unwrap().done.len(), 3);
    assert_eq!(Migrator::new(all).run(conn).unwrap().done.len(), 0);
    assert_eq!(Migrator::new(all).revert(conn, Extent::ONE).unwrap().done.len(), 1);
    // Its owner rolls back, and everything was only a dream.
    drop(std::mem::replace(conn, C::establish(db.url()).unwrap()));
    assert_eq!(db.tables(), [""; 0]);
}

#[test]
fn a_transaction_of_the_owner_stays_the_owners_on_postgres() {
    inside_a_transaction::<PgConnection, _>(Backend::Postgres, &sets::postgres::ALL);
}

#[test]
fn a_transaction_of_the_owner_stays_the_owners_on_sqlite() {
    inside_a_transaction::<SqliteConnection, _>(Backend::Sqlite, &sets::sqlite::ALL);
}

#[test]
fn a_connection_from_a_pool_is_as_good_as_any() {
    let db = database(Backend::Sqlite);
    let pool = Pool::new(ConnectionManager::<SqliteConnection>::new(db.url())).unwrap();
    let report = Migrator::new(&sets::sqlite::ALL).run(&mut pool.get().unwrap()).unwrap();
    assert_eq!(report.done.len(), 3);
}

#[test]
fn what_the_owner_has_set_is_still_set() {
    let db = database(Backend::Postgres);
    let conn = &mut PgConnection::establish(db.url()).unwrap();
    conn.batch_execute("CREATE SCHEMA app; SET search_path TO app, public; SET work_mem TO '7MB'")
        .unwrap();
    Migrator::new(&sets::postgres::ALL).run(conn).unwrap();
    conn.batch_execute(
        "DO $$ BEGIN ASSERT current_setting('search_path') = 'app, public'; \
         ASSERT current_setting('work_mem') = '7MB'; END $$",
    )
    .unwrap();
    let schemas = db.column("SELECT DISTINCT schemaname FROM pg_tables WHERE tablename IN ('authors', '__dbmig_history')");
    assert_eq!(schemas, ["app"]);
}

/// A set of one migration, in a folder of its own.
fn one(sql: &str, dialect: dbmig_runtime::Dialect) -> dbmig_runtime::MigrationSet {
    let folder = dbmig_tests::folder();
    let migration = folder.path().join("1_only");
    std::fs::create_dir(&migration).unwrap();
    std::fs::write(migration.join("up.sql"), sql).unwrap();
    scan(folder.path(), dialect).unwrap().set
}

/// A set of one migration that runs statement by statement.
fn one_by_one(sql: &str) -> dbmig_runtime::MigrationSet {
    let folder = dbmig_tests::folder();
    let migration = folder.path().join("1_only");
    std::fs::create_dir(&migration).unwrap();
    std::fs::write(migration.join("up.sql"), sql).unwrap();
    std::fs::write(migration.join("metadata.toml"), "run_in_transaction = false\n").unwrap();
    scan(folder.path(), dbmig_runtime::Dialect::Postgres).unwrap().set
}

/// It waits for every transaction that is older than itself. Stopped, it would leave an invalid
/// index, and the next try would find that.
#[test]
fn an_index_that_is_built_concurrently_may_wait_longer_than_others() {
    let db = database(Backend::Postgres);
    db.execute("CREATE TABLE t (id INT)");
    let mut reader = db.session();
    reader.execute("BEGIN; SELECT count(*) FROM t");
    let set = one_by_one("CREATE INDEX CONCURRENTLY i ON t (id)");
    std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            let mut options = Options::default();
            options.lock_timeout = Some(Duration::from_millis(50));
            options.retries = 0;
            Runner::new(&set, options).run(&mut *runner_on(&db), &Target::Latest)
        });
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
                     AND query LIKE 'CREATE INDEX%' AND datname = current_database() \
                     AND now() - query_start > interval '150 ms'";
        eventually("it waits, or has failed", || db.column(waits) == ["1"] || run.is_finished());
        reader.execute("COMMIT");
        assert_eq!(run.join().unwrap().unwrap().done.len(), 1);
    });
}

fn runner_on(db: &TestDatabase) -> Box<dyn dbmig_runtime::Database> {
    connect(&DatabaseUrl::parse(db.url()).unwrap()).unwrap()
}

each_backend!(a_waiter_says_for_whom_and_gives_up_in_time_or_leaves_when_the_work_is_done);
fn a_waiter_says_for_whom_and_gives_up_in_time_or_leaves_when_the_work_is_done(backend: Backend) {
    let sleep = match backend {
        Backend::Postgres => "CREATE TABLE t (id INT); SELECT pg_sleep(1.5)",
        Backend::MariaDb => "CREATE TABLE t (id INT); DO SLEEP(1.5)",
        Backend::Sqlite => {
            "CREATE TABLE t AS WITH RECURSIVE c(x) AS \
             (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3000000) SELECT count(*) FROM c"
        }
    };
    let db = database(backend);
    let url = DatabaseUrl::parse(db.url()).unwrap();
    let set = one(sleep, url.dialect());
    std::thread::scope(|scope| {
        let leader = scope.spawn(|| {
            let mut options = Options::default();
            options.app = "leader 1.0".to_owned();
            Runner::new(&set, options).run(&mut *runner_on(&db), &Target::Latest)
        });
        let runner = Runner::new(&set, Options::default());
        let started = || {
            let holder = runner.holder(&mut *runner_on(&db)).unwrap();
            holder.is_some_and(|holder| holder.contains("at work on 1_only"))
        };
        eventually("the leader is at work", started);
        let mut options = Options::default();
        options.lock_wait = Duration::from_millis(200);
        let error =
            Runner::new(&set, options).run(&mut *runner_on(&db), &Target::Latest).unwrap_err();
        assert_eq!(error.class(), Class::Temporary, "{backend:?}: {error}");
        let Error::LockWait { holder: Some(holder), .. } = &error else { panic!("{error}") };
        for part in ["leader 1.0 on ", "at work on 1_only"] {
            assert!(holder.contains(part), "{backend:?}: {holder}");
        }

        let mut waited_for = Vec::new();
        let report = Runner::new(&set, Options::default())
            .observe(|event| {
                if let Event::Waiting { holder, .. } = event {
                    waited_for.push(holder.unwrap_or_default().to_owned());
                }
            })
            .run(&mut *runner_on(&db), &Target::Latest)
            .unwrap();
        assert!(report.done.is_empty(), "{backend:?}");
        assert!(!waited_for.is_empty(), "{backend:?}");
        assert_eq!(leader.join().unwrap().unwrap().done.len(), 1);
    });
}

each_server!(a_run_can_be_stopped_from_outside);
/// From another thread: what is in a transaction is rolled back, on connections of its own even in
/// the middle of a statement.
fn a_run_can_be_stopped_from_outside(backend: Backend) {
    let sleep = match backend.engine() {
        Engine::Postgres => "CREATE TABLE t (id INT); SELECT pg_sleep(60)",
        Engine::MariaDb => "INSERT INTO t SELECT SLEEP(60)",
    };
    let db = database(backend);
    if backend == Backend::MariaDb {
        db.execute("CREATE TABLE t (id INT)");
    }
    let url = DatabaseUrl::parse(db.url()).unwrap();
    let set = one(sleep, url.dialect());
    let control = Control::new();
    let mut options = Options::default();
    options.control = control.clone();
    let (begun, error) = std::thread::scope(|scope| {
        let stopper = scope.spawn(|| {
            db.until_asleep();
            control.cancel();
            std::time::Instant::now()
        });
        let run = Runner::new(&set, options).run(&mut *runner_on(&db), &Target::Latest);
        (stopper.join().unwrap(), run.unwrap_err())
    });
    assert!(matches!(error, Error::Cancelled(_)), "{backend:?}: {error}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{backend:?}: {:?}", begun.elapsed());
    assert!(db.column("SELECT version FROM __diesel_schema_migrations").is_empty());
}

/// Before it has begun, and on a borrowed connection between two migrations.
#[test]
fn a_run_on_a_lent_connection_can_be_stopped_from_outside() {
    let db = database(Backend::Sqlite);
    let conn = &mut SqliteConnection::establish(db.url()).unwrap();
    let control = Control::new();
    let stop = control.clone();
    let error = Migrator::new(&sets::sqlite::ALL)
        .control(&control)
        .on_event(|event| {
            if let Event::StepDone { number: 1, .. } = event {
                stop.cancel();
            }
        })
        .run(conn)
        .unwrap_err();
    assert!(matches!(&error, Error::Cancelled(before) if before.done.len() == 1), "{error}");
    assert_eq!(Migrator::new(&sets::sqlite::ALL).run(conn).unwrap().done.len(), 2);
}

#[test]
fn a_url_of_another_database_is_refused_and_a_lease_needs_a_url() {
    let db = database(Backend::Sqlite);
    let url = DatabaseUrl::parse(db.url()).unwrap();
    let error = Migrator::new(&sets::postgres::ALL).run_at(&url).unwrap_err();
    assert_eq!(error.class(), Class::Usage);
    assert!(matches!(error, Error::OtherDatabase { expected: "postgres", .. }), "{error}");
    let db = database(Backend::Postgres);
    let conn = &mut PgConnection::establish(db.url()).unwrap();
    let error = Migrator::new(&sets::postgres::ALL).locking(Locking::Lease).run(conn).unwrap_err();
    assert_eq!(error.class(), Class::Usage);
    assert!(error.remedy("shop").unwrap().contains("run_at"), "{error}");
    let url = DatabaseUrl::parse(db.url()).unwrap();
    let mut migrator = Migrator::new(&sets::postgres::ALL).locking(Locking::Lease);
    assert_eq!(migrator.run_at(&url).unwrap().done.len(), 3);
    let db = database(Backend::Sqlite);
    let url = DatabaseUrl::parse(db.url()).unwrap();
    let mut migrator = Migrator::new(&sets::sqlite::ALL).locking(Locking::Lease);
    assert_eq!(migrator.run_at(&url).unwrap_err().class(), Class::Usage);
}
