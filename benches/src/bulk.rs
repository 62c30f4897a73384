//! Few migrations, and much in them.

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, Project, database};

use crate::Settings;
use crate::candidates::{self, Action, Tool, feed};
use crate::figure::{Aim, Figure, Role};
use crate::race::{Contestant, Measure, measure, race};
use crate::tools;

/// Together 17 MB.
const SCRIPTS: usize = 100;
const BYTES: usize = 170_000;

const SHA256SUM: Role = Role::Limit("sha256sum");

/// What it takes to look at much SQL that is applied already.
pub(crate) fn scripts(settings: &Settings) -> Vec<Figure> {
    let tools = candidates::tools(settings);
    let mut figures = Vec::new();
    for (what, action) in [("status", Action::Status), ("nothing pending", Action::Run)] {
        for visit in [Visit::Unlocked, Visit::First, Visit::Again] {
            let entrants: Vec<_> = tools.iter().map(applied).collect();
            let sum = || sha256sum(&entrants[0].0);
            let mut contestants = vec![Contestant::new(SHA256SUM, sum)];
            for (tool, (project, db)) in tools.iter().zip(&entrants) {
                let start = move || {
                    visit.prepare(project);
                    tool.command(project, db.url(), action)
                };
                contestants.push(Contestant::new(tool.role, start));
            }
            let results = race(settings.rounds(5), &mut contestants);
            let (when, most) = visit.told();
            let case = format!("17 MB of scripts, {what}, {when}");
            let aim = Aim::Ratio(SHA256SUM, most);
            figures.push(results.figure("scripts", &case, Measure::Wall, aim));
        }
    }
    figures
}

/// The migrations of a tool, applied on SQLite.
fn applied(tool: &Tool) -> (Project, dbmig_tests::TestDatabase) {
    let project = Project::new(tool.program());
    for (number, name) in tools::names(SCRIPTS).enumerate() {
        let row = |i| {
            format!("INSERT INTO t{number} (id, name) VALUES ({i}, 'a name of some length');\n")
        };
        let mut up = tools::create_table(number);
        up.extend((0..).map(row).scan(0, |length, row| {
            *length += row.len();
            (*length < BYTES).then_some(row)
        }));
        project.migration(&name, &up, &tools::drop_table(number));
    }
    tool.lock(&project, Backend::Sqlite);
    // Older than anything that remembers them.
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    for file in files(&project) {
        let file = File::options().write(true).open(file).expect("a script");
        file.set_modified(long_ago).expect("a time can be set");
    }
    let db = database(Backend::Sqlite);
    measure(&tool.command(&project, db.url(), Action::Run));
    (project, db)
}

fn files(project: &Project) -> Vec<PathBuf> {
    let scripts = |name: String| {
        ["up.sql", "down.sql"].map(|script| project.path(&format!("migrations/{name}/{script}")))
    };
    project.migrations().into_iter().flat_map(scripts).collect()
}

fn sha256sum(project: &Project) -> Command {
    let mut command = project.program("sha256sum".as_ref());
    command.args(files(project));
    command
}

/// What a tool finds that it has written itself.
#[derive(Debug, Clone, Copy)]
enum Visit {
    /// Neither the lock file nor what it keeps below the project's build folder.
    Unlocked,
    /// The lock file, as in a new clone.
    First,
    /// All that it left the last time.
    Again,
}

impl Visit {
    fn prepare(self, project: &Project) {
        let gone: &[&str] = match self {
            Self::Unlocked => &["target", "migrations/dbmig.lock"],
            Self::First => &["target"],
            Self::Again => &[],
        };
        for path in gone.iter().filter(|path| project.path(path).exists()) {
            project.remove(path);
        }
    }

    /// When that is, and how long it may take, as a multiple of the limit.
    fn told(self) -> (&'static str, f64) {
        match self {
            Self::Unlocked => ("the first time, without a lock file", 1.5),
            Self::First => ("the first time", 1.5),
            Self::Again => ("again", 0.5),
        }
    }
}

/// One migration of many statements, each with its own commit.
pub(crate) fn statements(settings: &Settings) -> Vec<Figure> {
    const COUNT: usize = 20_000;
    let tools = candidates::tools(settings);
    let server = Server::start_dedicated(Engine::Postgres, &Options::durable());
    let sql: String = std::iter::once("CREATE TABLE many (id INTEGER);\n".to_owned())
        .chain((1..COUNT).map(|i| format!("INSERT INTO many VALUES ({i});\n")))
        .collect();
    // Diesel's sends all of it as one message, and so as one transaction.
    let tools: Vec<_> = tools.into_iter().filter(|tool| tool.role != Role::Diesel).collect();
    let projects: Vec<_> = tools.iter().map(|tool| without_transaction(tool, &sql)).collect();
    let script = projects[0].path("migrations/1_many/up.sql");
    let psql = Role::Limit("psql");
    let mut contestants = vec![Contestant::new(psql, || feed(&server.database(), &script))];
    for (tool, project) in tools.iter().zip(&projects) {
        let server = &server;
        let run = move || tool.command(project, server.database().client_url(), Action::Run);
        contestants.push(Contestant::new(tool.role, run));
    }
    let results = race(settings.rounds(2), &mut contestants);
    let case = format!("PostgreSQL, {COUNT} statements without a transaction");
    vec![
        results.figure("statements", &case, Measure::Wall, Aim::Ratio(psql, 1.5)),
        results.figure("statements", &case, Measure::Cpu, Aim::None),
    ]
}

fn without_transaction(tool: &Tool, sql: &str) -> Project {
    let project = Project::new(tool.program());
    project.migration("1_many", sql, "DROP TABLE many;\n");
    project.write("migrations/1_many/metadata.toml", "run_in_transaction = false\n");
    tool.lock(&project, Backend::Postgres);
    project
}
