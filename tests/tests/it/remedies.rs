//! What a message recommends, typed as it stands, does what the message says.

use dbmig_tests::project::{Output, run};
use dbmig_tests::{Backend, Project, TestDatabase, database};

use crate::project;
use crate::releases::Release;

const USERS: &str = "2026-01-01-000000-0000_users";
const EMAIL: &str = "2026-01-02-000000-0000_email";
const TAGS: &str = "2026-01-03-000000-0000_tags";

fn three() -> Project {
    let project = project();
    write_three(&project);
    project
}

fn write_three(project: &Project) {
    project.migration(USERS, "CREATE TABLE users (id INTEGER PRIMARY KEY);", "DROP TABLE users;");
    project.migration(
        EMAIL,
        "ALTER TABLE users ADD COLUMN email VARCHAR(99);",
        "ALTER TABLE users DROP COLUMN email;",
    );
    project.migration(TAGS, "CREATE TABLE tags (id INTEGER PRIMARY KEY);", "DROP TABLE tags;");
}

/// The commands that `text` recommends.
fn commands(text: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter_map(|one| one.strip_prefix("cargo dbmig ")).map(str::to_owned).collect()
}

/// Types the one of them that begins so.
#[track_caller]
fn typed(project: &Project, db: &TestDatabase, text: &str, begins: &str) -> Output {
    let all = commands(text);
    let command = all.iter().find(|one| one.starts_with(begins));
    let command = command.unwrap_or_else(|| panic!("no `{begins}` in {text}"));
    project.dbmig_on(db, &command.split(' ').collect::<Vec<_>>())
}

fn ledger(db: &TestDatabase) -> usize {
    db.column("SELECT version FROM __diesel_schema_migrations").len()
}

each_backend!(drift_is_settled_by_each_command_that_is_named);
fn drift_is_settled_by_each_command_that_is_named(backend: Backend) {
    // Not the newest one: the commands reach it all the same.
    for (drifted, redo, accepted) in [
        (&[USERS][..], "redo -n 3", 1),
        (&[EMAIL], "redo -n 2", 1),
        (&[TAGS], "redo -n 1", 1),
        (&[USERS, TAGS], "redo -n 3", 2),
    ] {
        for settled_by in ["repair --accept ", "redo "] {
            let (project, db) = (three(), database(backend));
            project.dbmig_on(&db, &["run"]).success();
            for name in drifted {
                let path = format!("migrations/{name}/up.sql");
                project.write(&path, project.read(&path).replace(';', " ; SELECT 1;"));
            }
            let told = project.dbmig_on(&db, &["run"]).expect(4).stderr;
            assert!(commands(&told).contains(&redo.to_owned()), "{backend:?}: {told}");
            let mut count = 0;
            for command in commands(&told).iter().filter(|one| one.starts_with(settled_by)) {
                let arguments: Vec<_> = command.split(' ').collect();
                project.dbmig_on(&db, &arguments).success();
                count += 1;
            }
            assert_eq!(count, if settled_by == "redo " { 1 } else { accepted }, "{told}");
            project.dbmig_on(&db, &["verify"]).success();
            assert_eq!(project.dbmig_on(&db, &["run"]).success().stdout, "nothing to do\n");
            assert_eq!(ledger(&db), 3, "{backend:?}");
        }
    }
}

#[test]
fn a_redo_that_could_not_reach_the_drifted_one_is_not_recommended() {
    let (project, db) = (three(), database(Backend::Sqlite));
    project.remove(&format!("migrations/{TAGS}/down.sql"));
    project.dbmig_on(&db, &["run"]).success();
    project.write(&format!("migrations/{USERS}/up.sql"), "CREATE TABLE users (id TEXT);");
    for args in [&["run"][..], &["repair"]] {
        let told = project.dbmig_on(&db, args).text();
        assert!(told.contains("repair --accept 202601010000000000`"), "{told}");
        assert!(!told.contains("redo"), "{told}");
    }
    typed(&project, &db, &project.dbmig_on(&db, &["run"]).stderr, "repair --accept ").success();
    project.dbmig_on(&db, &["verify"]).success();
}

#[test]
fn a_late_migration_is_moved_to_the_directory_that_is_named() {
    let (project, db) = (three(), database(Backend::Sqlite));
    project.dbmig_on(&db, &["run"]).success();
    let late = "2026-01-01-120000-0000_from_a_branch";
    project.migration(late, "CREATE TABLE late (id INTEGER);", "DROP TABLE late;");
    let told = project.dbmig_on(&db, &["run"]).expect(4).stderr;
    let made = typed(&project, &db, &told, "new from_a_branch").success().text();
    let made = made.split_once("migrations/").unwrap().1.split_once('/').unwrap().0;
    for file in ["up.sql", "down.sql"] {
        let text = project.read(&format!("migrations/{late}/{file}"));
        project.write(&format!("migrations/{made}/{file}"), text);
    }
    project.remove(&format!("migrations/{late}"));
    assert_eq!(project.dbmig_on(&db, &["run"]).success().stdout, "applied 1 migration\n");
}

