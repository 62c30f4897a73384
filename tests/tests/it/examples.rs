//! `Migrator::start` beside the pools of apps: the small examples as processes, and a pool that is
//! in use meanwhile.

use std::process::{Command, Stdio};
use std::time::Duration;

use dbmig_runtime::{Migrator, Postgres};
use dbmig_tests::project::{Output, run};
use dbmig_tests::{Backend, PASSWORD, TestDatabase, database};
use diesel::connection::SimpleConnection as _;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::{PgConnection, RunQueryDsl as _};

use crate::sets::of;

const R2D2: &str = env!("CARGO_BIN_EXE_r2d2-under-test");
const DIESEL_ASYNC: &str = env!("CARGO_BIN_EXE_diesel-async-under-test");

/// An example, with nothing else in its environment.
fn example(program: &str, url: &str, notes: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.env_clear().env("DATABASE_URL", url).args(notes).stdin(Stdio::null());
    run(&mut command)
}

fn notes(database: &TestDatabase) -> Vec<String> {
    database.column("SELECT text FROM notes ORDER BY id")
}

/// What its queries see is what the migrations made, and what an earlier start has noted.
fn starts_twice(program: &str, database: &TestDatabase) {
    let first = example(program, database.url(), &["buy milk", "don't forget"]).success();
    assert_eq!(
        first.stdout,
        "2 migrations applied\n1 what is noted here stays\n2 buy milk\n3 don't forget\n"
    );
    let second = example(program, database.url(), &["sleep"]).success();
    assert_eq!(
        second.stdout,
        "0 migrations applied\n1 what is noted here stays\n2 buy milk\n3 don't forget\n4 sleep\n"
    );
    assert_eq!(format!("{}{}", first.stderr, second.stderr), "");
    let expected = ["what is noted here stays", "buy milk", "don't forget", "sleep"];
    assert_eq!(notes(database), expected);
    let apps = database.column("SELECT DISTINCT app FROM __dbmig_history");
    assert!(apps.len() == 1 && apps[0].starts_with("dbmig-example-"), "{apps:?}");
}

#[test]
fn without_async_through_r2d2() {
    starts_twice(R2D2, &database(Backend::Sqlite));
}

#[test]
fn on_one_thread_through_diesel_async() {
    starts_twice(DIESEL_ASYNC, &database(Backend::Postgres));
}

#[test]
fn an_example_that_cannot_migrate_says_why_and_ends() {
    for (program, backend) in [(R2D2, Backend::Sqlite), (DIESEL_ASYNC, Backend::Postgres)] {
        let database = database(backend);
        database.execute("CREATE TABLE notes (ours INTEGER)");
        let output = example(program, database.url(), &["lost"]).expect(1);
        assert!(output.stderr.contains("2026-01-05-090000-0000_create_notes"), "{}", output.stderr);
        assert_eq!(output.stdout, "");
    }
    let database = database(Backend::Postgres);
    let wrong = database.url().replace(PASSWORD, "wr0ng-secret");
    let output = example(DIESEL_ASYNC, &wrong, &[]).expect(1);
    assert!(output.stderr.contains("password authentication failed"), "{}", output.stderr);
    assert!(!output.text().contains("wr0ng-secret"), "{}", output.text());
}

/// The pool's only connection is taken, in a transaction, while dbmig migrates: it needs none of
/// the pool, and leaves that one as it was.
#[test]
fn a_pool_without_a_free_connection_is_no_obstacle() {
    #[derive(diesel::QueryableByName)]
    struct Seen {
        #[diesel(sql_type = diesel::sql_types::Text)]
        path: String,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        kept: i64,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        locks: i64,
    }
    let database = database(Backend::Postgres);
    let manager = ConnectionManager::<PgConnection>::new(database.url());
    let pool = Pool::builder().max_size(1).build(manager).unwrap();
    let mut conn = pool.get().unwrap();
    conn.batch_execute("SET search_path = app; BEGIN; CREATE TEMP TABLE kept AS SELECT 1").unwrap();

    let set = of::<Postgres>(&[("1_a", "SET search_path = public; CREATE TABLE a (id INTEGER)")]);
    let report = Migrator::new(set).start(database.url()).wait(Duration::from_secs(60)).unwrap();
    assert_eq!(report.applied().count(), 1);

    let seen: Seen = diesel::sql_query(
        "SELECT current_setting('search_path') AS path, (SELECT count(*) FROM kept) AS kept, \
         (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) \
         AS locks",
    )
    .get_result(&mut conn)
    .unwrap();
    assert_eq!((seen.path.as_str(), seen.kept, seen.locks), ("app", 1, 0));
    conn.batch_execute("COMMIT").unwrap();
    drop(conn);
    pool.get().unwrap().batch_execute("INSERT INTO public.a VALUES (1)").unwrap();
}
