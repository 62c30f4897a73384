//! From an empty folder to an app that migrates when it starts, on each database.

use std::process::Command;

use dbmig_tests::{Backend, Project, TestDatabase, database, project::run};

/// What the README tells a new user to write.
fn main_rs(connection: &str) -> String {
    format!(
        r#"mod migrations;

use dbmig_runtime::Migrator;
use diesel::{{Connection, {connection}}};

fn main() -> Result<(), Box<dyn std::error::Error>> {{
    let url = std::env::var("DATABASE_URL")?;
    let mut conn = {connection}::establish(&url)?;
    let report = Migrator::new(&migrations::ALL)
        .app(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .run(&mut conn)?;
    println!("applied {{}}, latest is {{:?}}", report.applied().count(), migrations::Version::CreateUsers);
    Ok(())
}}
"#
    )
}

fn first_day(backend: Backend, name: &str, connection: &str) {
    let project = Project::empty(env!("CARGO_BIN_EXE_dbmig-under-test"));
    let db = database(backend);
    // A name of its own: projects share the folder that they are built in, where cargo tells the
    // roots of workspaces apart by their names only.
    project.write(
        "Cargo.toml",
        format!(
            "[package]\nname = \"demo-{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n"
        ),
    );
    project.write("src/main.rs", "fn main() {}\n");
    let workspace = dbmig_tests::workspace();
    let path = workspace.to_str().unwrap();
    let init = ["init", "--backend", name, "--dbmig-path", path, "--yes"];
    project.dbmig(&init).success();
    let again = project.dbmig(&init).success();
    assert!(again.text().contains("nothing to do"), "{}", again.text());

    for migration in ["create_users", "add_email_to_users", "create_posts"] {
        project.dbmig(&["new", migration]).success();
    }
    project.dbmig_on(&db, &["run"]).success();
    project.dbmig_on(&db, &["status", "--check"]).success();
    let first = format!("migrations/{}/up.sql", project.migrations_only()[0]);
    let before = project.read(&first);
    project.write(&first, before.replace("created_at", "made_at"));
    let verify = project.dbmig_on(&db, &["verify"]).expect(3).stdout;
    assert!(verify.contains("made_at"), "{verify}");
    project.write(&first, before);
    project.dbmig_on(&db, &["revert", "-n", "3"]).success();

    project.write("src/main.rs", main_rs(connection));
    let start = || start(&project, &db, &format!("demo-{name}"));
    assert_eq!(start(), "applied 3, latest is CreateUsers\n");
    assert_eq!(start(), "applied 0, latest is CreateUsers\n");
    // The tool reads what the app wrote, and the other way round.
    project.dbmig_on(&db, &["status", "--check"]).success();
    project.dbmig_on(&db, &["new", "create_tags"]).success();
    assert_eq!(start(), "applied 1, latest is CreateUsers\n");
    let history = project.dbmig_on(&db, &["history", "-n", "1"]).success().stdout;
    assert!(
        history.contains("create_tags") && history.contains(&format!("by demo-{name} 0.1.0")),
        "{history}"
    );
}

fn start(project: &Project, db: &TestDatabase, name: &str) -> String {
    run(&mut project.cargo(&["build", "--quiet"])).success();
    let mut app = Command::new(project.path(&format!("target/debug/{name}")));
    run(app.env("DATABASE_URL", db.url())).success().stdout
}

trait MigrationsOnly {
    fn migrations_only(&self) -> Vec<String>;
}

impl MigrationsOnly for Project {
    /// Without the file that keeps an empty folder in git.
    fn migrations_only(&self) -> Vec<String> {
        self.migrations().into_iter().filter(|name| !name.starts_with('.')).collect()
    }
}

#[test]
fn on_sqlite() {
    first_day(Backend::Sqlite, "sqlite", "SqliteConnection");
}

#[test]
fn on_postgres() {
    first_day(Backend::Postgres, "postgres", "PgConnection");
}

#[test]
fn on_mariadb() {
    first_day(Backend::MariaDb, "mysql", "MysqlConnection");
}
