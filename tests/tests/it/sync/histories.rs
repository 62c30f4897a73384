//! Random histories: deployments, rollbacks, reverts and kills in any order. Whatever happened, no
//! image serves below its floor, a sync is the same once and twice, and its end is a fresh database.
#![expect(clippy::print_stdout, reason = "a failure shows what had happened before")]

use std::time::Duration;

use dbmig_tests::{Backend, Project, TestDatabase, database};

use super::{APP, BREAKING, image};
use crate::faults::{Figure, finish, same, seeds, start};

/// What happens to the database of the app.
#[derive(Clone, Copy, Debug)]
enum Happening {
    StartUp,
    Sync,
    SyncDown,
    Revert,
    /// A runner that is killed after so many milliseconds.
    Kill(&'static [&'static str], u64),
}

const UP: &[&str] = &["up"];
const SYNC: &[&str] = &["sync"];
const DOWN: &[&str] = &["sync", "--down", "--allow-data-loss"];
const REVERT: &[&str] = &["revert", "--yes"];

impl Happening {
    fn random(random: &mut fastrand::Rng) -> Self {
        match random.u8(..9) {
            0..2 => Self::StartUp,
            2 => Self::Sync,
            3..5 => Self::SyncDown,
            5 => Self::Revert,
            6 => Self::Kill(UP, random.u64(..60)),
            7 => Self::Kill(DOWN, random.u64(..60)),
            _ => Self::Kill(SYNC, random.u64(..60)),
        }
    }
}

struct World {
    db: TestDatabase,
    images: Vec<Project>,
    /// Of each image, the schema and the ledger of a fresh database.
    fresh: Vec<String>,
}

/// The schema, and what is applied; how it came there may differ.
fn state(db: &TestDatabase) -> String {
    let mut versions = db.column("SELECT version FROM __diesel_schema_migrations");
    versions.sort();
    format!("{}{versions:?}", db.dump())
}

impl World {
    fn new(backend: Backend) -> Self {
        let images: Vec<_> = (1..=APP.len()).map(image).collect();
        let fresh = images.iter().map(|image| {
            let db = database(backend);
            image.dbmig_on(&db, SYNC).success();
            state(&db)
        });
        let fresh = fresh.collect();
        Self { db: database(backend), images, fresh }
    }

    fn run(&self, version: usize, args: &[&str]) -> Option<i32> {
        let output = self.images[version - 1].dbmig_on(&self.db, args);
        assert!(matches!(output.code, Some(0 | 4)), "{args:?}: {}", output.text());
        output.code
    }

    /// The number of the newest applied migration.
    fn newest(&self) -> usize {
        let versions = self.db.try_query("SELECT version FROM __diesel_schema_migrations");
        versions.map_or(0, |rows| rows.len())
    }

    /// What the app of `version` asks of the schema.
    fn serves(&self, version: usize) {
        let name = if version < BREAKING { "nick" } else { "name" };
        self.db
            .execute(&format!("DELETE FROM users; INSERT INTO users (id, {name}) VALUES (1, 'a')"));
        if version >= 3 {
            self.db.execute("UPDATE users SET email = 'b'");
        }
        if version == APP.len() {
            self.db.execute("DELETE FROM tags; INSERT INTO tags VALUES (1)");
        }
    }

    fn happen(&self, version: usize, happening: Happening) {
        let before = self.newest();
        match happening {
            Happening::StartUp | Happening::Sync => {
                let args = if matches!(happening, Happening::Sync) { SYNC } else { UP };
                match self.run(version, args) {
                    Some(0) => {
                        assert!(self.newest() >= before.max(version), "it never goes back");
                        assert!(self.newest() < BREAKING || version >= BREAKING, "below the floor");
                        self.serves(version);
                        assert_eq!(self.run(version, args), Some(0));
                    }
                    _ => assert!(before > version || self.is_half_done(), "refused for nothing"),
                }
            }
            Happening::SyncDown => {
                // Half of a migration that it does not know: the version that does goes on first.
                if self.run(version, DOWN) == Some(0) {
                    same(&state(&self.db), &self.fresh[version - 1], "after a sync");
                    self.serves(version);
                    assert_eq!(self.run(version, DOWN), Some(0));
                } else {
                    assert!(self.is_half_done(), "refused for nothing");
                }
            }
            Happening::Revert => {
                self.run(version, REVERT);
            }
            Happening::Kill(args, after) => {
                let mut runner = start(&self.images[version - 1], self.db.url(), args);
                std::thread::sleep(Duration::from_millis(after));
                let _ = runner.kill();
                finish(runner);
            }
        }
    }

    /// A killed runner may leave half of a migration where schema changes commit by themselves.
    fn is_half_done(&self) -> bool {
        let left = "SELECT version FROM __dbmig_history WHERE execution = 'statements' AND state = 'running'";
        self.db.try_query(left).is_ok_and(|rows| !rows.is_empty())
    }

    /// Somebody finishes what is half-done, and then each image can be had.
    fn end(&self, version: usize) {
        let newest = &self.images[APP.len() - 1];
        for command in [UP, REVERT, UP, UP] {
            if newest.dbmig_on(&self.db, command).code == Some(0) && !self.is_half_done() {
                break;
            }
        }
        newest.dbmig_on(&self.db, SYNC).success();
        same(&state(&self.db), &self.fresh[APP.len() - 1], "a sync to the newest");
        self.happen(version, Happening::SyncDown);
        same(&state(&self.db), &self.fresh[version - 1], "a sync to an older one");
    }
}

fn play(backend: Backend, few: u64) {
    let mut figure = Figure::new("random histories of deployments and rollbacks", backend);
    for seed in seeds(few) {
        let mut random = fastrand::Rng::with_seed(seed);
        println!("{backend:?}: DBMIG_FAULT_SEED={seed}");
        let world = World::new(backend);
        for _ in 0..random.usize(4..12) {
            let (version, happening) =
                (random.usize(1..=APP.len()), Happening::random(&mut random));
            println!("  {version}.0 {happening:?}, {} applied", world.newest());
            world.happen(version, happening);
        }
        world.end(random.usize(1..=APP.len()));
        figure.case();
    }
}

#[test]
fn random_histories_on_postgres() {
    play(Backend::Postgres, 4);
}

#[test]
fn random_histories_on_mariadb() {
    play(Backend::MariaDb, 4);
}

#[test]
fn random_histories_on_sqlite() {
    play(Backend::Sqlite, 4);
}
