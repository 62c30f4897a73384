//! docs/start-up.md: its lines are what a user adds, so they are taken from there, built and tried.

use std::process::Command;

use dbmig_tests::{Backend, Project, database, project::run};

use crate::shop::Serving;

/// The lines of the page's diff, without their first character.
fn lines(marks: &[char]) -> String {
    let page = std::fs::read_to_string(dbmig_tests::workspace().join("docs/start-up.md")).unwrap();
    let diff = page.split("```diff\n").nth(1).unwrap().split("```").next().unwrap();
    let kept = diff.lines().filter(|line| marks.contains(&line.chars().next().unwrap_or(' ')));
    kept.map(|line| format!("{}\n", line.get(1..).unwrap_or_default())).collect()
}

fn new_crate(name: &str, dependencies: &str) -> Project {
    let project = Project::empty(env!("CARGO_BIN_EXE_dbmig-under-test"));
    project.write(
        "Cargo.toml",
        format!(
            "[package]\nname = \"{name}\"\nversion = \"1.2.3\"\nedition = \"2024\"\n\n\
             [dependencies]\n{dependencies}\n[workspace]\n"
        ),
    );
    project.write("src/main.rs", "fn main() {\n    println!(\"Hello, world!\");\n}\n");
    project
}

fn init(project: &Project, more: &[&str]) {
    let workspace = dbmig_tests::workspace();
    let path = ["--dbmig-path", workspace.to_str().unwrap(), "--yes"];
    project.dbmig(&[&["init"], more, &path].concat()).success();
}

#[test]
fn an_axum_app_gets_it_in_under_fifteen_lines() {
    let added = lines(&['+']);
    let count = added.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(count < 15, "{count} lines:\n{added}");

    let project = new_crate(
        "demo-page",
        "axum = { version = \"0.8\", default-features = false, features = [\"http1\", \"json\", \"tokio\"] }\n\
         diesel = { version = \"2.3\", features = [\"postgres\", \"r2d2\"] }\n\
         tokio = { version = \"1\", features = [\"macros\", \"net\", \"rt-multi-thread\"] }\n",
    );
    project.write("src/main.rs", lines(&[' ', '-']));
    init(&project, &["--backend", "postgres"]);
    // What `init` adds to the file by itself is among the lines of the page.
    assert!(project.read("src/main.rs").contains("mod migrations;"));
    project.write("src/main.rs", lines(&[' ', '+']));
    let manifest = project.read("Cargo.toml");
    let with = manifest
        .replace("features = [\"postgres\"] }", "features = [\"postgres\", \"axum\", \"cli\"] }");
    assert_ne!(manifest, with, "{manifest}");
    project.write("Cargo.toml", with);
    project.migration(
        "2026-01-01-000000-0000_create_users",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL); INSERT INTO users VALUES (1, 'Ada');",
        "DROP TABLE users;",
    );
    project.dbmig(&["lock"]).success();
    run(&mut project.cargo(&["build", "--quiet"])).success();
    let db = database(Backend::Postgres);
    let app = || {
        let mut app = Command::new(project.path("target/debug/demo-page"));
        app.env("DATABASE_URL", db.url());
        app
    };
    let pending = run(app().args(["migrate", "pending"])).success().stdout;
    assert_eq!(pending, "2026-01-01-000000-0000_create_users\n");
    let serving = Serving::start(&mut app());
    serving.wait_for("the schema is ready, 1 applied");
    assert_eq!(serving.ask("GET", "/users", ""), (200, "[\"Ada\"]".to_owned()));
    assert_eq!(serving.ask("GET", "/readyz", "").0, 200);
    let up = run(app().args(["migrate", "up"])).success().stdout;
    assert_eq!(up, "nothing to do\n");
    let history = run(app().args(["migrate", "history"])).success().stdout;
    assert!(history.contains("by demo-page 1.2.3"), "{history}");
}

