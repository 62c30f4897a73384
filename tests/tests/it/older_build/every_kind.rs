//! A database whose history has every kind of row.

use std::path::Path;

use dbmig_tests::{Backend, Project, Session, TestDatabase, eventually};
use rustix::process::{Pid, Signal, kill_process};

use super::files::{LOST, put};
use super::{dbmig, signed};
use crate::faults::{finish, start};

/// Makes it in `db`, which is empty, with the tool at `build`.
pub(super) fn make(build: &Path, db: &TestDatabase) -> Project {
    let project = Project::new(build);
    completed(&project, db);
    failed(&project, db);
    settled(&project, db);
    breaking(&project, db);
    said(&project, db);
    reverted(&project, db);
    stopped(&project, db);
    killed(&project, db);
    project
}

/// Its files, but with another `up.sql`.
fn put_with(project: &Project, backend: Backend, name: &str, up: &str) {
    put(project, backend, name);
    project.write(&format!("migrations/{name}/up.sql"), up);
}

/// In a transaction and not, signed and not, reverted and applied again.
fn completed(project: &Project, db: &TestDatabase) {
    put(project, db.backend(), "01_users");
    dbmig(project, db, &["run"], 0);
    put(project, db.backend(), "02_steps");
    signed(project, db, &["run"], 0);
    let up = "INSERT INTO users VALUES (3, 'c');\n";
    put_with(project, db.backend(), "03_redone", up);
    dbmig(project, db, &["run"], 0);
    dbmig(project, db, &["redo"], 0);
}

/// In a transaction; and without one, after which a later run goes on.
fn failed(project: &Project, db: &TestDatabase) {
    let up = "INSERT INTO users VALUES (4, 'd');\nINSERT INTO nowhere VALUES (40, 'd');\n";
    put_with(project, db.backend(), "04_failed", up);
    dbmig(project, db, &["run"], 1);
    put(project, db.backend(), "04_failed");
    dbmig(project, db, &["run"], 0);
    let up = "INSERT INTO steps VALUES (5);\nINSERT INTO nowhere VALUES (50);\n";
    put_with(project, db.backend(), "05_resumed", up);
    dbmig(project, db, &["run"], 1);
    put(project, db.backend(), "05_resumed");
    dbmig(project, db, &["run"], 0);
}

/// What a person has settled of interrupted runs.
fn settled(project: &Project, db: &TestDatabase) {
    let up = "INSERT INTO steps VALUES (6);\nINSERT INTO nowhere VALUES (60);\n";
    put_with(project, db.backend(), "06_forgotten", up);
    dbmig(project, db, &["run"], 1);
    db.execute("DELETE FROM steps WHERE id = 6");
    dbmig(project, db, &["repair", "--forget", "06"], 0);
    put(project, db.backend(), "06_forgotten");
    dbmig(project, db, &["run"], 0);

    put(project, db.backend(), "07_finished");
    dbmig(project, db, &["run"], 1);
    db.execute("INSERT INTO steps VALUES (70)");
    dbmig(project, db, &["repair", "--finish", "07"], 0);

    put(project, db.backend(), "08_settled");
    dbmig(project, db, &["run"], 1);
    // As a run leaves it that vanishes during a statement of which the catalogue tells nothing.
    db.execute(
        "UPDATE __dbmig_history SET state = 'running', statements_started = 2, error = NULL, \
         ended_at = NULL WHERE version = '08'; INSERT INTO steps VALUES (80)",
    );
    dbmig(project, db, &["repair", "--done", "08"], 0);
    dbmig(project, db, &["run"], 0);
}

/// So many rows take SQLite longer than any test.
const ENDLESS: &str = "100000000000";

/// A row of `users` that takes its time.
fn slowly(backend: Backend, id: u32) -> String {
    let rows = match backend {
        Backend::Postgres => format!("SELECT {id}, 'x' FROM pg_sleep(300)"),
        Backend::MariaDb => format!("SELECT {id}, 'x' FROM (SELECT SLEEP(300)) s"),
        Backend::Sqlite => format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ENDLESS}) \
             SELECT {id}, max(i) FROM n"
        ),
    };
    format!("INSERT INTO users {rows};\n")
}

/// Starts a run, and sends `signal` when the row of `version` under way is so.
fn interrupt(project: &Project, db: &TestDatabase, version: &str, is: &str, signal: Signal) {
    let runner = start(project, db.url(), &["run"]);
    let sql = format!(
        "SELECT id FROM __dbmig_history WHERE version = '{version}' AND state = 'running' AND {is}"
    );
    eventually(&sql, || db.try_query(&sql).is_ok_and(|rows| !rows.is_empty()));
    kill_process(Pid::from_child(&runner), signal).unwrap();
    finish(runner);
}

