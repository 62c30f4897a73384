//! pgbouncer between: which promises hold on which connection.

use dbmig_runtime::url::DatabaseUrl;
use dbmig_runtime::{Class, Error, Event, Migrator};
use dbmig_tests::servers::{Pgbouncer, PoolMode, postgres};
use dbmig_tests::{Backend, Session, TestDatabase, database};
use diesel::{Connection as _, PgConnection};

use crate::faults::{finish, start};
use crate::{project, sets};

const MODES: [PoolMode; 2] = [PoolMode::Session, PoolMode::Transaction];

fn applied(db: &TestDatabase) -> usize {
    let rows = db.try_query("SELECT version FROM __diesel_schema_migrations");
    rows.map_or(0, |rows| rows.len())
}

#[test]
fn connections_of_its_own_work_behind_each() {
    for mode in MODES {
        let pooler = Pgbouncer::start(postgres(), mode, 5);
        let db = database(Backend::Postgres);
        let url = DatabaseUrl::parse(&pooler.url(&db)).unwrap();
        let report = Migrator::new(&sets::postgres::ALL).run_at(&url).unwrap();
        assert_eq!((report.done.len(), applied(&db)), (3, 3), "{mode:?}");
        assert!(Migrator::new(&sets::postgres::ALL).run_at(&url).unwrap().done.is_empty());
        // The lock was given back.
        let locks = db.column(
            "SELECT objid::text FROM pg_locks WHERE locktype = 'advisory' AND database = \
                               (SELECT oid FROM pg_database WHERE datname = current_database())",
        );
        assert_eq!(locks, [""; 0], "{mode:?}");
    }
}

#[test]
fn a_lent_connection_works_behind_one_that_keeps_its_session() {
    let pooler = Pgbouncer::start(postgres(), PoolMode::Session, 5);
    let db = database(Backend::Postgres);
    let conn = &mut PgConnection::establish(&pooler.url(&db)).unwrap();
    assert_eq!(Migrator::new(&sets::postgres::ALL).run(conn).unwrap().done.len(), 3);
}

/// The pooler gives its statements to another session than the one that holds the lock: that is
/// noticed before anything is done there.
#[test]
fn a_lent_connection_that_is_moved_to_another_session_is_refused() {
    let pooler = Pgbouncer::start(postgres(), PoolMode::Transaction, 5);
    let db = database(Backend::Postgres);
    let conn = &mut PgConnection::establish(&pooler.url(&db)).unwrap();
    let mut other = None;
    let error = Migrator::new(&sets::postgres::ALL)
        .on_event(|event| {
            if let Event::StepStarted { number: 2, .. } = event {
                // Takes the session that was used last, and keeps it.
                let mut session = Session::connect(Backend::Postgres, &pooler.url(&db)).unwrap();
                session.execute("BEGIN; SELECT 1");
                other = Some(session);
            }
        })
        .run(conn)
        .unwrap_err();
    assert!(matches!(&error, Error::LockLost(before) if before.done.len() == 1), "{error}");
    assert_eq!(error.class(), Class::Temporary);
    assert_eq!(applied(&db), 1);
    drop(other);
    // With connections of its own it goes on; the session that kept the lock is ended for that.
    db.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = \
                (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    let url = DatabaseUrl::parse(&pooler.url(&db)).unwrap();
    assert_eq!(Migrator::new(&sets::postgres::ALL).run_at(&url).unwrap().done.len(), 2);
}

/// What a migration sets reaches neither the next one, nor our rows, nor the pooler's next client.
#[test]
fn what_a_migration_sets_stays_in_it() {
    let pooler = Pgbouncer::start(postgres(), PoolMode::Transaction, 3);
    let (project, db) = (project(), database(Backend::Postgres));
    let role = format!("{}_other", db.name());
    db.execute(&format!(
        "CREATE ROLE {role}; CREATE SCHEMA elsewhere; GRANT ALL ON SCHEMA elsewhere TO {role}"
    ));
    project.migration(
        "1_a",
        &format!(
            "SET search_path TO elsewhere; SET ROLE {role}; SET statement_timeout = '50s'; SET work_mem = '7MB'; \
             CREATE TABLE a (id INTEGER); CREATE TEMP TABLE passing (id INTEGER);"
        ),
        "DROP TABLE elsewhere.a;",
    );
    project.migration("2_b", "CREATE TABLE b (id INTEGER);", "DROP TABLE b;");
    for way in [&["run"][..], &["revert", "--all"], &["run"]] {
        finish(start(&project, &pooler.url(&db), way)).success();
    }
    assert_eq!(
        db.column(
            "SELECT schemaname FROM pg_tables WHERE tablename IN ('a', 'b') ORDER BY tablename"
        ),
        ["elsewhere", "public"]
    );
    assert_eq!(applied(&db), 2);
    // All sessions of the pool at once.
    let mut clients: Vec<_> =
        (0..3).map(|_| Session::connect(Backend::Postgres, &pooler.url(&db)).unwrap()).collect();
    for client in &mut clients {
        let row = client.query(
            "BEGIN; SELECT current_setting('search_path'), current_user::text, current_setting('statement_timeout'), \
             current_setting('work_mem'), (SELECT count(*) FROM pg_class WHERE relname = 'passing')::text",
        );
        let found: Vec<_> = row[0].iter().map(|value| value.as_deref().unwrap()).collect();
        assert_eq!(found, ["\"$user\", public", "dbmig", "0", "4MB", "0"]);
    }
}

/// What another client has left in the session that the pooler hands us.
#[test]
fn a_search_path_that_somebody_else_has_left_begins_nothing_anew() {
    let pooler = Pgbouncer::start(postgres(), PoolMode::Transaction, 2);
    let (project, db) = (project(), database(Backend::Postgres));
    db.execute("CREATE SCHEMA theirs");
    project.migration("1_a", "CREATE TABLE a (id INTEGER);", "DROP TABLE a;");
    let url = pooler.url(&db);
    let leave = || {
        let mut clients: Vec<_> =
            (0..2).map(|_| Session::connect(Backend::Postgres, &url).unwrap()).collect();
        clients.iter_mut().for_each(|client| client.execute("BEGIN; SET search_path TO theirs"));
        clients.iter_mut().for_each(|client| client.execute("COMMIT"));
    };
    leave();
    // Where a setting names the ledger's schema, the migrations would still land in theirs.
    for command in [&["run"][..], &["status"], &["run", "--ledger-schema", "public"]] {
        let refused = finish(start(&project, &url, command)).expect(1).stderr;
        assert!(refused.contains("the search_path is `theirs`"), "{refused}");
        assert!(refused.contains("ALTER ROLE"), "{refused}");
    }
    assert!(db.tables().is_empty());
}
