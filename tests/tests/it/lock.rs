//! `dbmig.lock`: who writes it, who finds it stale, and what Git makes of it.

use std::path::Path;

use dbmig_core::impact::{Basis, Verdict};
use dbmig_core::lockfile::{LockFile, ParseErrorKind};
use dbmig_tests::{Backend, Project, database, project::Output, project::run};
use serde_json::Value;

use crate::project;

const FILE: &str = "migrations/dbmig.lock";
const USERS: &str = "2026-01-01-000000-0000_create_users";
const NICK: &str = "2026-01-02-000000-0000_drop_nick";

fn users(project: &Project) {
    let up = "CREATE TABLE users (id INTEGER PRIMARY KEY, nick VARCHAR(9));\n";
    project.migration(USERS, up, "DROP TABLE users;\n");
}

fn nick(project: &Project) {
    let down = "ALTER TABLE users ADD COLUMN nick VARCHAR(9);\n";
    project.migration(NICK, "ALTER TABLE users DROP COLUMN nick;\n", down);
}

fn lock_for(project: &Project, backend: &str) -> Output {
    project.dbmig(&["lock", "--backend", backend]).success()
}

fn parsed(project: &Project) -> LockFile {
    LockFile::parse(&project.read(FILE)).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn a_reviewer_reads_what_the_next_migration_means() {
    let project = project();
    users(&project);
    assert_eq!(lock_for(&project, "sqlite").stdout, "wrote migrations/dbmig.lock\n",);
    nick(&project);
    let check = project.dbmig(&["lock", "--check"]).expect(3);
    let means = "breaking: drops the column users.nick (up.sql:1:31)";
    assert_eq!(
        check.stdout,
        format!("added {NICK}: {means}\n{FILE} is stale: run `cargo dbmig lock`\n")
    );
    let written = project.dbmig(&["lock"]).success();
    assert_eq!(written.stdout, format!("added {NICK}: {means}\nwrote {FILE}\n"));
    let text = project.read(FILE);
    assert!(text.contains(&format!("\t{NICK}\t{means}\t")), "{text}");
    // No path and no time: the same files give the same text anywhere.
    assert!(!text.contains("migrations/") && !text.contains("demo"), "{text}");
    let check = project.dbmig(&["lock", "--check"]).success();
    assert_eq!(check.stdout, format!("{FILE} is up to date\n"));
    assert_eq!(project.dbmig(&["lock"]).success().stdout, format!("{FILE} is up to date\n"));
    assert_eq!(project.read(FILE), text);
}

#[test]
fn each_change_of_a_file_makes_it_stale() {
    let project = project();
    users(&project);
    nick(&project);
    lock_for(&project, "sqlite");
    let up = format!("migrations/{NICK}/up.sql");
    let before = project.read(&up);
    // A comment moves the place of the statement that a reason names.
    project.write(&up, format!("-- why\n{before}"));
    let change = &json(&project.dbmig(&["lock", "--check", "--json"]).expect(3))["changes"][0];
    assert_eq!((&change["change"], &change["file"]), (&"file".into(), &"up.sql".into()));
    assert_eq!(change["name"], NICK);
    // What Git makes of line ends on another machine does not.
    project.write(&up, before.replace('\n', "\r\n"));
    project.write(FILE, project.read(FILE).replace('\n', "\r\n"));
    project.dbmig(&["lock", "--check"]).success();
    project.write(&format!("migrations/{NICK}/metadata.toml"), "run_in_transaction = false\n");
    let check = json(&project.dbmig(&["lock", "--check", "--json"]).expect(3));
    assert_eq!(check["stale"], true);
    assert_eq!(check["written"], false);
    let change = &check["changes"][0];
    assert_eq!((&change["change"], &change["file"]), (&"file".into(), &"metadata.toml".into()));
    assert_eq!(check["sections"][0]["breaking"][0], NICK);
    let written = json(&project.dbmig(&["lock", "--json"]).success());
    assert_eq!(written["written"], true);
    assert!(project.read(FILE).contains("\tsettings run_in_transaction=false\t"));
    project.remove(&format!("migrations/{NICK}"));
    let change = &json(&project.dbmig(&["lock", "--check", "--json"]).expect(3))["changes"][0];
    assert_eq!((&change["change"], &change["name"]), (&"removed".into(), &NICK.into()));
}

#[test]
fn new_run_and_init_write_it() {
    let project = project();
    let db = database(Backend::Sqlite);
    let init = ["init", "--backend", "sqlite", "--yes", "--json"];
    let init = json(&project.dbmig(&init).success());
    let created = serde_json::json!({ "path": FILE, "action": "create" });
    assert!(init["changes"].as_array().unwrap().contains(&created), "{init}");
    assert_eq!(parsed(&project).sections[0].entries, []);
    let new = json(&project.dbmig(&["new", "create_users", "--json"]).success());
    assert_eq!(new["lock"], FILE, "{new}");
    assert_eq!(parsed(&project).sections[0].entries.len(), 1);
    project.dbmig(&["lock", "--check"]).success();
    let name = project.migrations().remove(0);
    project.write(&format!("migrations/{name}/up.sql"), "CREATE TABLE t (id INTEGER);\n");
    project.dbmig_on(&db, &["run", "--dry-run"]).success();
    project.dbmig(&["lock", "--check"]).expect(3);
    project.dbmig_on(&db, &["run"]).success();
    project.dbmig(&["lock", "--check"]).success();
    let judged = parsed(&project).sections.remove(0).entries.remove(0).compatibility;
    let Basis::Inferred = judged.reason.basis else { panic!("{judged:?}") };
    assert_eq!(judged.verdict, Verdict::Compatible);
    assert!(judged.reason.text.ends_with("new table t"), "{judged:?}");
}

#[test]
fn one_directory_for_two_databases_has_two_sections() {
    let project = project();
    users(&project);
    project.dbmig(&["lock", "--backend", "mysql", "--backend", "sqlite"]).success();
    let dialects = |project: &Project| {
        let sections = parsed(project).sections.into_iter();
        sections.map(|section| section.dialect.name()).collect::<Vec<_>>()
    };
    assert_eq!(dialects(&project), ["mysql", "sqlite"]);
    nick(&project);
    let lock = json(&project.dbmig(&["lock", "--json"]).success());
    for (number, backend) in ["mysql", "sqlite"].iter().enumerate() {
        let (change, section) = (&lock["changes"][number], &lock["sections"][number]);
        assert_eq!((&change["backend"], &change["name"]), (&(*backend).into(), &NICK.into()));
        assert_eq!(change["change"], "added");
        assert_eq!(section["backend"], *backend);
        assert_eq!(section["breaking"], serde_json::json!([NICK]));
    }
    // A third one comes with the first run on it.
    let db = database(Backend::Postgres);
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(dialects(&project), ["postgres", "mysql", "sqlite"]);
    project.dbmig(&["lock", "--backend", "postgres"]).success();
    assert_eq!(dialects(&project), ["postgres"]);
}

#[test]
fn without_a_word_about_the_database_it_asks() {
    let project = project();
    users(&project);
    let refused = project.dbmig(&["lock"]).expect(2).stderr;
    assert!(refused.contains("nothing says which database"), "{refused}");
    assert!(refused.contains("--backend sqlite"), "{refused}");
}

#[test]
fn what_is_denied_is_not_locked() {
    let project = project();
    project.migration("1_a", "BEGIN;\nSELECT 1;\nCOMMIT;\n", "SELECT 1;\n");
    let manifest = project.read("Cargo.toml");
    lock_for(&project, "sqlite");
    let text = project.read(FILE);
    assert!(text.contains("\twarns(transaction-control) 1_a/up.sql:1:1: "), "{text}");
    let deny = "[package.metadata.dbmig]\ntransaction-control = 'deny'\n";
    project.write("Cargo.toml", format!("{manifest}\n{deny}"));
    let refused = project.dbmig(&["lock"]).expect(1).stderr;
    assert!(refused.contains("migrations/1_a/up.sql:1:1: "), "{refused}");
    assert_eq!(project.read(FILE), text);
}

#[test]
fn what_a_newer_version_has_judged_is_a_warning() {
    let project = project();
    let db = database(Backend::Sqlite);
    users(&project);
    lock_for(&project, "sqlite");
    let mut newer = parsed(&project);
    newer.sections[0].inference = u32::MAX;
    newer.sections[0].entries[0].compatibility.reason.text = "seen by newer rules".to_owned();
    project.write(FILE, newer.to_string());
    let check = project.dbmig(&["lock", "--check"]).success();
    assert!(check.stderr.contains("a newer version of dbmig has judged the SQL"), "{check:?}");
    let ran = project.dbmig_on(&db, &["run"]).success();
    assert!(ran.stderr.contains("was written by a newer version of dbmig"), "{ran:?}");
    assert_eq!(parsed(&project), newer);
    nick(&project);
    project.dbmig(&["lock", "--check"]).expect(3);
    project.dbmig(&["lock"]).success();
    assert!(!project.read(FILE).contains("seen by newer rules"));
}

#[test]
fn a_file_that_was_edited_is_named_with_its_line() {
    let project = project();
    users(&project);
    lock_for(&project, "sqlite");
    let text = project.read(FILE);
    project.write(FILE, text.replace("only adds", "only adds a little"));
    let check = project.dbmig(&["lock", "--check"]).expect(3);
    assert!(check.stderr.contains("dbmig.lock:8:1: "), "{check:?}");
    let error = LockFile::parse(&project.read(FILE)).unwrap_err();
    assert_eq!(error.kind, ParseErrorKind::Digest);
    project.dbmig(&["lock"]).success();
    assert_eq!(project.read(FILE), text);
}

fn git(project: &Project, args: &[&str]) -> Output {
    let mut git = project.program(Path::new("git"));
    git.args(["-c", "user.name=a", "-c", "user.email=a@b.invalid", "-c", "commit.gpgsign=false"]);
    run(git.args(args))
}

/// Two branches that each add a migration, the second one overtaken by the first.
fn two_branches(style: &str) -> Project {
    let project = project();
    users(&project);
    lock_for(&project, "sqlite");
    git(&project, &["init", "--quiet", "--initial-branch", "main"]).success();
    git(&project, &["config", "merge.conflictStyle", style]).success();
    let commit = |message: &str| {
        git(&project, &["add", "."]).success();
        git(&project, &["commit", "--quiet", "--message", message]).success();
    };
    commit("users");
    git(&project, &["checkout", "--quiet", "-b", "feature"]).success();
    project.migration("2026-01-02-000000-0000_add_posts", "CREATE TABLE posts (id INT);\n", "");
    project.dbmig(&["lock"]).success();
    commit("posts");
    git(&project, &["checkout", "--quiet", "main"]).success();
    project.migration("2026-01-03-000000-0000_add_tags", "CREATE TABLE tags (id INT);\n", "");
    project.dbmig(&["lock"]).success();
    commit("tags");
    git(&project, &["checkout", "--quiet", "feature"]).success();
    project
}

#[test]
fn two_branches_that_add_migrations_meet_in_a_conflict() {
    for style in ["merge", "diff3", "zdiff3"] {
        let project = two_branches(style);
        let merge = git(&project, &["merge", "main"]);
        assert_eq!(merge.code, Some(1), "{merge:?}");
        let unmerged = git(&project, &["diff", "--name-only", "--diff-filter=U"]).success().stdout;
        assert_eq!(unmerged, format!("{FILE}\n"), "nothing else is in conflict");
        let error = LockFile::parse(&project.read(FILE)).unwrap_err();
        assert_eq!(error.kind, ParseErrorKind::Conflict);
        let check = json(&project.dbmig(&["lock", "--check", "--json"]).expect(3));
        assert_eq!((&check["found"], &check["written"]), (&"conflict".into(), &false.into()));
        let resolved = json(&project.dbmig(&["lock", "--json"]).success());
        assert_eq!((&resolved["found"], &resolved["written"]), (&"conflict".into(), &true.into()));
        let late = serde_json::json!([{
            "backend": "sqlite",
            "name": "2026-01-02-000000-0000_add_posts",
            "newest": "2026-01-03-000000-0000_add_tags",
        }]);
        assert_eq!(resolved["out_of_order"], late, "{style}");
        let names: Vec<_> =
            parsed(&project).sections[0].entries.iter().map(|entry| entry.name.clone()).collect();
        assert_eq!(names, project.migrations(), "{style}");
        git(&project, &["commit", "--all", "--quiet", "--no-edit"]).success();
        project.dbmig(&["lock", "--check"]).success();
    }
}

/// Diesel takes each folder in `migrations` for a migration, and looks at no file.
#[test]
fn diesel_does_not_trip_over_it() {
    let project = project();
    let db = database(Backend::Sqlite);
    users(&project);
    nick(&project);
    project.dbmig_on(&db, &["run", "--to", USERS]).success();
    assert_eq!(parsed(&project).sections[0].entries.len(), 2);
    let diesel = |args: &[&str]| project.diesel_on(&db, args).success().stdout;
    let list = diesel(&["migration", "list"]);
    assert!(list.contains("[X] 2026-01-01-000000-0000_create_users"), "{list}");
    assert!(!list.contains("lock"), "{list}");
    diesel(&["migration", "run"]);
    diesel(&["migration", "redo", "--all"]);
    assert_eq!(diesel(&["migration", "pending"]).trim(), "false");
    project.dbmig(&["lock", "--check"]).success();
}

/// A change of a rule, or of a migration, changes what these files should say.
#[test]
fn those_of_this_workspace_are_up_to_date() {
    let project = project();
    let root = dbmig_tests::workspace();
    for directory in [
        "examples/diesel-async/migrations",
        "examples/r2d2/migrations",
        "examples/shop/migrations/mysql",
        "examples/shop/migrations/postgres",
        "examples/shop/migrations/sqlite",
        "tests/tests/fixtures/portable",
    ] {
        let path = root.join(directory);
        let path = path.to_str().unwrap();
        project.dbmig(&["lock", "--check", "--migrations-dir", path]).success();
    }
}
