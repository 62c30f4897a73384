//! What may go wrong around a run: many at once, killed anywhere, cut off, without room. However it
//! went, the next run must end with what one careful person would have typed.
//!
//! Each case prints its seed where it has one; `DBMIG_FAULT_SEED=n` plays that one again.
//! `DBMIG_FAULT_CASES=n` takes so many random cases of each kind instead of a few: the long form,
//! whose figures docs/faults.md holds (`tests/faults` writes it).

mod answers;
mod heartbeat;
mod kill;
mod last_words;
mod lease;
mod limits;
mod orphans;
mod race;
mod remains;
mod server;
mod signals;
mod wire;

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use dbmig_tests::project::Output;
use dbmig_tests::{Backend, Project, TestDatabase, database};

/// The seeds of the random cases: the one that is asked for, so many as are asked for, or `few`.
pub(crate) fn seeds(few: u64) -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().expect(name));
    match (number("DBMIG_FAULT_SEED"), number("DBMIG_FAULT_CASES")) {
        (Some(seed), _) => seed..seed + 1,
        (None, cases) => 0..cases.unwrap_or(few),
    }
}

/// Whether this is the long form, which takes every case of those that can be counted.
pub(crate) fn thorough() -> bool {
    std::env::var_os("DBMIG_FAULT_CASES").is_some()
}

/// How many cases of a kind were executed. The long form writes them down, one line a kind, into the
/// file that `DBMIG_FAULT_REPORT` names.
pub(crate) struct Figure {
    kind: &'static str,
    on: String,
    cases: usize,
}

impl Figure {
    pub(crate) fn new(kind: &'static str, on: impl std::fmt::Debug) -> Self {
        Self { kind, on: format!("{on:?}"), cases: 0 }
    }

    pub(crate) fn case(&mut self) {
        self.cases += 1;
    }
}

impl Drop for Figure {
    fn drop(&mut self) {
        // A kind with a failure is not one to report.
        let Some(file) = std::env::var_os("DBMIG_FAULT_REPORT") else { return };
        if !std::thread::panicking() {
            let line = format!("{}\t{}\t{}\n", self.kind, self.on, self.cases);
            let file = std::fs::File::options().create(true).append(true).open(file);
            file.unwrap().write_all(line.as_bytes()).unwrap();
        }
    }
}

/// Migrations as they come in a project: schema and data, in a transaction and not.
fn thirty(project: &Project, backend: Backend) {
    for number in 0..30 {
        let many = match backend {
            Backend::Postgres => {
                format!("INSERT INTO t{number} SELECT g, g FROM generate_series(3, 500) g;\n")
            }
            Backend::MariaDb | Backend::Sqlite => String::new(),
        };
        let name = format!("2026-01-01-0000{number:02}-0000_m{number}");
        let table = format!("t{number}");
        match number % 5 {
            // Statement by statement.
            2 => {
                project.migration(
                    &name,
                    &format!(
                        "CREATE TABLE {table} (id INTEGER PRIMARY KEY, n INTEGER);\n\
                         INSERT INTO {table} VALUES (1, 10);\nINSERT INTO {table} VALUES (2, 20);\n{many}\
                         UPDATE {table} SET n = n + 1;\nCREATE INDEX {table}_n ON {table} (n);\n"
                    ),
                    &format!("DELETE FROM {table};\nDROP TABLE {table};\n"),
                );
                let metadata = format!("migrations/{name}/metadata.toml");
                project.write(&metadata, "run_in_transaction = false\n");
            }
            // Data only, which must change once.
            3 => project.migration(
                &name,
                &format!("UPDATE t{} SET n = n + 100;\n", number - 1),
                &format!("UPDATE t{} SET n = n - 100;\n", number - 1),
            ),
            4 if backend == Backend::Postgres => {
                let before = number - 2;
                project.migration(
                    &name,
                    &format!("CREATE INDEX CONCURRENTLY i{number} ON t{before} (n, id);\n"),
                    &format!("DROP INDEX CONCURRENTLY i{number};\n"),
                );
                let metadata = format!("migrations/{name}/metadata.toml");
                project.write(&metadata, "run_in_transaction = false\n");
            }
            _ => project.migration(
                &name,
                &format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, name VARCHAR(20));\n"),
                &format!("DROP TABLE {table};\n"),
            ),
        }
    }
}

/// What a database has come to: schema, rows of the tables called `t` and a number, ledger, history;
/// one fact a line.
fn picture(database: &TestDatabase) -> String {
    let mut picture = database.dump();
    for table in database.tables() {
        if table.strip_prefix('t').is_none_or(|rest| rest.parse::<u8>().is_err()) {
            continue;
        }
        for row in database.query(&format!("SELECT * FROM {table} ORDER BY id")) {
            writeln!(picture, "{table} {row:?}").unwrap();
        }
    }
    picture + &database.bookkeeping()
}

/// Two pictures must be the same; else, the lines that one of them lacks.
#[track_caller]
pub(crate) fn same(found: &str, expected: &str, case: &str) {
    if found == expected {
        return;
    }
    let missing = |of: &str, other: &str, sign| {
        let lines = of.lines().filter(|line| !other.lines().any(|l| l == *line));
        lines.take(20).map(|line| format!("{sign} {line}\n")).collect::<String>()
    };
    let [less, more] = [missing(expected, found, '-'), missing(found, expected, '+')];
    panic!("{case}\n{less}{more}");
}

/// The picture of a database that `project` was applied to in peace.
fn undisturbed(project: &Project, backend: Backend, args: &[&str]) -> String {
    let database = database(backend);
    project.dbmig_on(&database, args).success();
    picture(&database)
}

/// Starts `cargo dbmig ARGS` on `url`, and does not wait for it.
pub(crate) fn start(project: &Project, url: &str, args: &[&str]) -> Child {
    spawn(project.command(args).env("DATABASE_URL", url))
}

pub(crate) fn spawn(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for its end.
pub(crate) fn finish(child: Child) -> Output {
    let output = child.wait_with_output().unwrap();
    Output {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
