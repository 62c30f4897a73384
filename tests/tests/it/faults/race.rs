//! Fifty at once.

use std::time::{Duration, Instant};

use dbmig_tests::servers::{Pgbouncer, PoolMode, postgres};
use dbmig_tests::{Backend, Project, TestDatabase, database};

use super::{Figure, finish, picture, same, start, thirty, undisturbed};
use crate::project;

const RUNNERS: usize = 50;

each_server!(fifty_at_once_with_the_lease);
/// How long the last one may take to leave, once there is nothing left to do: one poll is three
/// seconds at most; the rest is for fifty processes on a machine with two processors.
const LEAVE: Duration = Duration::from_secs(12);

/// A runner: what it is told, and with which migrations.
type Runner<'p> = (&'static [&'static str], &'p Project);

const RUN: &[&str] = &["run", "--quiet"];
const LEASE: &[&str] = &["run", "--quiet", "--lock", "lease"];

/// Starts fifty on the empty `database`; all must end well, each migration must have run once, and
/// nobody may stay for long after that.
fn fifty<'p>(database: &TestDatabase, url: &str, runner: impl Fn(usize) -> Runner<'p>) {
    let runner = |number| {
        let (args, project) = runner(number);
        start(project, url, args)
    };
    let runners: Vec<_> = (0..RUNNERS).map(runner).collect();
    let complete = complete(database);
    for runner in runners {
        finish(runner).success();
    }
    let left = complete.elapsed();
    assert!(left < LEAVE, "the last one left {left:?} after the work was done");
    let twice =
        database.column("SELECT version FROM __dbmig_history GROUP BY version HAVING COUNT(*) > 1");
    assert_eq!(twice, [""; 0]);
}

/// Waits until all is applied.
fn complete(database: &TestDatabase) -> Instant {
    database.until_applied(30);
    Instant::now()
}

/// All fifty the same.
fn alike(
    kind: &'static str,
    backend: Backend,
    args: &'static [&'static str],
    url: impl Fn(&TestDatabase) -> String,
) {
    let (project, database) = (project(), database(backend));
    thirty(&project, backend);
    fifty(&database, &url(&database), |_| (args, &project));
    same(&picture(&database), &undisturbed(&project, backend, args), kind);
    Figure::new(kind, backend).case();
}

each_backend!(fifty_at_once_on_an_empty_database);
fn fifty_at_once_on_an_empty_database(backend: Backend) {
    alike("50 at once", backend, RUN, |db| db.url().to_owned());
}

#[test]
fn fifty_at_once_behind_a_pooler() {
    for (kind, mode, size) in [
        ("50 at once, pgbouncer in transaction mode", PoolMode::Transaction, 10),
        // Each keeps its connection as long as it lives, and the one that works has two.
        ("50 at once, pgbouncer in session mode", PoolMode::Session, 60),
    ] {
        let pooler = Pgbouncer::start(postgres(), mode, size);
        alike(kind, Backend::Postgres, RUN, |db| pooler.url(db));
    }
}

fn fifty_at_once_with_the_lease(backend: Backend) {
    alike("50 at once, lease", backend, LEASE, |db| db.url().to_owned());
}

#[test]
fn fifty_at_once_with_the_lease_behind_pgbouncer() {
    let pooler = Pgbouncer::start(postgres(), PoolMode::Transaction, 10);
    alike("50 at once, lease, pgbouncer", Backend::Postgres, LEASE, |db| pooler.url(db));
}

each_backend!(old_and_new_images_at_once);
/// A rolling deployment: half of them have ten migrations less.
fn old_and_new_images_at_once(backend: Backend) {
    let (old, new, database) = (project(), project(), database(backend));
    [&old, &new].into_iter().for_each(|project| thirty(project, backend));
    for late in new.migrations().iter().skip(20) {
        old.remove(&format!("migrations/{late}"));
        // Those that change rows; else the old ones would be refused.
        if late.ends_with('3') || late.ends_with('8') {
            let metadata = "run_in_transaction = true\n[dbmig]\ncompatible = true\n";
            new.write(&format!("migrations/{late}/metadata.toml"), metadata);
        }
    }
    fifty(&database, database.url(), |number| (RUN, if number % 2 == 0 { &old } else { &new }));
    same(&picture(&database), &undisturbed(&new, backend, RUN), "old and new");
    Figure::new("50 at once, old and new images", backend).case();
}
