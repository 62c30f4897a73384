//! Up, down or nothing: images of several versions of an app on one database.
//!
//! An image is a project whose migrations are a prefix of the app's; what it does as a job and at
//! start-up is what `cargo dbmig` does on its files, for both front ends run the same commands.

mod back;
mod beyond;
mod cells;
mod floor;
mod histories;
mod qovery;
mod subtle;
mod trust;

use dbmig_runtime::plan::{AheadState, Blocked, Unknown};
use dbmig_runtime::{Beyond, Target};
use dbmig_tests::project::Output;
use dbmig_tests::{Backend, Project, TestDatabase, database};

use crate::library::Library;
use crate::project;

/// The versions of an app: what each adds to the one before.
const APP: [Step; 5] = [
    Step(
        "1_users",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, nick VARCHAR(20));",
        "DROP TABLE users;",
    ),
    Step("2_notes", "CREATE TABLE notes (id INTEGER PRIMARY KEY);", "DROP TABLE notes;"),
    Step(
        "3_email",
        "ALTER TABLE users ADD COLUMN email VARCHAR(99);",
        "ALTER TABLE users DROP COLUMN email;",
    ),
    Step(
        "4_rename",
        "ALTER TABLE users RENAME COLUMN nick TO name;",
        "ALTER TABLE users RENAME COLUMN name TO nick;",
    ),
    Step("5_tags", "CREATE TABLE tags (id INTEGER PRIMARY KEY);", "DROP TABLE tags;"),
];

/// Before it, everything is compatible with the version before.
const BREAKING: usize = 4;

struct Step(&'static str, &'static str, &'static str);

/// The image of the version that brought the migration with this number.
fn image(version: usize) -> Project {
    let project = project();
    project.write(
        "Cargo.toml",
        format!("[package]\nname = \"shop\"\nversion = \"{version}.0.0\"\nedition = \"2024\"\n\n[workspace]\n"),
    );
    for Step(name, up, down) in &APP[..version] {
        project.migration(name, up, down);
    }
    project
}

/// The number of applied migrations.
fn applied(db: &TestDatabase) -> usize {
    db.column("SELECT version FROM __diesel_schema_migrations").len()
}

fn json(output: &Output) -> serde_json::Value {
    let text = &output.stdout;
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

const KEEP: Target = Target::MatchSet(Beyond::Keep);
const REVERT: Target = Target::MatchSet(Beyond::Revert);

/// What is applied, and breaking for `project`, which start-up and sync refuse.
#[track_caller]
fn below_floor(project: &Project, db: &TestDatabase) -> Vec<Unknown> {
    let library = Library::of(project, db);
    let [up, sync] = [Target::Latest, KEEP].map(|target| match library.blocked(&target) {
        Blocked::BelowFloor { breaking, .. } => breaking,
        other => panic!("{other:?}"),
    });
    assert_eq!(up, sync);
    assert!(up.iter().all(|one| one.presence == AheadState::Applied), "{up:?}");
    up
}

/// A database that the image of `version` has been deployed to.
fn deployed(backend: Backend, version: usize) -> TestDatabase {
    let db = database(backend);
    image(version).dbmig_on(&db, &["sync"]).success();
    db
}
