//! The judgement: what an old app met after a migration.

use dbmig_core::migration::Execution;
use dbmig_tests::{Backend, TestDatabase};

use crate::client::{Client, Opening, Outcome, open};
use crate::compare::difference;
use crate::play::play;
use crate::stage::Stage;
use crate::statement::{Expect, Statement};
use crate::statements::{Breadth, all};

/// What an old app met.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// What failed on connections that were open before.
    pub old: Vec<Failure>,
    /// What failed on new connections.
    pub new: Vec<Failure>,
    /// How many statements worked before.
    pub tried: usize,
}

/// A statement that worked before.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The statement.
    pub statement: String,
    /// The error, or what is different.
    pub what: String,
}

/// How a verdict stands against what was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Agrees,
    /// It is too kind.
    Dangerous,
    /// It is too strict, as far as was tried.
    Needless,
}

impl Answer {
    /// The word for what was met.
    pub fn word(&self) -> &'static str {
        match (self.new.is_empty(), self.old.is_empty()) {
            (false, _) => "breaking",
            (true, false) => "compatible_after_restart",
            (true, true) => "compatible",
        }
    }

    /// The first failure, of new connections where there is one.
    pub fn first(&self) -> Option<&Failure> {
        self.new.first().or(self.old.first())
    }

    /// How a verdict stands.
    pub fn standing(&self, verdict: &str) -> Standing {
        let rank = |word: &str| match word {
            "compatible" => 0,
            "compatible_after_restart" => 1,
            _ => 2,
        };
        match rank(verdict).cmp(&rank(self.word())) {
            std::cmp::Ordering::Less => Standing::Dangerous,
            std::cmp::Ordering::Equal => Standing::Agrees,
            std::cmp::Ordering::Greater => Standing::Needless,
        }
    }
}

/// Executes a migration on a copy of the stage, with an old app around it.
///
/// # Errors
/// What keeps it from being executed.
pub fn judge(
    stage: &Stage,
    sql: &str,
    execution: Execution,
    breadth: impl Fn(&str) -> Breadth,
) -> Result<Answer, String> {
    let database = stage.database().copy()?;
    let answer = judge_on(&database, stage, sql, execution, breadth);
    database.remove();
    answer
}

/// The same on a database that is as the stage's, or is the stage's, which it then was.
///
/// # Errors
/// What keeps it from being executed.
pub fn judge_on(
    database: &TestDatabase,
    stage: &Stage,
    sql: &str,
    execution: Execution,
    breadth: impl Fn(&str) -> Breadth,
) -> Result<Answer, String> {
    let statements = all(database.backend(), (&stage.catalogue, &stage.samples), sql, breadth);
    around(database, statements, || play(database, sql, execution))
}

/// A statement and what it gave before, twice.
type Known = (Statement, [Outcome; 2]);

fn around(
    database: &TestDatabase,
    statements: Vec<Statement>,
    migrate: impl FnOnce() -> Result<(), String>,
) -> Result<Answer, String> {
    let backend = database.backend();
    let mut apps = Vec::new();
    for opening in Opening::all(backend) {
        let mut client = open(backend, database.url(), *opening)?;
        let known = run_before(&mut *client, backend, statements.clone());
        apps.push((*opening, client, known));
    }
    migrate()?;
    let mut answer = Answer::default();
    for (opening, mut client, known) in apps {
        answer.tried += known.len();
        answer.old.extend(failures(&mut *client, backend, &known));
        let mut fresh = open(backend, database.url(), opening)?;
        answer.new.extend(failures(&mut *fresh, backend, &known));
    }
    Ok(answer)
}

fn begin(backend: Backend) -> &'static str {
    match backend {
        Backend::Postgres | Backend::MariaDb => "BEGIN",
        Backend::Sqlite => "BEGIN IMMEDIATE",
    }
}

/// Nothing stays of a statement; deferred constraints are looked at before.
fn trial(client: &mut dyn Client, backend: Backend, of: &Statement) -> Result<Outcome, String> {
    if of.expect == Expect::AtLeast {
        return client.run(of);
    }
    client.batch(begin(backend))?;
    let mut result = client.run(of);
    let end = match (&result, backend) {
        (Ok(_), Backend::Postgres) => "SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK",
        _ => "ROLLBACK",
    };
    // After some errors SQLite has ended the transaction itself.
    if let (Err(late), Ok(_)) = (client.batch(end), &result) {
        result = Err(late);
        let _ = client.batch("ROLLBACK");
    }
    result
}

fn run_before(client: &mut dyn Client, backend: Backend, all: Vec<Statement>) -> Vec<Known> {
    let mut known = Vec::new();
    for mut statement in all {
        if !statement.binds().into_iter().all(|bind| client.encode(bind)) {
            continue;
        }
        let Ok(one) = trial(client, backend, &statement) else { continue };
        // What is written mostly comes back as it was sent; what is read may be another each time.
        let two = match statement.writes() {
            false => trial(client, backend, &statement),
            true => Ok(one.clone()),
        };
        known.extend(two.ok().map(|two| (statement, [one, two])));
    }
    known
}

/// What fails, and fails again: the next number of a sequence may have been taken.
fn failures(client: &mut dyn Client, backend: Backend, known: &[Known]) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (statement, before) in known {
        let mut differs = |first: Option<Outcome>| match trial(client, backend, statement) {
            Ok(now) => {
                let both = [first.unwrap_or_else(|| now.clone()), now];
                (difference(statement, before, &both), Some(both))
            }
            Err(error) => (Some(error), None),
        };
        let what = match differs(None) {
            (None, _) => None,
            (Some(_), both) => differs(both.map(|[first, _]| first)).0,
        };
        let what = what.filter(|_| !meets_a_new_row(client, backend, statement));
        let statement = || statement.to_string();
        failures.extend(what.map(|what| Failure { statement: statement(), what }));
    }
    failures
}

/// Whether a row that was not there before has a key that the statement writes.
fn meets_a_new_row(client: &mut dyn Client, backend: Backend, statement: &Statement) -> bool {
    let has_rows = |outcome| matches!(outcome, Ok(Outcome::Rows(rows)) if !rows.is_empty());
    statement.claims.iter().any(|claim| has_rows(trial(client, backend, claim)))
}
