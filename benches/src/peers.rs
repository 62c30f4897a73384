//! dbmig in an app, beside other libraries that embed migrations: what a start costs that has
//! nothing to do, and what embedding them costs a build.

use std::cell::RefCell;
use std::process::Command;

use dbmig_tests::{Backend, Project, TestDatabase, database, workspace};

use crate::Settings;
use crate::app::{self, Action, App, Library, Sql};
use crate::candidates::{self, Input, client, client_name};
use crate::figure::{Aim, Figure, Role};
use crate::race::{Contestant, Measure, Results, measure, race};
use crate::tools::{self, Linking};

pub(crate) fn role(library: Library) -> Role {
    match library {
        Library::Dbmig => Role::Ours,
        Library::Diesel | Library::Sqlx | Library::Refinery => Role::Other(library.name()),
    }
}

fn apps(count: usize) -> [App; 4] {
    Library::ALL.map(|library| App { library, count, sql: Sql::Tables })
}

pub(crate) fn run(settings: &Settings) -> Vec<Figure> {
    let cli = tools::cargo_dbmig(Linking::System);
    let mut figures = Vec::new();
    for count in [10, 100, 1000] {
        eprintln!("  {count} embedded ..");
        let programs = apps(count).map(|app| (app.library, app::built(app, &cli)));
        for backend in [Backend::Sqlite, Backend::Postgres] {
            let results = start(settings.rounds(21), &programs, backend);
            let case = format!("{backend:?}, an app's start, nothing pending, {count} embedded");
            for measure in [Measure::Wall, Measure::Cpu, Measure::Memory] {
                figures.push(results.figure("peers", &case, measure, Aim::None));
            }
        }
        let results = compile(settings, &cli, count);
        let case = format!("release build of an app, its dependencies compiled, {count} embedded");
        figures.push(results.figure("peers", &case, Measure::Wall, Aim::None));
        figures.push(results.figure("peers", &case, Measure::Cpu, Aim::None));
    }
    figures
}

/// Each on a database that it has migrated itself.
pub(crate) fn start(
    rounds: usize,
    programs: &[(Library, std::path::PathBuf)],
    backend: Backend,
) -> Results {
    let applied = |(_, program): &(Library, std::path::PathBuf)| {
        let database = database(backend);
        measure(&app::start(program, &database, Action::Run));
        database
    };
    let databases: Vec<TestDatabase> = programs.iter().map(applied).collect();
    let reads = client(backend, databases[0].client_url());
    let ledger = Input::Sql(candidates::LEDGER);
    let limit = Role::Limit(client_name(backend));
    let mut contestants = vec![Contestant::new(limit, || reads(ledger))];
    for ((library, program), database) in programs.iter().zip(&databases) {
        let start = move || app::start(program, database, Action::Run);
        contestants.push(Contestant::new(role(*library), start));
    }
    race(rounds, &mut contestants)
}

/// From nothing but the dependencies, which one build before has left.
fn compile(settings: &Settings, cli: &std::path::Path, count: usize) -> Results {
    let target = tools::target().join("bench-projects");
    let projects = apps(count).map(|app| (app, app.project(&workspace(), cli)));
    let edits = RefCell::new(0);
    let build = |app: App, project: &Project| -> Command {
        // Cargo compiles it again, with its macro, whose input has not changed.
        let main = format!("{}\n// edit {}\n", app.main(), edits.replace_with(|edit| *edit + 1));
        project.write("src/main.rs", main);
        app::cargo(app, project, &target)
    };
    let mut contestants: Vec<_> = projects
        .iter()
        .map(|(app, project)| Contestant::new(role(app.library), || build(*app, project)))
        .collect();
    race(settings.rounds(3), &mut contestants)
}
