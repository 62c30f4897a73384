//! What `cargo dbmig` keeps of a folder below cargo's target folder changes no answer: each command says
//! the same with it and without it.
#![cfg(unix)]

use std::fs::{self, File, FileTimes};
use std::os::unix::fs::MetadataExt as _;

use dbmig_tests::{Backend, Project, TestDatabase, database, eventually, project::run};

use crate::project;

/// A folder that cargo would make, and where it may lie.
const TARGET: &str = "target/CACHEDIR.TAG";
const FIRST: &str = "1_a";
const LAST: &str = "3_c";

/// What no command of these changes, as long as nothing is pending.
const COMMANDS: [&[&str]; 13] = [
    &["run"],
    &["run", "--json"],
    &["run", "--verbose"],
    &["run", "--quiet"],
    &["status"],
    &["status", "--check", "--json"],
    &["status", "--quiet"],
    &["pending"],
    &["pending", "--check", "--json"],
    &["plan"],
    &["verify"],
    &["run", "--dry-run"],
    &["run", "--to", "3"],
];

fn without_a_target() -> Project {
    let project = project();
    project.migration(FIRST, "CREATE TABLE a (id INTEGER);\n", "DROP TABLE a;\n");
    project.migration("2_b", "ALTER TABLE a ADD COLUMN b INTEGER;\n", "");
    project.write(&format!("migrations/{LAST}/up.sql"), "DROP TABLE a;\n");
    let declared = "run_in_transaction = true\n[dbmig]\ncompatible = true\n";
    project.write(&format!("migrations/{LAST}/metadata.toml"), declared);
    project.write(&format!("migrations/{LAST}/dwon.sql"), "SELECT 1;\n");
    project.write("migrations/stray.sql", "SELECT 1;\n");
    project
}

/// A project whose migrations are applied, and whose folder nobody has changed for a while.
fn aged(db: &TestDatabase) -> Project {
    let project = without_a_target();
    project.write(TARGET, "");
    project.dbmig_on(db, &["run", "--quiet"]).success();
    eventually("what was read is kept", || {
        project.dbmig_on(db, &["status"]).success();
        !kept(&project).is_empty()
    });
    project
}

/// The files that are kept, each as it was written.
fn kept(project: &Project) -> Vec<(String, u64)> {
    let Ok(files) = fs::read_dir(project.path("target/dbmig")) else { return Vec::new() };
    let files = files.map(|file| {
        let file = file.unwrap();
        (file.file_name().into_string().unwrap(), file.metadata().unwrap().ino())
    });
    files.filter(|(name, _)| !name.contains('.')).collect()
}

/// Each command says the same, whether something is kept or not.
#[track_caller]
fn same(project: &Project, db: &TestDatabase, when: &str) {
    for args in COMMANDS {
        let mut command = project.command(args);
        command.env("DATABASE_URL", db.url());
        let with = run(&mut command);
        // A target folder that is not there keeps nothing.
        let without = run(command.env("CARGO_TARGET_DIR", project.path("nowhere")));
        assert_eq!(with, without, "{when}: {args:?}");
    }
}

each_backend!(what_the_database_says_is_told_the_same);
fn what_the_database_says_is_told_the_same(backend: Backend) {
    let db = database(backend);
    let project = aged(&db);
    let before = kept(&project);
    same(&project, &db, "nothing has changed");
    let newest = "(SELECT id FROM (SELECT MAX(id) AS id FROM __dbmig_history) newest)";
    let of_newest = |set: &str| format!("UPDATE __dbmig_history SET {set} WHERE id = {newest}");
    let checksum = db.query("SELECT checksum FROM __dbmig_history ORDER BY id DESC LIMIT 1");
    let checksum = checksum[0][0].clone().unwrap();
    let drifted = of_newest(&format!("checksum = '{}'", "0".repeat(64)));
    let ledger = "__diesel_schema_migrations";
    for (when, change, back) in [
        ("drift", drifted, of_newest(&format!("checksum = '{checksum}'"))),
        (
            "one that is not here",
            format!("INSERT INTO {ledger} (version) VALUES ('9')"),
            format!("DELETE FROM {ledger} WHERE version = '9'"),
        ),
        ("a run that did not end", of_newest("state = 'running'"), of_newest("state = 'done'")),
    ] {
        db.execute(&change);
        same(&project, &db, when);
        db.execute(&back);
    }
    same(&project, &db, "as before");
    assert_eq!(kept(&project), before, "it was used each time, or it would have been written anew");
    db.execute(&format!("DELETE FROM {ledger} WHERE version = '3'"));
    db.execute("DELETE FROM __dbmig_history WHERE version = '3'");
    let pending = project.dbmig_on(&db, &["pending"]).success();
    assert_eq!(pending.stdout, format!("{LAST}\n"));
    db.execute("CREATE TABLE a (id INTEGER)");
    assert_eq!(project.done(&db, &["run"]), [format!("up {LAST}")], "with its script");
    same(&project, &db, "applied again");
    assert_eq!(kept(&project), before);
}

