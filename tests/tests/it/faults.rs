//! What may go wrong around a run: many at once, killed anywhere, cut off, without room. However it
//! went, the next run must end with what one careful person would have typed.
//!
//! Each case prints its seed where it has one; `DBMIG_FAULT_SEED=n` plays that one again.
//! `DBMIG_FAULT_CASES=n` takes so many random cases of each kind instead of a few: the long form,
//! whose figures docs/faults.md holds (`tests/faults` writes it).

mod kill;
mod race;

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use dbmig_tests::project::Output;
use dbmig_tests::{Backend, Project, TestDatabase, database};

/// The seeds of the random cases: the one that is asked for, so many as are asked for, or `few`.
fn seeds(few: u64) -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().expect(name));
    match (number("DBMIG_FAULT_SEED"), number("DBMIG_FAULT_CASES")) {
        (Some(seed), _) => seed..seed + 1,
        (None, cases) => 0..cases.unwrap_or(few),
    }
}

/// Whether this is the long form, which takes every case of those that can be counted.
fn thorough() -> bool {
    std::env::var_os("DBMIG_FAULT_CASES").is_some()
}

/// How many cases of a kind were played. The long form writes them down, one line a kind, into the
/// file that `DBMIG_FAULT_REPORT` names.
struct Figure {
    kind: &'static str,
    on: String,
    cases: usize,
}

impl Figure {
    fn new(kind: &'static str, on: impl std::fmt::Debug) -> Self {
        Self { kind, on: format!("{on:?}"), cases: 0 }
    }

    fn case(&mut self) {
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
        let name = format!("2026-01-01-0000{number:02}-0000_m{number}");
        let table = format!("t{number}");
        match number % 5 {
            // Statement by statement.
            2 => {
                project.migration(
                    &name,
                    &format!(
                        "CREATE TABLE {table} (id INTEGER PRIMARY KEY, n INTEGER);\n\
                         INSERT INTO {table} VALUES (1, 10);\nINSERT INTO {table} VALUES (2, 20);\n\
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

/// What all went through must look like in the end: schema, rows, ledger, history.
#[derive(Debug, PartialEq, Eq)]
struct Picture {
    schema: String,
    rows: Vec<Vec<Option<String>>>,
    bookkeeping: String,
}

/// The picture of `database`; the rows are those of tables called `t..`.
fn picture(database: &TestDatabase) -> Picture {
    let is_table = |name: &String| name.strip_prefix('t').is_some_and(|n| n.parse::<u8>().is_ok());
    let tables = database.tables().into_iter().filter(is_table);
    let rows =
        tables.flat_map(|table| database.query(&format!("SELECT * FROM {table} ORDER BY id")));
    Picture { schema: database.dump(), rows: rows.collect(), bookkeeping: database.bookkeeping() }
}

/// The picture of a database that `project` was applied to in peace.
fn undisturbed(project: &Project, backend: Backend) -> Picture {
    let database = database(backend);
    project.dbmig_on(&database, &["run", "--quiet"]).success();
    picture(&database)
}

/// Starts `cargo dbmig ARGS` on `url`, and does not wait for it.
fn start(project: &Project, url: &str, args: &[&str]) -> Child {
    spawn(project.command(args).env("DATABASE_URL", url))
}

fn spawn(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for its end.
fn finish(child: Child) -> Output {
    let output = child.wait_with_output().unwrap();
    Output {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
