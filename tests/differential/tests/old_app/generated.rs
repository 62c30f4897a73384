//! Migrations by chance over schemas by chance: no verdict is too kind.
//!
//! `DBMIG_OLD_APP_SEEDS` says how many schemas there are, else a handful; each gets some migrations.

use dbmig_core::Dialect;
use dbmig_core::embed::migrations;
use dbmig_core::infer::infer;
use dbmig_core::migration::{Body, Down, Execution, Migration, Script, SqlBody};
use dbmig_differential::oracle::{Standing, judge};
use dbmig_differential::play::{dialect, play};
use dbmig_differential::stage::{Rows, Stage};
use dbmig_differential::statements::Breadth;
use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, TestDatabase, database};

use crate::grammar::{Dice, migration, schema};

/// How many migrations for each schema.
const EACH: usize = 12;

fn seeds() -> u64 {
    let set = std::env::var("DBMIG_OLD_APP_SEEDS").ok();
    set.map_or(4, |set| set.parse().unwrap())
}

/// The verdict on the second script, and why.
fn verdict(dialect: Dialect, before: &str, up: &str) -> (&'static str, String) {
    let one = |version: &'static str, text: &str| {
        let [one] = migrations(&[version, version, "", "", "", "", ""], &[0; 32], &[]);
        let up = Script { path: "up.sql".into(), text: text.to_owned().into() };
        Migration { body: Body::Sql(SqlBody { up, down: Down::Missing }), ..one }
    };
    let compatibility =
        infer(dialect, &[one("1", before), one("2", up)]).pop().unwrap().compatibility;
    (compatibility.verdict.name(), compatibility.to_string())
}

fn check(fresh: impl Fn() -> TestDatabase) {
    let (mut wrong, mut played) = (Vec::new(), 0);
    for seed in 0..seeds() {
        let mut dice = Dice::new(seed);
        let database = fresh();
        let dialect = dialect(database.backend());
        let before = schema(dialect, &mut dice);
        play(&database, &before, Execution::Transaction).unwrap();
        let stage = Stage::new(database, Rows::Filled).unwrap();
        for _ in 0..EACH {
            let up = migration(dialect, &mut dice);
            // What the database refuses has no effect to judge.
            let all = |_: &str| Breadth::Full;
            let Ok(answer) = judge(&stage, &up, Execution::Transaction, all) else { continue };
            played += 1;
            let (verdict, reason) = verdict(dialect, &before, &up);
            if answer.standing(verdict) == Standing::Dangerous {
                let first = answer.first().unwrap();
                let (statement, what) = (&first.statement, &first.what);
                wrong.push(format!(
                    "seed {seed}: {reason}\n{before}--\n{up}{statement}\n=> {what}\n"
                ));
            }
        }
        stage.into_database().remove();
    }
    assert!(played > 5, "only {played} could be played");
    assert!(wrong.is_empty(), "{} of {played} are too kind\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn postgres() {
    let options = Options::default().with("wal_level", "logical").with("max_wal_senders", "2");
    let server = Server::start_dedicated(Engine::Postgres, &options);
    check(|| server.database());
}

#[test]
fn mariadb() {
    check(|| database(Backend::MariaDb));
}

#[test]
fn sqlite() {
    check(|| database(Backend::Sqlite));
}
