//! The golden cases of the verdicts against a generated old app, on real databases: what is called
//! compatible breaks nothing that it does.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use dbmig_core::migration::Execution;
use dbmig_differential::oracle::{Answer, Standing, judge};
use dbmig_differential::play::{dialect, play};
use dbmig_differential::stage::{Rows, Stage};
use dbmig_differential::statements::Breadth;
use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, TestDatabase, database};

use crate::cases::{Case, cases, text};

/// What the earlier migrations have made, with rows and without.
fn stages(database: &TestDatabase) -> [Stage; 3] {
    let before = text(dialect(database.backend()), "before.sql");
    play(database, &before, Execution::Transaction).unwrap();
    let stages = Rows::ALL.map(|rows| Stage::new(database.copy().unwrap(), rows).unwrap());
    assert_eq!(stages[0].unfilled(), [""; 0], "each table has rows, and takes one more");
    stages
}

fn is(case: &Case, flag: &str) -> bool {
    case.flags.iter().any(|other| other == flag)
}

/// Whether any old app shows why the case is breaking.
fn is_shown(case: &Case) -> bool {
    is(case, "fails") && !is(case, "values")
}

/// What is wrong with the verdict on the case, if anything is.
fn wrong(case: &Case, answer: Result<Answer, String>) -> Option<String> {
    let Case { verdict, expected, sql, .. } = case;
    let head = format!("{verdict}; {expected}\n{sql}");
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return Some(format!("{head}is not played: {error}\n")),
    };
    if is_shown(case) && answer.word() != "breaking" {
        return Some(format!("{head}breaks none of {} statements\n", answer.tried));
    }
    if answer.standing(verdict) != Standing::Dangerous {
        return None;
    }
    let first = answer.first().unwrap();
    Some(format!("{head}{}: {}\n=> {}\n", answer.word(), first.statement, first.what))
}

/// Each case of the files on a copy, as many at once as there are processors.
fn check(database: &TestDatabase, files: &[&str]) {
    let dialect = dialect(database.backend());
    let stages = stages(database);
    let mut cases: Vec<_> = files.iter().flat_map(|file| cases(dialect, file)).collect();
    // Of any other breaking case nothing can be wrong here; that it can be executed, `it verdicts` shows.
    cases.retain(|case| case.verdict != "breaking" || is_shown(case));
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let execution = match is(case, "alone") {
                true => Execution::Statements,
                false => Execution::Transaction,
            };
            let sql = case.sql.to_lowercase();
            let breadth = |table: &str| match sql.contains(&table.to_lowercase()) {
                true => Breadth::Full,
                false => Breadth::Basic,
            };
            let judge = |stage| judge(stage, &case.sql, execution, breadth);
            // What cannot be executed where there are rows breaks nothing there.
            let [filled, one, empty] = &stages;
            let answer = judge(filled).or_else(|_| judge(one)).or_else(|_| judge(empty));
            found.lock().unwrap().extend(wrong(case, answer));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let found = found.into_inner().unwrap();
    assert!(found.is_empty(), "{} are wrong\n{}", found.len(), found.join("\n"));
}

/// A server of its own: some cases make roles, and publications want what replicates.
fn on_postgres(options: &Options, files: &[&str]) {
    let options = options.clone().with("wal_level", "logical").with("max_wal_senders", "2");
    check(&Server::start_dedicated(Engine::Postgres, &options).database(), files);
}

#[test]
fn postgres() {
    on_postgres(&Options::default(), &["up.sql"]);
}

#[test]
fn postgres_18() {
    on_postgres(&Options::postgres("18"), &["up.sql", "up-18.sql"]);
}

#[test]
fn mariadb() {
    check(&database(Backend::MariaDb), &["up.sql"]);
}

#[test]
fn sqlite() {
    check(&database(Backend::Sqlite), &["up.sql"]);
}
