//! The server, or the pooler before it, goes away in the middle of a run.

use std::time::Duration;

use dbmig_tests::servers::{Options, Pgbouncer, PoolMode, Server};
use dbmig_tests::{Backend, Project, TestDatabase};

use super::{Figure, finish, picture, same, seeds, start, thirty, undisturbed};
use crate::project;

const RUN: &[&str] = &["run", "--quiet", "--connect-wait", "2s"];

/// Starts a run on a new database, and `strike`s some time after. What was begun ends well or asks
/// to be tried again; when all is up again, the next run brings the rest.
fn disturbed(
    (project, end): (&Project, &str),
    case: &str,
    database: &TestDatabase,
    url: &str,
    strike: impl FnOnce(),
) {
    let runner = start(project, url, RUN);
    strike();
    let output = finish(runner);
    assert!(matches!(output.code, Some(0 | 75)), "{case}: {:?}\n{}", output.code, output.text());
    let last = project.dbmig_on(database, &["run", "--quiet"]);
    assert_eq!(last.code, Some(0), "{case}:\n{}", last.text());
    same(&picture(database), end, case);
}

fn some_time(random: &mut fastrand::Rng) {
    std::thread::sleep(Duration::from_millis(random.u64(20..450)));
}

each_server!(the_server_stops_at_once);
fn the_server_stops_at_once(backend: Backend) {
    let engine = backend.engine();
    let project = project();
    let mut figure = Figure::new("server stopped at once in mid-run", backend);
    thirty(&project, backend);
    let end = undisturbed(&project, backend, RUN);
    let server = Server::start_dedicated(engine, &Options::default());
    for seed in seeds(3) {
        let mut random = fastrand::Rng::with_seed(seed);
        let database = server.database();
        let case = format!("{engine:?}, seed {seed}");
        disturbed((&project, &end), &case, &database, database.url(), || {
            some_time(&mut random);
            server.stop_immediate();
            server.restart();
        });
        figure.case();
    }
}

#[test]
fn the_pooler_is_restarted() {
    for (kind, mode) in [
        ("pgbouncer restarted in mid-run, transaction mode", PoolMode::Transaction),
        ("pgbouncer restarted in mid-run, session mode", PoolMode::Session),
    ] {
        let project = project();
        let mut figure = Figure::new(kind, Backend::Postgres);
        thirty(&project, Backend::Postgres);
        let end = undisturbed(&project, Backend::Postgres, RUN);
        let server = dbmig_tests::servers::postgres();
        let pooler = Pgbouncer::start(server, mode, 10);
        for seed in seeds(3) {
            let mut random = fastrand::Rng::with_seed(seed);
            let database = server.database();
            disturbed(
                (&project, &end),
                &format!("{kind}, seed {seed}"),
                &database,
                &pooler.url(&database),
                || {
                    some_time(&mut random);
                    pooler.restart();
                },
            );
            figure.case();
        }
    }
}
