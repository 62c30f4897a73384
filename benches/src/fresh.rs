//! A fresh run on an empty database, near and far.

use std::cell::RefCell;
use std::process::Command;
use std::time::Duration;

use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, TestDatabase, Wire, database};

use crate::Settings;
use crate::candidates::{self, Action, Tool, client_name, feed};
use crate::figure::{Aim, Figure, Role};
use crate::race::{Contestant, Measure, Results, race};
use crate::scripts::{self, AtOnce};
use crate::tools;

/// A kind of database to begin with.
struct Kind<'a> {
    name: &'static str,
    backend: Backend,
    /// A new empty one.
    empty: Box<dyn Fn() -> TestDatabase + 'a>,
    counts: &'a [usize],
}

pub(crate) fn run(settings: &Settings) -> Vec<Figure> {
    let tools = candidates::tools(settings);
    let server = |engine, options| Server::start_dedicated(engine, &options);
    let postgres = server(Engine::Postgres, Options::durable());
    let mariadb = server(Engine::MariaDb, Options::durable());
    let fast = server(Engine::Postgres, Options::default());
    let wal = || {
        let database = database(Backend::Sqlite);
        database.execute("PRAGMA journal_mode = wal");
        database
    };
    let all = &[10, 100, 1000];
    let kinds: [Kind<'_>; 5] = [
        Kind {
            name: "PostgreSQL",
            backend: Backend::Postgres,
            empty: Box::new(|| postgres.database()),
            counts: all,
        },
        Kind {
            name: "PostgreSQL without fsync",
            backend: Backend::Postgres,
            empty: Box::new(|| fast.database()),
            counts: &[1000],
        },
        Kind {
            name: "MariaDB",
            backend: Backend::MariaDb,
            empty: Box::new(|| mariadb.database()),
            counts: all,
        },
        // Journal mode and `synchronous` are what a new file has in each of them: delete, full.
        Kind {
            name: "SQLite",
            backend: Backend::Sqlite,
            empty: Box::new(|| database(Backend::Sqlite)),
            counts: all,
        },
        Kind {
            name: "SQLite, WAL",
            backend: Backend::Sqlite,
            empty: Box::new(wal),
            counts: &[1000],
        },
    ];
    let mut figures = Vec::new();
    for kind in &kinds {
        for &count in kind.counts {
            let case = format!("{}, {count} migrations", kind.name);
            eprintln!("  {case} ..");
            let results = compete(settings, &tools, kind, count);
            let (wall, cpu) = aims(kind, count);
            figures.push(results.figure("fresh", &case, Measure::Wall, wall));
            figures.push(results.figure("fresh", &case, Measure::Cpu, cpu));
            figures.push(results.figure("fresh", &case, Measure::Memory, Aim::Count(12.0)));
        }
    }
    figures
}

/// On a server that flushes nothing, for the pictures.
pub(crate) fn on_shared_server(
    settings: &Settings,
    tools: &[Tool],
    backend: Backend,
    count: usize,
) -> Results {
    let kind = Kind { name: "", backend, empty: Box::new(|| database(backend)), counts: &[] };
    compete(settings, tools, &kind, count)
}

/// For wall and processor time.
fn aims(kind: &Kind<'_>, count: usize) -> (Aim, Aim) {
    match (kind.backend, count) {
        (Backend::Postgres, 10) => (Aim::Ratio(Role::Diesel, 1.0), Aim::None),
        (Backend::Postgres, _) => (Aim::Ratio(Role::Diesel, 0.8), Aim::None),
        (Backend::MariaDb, _) => (Aim::Ratio(Role::Diesel, 1.1), Aim::Ratio(Role::Diesel, 1.3)),
        (Backend::Sqlite, 100) => (Aim::Ratio(EACH_SQLITE, 1.1), Aim::Ratio(Role::Diesel, 0.95)),
        (Backend::Sqlite, _) => (Aim::None, Aim::None),
    }
}

const EACH_SQLITE: Role = Role::Limit("sqlite3");

fn compete(settings: &Settings, tools: &[Tool], kind: &Kind<'_>, count: usize) -> Results {
    let projects: Vec<_> = tools.iter().map(|it| it.project(count, kind.backend)).collect();
    let project = &projects[0];
    let each = scripts::each(project, "up", (0..count).map(tools::create_table));
    let once = scripts::at_once(project, kind.backend, (0..count).map(tools::create_table));
    // Kept until the race is over: removing a database is not part of it.
    let databases = RefCell::new(Vec::new());
    let on_empty = |command: &dyn Fn(&TestDatabase) -> Command| {
        let database = (kind.empty)();
        let command = command(&database);
        databases.borrow_mut().push(database);
        command
    };
    let name = client_name(kind.backend);
    let mut contestants =
        vec![Contestant::new(Role::Limit(name), || on_empty(&|db| feed(db, &each)))];
    if let Some(AtOnce { name, script }) = &once {
        contestants.push(Contestant::new(Role::Limit(name), || on_empty(&|db| feed(db, script))));
    }
    for (tool, project) in tools.iter().zip(&projects) {
        let run = || on_empty(&|db| tool.command(project, db.client_url(), Action::Run));
        contestants.push(Contestant::new(tool.role, run));
    }
    // Of so many migrations one run says as much as several of few.
    let rounds = if count < 1000 { 11 } else { 5 };
    race(settings.rounds(rounds), &mut contestants)
}

/// The same where each round trip takes a millisecond more.
pub(crate) fn latency(settings: &Settings) -> Vec<Figure> {
    let tools = candidates::tools(settings);
    let server = Server::start_dedicated(Engine::Postgres, &Options::durable());
    [(10, 0.8), (100, 0.5)]
        .map(|(count, most)| {
            let results = far(settings, &tools, &server, count);
            let case = format!("PostgreSQL, fresh, {count} migrations, 1 ms away");
            results.figure("latency", &case, Measure::Wall, Aim::Ratio(Role::Diesel, most))
        })
        .into()
}

fn far(settings: &Settings, tools: &[Tool], server: &Server, count: usize) -> Results {
    let projects: Vec<_> = tools.iter().map(|it| it.project(count, Backend::Postgres)).collect();
    let project = &projects[0];
    let each = scripts::each(project, "up", (0..count).map(tools::create_table));
    let tables = (0..count).map(tools::create_table);
    let once = scripts::at_once(project, Backend::Postgres, tables).expect("psql can");
    // Both live until the race is over.
    let kept = RefCell::new(Vec::new());
    let far = |command: &dyn Fn(&str) -> Command| {
        let database = server.database();
        let wire = Wire::with_latency(&database, Duration::from_millis(1));
        let command = command(wire.url());
        kept.borrow_mut().push((database, wire));
        command
    };
    let psql = |script| {
        move |url: &str| candidates::client(Backend::Postgres, url)(candidates::Input::File(script))
    };
    let mut contestants = vec![
        Contestant::new(Role::Limit("psql"), || far(&psql(&each))),
        Contestant::new(Role::Limit(once.name), || far(&psql(&once.script))),
    ];
    for (tool, project) in tools.iter().zip(&projects) {
        let run = || far(&|url| tool.command(project, url, Action::Run));
        contestants.push(Contestant::new(tool.role, run));
    }
    race(settings.rounds(11), &mut contestants)
}
