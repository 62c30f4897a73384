//! Servers that do not write, roles that do not by themselves, and settings that change what a
//! statement of ours reads or what its `COMMIT` does.

use std::time::Duration;

use dbmig_runtime::{Class, Error, Extent, Migrator, Obstacle, Target};
use dbmig_tests::servers::{Server, Standby, postgres};
use dbmig_tests::{Backend, Engine, database};
use diesel::{Connection as _, PgConnection};

use crate::faults::{finish, start};
use crate::library::Library;
use crate::{project, sets};

/// It is told before anything is touched; who only reads is served.
#[test]
fn a_replica_is_refused_where_there_is_something_to_write() {
    let primary = Server::start_dedicated(Engine::Postgres, &Standby::primary());
    let standby = Standby::of(&primary, Duration::ZERO);
    let (project, db) = (project(), primary.database());
    standby.await_database(&db);
    let url = standby.url(&db);
    project.migration("1_a", "CREATE TABLE a (id INTEGER);", "DROP TABLE a;");
    for command in [&["run"][..], &["run", "--lock", "lease"], &["sync"], &["baseline", "--yes"]] {
        let refused = finish(start(&project, &url, command)).expect(75).stderr;
        assert!(refused.contains("target_session_attrs=primary"), "{command:?}: {refused}");
    }
    for library in [Library::at(&project, &url), Library::at(&project, &url).with_lease()] {
        let error = library.error(&Target::Latest);
        assert!(matches!(error, Error::Obstacle(Obstacle::OnlyReads { .. })), "{error}");
    }
    assert!(db.tables().is_empty());
    finish(start(&project, &url, &["status"])).success();
    let waiting = finish(start(&project, &url, &["wait", "--timeout", "1s"])).expect(75).stderr;
    assert!(waiting.contains("1 of 1 migrations"), "{waiting}");

    project.dbmig_on(&db, &["run"]).success();
    for command in [&["wait", "--timeout", "30s"][..], &["run"], &["status", "--check"], &["plan"]]
    {
        finish(start(&project, &url, command)).success();
    }
    finish(start(&project, &url, &["revert", "--yes"])).expect(75);
    let error = Library::at(&project, &url).error(&Target::Revert(Extent::All));
    assert!(matches!(error, Error::Obstacle(Obstacle::OnlyReads { .. })), "{error}");
    assert_eq!(db.tables().len(), 3);

    // libpq finds the primary among several hosts.
    let (here, there) = (standby.port(), primary.port());
    let hosts = format!("127.0.0.1:{here},127.0.0.1:{there}");
    let url = url.replace(&format!("127.0.0.1:{here}"), &hosts);
    let url = format!("{url}?target_session_attrs=primary");
    finish(start(&project, &url, &["revert", "--yes"])).success();

    let borrowed = &mut PgConnection::establish(&standby.url(&db)).unwrap();
    let error = Migrator::new(&sets::postgres::ALL).run(borrowed).unwrap_err();
    assert!(matches!(&error, Error::Obstacle(_)), "{error}");
    assert_eq!(error.class(), Class::Temporary);
}

/// Settings of a role that change what is read or committed, or how long something may last.
const SETTINGS: [(&str, &str); 23] = [
    ("default_transaction_read_only", "on"),
    ("default_transaction_isolation", "serializable"),
    ("default_transaction_isolation", "'repeatable read'"),
    ("default_transaction_deferrable", "on"),
    ("row_security", "off"),
    ("synchronous_commit", "off"),
    ("transform_null_equals", "on"),
    ("quote_all_identifiers", "on"),
    ("standard_conforming_strings", "off"),
    ("backslash_quote", "off"),
    ("bytea_output", "escape"),
    ("datestyle", "'SQL, DMY'"),
    ("intervalstyle", "sql_standard"),
    ("timezone", "'Asia/Kathmandu'"),
    ("extra_float_digits", "-15"),
    ("array_nulls", "off"),
    ("session_replication_role", "replica"),
    ("check_function_bodies", "off"),
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("gin_fuzzy_search_limit", "1"),
    ("force_parallel_mode", "regress"),
    ("exit_on_error", "on"),
];

/// Each alone, and the first four at once, as of the role and as of the database.
#[test]
fn settings_of_a_role_change_nothing() {
    let project = project();
    project.migration(
        "1_a",
        "CREATE TABLE a (id INTEGER, s TEXT); INSERT INTO a VALUES (1, NULL), (2, 'x');",
        "DROP TABLE a;",
    );
    project.migration(
        "2_i",
        "CREATE INDEX CONCURRENTLY i ON a (id); UPDATE a SET id = id + 1;",
        "UPDATE a SET id = id - 1; DROP INDEX CONCURRENTLY i;",
    );
    project.write("migrations/2_i/metadata.toml", "run_in_transaction = false\n");
    let mut cases: Vec<Vec<(&str, &str)>> = SETTINGS.iter().map(|one| vec![*one]).collect();
    let serializable = &SETTINGS[1];
    cases.push(vec![SETTINGS[0], *serializable, SETTINGS[3], SETTINGS[5]]);
    std::thread::scope(|scope| {
        for some in cases.chunks(cases.len().div_ceil(4)) {
            scope.spawn(|| some.iter().for_each(|settings| tried(&project, settings)));
        }
    });
}

fn tried(project: &dbmig_tests::Project, settings: &[(&str, &str)]) {
    let db = database(Backend::Postgres);
    let role = format!("{}_r", db.name());
    let mut session = db.session();
    session.execute(&format!("CREATE ROLE {role} LOGIN SUPERUSER PASSWORD 'one'"));
    for (name, value) in settings {
        session.execute(&format!("ALTER ROLE {role} SET {name} TO {value}"));
        session.execute(&format!("ALTER DATABASE {} SET {name} TO {value}", db.name()));
    }
    let url = format!("postgres://{role}:one@127.0.0.1:{}/{}", postgres().port(), db.name());
    let play = |args: &[&str]| {
        let output = finish(start(project, &url, &[args, &["--json"]].concat()));
        assert_eq!(output.code, Some(0), "{settings:?} {args:?}:\n{}", output.text());
        output
    };
    for lock in ["advisory", "lease"] {
        assert_eq!(play(&["run", "--lock", lock]).done(), ["up 1_a", "up 2_i"], "{settings:?}");
        assert_eq!(play(&["run", "--lock", lock]).done(), [""; 0], "{settings:?}");
        assert_eq!(play(&["status", "--check"]).counts(), ["2 applied"], "{settings:?}");
        let ids = db.column("SELECT id FROM a ORDER BY id");
        assert_eq!(ids, ["2", "3"], "{settings:?}");
        let back = play(&["revert", "--all", "--yes", "--lock", lock]);
        assert_eq!(back.done(), ["down 2_i", "down 1_a"], "{settings:?}");
        assert_eq!(
            db.column("SELECT version FROM __diesel_schema_migrations"),
            [""; 0],
            "{settings:?}"
        );
    }
    let borrowed = &mut PgConnection::establish(&url).unwrap();
    let report = Migrator::new(&sets::postgres::ALL).run(borrowed);
    let report = report.unwrap_or_else(|error| panic!("{settings:?}: {error}"));
    assert_eq!(report.done.len(), 3, "{settings:?}");
}