/// Ends what a server goes on with after its client was killed.
fn end_other_sessions(db: &TestDatabase, session: &mut Session) {
    match db.backend() {
        Backend::Postgres => session.execute(
            "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name LIKE 'dbmig %'",
        ),
        Backend::MariaDb => {
            let others = "SELECT id FROM information_schema.processlist \
                          WHERE db = database() AND id <> connection_id()";
            for row in session.query(others) {
                // It may be gone by now.
                let _ = session.try_query(&format!("KILL {}", row[0].as_deref().unwrap()));
            }
            eventually("the sessions end", || session.query(others).is_empty());
        }
        Backend::Sqlite => {}
    }
}

/// The floor: raised by a run that vanished, raised, and what goes on below it.
fn breaking(project: &Project, db: &TestDatabase) {
    put_with(project, db.backend(), "09_floor", &slowly(db.backend(), 9));
    interrupt(project, db, "09", "compatible = 'breaking'", Signal::KILL);
    end_other_sessions(db, &mut db.session());
    put(project, db.backend(), "09_floor");
    dbmig(project, db, &["run"], 0);

    project.remove("migrations/09_floor");
    let mut beyond = project.command(&["run"]);
    beyond.env("DATABASE_URL", db.url()).env("DBMIG_BREAKING_AHEAD", "warn");
    dbmig_tests::project::run(&mut beyond).success();
    // An app says which build it is; the tool cannot.
    db.execute("UPDATE __dbmig_history SET app = 'shop 1.0 (build b7c4f)' WHERE state = 'went_on'");
    put(project, db.backend(), "09_floor");
}

/// What a person has said, or another tool has done. Signed from here on.
fn said(project: &Project, db: &TestDatabase) {
    put(project, db.backend(), "10_restart");
    put(project, db.backend(), "11_renamed");
    signed(project, db, &["run"], 0);
    signed(project, db, &["repair", "--compatible", "11"], 0);

    db.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('12')");
    db.execute("INSERT INTO users VALUES (12, 'l')");
    put(project, db.backend(), "12_foreign");
    signed(project, db, &["baseline"], 0);

    put(project, db.backend(), "03_redone");
    dbmig(project, db, &["repair", "--accept", "03"], 0);
}

/// Reverted, and gone from the directory.
fn reverted(project: &Project, db: &TestDatabase) {
    project.migration("13_gone", "CREATE TABLE gone (id INTEGER);\n", "DROP TABLE gone;\n");
    dbmig(project, db, &["run"], 0);
    dbmig(project, db, &["revert"], 0);
    project.remove("migrations/13_gone");
}

/// It was asked to stop, and applied later.
fn stopped(project: &Project, db: &TestDatabase) {
    let up = slowly(db.backend(), 14);
    let up = match db.backend() {
        Backend::Postgres | Backend::MariaDb => up,
        // It ends a statement that it has begun, and looks before the next one whether it is to stop.
        Backend::Sqlite => {
            up.replace(ENDLESS, "5000000") + "INSERT INTO users VALUES (140, 'n');\n"
        }
    };
    put_with(project, db.backend(), "14_stopped", &up);
    interrupt(project, db, "14", "compatible = 'breaking'", Signal::TERM);
    put(project, db.backend(), "14_stopped");
    signed(project, db, &["run"], 0);
}

/// What a run leaves whose process was killed during a statement. On a server that is one of which
/// the catalogue tells, and that somebody is in the way of.
fn killed(project: &Project, db: &TestDatabase) {
    put(project, db.backend(), LOST);
    let mut other = db.session();
    let during = match db.backend() {
        Backend::Postgres => {
            other.execute("BEGIN");
            other.execute("LOCK TABLE users IN ROW EXCLUSIVE MODE");
            "statements_started = 2"
        }
        Backend::MariaDb => {
            other.execute("BEGIN; SELECT * FROM users");
            "statements_started = 2"
        }
        // A statement and its cursor are one transaction.
        Backend::Sqlite => {
            let up = "INSERT INTO users VALUES (15, 'o');\n".to_owned();
            let up = up + &slowly(Backend::Sqlite, 151) + "INSERT INTO users VALUES (150, 'o');\n";
            put_with(project, db.backend(), LOST, &up);
            "statements_done = 1"
        }
    };
    interrupt(project, db, "15", during, Signal::KILL);
    end_other_sessions(db, &mut other);
    match db.backend() {
        Backend::Postgres | Backend::MariaDb => other.execute("ROLLBACK"),
        Backend::Sqlite => {}
    }
    put(project, db.backend(), LOST);
}
