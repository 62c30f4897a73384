//! Instructions, of this build beside the last landed one: the same on each machine, however busy
//! it is. What costs more by more than a few hundredths makes the benchmark fail.

use std::path::Path;
use std::process::Command;

use dbmig_tests::{Backend, Project, TestDatabase, allocations, database, instructions};

use crate::Settings;
use crate::app::{self, App};
use crate::candidates::{self, Action, Tool};
use crate::figure::{Aim, Figure, Role, Unit};
use crate::race::measure;

/// Counts what a command does.
type Count = fn(&Command) -> u64;

/// As a multiple of the last landed build. Two counts of the same build differ by 0.002 at most.
const MOST: Aim = Aim::Gate(Role::Baseline, 1.03);

pub(crate) fn run(settings: &Settings) -> Vec<Figure> {
    let tools = candidates::tools(settings);
    let beside = |case: &str, count: &dyn Fn(&Tool) -> u64| {
        let mut counted = tools.iter().map(|tool| (tool.role, count(tool) as f64));
        let (_, ours) = counted.next().expect("ours comes first");
        let figure = Figure::counted("counts", case, Unit::Instructions, ours);
        let figure = counted.fold(figure, |figure, (role, theirs)| figure.beside(role, theirs));
        if settings.baseline().is_some() { figure.aim(MOST) } else { figure }
    };
    let ours = || tools.iter().filter(|tool| tool.role != Role::Diesel);
    let mut figures = vec![
        beside("SQLite, nothing pending, 1000 applied", &|tool| {
            let (project, db) = applied(tool, 1000);
            instructions(&tool.command(&project, db.url(), Action::Run))
        }),
        beside("SQLite, status, 1000 applied", &|tool| {
            let (project, db) = applied(tool, 1000);
            instructions(&tool.command(&project, db.url(), Action::Status))
        }),
        beside("SQLite, fresh, 100 migrations", &|tool| {
            let project = tool.project(100, Backend::Sqlite);
            let db = database(Backend::Sqlite);
            instructions(&tool.command(&project, db.url(), Action::Run))
        }),
    ];
    let mut read = ours().map(|tool| (tool.role, read_directory(tool)));
    let (_, first) = read.next().expect("ours comes first");
    let case = "a directory of 1000 is read without a lock file (`lock`)";
    let figure = Figure::counted("counts", case, Unit::Instructions, first);
    figures.push(read.fold(figure, |figure, (role, theirs)| figure.beside(role, theirs).aim(MOST)));
    figures.push(start_of_app(settings, &tools[0]));
    figures
}

fn applied(tool: &Tool, count: usize) -> (Project, TestDatabase) {
    let (project, db) = (tool.project(count, Backend::Sqlite), database(Backend::Sqlite));
    measure(&tool.command(&project, db.url(), Action::Run));
    (project, db)
}

fn read_directory(tool: &Tool) -> f64 {
    let project = tool.project(1000, Backend::Sqlite);
    project.remove("migrations/dbmig.lock");
    let mut lock = project.program(tool.program());
    instructions(lock.args(["dbmig", "lock", "--backend", "sqlite"])) as f64
}

/// `Migrator::run` in an app.
fn start_of_app(settings: &Settings, ours: &Tool) -> Figure {
    let [_, many] = App::MEASURED;
    let start = |program: &Path| {
        let db = database(Backend::Sqlite);
        let run = app::start(program, &db, app::Action::Run);
        measure(&run);
        instructions(&run) as f64
    };
    let case = format!("SQLite, `Migrator::run`, nothing pending, {} embedded", many.count);
    let ours = start(&app::built(many, ours.program()));
    let figure = Figure::counted("counts", case, Unit::Instructions, ours);
    match settings.baseline().and_then(|baseline| baseline.app(many)) {
        Some(theirs) => figure.beside(Role::Baseline, start(&theirs)).aim(MOST),
        None => figure,
    }
}

/// What a start of an app with nothing to do costs beyond connecting, with few and with many
/// embedded. On PostgreSQL the query is the server's work; in SQLite it is in the figure.
pub(crate) fn app(settings: &Settings) -> Vec<Figure> {
    let tools = candidates::tools(settings);
    let [few, many] = App::MEASURED;
    let programs = [few, many].map(|app| app::built(app, tools[0].program()));
    let mut figures = Vec::new();
    for backend in [Backend::Postgres, Backend::Sqlite] {
        let beyond = |program: &Path, count: Count| {
            let db = database(backend);
            let [connect, run] = [app::Action::Connect, app::Action::Run]
                .map(|action| app::start(program, &db, action));
            measure(&run);
            count(&run).saturating_sub(count(&connect)) as f64
        };
        let counts: [(Unit, &str, Count); 2] = [
            (Unit::Instructions, "instructions", instructions),
            (Unit::Allocations, "allocations", allocations),
        ];
        for (unit, word, count) in counts {
            let [at_few, at_many] = [&programs[0], &programs[1]].map(|it| beyond(it, count));
            let case = format!(
                "{backend:?}, `Migrator::run`, nothing pending, {} embedded, {word}",
                many.count
            );
            let with_few = Role::Other("10 embedded");
            let figure = Figure::counted("app", case, unit, at_many).beside(with_few, at_few);
            figures.push(match backend {
                Backend::Postgres => figure.aim(Aim::Ratio(with_few, 1.1)),
                Backend::MariaDb | Backend::Sqlite => figure,
            });
        }
    }
    figures
}