each_backend!(what_is_foreign_is_taken_back_by_the_command_that_is_named);
/// The foreign one is not the newest.
fn what_is_foreign_is_taken_back_by_the_command_that_is_named(backend: Backend) {
    let (project, db) = (three(), database(backend));
    project.dbmig_on(&db, &["run"]).success();
    project.remove(&format!("migrations/{EMAIL}"));
    let late = "2026-01-04-000000-0000_late";
    project.migration(late, "CREATE TABLE late (id INTEGER);", "DROP TABLE late;");
    // As if a version between had applied the newest one: nothing has lived beside it.
    db.execute(
        "UPDATE __dbmig_history SET compatible = 'breaking' WHERE version = '202601020000000000'",
    );
    let told = project.dbmig_on(&db, &["run"]).expect(4).stderr;
    assert!(told.contains("gone different ways"), "{told}");
    typed(&project, &db, &told, "revert -n 2").success();
    assert_eq!(project.dbmig_on(&db, &["run"]).success().stdout, "applied 2 migrations\n");
}

each_backend!(what_is_applied_and_gone_from_the_directory_is_named);
fn what_is_applied_and_gone_from_the_directory_is_named(backend: Backend) {
    for (gone, back) in [
        (&[EMAIL][..], "revert -n 2"),
        (&[USERS], "revert -n 3"),
        (&[USERS, EMAIL, TAGS], "revert -n 3"),
    ] {
        let (project, db) = (three(), database(backend));
        project.dbmig_on(&db, &["run"]).success();
        project.dbmig_on(&db, &["status", "--check"]).success();
        gone.iter().for_each(|name| project.remove(&format!("migrations/{name}")));
        let run = project.dbmig_on(&db, &["run"]).success();
        assert_eq!(run.stdout, "nothing to do\n");
        assert_eq!(run.stderr.matches("warning: ").count(), 1, "once: {}", run.stderr);
        for name in gone {
            assert_eq!(run.stderr.matches(name).count(), 1, "{backend:?}: {}", run.stderr);
        }
        let told = project.dbmig_on(&db, &["run", "--json"]).success().stdout;
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["missing"], serde_json::json!(gone), "{backend:?}");

        let verify = typed(&project, &db, &run.stderr, "verify").expect(3).stdout;
        for name in gone {
            assert!(
                verify.contains(&format!("missing {name}\n  applied by cargo-dbmig")),
                "{verify}"
            );
        }
        let told = project.dbmig_on(&db, &["verify", "--json"]).expect(3).stdout;
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["missing"], serde_json::json!(gone), "{backend:?}");
        let status = project.dbmig_on(&db, &["status", "--check"]).expect(3).stdout;
        assert!(status.contains(&format!("missing      {}", gone[0])), "{status}");
        project.dbmig_on(&db, &["status"]).success();

        typed(&project, &db, &verify, back).success();
        // The other way out: its directory is there again.
        write_three(&project);
        let run = project.dbmig_on(&db, &["run"]).success();
        assert!(!run.stderr.contains("warning"), "{}", run.stderr);
        project.dbmig_on(&db, &["status", "--check"]).success();
        project.dbmig_on(&db, &["verify"]).success();
    }
}

each_server!(an_image_that_is_older_than_the_database_warns_of_nothing);
/// An older image that meets a newer database is no news.
fn an_image_that_is_older_than_the_database_warns_of_nothing(backend: Backend) {
    let db = database(backend);
    Release::V1_1.migrate(&db, &["up"]).success();
    let newer = Release::V1_1.since(Release::V1_0);
    for args in [&["up"][..], &["sync"], &["status", "--check"], &["verify"], &["wait"]] {
        let told = Release::V1_0.migrate(&db, args).success();
        assert!(!told.text().contains("warning"), "{backend:?} {args:?}: {}", told.text());
    }
    let (_, up) = Release::V1_0.migrate_json(&db, &["up"]);
    assert_eq!(up["missing"], serde_json::json!(newer), "{backend:?}");
    let (_, said) = Release::V1_0.serve(&db).until_ready().stop();
    assert!(!said.contains("warning"), "{backend:?}: {said}");
}

each_server!(a_refused_image_names_one_that_runs);
/// What is refused is not what is recommended, and what is recommended runs.
fn a_refused_image_names_one_that_runs(backend: Backend) {
    let db = database(backend);
    Release::V2_0.migrate(&db, &["up"]).success();
    let refused = Release::V1_2.migrate(&db, &["up"]).expect(4).stderr;
    assert!(refused.contains("next: deploy shop 2.0.0 or a later version; "), "{refused}");
    Release::V2_0.migrate(&db, &["up"]).success();
}

each_backend!(a_refused_directory_is_told_who_has_applied_what_it_lacks);
/// The tool is no version of an app, so there is none to name.
fn a_refused_directory_is_told_who_has_applied_what_it_lacks(backend: Backend) {
    let files = three();
    let db = database(backend);
    files.dbmig_on(&db, &["run"]).success();
    db.execute("UPDATE __dbmig_history SET compatible = 'breaking' WHERE name LIKE '%tags'");
    files.remove(&format!("migrations/{TAGS}"));
    let refused = files.dbmig_on(&db, &["run"]).expect(4).stderr;
    let version = concat!("cargo-dbmig ", env!("CARGO_PKG_VERSION"));
    for part in [
        format!(
            "the history does not say which version can: {TAGS} was applied by {version} at 20"
        ),
        " UTC on ".to_owned(),
        format!("this one calls itself {version}, too"),
        format!("next: deploy a build that has {TAGS}, or put its directory back"),
    ] {
        assert!(refused.contains(&part), "{backend:?}: no {part:?} in {refused}");
    }
    let mut compatible = files.command(&["repair", "--compatible", TAGS]);
    run(compatible.env("DATABASE_URL", db.url())).success();
    files.dbmig_on(&db, &["run"]).success();
}
