//! Where Diesel's projects keep their migrations.

use dbmig_tests::project::run;
use dbmig_tests::{Backend, Project, TestDatabase, database};

const FOLDERS: [(Backend, &str); 3] =
    [(Backend::Postgres, "postgres"), (Backend::MariaDb, "mysql"), (Backend::Sqlite, "sqlite")];

fn folder_of(backend: Backend) -> &'static str {
    let found = FOLDERS.into_iter().find(|(one, _)| *one == backend);
    found.expect("a folder for each").1
}

/// One app on three databases: a folder for each, with the SQL of each.
fn three_backends() -> Project {
    let project = crate::project();
    for (backend, folder) in FOLDERS {
        let key = match backend {
            Backend::Postgres => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            Backend::MariaDb => "BIGINT AUTO_INCREMENT PRIMARY KEY",
            Backend::Sqlite => "INTEGER PRIMARY KEY AUTOINCREMENT",
        };
        project.migration(
            &format!("{folder}/2026-01-01-000000_create_users"),
            &format!("CREATE TABLE users (id {key}, name VARCHAR(40) NOT NULL);\n"),
            "DROP TABLE users;\n",
        );
        project.migration(
            &format!("{folder}/2026-01-02-000000_add_email"),
            "ALTER TABLE users ADD COLUMN email VARCHAR(99);\n",
            "ALTER TABLE users DROP COLUMN email;\n",
        );
    }
    project.migration(
        "postgres/00000000000000_diesel_initial_setup",
        "CREATE OR REPLACE FUNCTION nothing() RETURNS VOID AS $$ BEGIN END; $$ LANGUAGE plpgsql;\n",
        "DROP FUNCTION nothing();\n",
    );
    project.write("migrations/README.md", "One folder for each database.\n");
    project
}

/// Both tools see the same, and go on after each other.
fn both_work(project: &Project, database: &TestDatabase, ours: &[&str], theirs: &[&str]) {
    let dbmig = |words: &[&str]| project.dbmig_on(database, &[words, ours].concat()).success();
    let diesel = |words: &[&str]| {
        project.diesel_on(database, &[&["migration"], words, theirs].concat()).success().stdout
    };
    dbmig(&["run", "--to", "20260101000000"]);
    let list = diesel(&["list"]);
    assert!(list.contains("[X] 2026-01-01-000000_create_users"), "{list}");
    assert!(list.contains("[ ] 2026-01-02-000000_add_email"), "{list}");
    diesel(&["run"]);
    dbmig(&["pending", "--check"]);
    dbmig(&["redo"]);
    diesel(&["revert"]);
    assert_eq!(dbmig(&["run", "--json"]).done(), ["up 2026-01-02-000000_add_email"]);
    assert_eq!(diesel(&["pending"]).trim(), "false");
}

each_backend!(several_backends_under_migrations);
/// The URL tells which folder; Diesel has to be told.
fn several_backends_under_migrations(backend: Backend) {
    let folder = folder_of(backend);
    let (project, database) = (three_backends(), database(backend));
    let folder = format!("migrations/{folder}");
    both_work(&project, &database, &[], &["--migration-dir", &folder]);
    // `new` goes to the folder of the URL, too.
    let new = project.dbmig_on(&database, &["new", "create_posts"]).success().text();
    assert!(new.contains(&folder), "{new}");
    let list = project.diesel_on(&database, &["migration", "list", "--migration-dir", &folder]);
    assert!(list.success().stdout.contains("_create_posts"));
    let verbose = project.dbmig_on(&database, &["status", "-v"]).success().stderr;
    assert!(verbose.contains(&format!("migrations: {folder}")), "{verbose}");
}

each_backend!(the_same_flag_as_diesels);
fn the_same_flag_as_diesels(backend: Backend) {
    let folder = folder_of(backend);
    let (project, database) = (three_backends(), database(backend));
    let flag = ["--migration-dir", &format!("migrations/{folder}")];
    both_work(&project, &database, &flag, &flag);
}

each_backend!(diesel_toml_names_the_folder);
fn diesel_toml_names_the_folder(backend: Backend) {
    let folder = folder_of(backend);
    let (project, database) = (three_backends(), database(backend));
    project.write("src/schema.rs", "");
    project.write(
        "diesel.toml",
        format!("[print_schema]\nfile = \"src/schema.rs\"\n\n[migrations_directory]\ndir = \"migrations/{folder}\"\n"),
    );
    both_work(&project, &database, &[], &[]);
    let schema = project.read("src/schema.rs");
    assert!(schema.contains("users (id) {") && !schema.contains("dbmig"), "{schema}");
}

each_backend!(a_config_file_for_each_database);
/// One file for each database, as some projects have it.
fn a_config_file_for_each_database(backend: Backend) {
    let folder = folder_of(backend);
    let (project, database) = (three_backends(), database(backend));
    let file = format!("diesel_{folder}.toml");
    project.write(&file, format!("[migrations_directory]\ndir = \"migrations/{folder}\"\n"));
    let mut command = project.command(&["run"]);
    command.env("DATABASE_URL", database.url()).env("DIESEL_CONFIG_FILE", &file);
    assert_eq!(run(&mut command).success().stdout.lines().count(), 1);
    let pending = ["migration", "pending", "--config-file", &file];
    assert_eq!(project.diesel_on(&database, &pending).success().stdout.trim(), "false");
}

each_backend!(the_variable_names_the_folder);
fn the_variable_names_the_folder(backend: Backend) {
    let folder = folder_of(backend);
    let (project, database) = (three_backends(), database(backend));
    // In `.env`, which both tools read; it wins over diesel.toml.
    project.write("diesel.toml", "[migrations_directory]\ndir = \"nowhere\"\n");
    project.write(
        ".env",
        format!("MIGRATION_DIRECTORY=migrations/{folder}\nDATABASE_URL=unused.db\n"),
    );
    both_work(&project, &database, &[], &[]);
}

each_backend!(from_a_folder_below);
/// A workspace: the member has the migrations, and the tools are called from within and below.
fn from_a_folder_below(backend: Backend) {
    let folder = folder_of(backend);
    let (project, database) = (three_backends(), database(backend));
    project
        .write("diesel.toml", format!("[migrations_directory]\ndir = \"migrations/{folder}\"\n"));
    let mut command = project.command(&["run"]);
    command.current_dir(project.path("src")).env("DATABASE_URL", database.url());
    run(&mut command).success();
    let list = project.diesel_on(&database, &["migration", "list"]).success().stdout;
    assert!(!list.contains("[ ]") && list.contains("[X] 2026-01-02-000000_add_email"), "{list}");
}
