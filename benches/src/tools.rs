//! The programs and the migrations that are measured.

use std::path::{Path, PathBuf};
use std::process::Command;

use dbmig_core::Dialect;
use dbmig_core::lockfile::{LockFile, Section};
use dbmig_core::scan::scan;
use dbmig_tests::{Project, workspace};

/// How the measured `cargo-dbmig` is linked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Linking {
    /// With the system's libraries, as the `diesel` that is compared with.
    System,
    /// As it ships: SQLite, libpq and OpenSSL compiled in; and MariaDB's library, from the system.
    Bundled,
}

impl Linking {
    pub(crate) fn features(self) -> &'static [&'static str] {
        match self {
            Self::System => {
                &["--no-default-features", "--features", "sqlite-system,postgres-system,mysql"]
            }
            Self::Bundled => &["--features", "mysql"],
        }
    }
}

/// An optimised `cargo-dbmig`, built from the sources as they are.
pub(crate) fn cargo_dbmig(linking: Linking) -> PathBuf {
    let name = match linking {
        Linking::System => "system",
        Linking::Bundled => "bundled",
    };
    let built = built("cargo-dbmig", "cargo-dbmig", linking.features());
    // Both builds leave their program in the same place.
    let kept = built.with_file_name(format!("cargo-dbmig-{name}"));
    std::fs::copy(built, &kept).expect("the program just built");
    kept
}

/// An optimised program of this workspace.
pub(crate) fn built(package: &str, program: &str, features: &[&str]) -> PathBuf {
    let mut build = Command::new("cargo");
    build.args(["build", "--release", "--quiet", "--locked", "-p", package, "--bin", program]);
    build.args(features).current_dir(workspace());
    assert!(build.status().expect("cargo starts").success(), "{program} does not build");
    target().join("release").join(program)
}

/// The folder that cargo builds in.
pub(crate) fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
    workspace().join(target)
}

/// `count` migrations with names as `new` makes them.
pub(crate) fn names(count: usize) -> impl DoubleEndedIterator<Item = String> {
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

/// The SQL of its way back.
pub(crate) fn drop_table(number: usize) -> String {
    format!("DROP TABLE t{number};\n")
}

/// A project with `count` migrations, each of which creates a table; without a lock file.
pub(crate) fn project(cli: &Path, count: usize) -> Project {
    let project = Project::new(cli);
    for (number, name) in names(count).enumerate() {
        project.migration(&name, &create_table(number), &drop_table(number));
    }
    project
}

/// Writes the lock file of a project's migrations.
pub(crate) fn lock(project: &Project, dialect: Dialect) {
    let scanned = scan(&project.path("migrations"), dialect).expect("good migrations");
    let lock = LockFile::default().with(Section::of(&scanned));
    project.write("migrations/dbmig.lock", lock.to_string());
}

/// A file of the sources.
pub(crate) fn text(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