#[test]
fn settings_count_as_they_are_now() {
    let db = database(Backend::Sqlite);
    let project = aged(&db);
    let before = kept(&project);
    let manifest = project.read("Cargo.toml");
    for (level, code) in [("allow", 0), ("warn", 0), ("deny", 1)] {
        let settings = format!("[package.metadata.dbmig]\nwrong-declarations = '{level}'\n");
        project.write("Cargo.toml", format!("{manifest}{settings}"));
        same(&project, &db, level);
        project.dbmig_on(&db, &["status"]).expect(code);
    }
    project.write("Cargo.toml", &manifest);
    same(&project, &db, "as before");
    assert_eq!(kept(&project).len(), before.len());
    let empty = database(Backend::Sqlite);
    let pending = project.dbmig_on(&empty, &["pending"]).success();
    assert_eq!(pending.stdout, format!("{FIRST}\n2_b\n{LAST}\n"), "another database");
}

#[test]
fn a_change_of_the_folder_is_seen() {
    let db = database(Backend::Sqlite);
    let project = aged(&db);
    // The same size and time as before: the time of the change itself cannot be set.
    let path = project.path(&format!("migrations/{FIRST}/up.sql"));
    let times = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, "CREATE TABLE z (id INTEGER);\n").unwrap();
    let times = FileTimes::new().set_modified(times);
    File::options().write(true).open(&path).unwrap().set_times(times).unwrap();
    same(&project, &db, "an edited script");
    let status = project.dbmig_on(&db, &["status"]).success();
    assert!(status.stdout.starts_with("drifted"), "{status:?}");
    project.remove(&format!("migrations/{LAST}/dwon.sql"));
    same(&project, &db, "a misspelt file is gone");
    project.write(&format!("migrations/{LAST}/metadata.toml"), "run_in_transaction = true\n");
    same(&project, &db, "another declaration");
    project.remove(&format!("migrations/{LAST}"));
    same(&project, &db, "a migration is gone");
    project.remove("migrations/dbmig.lock");
    let status = project.dbmig_on(&db, &["status"]).success();
    assert!(status.stdout.contains("missing"), "{status:?}");
    project.migration("4_d", "CREATE TABLE d (id INTEGER);\n", "DROP TABLE d;\n");
    let pending = project.dbmig_on(&db, &["pending"]).success();
    assert_eq!(pending.stdout, "4_d\n");
}

/// Nothing is written where nobody has made a place for it.
#[test]
fn only_cargos_own_folder_is_written_to() {
    let db = database(Backend::Sqlite);
    let project = without_a_target();
    project.dbmig_on(&db, &["run", "--quiet"]).success();
    assert!(!project.path("target").exists());
    project.write("target/mine.txt", "a folder of that name that cargo did not make\n");
    project.dbmig_on(&db, &["status"]).success();
    assert!(!project.path("target/dbmig").exists());
    let named = project.outside().join("named");
    fs::create_dir(&named).unwrap();
    let mut command = project.command(&["status"]);
    run(command.env("DATABASE_URL", db.url()).env("CARGO_TARGET_DIR", &named)).success();
    assert!(named.join("dbmig").is_dir());
    // A file in its place is no error.
    fs::remove_dir(named.join("dbmig")).unwrap();
    fs::write(named.join("dbmig"), "").unwrap();
    run(&mut command).success();
}
