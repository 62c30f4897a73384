//! What an app that adds dbmig compiles and grows by, and what the command line tool takes to compile.

use std::fs;
use std::path::Path;
use std::process::Command;

use dbmig_core::Dialect;
use dbmig_tests::{Project, workspace};

use crate::Settings;
use crate::figure::{Aim, Figure, Role, Unit};
use crate::race::{measure, median};
use crate::tools;

/// Enough to have everything generated that a small app has.
const MIGRATIONS: usize = 5;

/// What a release build takes and makes: processor time of all that cargo starts in a build from
/// nothing, and bytes of the program without its symbols.
struct Built {
    cpu: f64,
    bytes: f64,
}

/// What dbmig adds, as a multiple of the app without it; the rounds in turn, and the median of each.
pub(crate) fn run(settings: &Settings) -> Vec<Figure> {
    let without = App { name: "without", dbmig: "", build_script: "", main: WITHOUT };
    let with = App { name: "with", dbmig: OURS, build_script: WATCH, main: WITH };
    let rounds: Vec<_> = (0..settings.rounds(3)).map(|_| (without.build(), with.build())).collect();
    let app = median(rounds.iter().map(|(without, _)| without.cpu).collect());
    let added = median(rounds.iter().map(|(_, with)| with.cpu).collect()) - app;
    let (without, with) = rounds.last().expect("a round");
    let alone = Role::Other("the app without it");
    let case = "release build from nothing, SQLite, CPU that is added";
    let time = Figure::counted("compile", case, Unit::Milliseconds, added).beside(alone, app);
    let case = "bytes added to the stripped program";
    let size = Figure::counted("compile", case, Unit::Bytes, with.bytes - without.bytes);
    vec![
        time.aim(Aim::Ratio(alone, 0.5)),
        size.beside(alone, without.bytes).aim(Aim::Count(400_000.0)),
    ]
}

struct App {
    name: &'static str,
    dbmig: &'static str,
    build_script: &'static str,
    main: &'static str,
}

const OURS: &str = "dbmig-runtime = { path = \"ROOT/dbmig-runtime\", features = [\"sqlite\"] }\n\
    \n[build-dependencies]\n\
    dbmig-core = { path = \"ROOT/dbmig-core\", features = [\"codegen\"] }\n";

const WATCH: &str = "fn main() {\n    dbmig_core::codegen::watch(\"migrations\");\n}\n";

const WITH: &str = "mod migrations {\n    dbmig_runtime::embed_migrations!(Sqlite);\n}\n\n\
    use diesel::connection::Connection;\n\n\
    fn main() {\n    \
    let mut conn = diesel::SqliteConnection::establish(\":memory:\").unwrap();\n    \
    dbmig_runtime::Migrator::new(&migrations::ALL).run(&mut conn).unwrap();\n}\n";

const WITHOUT: &str = "use diesel::connection::{Connection, SimpleConnection};\n\n\
    fn main() {\n    \
    let mut conn = diesel::SqliteConnection::establish(\":memory:\").unwrap();\n    \
    conn.batch_execute(\"SELECT 1\").unwrap();\n}\n";

impl App {
    fn build(&self) -> Built {
        let (project, package) = self.project();
        let mut build = project.cargo(&["rustc", "--release", "--", "-Cstrip=symbols"]);
        // What an earlier build has left would take no time.
        build.env("CARGO_BUILD_BUILD_DIR", project.path("build"));
        let cpu = measure(&build).cpu;
        let program = project.path(&format!("target/release/{package}"));
        let bytes = fs::metadata(program).expect("the program just built").len();
        Built { cpu, bytes: bytes as f64 }
    }

    fn project(&self) -> (Project, String) {
        let project = tools::project(Path::new("cargo"), MIGRATIONS);
        let root = workspace().display().to_string().replace('\\', "/");
        let package = format!("compile-{}", self.name);
        let manifest = format!(
            "[package]\nname = \"{package}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\ndiesel = {{ version = \"2.3\", default-features = false, features = \
             [\"sqlite\"] }}\n{}",
            self.dbmig.replace("ROOT", &root),
        );
        project.write("Cargo.toml", manifest);
        if !self.build_script.is_empty() {
            project.write("build.rs", self.build_script);
            tools::lock(&project, Dialect::Sqlite);
        }
        project.write("src/main.rs", self.main);
        (project, package)
    }
}

/// The command line tool from a clean checkout, next to Diesel's with the same database.
pub(crate) fn cli(settings: &Settings) -> Vec<Figure> {
    let folder = dbmig_tests::folder();
    let build = |round: usize| {
        let mut build = cargo();
        build.args([
            "build",
            "--release",
            "--locked",
            "-p",
            "cargo-dbmig",
            "--no-default-features",
        ]);
        build.args(["--features", "sqlite-system"]).current_dir(workspace());
        build.env("CARGO_TARGET_DIR", folder.path().join(format!("dbmig-{round}")));
        measure(&build).cpu
    };
    let version = fs::read_to_string(workspace().join("tests/diesel-version")).expect("a version");
    let install = |round: usize| {
        let mut install = cargo();
        install.args(["install", "diesel_cli", "--locked", "--no-default-features"]);
        install.args(["--features", "sqlite", "--version", version.trim()]);
        install.arg("--root").arg(folder.path().join(format!("diesel-{round}")));
        install.env("CARGO_TARGET_DIR", folder.path().join(format!("diesel-{round}/target")));
        measure(&install).cpu
    };
    let rounds = settings.rounds(1);
    let mut ratios: Vec<_> = (0..rounds).map(|round| (build(round), install(round))).collect();
    ratios.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    let (ours, theirs) = ratios[ratios.len() / 2];
    let case = "release build from a clean checkout, SQLite of the system, CPU";
    let peer = Role::Other("diesel_cli");
    let figure = Figure::counted("cli", case, Unit::Milliseconds, ours).beside(peer, theirs);
    vec![figure.aim(Aim::Ratio(peer, 1.3))]
}

fn cargo() -> Command {
    let mut cargo = Command::new("cargo");
    dbmig_tests::clean(&mut cargo);
    cargo
}
