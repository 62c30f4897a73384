//! Cost against the number of migrations, 10 to 10,000, as pictures in `docs/plots`.

use std::path::PathBuf;

use dbmig_tests::{Backend, workspace};

use crate::Settings;
use crate::app::{self, App, Library, Sql};
use crate::candidates::{self, Action, client_name, race_on_applied};
use crate::figure::{Figure, Role};
use crate::fresh;
use crate::peers;
use crate::race::{Measure, Results};
use crate::svg::{Chart, Line};
use crate::tools::{self, Linking};

const COUNTS: [usize; 7] = [10, 30, 100, 300, 1000, 3000, 10_000];

pub(crate) fn run(settings: &Settings) -> Vec<Figure> {
    for backend in Backend::ALL {
        let name = match backend {
            Backend::Postgres => "PostgreSQL",
            Backend::MariaDb => "MariaDB",
            Backend::Sqlite => "SQLite",
        };
        let file = client_name(backend);
        start(settings, backend).write(&folder(), &format!("start-{file}"), name);
        runs(settings, backend).write(&folder(), &format!("fresh-{file}"), name);
    }
    apps(settings).write(&folder(), "app-sqlite3", "SQLite");
    Vec::new()
}

fn folder() -> PathBuf {
    workspace().join("docs/plots")
}

/// `cargo dbmig run` with nothing pending.
fn start(settings: &Settings, backend: Backend) -> Plot {
    let tools = candidates::tools(settings);
    let of = |count| race_on_applied(settings.rounds(9), &tools, count, backend, Action::Run);
    let mut roles = vec![Role::Limit(client_name(backend))];
    roles.extend(tools.iter().map(|tool| tool.role));
    Plot::of("a start with nothing pending", &roles, &of)
}

/// A fresh run.
fn runs(settings: &Settings, backend: Backend) -> Plot {
    let tools = candidates::tools(settings);
    let mut roles = vec![Role::Limit(client_name(backend))];
    roles.extend(tools.iter().map(|tool| tool.role));
    let of = |count| fresh::on_shared_server(settings, &tools, backend, count);
    Plot::of("a fresh run", &roles, &of)
}

/// Programs that embed migrations, with nothing pending.
fn apps(settings: &Settings) -> Plot {
    let cli = tools::cargo_dbmig(Linking::System);
    let of = |count| {
        let app = |library| App { library, count, sql: Sql::Tables };
        let programs = Library::ALL.map(|library| (library, app::built(app(library), &cli)));
        peers::start(settings.rounds(9), &programs, Backend::Sqlite)
    };
    let roles = [vec![Role::Limit("sqlite3")], Library::ALL.map(peers::role).to_vec()].concat();
    Plot::of("an app's start with nothing pending", &roles, &of)
}

/// The medians of all candidates for all counts.
struct Plot {
    what: &'static str,
    lines: Vec<Line>,
}

impl Plot {
    fn of(what: &'static str, roles: &[Role], race: &dyn Fn(usize) -> Results) -> Self {
        let line = |role: &Role| Line { name: name(*role), points: Vec::new() };
        let mut lines: Vec<_> = roles.iter().map(line).collect();
        for count in COUNTS {
            eprintln!("{what}, {count} ..");
            let results = race(count);
            for (role, line) in roles.iter().zip(&mut lines) {
                line.points.push((count as f64, results.median(*role, Measure::Wall)));
            }
        }
        Self { what, lines }
    }

    fn write(self, folder: &std::path::Path, file: &str, database: &str) {
        let title = format!("{database}: {}", self.what);
        let chart = Chart { title, across: "migrations", up: "ms", lines: self.lines };
        std::fs::create_dir_all(folder).expect("a folder in docs");
        std::fs::write(folder.join(format!("{file}.svg")), chart.to_string()).expect("a picture");
    }
}

fn name(role: Role) -> String {
    match role {
        Role::Ours => "dbmig",
        Role::Baseline => "dbmig, last landed",
        Role::Diesel => "Diesel",
        Role::Limit(name) | Role::Other(name) => name,
    }
    .to_owned()
}
