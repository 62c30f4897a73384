//! `kill -9` of the runner: before and after each statement that it sends, and at any moment.

use std::time::Duration;

use dbmig_tests::kill_points::Ended;
use dbmig_tests::servers::{Pgbouncer, PoolMode, postgres};
use dbmig_tests::{Backend, Project, TestDatabase, database, kill_points};

use super::{Figure, finish, picture, same, seeds, start, thorough};
use crate::project;

/// A little of everything that a migration may do.
fn mixed(project: &Project, backend: Backend) {
    project.migration(
        "1_tables",
        "CREATE TABLE t1 (id INTEGER PRIMARY KEY, n INTEGER);\nCREATE TABLE t2 (id INTEGER PRIMARY KEY);\n\
         INSERT INTO t1 VALUES (1, 1), (2, 2), (3, 3);\n",
        "DROP TABLE t2;\nDROP TABLE t1;\n",
    );
    project.migration("2_data", "UPDATE t1 SET n = n * 10;\n", "UPDATE t1 SET n = n / 10;\n");
    let more = match backend {
        // A setting that a later statement needs; what runs alone between what shares its cursor.
        Backend::Postgres => (
            "SET fault.step = '1';\nINSERT INTO t2 SELECT id FROM t1;\n\
             CREATE INDEX CONCURRENTLY t1_n ON t1 (n);\n\
             UPDATE t1 SET n = n + current_setting('fault.step')::integer;\n\
             CREATE UNIQUE INDEX CONCURRENTLY ON t1 (n, id);\nALTER TABLE t2 ADD COLUMN late INTEGER;\n",
            "ALTER TABLE t2 DROP COLUMN late;\nDROP INDEX CONCURRENTLY t1_n_id_idx;\n\
             UPDATE t1 SET n = n - 1;\nDROP INDEX CONCURRENTLY t1_n;\nDELETE FROM t2;\n",
        ),
        Backend::MariaDb => (
            "SET @step = 1;\nINSERT INTO t2 SELECT id FROM t1;\nCREATE INDEX t1_n ON t1 (n);\n\
             UPDATE t1 SET n = n + @step;\nALTER TABLE t2 ADD COLUMN late INTEGER, ADD KEY late (late);\n\
             CREATE VIEW v AS SELECT n FROM t1;\n\
             CREATE TRIGGER g BEFORE INSERT ON t2 FOR EACH ROW SET NEW.late = 7;\n\
             INSERT INTO t2 (id) VALUES (9);\nRENAME TABLE t2 TO t3;\nDROP VIEW v;\n",
            "CREATE VIEW v AS SELECT n FROM t1;\nRENAME TABLE t3 TO t2;\nDELETE FROM t2 WHERE id = 9;\n\
             DROP TRIGGER g;\nDROP VIEW v;\nALTER TABLE t2 DROP COLUMN late;\n\
             UPDATE t1 SET n = n - 1;\nDROP INDEX t1_n ON t1;\nDELETE FROM t2;\n",
        ),
        Backend::Sqlite => (
            "PRAGMA foreign_keys = ON;\nINSERT INTO t2 SELECT id FROM t1;\nCREATE INDEX t1_n ON t1 (n);\n\
             UPDATE t1 SET n = n + 1;\nVACUUM;\nALTER TABLE t2 ADD COLUMN late INTEGER;\n",
            "ALTER TABLE t2 DROP COLUMN late;\nUPDATE t1 SET n = n - 1;\nDROP INDEX t1_n;\nVACUUM;\n\
             DELETE FROM t2;\n",
        ),
    };
    project.migration("3_statements", more.0, more.1);
    project.write("migrations/3_statements/metadata.toml", "run_in_transaction = false\n");
    project.migration(
        "4_more",
        "CREATE TABLE t4 (id INTEGER PRIMARY KEY);\nINSERT INTO t4 VALUES (1);\n",
        "DROP TABLE t4;\n",
    );
}

