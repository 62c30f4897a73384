//! Executes the migrations of projects, each with the old app around it, and counts.
//!
//! `oracle --dialect postgres|mysql|sqlite [--verdicts FILE] [--judged FROM..TO] DIR..`
//!
//! With `--judged`, those before are only executed, and none after. A DIR holds migrations as Diesel lays them out. The verdicts are those of this build, or those
//! that `dbmig status --json` of another one printed into FILE, for one DIR. A line per migration:
//! verdict, what the old app met, and how both stand; then what is dangerous or needless in full.
#![expect(clippy::print_stdout, reason = "a program for a terminal")]
#![expect(clippy::expect_used, reason = "a tool for developers fails by panicking")]

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};

use dbmig_core::{Dialect, Migration, scan};
use dbmig_differential::oracle::{Answer, Standing, judge_on};
use dbmig_differential::play::play;
use dbmig_differential::stage::{Rows, Stage};
use dbmig_differential::statements::Breadth;
use dbmig_tests::{Backend, TestDatabase, database};

struct Options {
    backend: Backend,
    dialect: Dialect,
    verdicts: Option<PathBuf>,
    judged: Range<usize>,
    projects: Vec<PathBuf>,
}

fn options() -> Options {
    let mut options = Options {
        backend: Backend::Postgres,
        dialect: Dialect::Postgres,
        verdicts: None,
        judged: 0..usize::MAX,
        projects: Vec::new(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value behind the option");
        match argument.as_str() {
            "--dialect" => {
                (options.backend, options.dialect) = match value().as_str() {
                    "postgres" => (Backend::Postgres, Dialect::Postgres),
                    "mysql" => (Backend::MariaDb, Dialect::Mysql),
                    "sqlite" => (Backend::Sqlite, Dialect::Sqlite),
                    other => panic!("no dialect {other}"),
                }
            }
            "--judged" => {
                let value = value();
                let number = |text: &str| text.parse().expect("a number");
                let (from, to) = value.split_once("..").expect("FROM..TO");
                options.judged = number(from)..number(to);
            }
            "--verdicts" => options.verdicts = Some(value().into()),
            other if other.starts_with("--") => panic!("no option {other}"),
            project => options.projects.push(project.into()),
        }
    }
    options
}

/// A verdict and why.
type Verdict = (String, String);

/// What `status --json` says, by the name of the migration.
fn stored(file: &Path) -> HashMap<String, Verdict> {
    let text = std::fs::read_to_string(file).expect("a file of verdicts");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let all = ["migrations", "steps"].iter().find_map(|key| json[key].as_array());
    let verdict = |one: &serde_json::Value| {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let said = &one["compatible"];
        (text(&one["name"]), (text(&said["verdict"]), text(&said["reason"])))
    };
    all.expect("migrations or steps").iter().map(verdict).collect()
}

fn main() {
    let options = options();
    let mut totals = Totals::default();
    for project in &options.projects {
        let counts = one(&options, project);
        println!("# {}: {}", project.display(), counts);
        totals.add(&counts);
    }
    println!("# total: {totals}");
}

fn one(options: &Options, project: &Path) -> Totals {
    let mut totals = Totals::default();
    let scanned = match scan::scan(project, options.dialect) {
        Ok(scanned) => scanned,
        Err(error) => {
            println!("! {}: {error}", project.display());
            return totals;
        }
    };
    let stored = options.verdicts.as_deref().map(stored);
    let mut line = Line { base: database(options.backend), filled: None };
    for (number, migration) in scanned.set.iter().enumerate().take(options.judged.end) {
        if number < options.judged.start {
            if let Err(error) = line.play(migration) {
                println!("! {}: not played: {}", migration.name, first_line(&error));
            }
            continue;
        }
        let compatibility = migration.compatibility();
        let verdict = match &stored {
            Some(stored) => stored.get(&*migration.name).cloned().unwrap_or_default(),
            None => (compatibility.verdict.name().to_owned(), compatibility.to_string()),
        };
        let answer = line.around(migration);
        let name = format!("{}/{}", project.display(), migration.name);
        totals.count(&verdict.0, answer.as_ref().ok());
        report(&name, &verdict, answer, migration.up().text.as_ref());
        if let Err(error) = line.play(migration) {
            println!("! {name}: not played: {}", first_line(&error));
            totals.add_to("not played");
        }
    }
    line.end();
    totals
}

/// The databases of a project.
struct Line {
    /// What the migrations have made, and no other rows.
    base: TestDatabase,
    /// The same with rows in each table, as long as the migrations can live with them.
    filled: Option<TestDatabase>,
}

impl Line {
    /// With as many rows as it can be executed on.
    fn around(&mut self, migration: &Migration) -> Result<Answer, String> {
        let mut refusal: Option<String> = None;
        for rows in Rows::ALL {
            match self.judge(migration, rows) {
                Ok(answer) => {
                    if let Some(error) = &refusal {
                        let (name, error) = (&migration.name, first_line(error));
                        println!("! {name}: fails where there are rows: {error}");
                        self.drop_filled();
                    }
                    return Ok(answer);
                }
                Err(error) => refusal = refusal.or(Some(error)),
            }
            self.drop_filled();
        }
        Err(refusal.unwrap_or_default())
    }

    fn judge(&mut self, migration: &Migration, rows: Rows) -> Result<Answer, String> {
        let text = migration.up().text.to_lowercase();
        // The tables that it may be about are looked at closely.
        let breadth = |table: &str| match text.contains(&table.to_lowercase()) {
            true => Breadth::Full,
            false => Breadth::Basic,
        };
        let filled = match self.filled.take() {
            Some(filled) => filled,
            None => self.base.copy()?,
        };
        let stage = Stage::new(filled, rows)?;
        for table in stage.unfilled() {
            println!("  no row: {}", first_line(&table));
        }
        let (up, execution) = (&migration.up().text, migration.settings.execution);
        let answer = judge_on(stage.database(), &stage, up, execution, breadth);
        self.filled = Some(stage.into_database());
        answer
    }

    fn play(&self, migration: &Migration) -> Result<(), String> {
        play(&self.base, &migration.up().text, migration.settings.execution)
    }

    fn drop_filled(&mut self) {
        self.filled.take().into_iter().for_each(TestDatabase::remove);
    }

    fn end(mut self) {
        self.drop_filled();
        self.base.remove();
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn report(name: &str, verdict: &Verdict, answer: Result<Answer, String>, up: &str) {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            println!("! {name}: {}", first_line(&error));
            return;
        }
    };
    let standing = answer.standing(&verdict.0);
    let (met, tried) = (answer.word(), answer.tried);
    println!("{name}\t{}\t{met}\t{standing:?}\t{tried}", verdict.0);
    if let Some(first) = answer.first() {
        println!("    {}\n    => {}", first.statement, first_line(&first.what));
    }
    match standing {
        Standing::Agrees => {}
        Standing::Dangerous => {
            println!("== DANGEROUS {name}\n   {}", verdict.1);
            for failure in answer.new.iter().chain(&answer.old).take(5) {
                println!("   {}\n      => {}", failure.statement, first_line(&failure.what));
            }
            println!("{}\n==", up.trim());
        }
        Standing::Needless => {
            println!("== NEEDLESS {name}\n   {}\n{}\n==", verdict.1, up.trim());
        }
    }
}

/// Counts by word.
#[derive(Default)]
struct Totals(BTreeMap<String, usize>);

impl Totals {
    fn add_to(&mut self, word: &str) {
        *self.0.entry(word.to_owned()).or_default() += 1;
    }

    fn add(&mut self, other: &Self) {
        for (word, count) in &other.0 {
            *self.0.entry(word.clone()).or_default() += count;
        }
    }

    fn count(&mut self, verdict: &str, answer: Option<&Answer>) {
        self.add_to(verdict);
        self.add_to(match answer.map(|answer| answer.standing(verdict)) {
            Some(Standing::Dangerous) => "dangerous",
            Some(Standing::Needless) => "needless",
            Some(Standing::Agrees) => "agrees",
            None => "not judged",
        });
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = self.0.iter().map(|(word, count)| format!("{word} {count}"));
        f.write_str(&words.collect::<Vec<_>>().join(", "))
    }
}