#[test]
fn a_new_crate_gets_it_from_init() {
    let project = new_crate("demo-app", "");
    init(&project, &["--app", "--backend", "sqlite"]);
    let again = project.dbmig(&[
        "init",
        "--app",
        "--backend",
        "sqlite",
        "--yes",
        "--dbmig-path",
        dbmig_tests::workspace().to_str().unwrap(),
    ]);
    assert!(again.success().stdout.contains("nothing to do"));
    project.dbmig(&["new", "create_users"]).success();
    run(&mut project.cargo(&["build", "--quiet"])).success();
    let db = database(Backend::Sqlite);
    let app = || {
        let mut app = Command::new(project.path("target/debug/demo-app"));
        app.env("DATABASE_URL", db.url()).env("ADDRESS", "127.0.0.1:0");
        app
    };
    let serving = Serving::start(&mut app());
    serving.wait_for("the schema is ready, 1 applied");
    assert_eq!(serving.ask("GET", "/", ""), (200, "Hello, world!\n".to_owned()));
    assert_eq!(serving.ask("GET", "/livez", "").0, 200);
    assert_eq!(serving.stop().0, Some(0));
    let help = run(app().args(["migrate", "up", "--help"])).success().stdout;
    assert!(help.contains("demo-app migrate run --dry-run"), "{help}");
    assert!(help.contains("Usage: demo-app migrate run"), "{help}");
    run(app().args(["migrate", "down", "--all", "--yes"])).success();
    assert_eq!(run(app().args(["migrate", "status", "--check"])).code, Some(3));
    run(app().args(["migrate", "sideways"])).expect(2);
    let silent = run(app().env_remove("DATABASE_URL").args(["migrate", "status"])).expect(2).stderr;
    assert!(silent.contains("nothing says which database is meant"), "{silent}");
}

/// The page's own line, in a crate without any migration yet.
#[test]
fn a_program_that_does_nothing_else_is_one_line() {
    let project = new_crate("demo-line", "");
    init(&project, &["--app", "--backend", "sqlite"]);
    let page = std::fs::read_to_string(dbmig_tests::workspace().join("docs/start-up.md")).unwrap();
    let line = page.split("a program that does nothing else is `").nth(1).unwrap();
    let line = line.split('`').next().unwrap();
    assert!(line.starts_with("fn main() -> ExitCode {"), "{line}");
    project.write(
        "src/main.rs",
        format!(
            "mod migrations;\nuse dbmig_runtime::Migrator;\nuse std::process::ExitCode;\n{line}\n"
        ),
    );
    run(&mut project.cargo(&["build", "--quiet"])).success();
    let db = database(Backend::Sqlite);
    let program = |args: &[&str]| {
        let mut program = Command::new(project.path("target/debug/demo-line"));
        run(program.env("DATABASE_URL", db.url()).args(args))
    };
    assert_eq!(program(&["status"]).success().stdout, "no migrations\n");
    assert_eq!(program(&["up"]).success().stdout, "nothing to do\n");
    assert_eq!(program(&["wait"]).success().stdout, "the schema is there\n");
    let help = program(&["plan", "--help"]).success().stdout;
    assert!(help.contains("\n  demo-line plan --to"), "{help}");
    program(&[]).expect(2);
}

#[test]
fn a_program_that_somebody_has_written_is_left_alone() {
    let project = new_crate("demo-mine", "");
    project.write("src/main.rs", "fn main() {\n    serve();\n}\n\nfn serve() {}\n");
    let workspace = dbmig_tests::workspace();
    let path = workspace.to_str().unwrap();
    let output =
        project.dbmig(&["init", "--app", "--backend", "sqlite", "--yes", "--dbmig-path", path]);
    let text = output.success().text();
    assert!(text.contains("by hand: src/main.rs has a program already"), "{text}");
    assert!(text.contains("migrator.start(database_url)"), "{text}");
    assert!(project.read("src/main.rs").contains("serve();"));
    // What the program needs is its owner's choice, too.
    assert!(!project.read("Cargo.toml").contains("axum"), "{}", project.read("Cargo.toml"));

    let older = new_crate("demo-older", "axum = \"0.7\"\n");
    let output =
        older.dbmig(&["init", "--app", "--backend", "sqlite", "--yes", "--dbmig-path", path]);
    let text = output.success().text();
    assert!(text.contains("by hand: Cargo.toml asks for another axum than 0.8"), "{text}");
    assert!(older.read("Cargo.toml").contains("axum = \"0.7\"\n"));
    assert!(older.read("src/main.rs").contains("Hello, world!"));
}
