//! What an app that adds dbmig compiles, next to what Diesel takes in the same build.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use dbmig_tests::{Project, workspace};
use serde_json::Value;

use crate::Settings;
use crate::figure::{Aim, Figure, Unit};
use crate::tools;

/// Enough to have everything generated that a small app has.
const MIGRATIONS: usize = 5;

/// dbmig's crates, and those that it brings, as a multiple of Diesel and what Diesel brings. The
/// sums of cargo's own report, of builds from nothing in which both take part.
pub(crate) fn run(settings: &Settings) -> Vec<Figure> {
    let diesel = units(&App { name: "without", dbmig: "", build_script: "", main: WITHOUT });
    let with = App { name: "with", dbmig: OURS, build_script: WATCH, main: WITH };
    let rounds = (0..settings.rounds(3)).map(|_| {
        let (theirs, ours): (Vec<_>, Vec<_>) =
            units(&with).into_iter().partition(|(name, _)| diesel.contains_key(name));
        let sum = |units: Vec<(String, f64)>| units.iter().map(|unit| unit.1).sum::<f64>();
        (sum(ours), sum(theirs))
    });
    let mut rounds: Vec<_> = rounds.collect();
    rounds.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    let (ours, theirs) = rounds[rounds.len() / 2];
    vec![Figure {
        bench: "compile",
        case: "release build from nothing, SQLite, sum over the crates".to_owned(),
        unit: Unit::Milliseconds,
        ours: ours * 1000.0,
        peer: Some(("Diesel", theirs * 1000.0)),
        aim: Aim::None,
    }]
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

/// Seconds that each crate took in a build from nothing. The app itself is left out.
fn units(app: &App) -> HashMap<String, f64> {
    let project = tools::project(Path::new("cargo"), MIGRATIONS);
    let root = workspace().display().to_string().replace('\\', "/");
    let package = format!("compile-{}", app.name);
    let manifest = format!(
        "[package]\nname = \"{package}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\ndiesel = {{ version = \"2.3\", default-features = false, features = \
         [\"sqlite\"] }}\n{}",
        app.dbmig.replace("ROOT", &root),
    );
    project.write("Cargo.toml", manifest);
    if !app.build_script.is_empty() {
        project.write("build.rs", app.build_script);
    }
    project.write("src/main.rs", app.main);
    let mut build = project.cargo(&["build", "--release", "--timings"]);
    // What an earlier build has left would take no time.
    build.env("CARGO_BUILD_BUILD_DIR", project.path("build"));
    dbmig_tests::project::run(&mut build).success();
    let mut units = report(&project);
    units.remove(&package);
    units
}

fn report(project: &Project) -> HashMap<String, f64> {
    let page = fs::read_to_string(project.path("target/cargo-timings/cargo-timing.html"));
    let page = page.expect("cargo's report of its times");
    let (_, data) = page.split_once("UNIT_DATA = ").expect("cargo's report has changed");
    let units = serde_json::Deserializer::from_str(data).into_iter::<Value>().next();
    let units = units.expect("cargo's report has changed").expect("cargo's report is JSON");
    let mut sums = HashMap::new();
    for unit in units.as_array().expect("a list of units") {
        let name = unit["name"].as_str().expect("a name").to_owned();
        *sums.entry(name).or_insert(0.0) += unit["duration"].as_f64().expect("seconds");
    }
    sums
}