const UP: &[&str] = &["run", "--quiet"];
const DOWN: &[&str] = &["revert", "--all", "--quiet"];

/// The pictures after all the way up, and after all the way down.
fn ends(project: &Project, backend: Backend) -> [String; 2] {
    let database = database(backend);
    [UP, DOWN].map(|way| {
        project.dbmig_on(&database, way).success();
        picture(&database)
    })
}

/// All of them in the long form, else so many.
fn some_of(count: usize, few: usize) -> impl Iterator<Item = usize> {
    let step = if thorough() { 1 } else { count.div_ceil(few).max(1) };
    (1..=count).step_by(step)
}

each_backend!(at_each_statement);
fn at_each_statement(backend: Backend) {
    let (project, mut figure) = (project(), Figure::new("kill at each statement", backend));
    mixed(&project, backend);
    let ends = ends(&project, backend);
    let measured = database(backend);
    let counts = [UP, DOWN]
        .map(|way| kill_points::count(project.command(way).env("DATABASE_URL", measured.url())));
    for (way, (count, end)) in [UP, DOWN].into_iter().zip(counts.into_iter().zip(&ends)) {
        for event in some_of(count, 14) {
            let db = database(backend);
            if way == DOWN {
                project.dbmig_on(&db, UP).success();
            }
            let command = &mut project.command(way);
            let ended = kill_points::killed_at(command.env("DATABASE_URL", db.url()), event);
            assert!(
                ended == Ended::Killed || event + 4 > count,
                "{backend:?} {way:?}: event {event} of {count} was not reached"
            );
            // The one that takes it up is killed, too, wherever that hits it; if it is so long.
            let second = 1 + event * 13 % 40;
            let _ = kill_points::killed_at(command, second);
            let output = project.dbmig_on(&db, way);
            assert_eq!(output.code, Some(0), "{backend:?} {way:?} {event}:\n{}", output.text());
            same(&picture(&db), end, &format!("{backend:?} {way:?} {event}"));
            figure.case();
        }
    }
}

/// Up to three times, after up to as long as an undisturbed run takes; then in peace.
fn at_random(backend: Backend, kind: &'static str, url: impl Fn(&TestDatabase) -> String) {
    let (project, mut figure) = (project(), Figure::new(kind, backend));
    mixed(&project, backend);
    if kind.contains("pgbouncer") {
        // What one statement sets for its session may not reach the next one there.
        let up = "migrations/3_statements/up.sql";
        project.write(up, project.read(up).replace("current_setting('fault.step')::integer", "1"));
    }
    let ends = ends(&project, backend);
    for seed in seeds(6) {
        let mut random = fastrand::Rng::with_seed(seed);
        let db = database(backend);
        for (way, end) in [UP, DOWN].into_iter().zip(&ends) {
            for _ in 0..random.u8(1..=3) {
                let mut runner = start(&project, &url(&db), way);
                std::thread::sleep(Duration::from_micros(random.u64(0..150_000)));
                // It may have ended already: that is a case as well.
                let _ = runner.kill();
                finish(runner);
            }
            let last = finish(start(&project, &url(&db), way));
            assert_eq!(
                last.code,
                Some(0),
                "{kind}, {backend:?}, seed {seed}, {way:?}:\n{}",
                last.text()
            );
            same(&picture(&db), end, &format!("{kind}, {backend:?}, seed {seed}, {way:?}"));
            figure.case();
        }
    }
}

each_backend!(at_any_moment);
fn at_any_moment(backend: Backend) {
    at_random(backend, "kill at any moment", |db| db.url().to_owned());
}

#[test]
fn at_any_moment_behind_a_pooler() {
    // Each case has a database of its own, whose sessions the pooler keeps for ten minutes else.
    let settings = [("server_idle_timeout", "3")];
    let pooler = Pgbouncer::start_with(postgres(), PoolMode::Transaction, 10, &settings);
    at_random(Backend::Postgres, "kill at any moment, pgbouncer", |db| pooler.url(db));
}
