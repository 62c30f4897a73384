//! A fresh run of 1,000 migrations.

use std::cell::RefCell;
use std::path::Path;

use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, TestDatabase, database};

use crate::Settings;
use crate::figure::{Aim, Figure, Unit};
use crate::race::{Contestant, race};
use crate::tools::{self, Linking};

const COUNT: usize = 1000;

pub(crate) fn run(settings: &Settings) -> Vec<Figure> {
    let cli = tools::cargo_dbmig(Linking::System);
    let mut figures = Vec::new();
    for engine in [Engine::Postgres, Engine::MariaDb] {
        for (durability, options) in
            [("durable", Options::durable()), ("no fsync", Options::default())]
        {
            let server = Server::start_dedicated(engine, &options);
            let kind = format!("{:?}, {durability}", Backend::from(engine));
            figures.extend(compete(settings, &cli, engine.into(), &kind, &|| server.database()));
        }
    }
    let sqlite = || database(Backend::Sqlite);
    // Journal mode and `synchronous` are what a new file has in each of them: delete, full.
    figures.extend(compete(settings, &cli, Backend::Sqlite, "SQLite, rollback journal", &sqlite));
    let wal = || {
        let database = sqlite();
        database.execute("PRAGMA journal_mode = wal");
        database
    };
    figures.extend(compete(settings, &cli, Backend::Sqlite, "SQLite, WAL", &wal));
    figures
}

fn compete(
    settings: &Settings,
    cli: &Path,
    backend: Backend,
    kind: &str,
    fresh: &dyn Fn() -> TestDatabase,
) -> Vec<Figure> {
    let project = tools::project(cli, COUNT);
    let script = project.outside().join("all.sql");
    let all: String =
        (0..COUNT).map(|i| format!("BEGIN;\n{}COMMIT;\n", tools::create_table(i))).collect();
    std::fs::write(&script, all).unwrap();
    let client = match backend {
        Backend::Postgres => "psql",
        Backend::MariaDb => "mariadb",
        Backend::Sqlite => "sqlite3",
    };
    // Kept until the race is over: removing a database is not part of it.
    let databases = RefCell::new(Vec::new());
    let on_fresh = |command: &dyn Fn(&TestDatabase) -> std::process::Command| {
        let database = fresh();
        let command = command(&database);
        databases.borrow_mut().push(database);
        command
    };
    let mut contestants = [
        Contestant::new("cargo dbmig", || on_fresh(&|db| tools::dbmig(cli, &project, db.url()))),
        Contestant::new(client, || on_fresh(&|db| tools::client(db, &script))),
        Contestant::new("diesel", || on_fresh(&|db| tools::diesel(&project, db.url()))),
    ];
    let medians = race(settings.rounds(3), &mut contestants);
    let [ours, native, diesel] = medians[..] else { unreachable!("three contestants") };
    let aim = if backend == Backend::MariaDb { Aim::None } else { Aim::Ratio(1.3) };
    [(client, native, aim), ("diesel", diesel, Aim::None)]
        .map(|(peer, theirs, aim)| Figure {
            bench: "fresh",
            case: format!("{kind}, {COUNT} migrations"),
            unit: Unit::Milliseconds,
            ours: ours.wall,
            peer: Some((peer, theirs.wall)),
            aim,
        })
        .into()
}
