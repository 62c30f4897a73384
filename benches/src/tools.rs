//! The programs and the migrations that are measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dbmig_core::Dialect;
use dbmig_core::lockfile::{LockFile, Section};
use dbmig_core::scan::scan;
use dbmig_tests::{Backend, Project, TestDatabase, workspace};

/// How the measured `cargo-dbmig` is linked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Linking {
    /// With the system's libraries, as the `diesel` that is compared with.
    System,
    /// As it ships: SQLite, libpq and OpenSSL compiled in; and MariaDB's library, from the system.
    Bundled,
}

/// An optimised `cargo-dbmig`, built from the sources as they are.
pub(crate) fn cargo_dbmig(linking: Linking) -> PathBuf {
    let (name, features): (_, &[&str]) = match linking {
        Linking::System => (
            "system",
            &["--no-default-features", "--features", "sqlite-system,postgres-system,mysql"],
        ),
        Linking::Bundled => ("bundled", &["--features", "mysql"]),
    };
    let mut build = Command::new("cargo");
    build.args(["build", "--release", "--quiet", "-p", "cargo-dbmig"]).args(features);
    build.current_dir(workspace());
    assert!(build.status().expect("cargo starts").success(), "cargo-dbmig does not build");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
    let release = workspace().join(target).join("release");
    // Both builds leave their program in the same place.
    let kept = release.join(format!("cargo-dbmig-{name}"));
    fs::copy(release.join("cargo-dbmig"), &kept).expect("the program just built");
    kept
}

/// `count` migrations with names as `new` makes them.
pub(crate) fn names(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|i| {
        let (hour, minute, second) = (i / 3600, i / 60 % 60, i % 60);
        format!("2026-01-01-{hour:02}{minute:02}{second:02}-0000_create_t{i}")
    })
}

/// The SQL of the migration with this number, for all databases.
pub(crate) fn create_table(number: usize) -> String {
    format!(
        "CREATE TABLE t{number} (\n    id INTEGER PRIMARY KEY NOT NULL,\n    \
         name VARCHAR(100) NOT NULL,\n    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP\n);\n"
    )
}

/// A project with `count` migrations, each of which creates a table.
pub(crate) fn project(cli: &Path, count: usize) -> Project {
    let project = Project::new(cli);
    for (number, name) in names(count).enumerate() {
        project.migration(&name, &create_table(number), &format!("DROP TABLE t{number};\n"));
    }
    project
}

/// Writes the lock file of a project's migrations.
pub(crate) fn lock(project: &Project, dialect: Dialect) {
    let scanned = scan(&project.path("migrations"), dialect).expect("good migrations");
    let lock = LockFile::default().with(Section::of(&scanned));
    project.write("migrations/dbmig.lock", lock.to_string());
}

/// `cargo dbmig run`, still to run.
pub(crate) fn dbmig(cli: &Path, project: &Project, url: &str) -> Command {
    in_project(cli, project, url, &["dbmig", "run"])
}

/// `diesel migration run`, still to run.
pub(crate) fn diesel(project: &Project, url: &str) -> Command {
    in_project(&dbmig_tests::diesel::cli(), project, url, &["migration", "run"])
}

fn in_project(program: &Path, project: &Project, url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(project.root()).env("DATABASE_URL", url);
    for variable in ["MIGRATION_DATABASE_URL", "MIGRATION_DIRECTORY", "DIESEL_CONFIG_FILE"] {
        command.env_remove(variable);
    }
    command
}

/// The database's own client, which reads a script from `script`.
pub(crate) fn client(database: &TestDatabase, script: &Path) -> Command {
    let url = database.url();
    match database.backend() {
        Backend::Postgres => {
            let mut command = Command::new("psql");
            command.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file"]);
            command.arg(script).arg(url);
            command
        }
        Backend::MariaDb => {
            let (user, rest) = url.strip_prefix("mysql://").unwrap().split_once(':').unwrap();
            let (password, rest) = rest.rsplit_once('@').unwrap();
            let (host, rest) = rest.split_once(':').unwrap();
            let (port, name) = rest.split_once('/').unwrap();
            let mut command = Command::new("mariadb");
            command.arg("--no-defaults").env("MYSQL_PWD", password);
            command.args(["-u", user, "-h", host, "-P", port, name]);
            command.stdin(fs::File::open(script).unwrap());
            command
        }
        Backend::Sqlite => {
            let mut command = Command::new("sqlite3");
            command.args(["-batch", "-bail", url]).stdin(fs::File::open(script).unwrap());
            command
        }
    }
}
