//! Histories that an older build has written: this build reads them and goes on with them, and
//! leaves them so that the older build can go on, too.
//!
//! `older_build/DATABASE.sql` is a database that an older build has made, with every kind of row that a
//! history can have (`older_build/every_kind.rs`). `tests/builds BINARY` runs these tests with the
//! build at that path as the other one; `tests/builds --write BINARY` makes the dumps anew with it.
//! Where none is named, the other build is this one, so that all of this is always run; what an older
//! one needs to find is then told by its columns and its words (`older_build/readable.rs`).

mod every_kind;
mod files;
mod forth_and_back;
mod onward;
mod readable;
mod written;

use std::path::{Path, PathBuf};

use dbmig_tests::project::{Output, run};
use dbmig_tests::{Backend, Project, TestDatabase, database};
use serde_json::Value;

/// What the dumps are signed with.
const KEY: &str = "the key of the older build's histories";

/// The build that the one under test takes turns with.
fn other_build() -> PathBuf {
    let this = env!("CARGO_BIN_EXE_dbmig-under-test");
    std::env::var_os("DBMIG_OTHER_BUILD").map_or_else(|| this.into(), PathBuf::from)
}

/// The dump of a database, and where it is.
fn dump(backend: Backend) -> (&'static str, PathBuf) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/older_build");
    let (text, name) = match backend {
        Backend::Postgres => (include_str!("older_build/postgres.sql"), "postgres.sql"),
        Backend::MariaDb => (include_str!("older_build/mariadb.sql"), "mariadb.sql"),
        Backend::Sqlite => (include_str!("older_build/sqlite.sql"), "sqlite.sql"),
    };
    (text, folder.join(name))
}

/// A database as the older build has left it.
fn left_by_the_older_build(backend: Backend) -> TestDatabase {
    let db = database(backend);
    db.execute(dump(backend).0);
    db
}

/// `cargo dbmig ARGS` of the project's build.
#[track_caller]
fn dbmig(project: &Project, db: &TestDatabase, args: &[&str], code: i32) -> Output {
    project.dbmig_on(db, args).expect(code)
}

/// The same with the key that the histories are signed with.
#[track_caller]
fn signed(project: &Project, db: &TestDatabase, args: &[&str], code: i32) -> Output {
    let mut command = project.command(args);
    run(command.env("DATABASE_URL", db.url()).env("DBMIG_HISTORY_KEY", KEY)).expect(code)
}

/// What it prints with `--json`.
#[track_caller]
fn json(project: &Project, db: &TestDatabase, args: &[&str], code: i32) -> Value {
    let out = dbmig(project, db, &[args, &["--json"]].concat(), code).stdout;
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
}

/// Each migration with its state.
#[track_caller]
fn states(project: &Project, db: &TestDatabase) -> Vec<(String, String)> {
    let status = json(project, db, &["status"], 0);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let one = |it: &Value| (text(&it["name"]), text(&it["state"]));
    status["migrations"].as_array().expect("migrations").iter().map(one).collect()
}

/// Those that `run`, `revert` and the like say that they have done, each with its direction.
#[track_caller]
fn done(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let one = |it: &Value| format!("{} {}", text(&it["name"]), text(&it["direction"]));
    report["done"].as_array().expect("what was done").iter().map(one).collect()
}
