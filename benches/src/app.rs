//! Programs that embed migrations, of dbmig and of its peers, built below `target`.

use std::path::{Path, PathBuf};
use std::process::Command;

use dbmig_tests::{Project, workspace};

use crate::tools;

/// A library that embeds migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Library {
    Dbmig,
    Diesel,
    Sqlx,
    Refinery,
}

impl Library {
    pub(crate) const ALL: [Self; 4] = [Self::Dbmig, Self::Diesel, Self::Sqlx, Self::Refinery];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dbmig => "dbmig",
            Self::Diesel => "diesel_migrations",
            Self::Sqlx => "sqlx",
            Self::Refinery => "refinery",
        }
    }

    /// Its manifest, its program, and the lock file that pins what it needs: that of the workspace
    /// for those whose dependencies are there anyway.
    fn sources(self) -> (&'static str, &'static str, Option<&'static str>) {
        match self {
            Self::Dbmig => {
                (include_str!("../apps/dbmig.toml"), include_str!("../apps/dbmig.rs"), None)
            }
            Self::Diesel => {
                (include_str!("../apps/diesel.toml"), include_str!("../apps/diesel.rs"), None)
            }
            Self::Sqlx => (
                include_str!("../apps/sqlx.toml"),
                include_str!("../apps/sqlx.rs"),
                Some(include_str!("../apps/sqlx.lock")),
            ),
            Self::Refinery => (
                include_str!("../apps/refinery.toml"),
                include_str!("../apps/refinery.rs"),
                Some(include_str!("../apps/refinery.lock")),
            ),
        }
    }
}

/// A program with so many migrations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct App {
    pub(crate) library: Library,
    pub(crate) count: usize,
    pub(crate) sql: Sql,
}

/// What its migrations do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sql {
    /// As people's do; what a database has to read of its schema grows with them.
    Tables,
    /// Nothing that stays.
    Select,
}

impl App {
    /// Those whose instructions are counted.
    pub(crate) const MEASURED: [Self; 2] = [
        Self { library: Library::Dbmig, count: 10, sql: Sql::Select },
        Self { library: Library::Dbmig, count: 10_000, sql: Sql::Select },
    ];

    pub(crate) fn name(self) -> String {
        format!("embed-{}-{}", self.library.name().replace('_', "-"), self.count)
    }

    /// The text of its program.
    pub(crate) fn main(self) -> &'static str {
        self.library.sources().1
    }

    /// Its sources, with a library of ours in `root`, and lock files that `cli` writes.
    pub(crate) fn project(self, root: &Path, cli: &Path) -> Project {
        let project = Project::new(cli);
        let (manifest, main, lock) = self.library.sources();
        let root_path = root.display().to_string().replace('\\', "/");
        let named = |text: &str| text.replace("NAME", &self.name()).replace("ROOT", &root_path);
        project.write("Cargo.toml", named(manifest));
        project.write("src/main.rs", main);
        let lock = lock.map_or_else(|| tools::text(&root.join("Cargo.lock")), named);
        project.write("Cargo.lock", lock);
        self.write_migrations(&project);
        if self.library == Library::Dbmig {
            project.write("build.rs", include_str!("../apps/dbmig-build.rs"));
            project.dbmig(&["lock", "--backend", "postgres", "--backend", "sqlite"]).success();
        }
        project
    }

    fn write_migrations(self, project: &Project) {
        for (number, name) in tools::names(self.count).enumerate() {
            let up = match self.sql {
                Sql::Tables => tools::create_table(number),
                Sql::Select => format!("SELECT {number};\n"),
            };
            let one = number + 1;
            match self.library {
                Library::Dbmig | Library::Diesel => project.migration(&name, &up, "SELECT 1;\n"),
                Library::Sqlx => project.write(&format!("migrations/{one}_create_t.sql"), up),
                Library::Refinery => project.write(&format!("migrations/V{one}__create_t.sql"), up),
            }
        }
    }
}

/// A program with the library of this workspace, if it is ours.
pub(crate) fn built(app: App, cli: &Path) -> PathBuf {
    let target = tools::target().join("bench-projects");
    build(app, &workspace(), cli, &target)
}

/// An optimised program, built below `target`.
pub(crate) fn build(app: App, root: &Path, cli: &Path, target: &Path) -> PathBuf {
    let project = app.project(root, cli);
    dbmig_tests::project::run(&mut cargo(app, &project, target)).success();
    let kept = target.join("apps").join(app.name());
    std::fs::create_dir_all(target.join("apps")).expect("a folder below target");
    std::fs::copy(project.path("target/release").join(app.name()), &kept).expect("a program");
    kept
}

/// How it is built, with what it depends on below `target`, compiled once.
pub(crate) fn cargo(app: App, project: &Project, target: &Path) -> Command {
    let mut cargo = project.cargo(&["build", "--release", "--quiet"]);
    cargo.env("CARGO_BUILD_BUILD_DIR", target.join("build"));
    // What the peers need is not what the tests have fetched.
    match app.library {
        Library::Dbmig | Library::Diesel => {}
        Library::Sqlx | Library::Refinery => {
            cargo.arg("--locked").env("CARGO_NET_OFFLINE", "false");
        }
    }
    cargo
}

/// What a program is told to do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    Connect,
    Run,
}

/// A start of a program, still to run.
pub(crate) fn start(
    program: &Path,
    database: &dbmig_tests::TestDatabase,
    action: Action,
) -> Command {
    let mut command = Command::new(program);
    let dialect = match database.backend() {
        dbmig_tests::Backend::Postgres => "postgres",
        dbmig_tests::Backend::Sqlite => "sqlite",
        dbmig_tests::Backend::MariaDb => unreachable!("no app is built for it"),
    };
    let action = match action {
        Action::Connect => "connect",
        Action::Run => "run",
    };
    dbmig_tests::clean(&mut command).args([dialect, database.client_url(), action]);
    command
}
