//! Input that is not as it should be: what is accepted all the same, and what is refused with which
//! words. Nothing is half-done after any of it, and no output holds the password.

mod accepted;
mod clients;
mod connections;
mod downs;
mod files;
mod ledger;
mod settings;
mod sql;
mod sqlite;

use std::process::Command;

use dbmig_tests::project::{Output, run};
use dbmig_tests::{Backend, PASSWORD, Project, Rows, TestDatabase, database};

/// Commands that read migrations and database, and those that write.
const COMMANDS: [&[&str]; 10] = [
    &["status"],
    &["pending"],
    &["plan"],
    &["verify"],
    &["history"],
    &["run"],
    &["run", "--dry-run"],
    &["revert"],
    &["redo"],
    &["baseline"],
];

/// A project on a database.
struct Case {
    project: Project,
    database: TestDatabase,
    /// What `DATABASE_URL` holds, where it is set.
    url: Option<String>,
    /// Other variables.
    environment: Vec<(&'static str, &'static str)>,
}

/// All that a command could have changed in a database.
#[derive(Debug, PartialEq, Eq)]
struct State {
    schema: String,
    ledger: Option<Rows>,
    history: Option<Rows>,
}

/// The words with which a command refused to work.
struct Refusal {
    message: String,
    next: String,
}

impl Case {
    /// An empty project and database.
    fn new(backend: Backend) -> Self {
        let (project, database) = (crate::project(), database(backend));
        let url = Some(database.url().to_owned());
        Self { project, database, url, environment: Vec::new() }
    }

    /// The same database, seen from another empty project.
    fn another_project(self) -> Self {
        Self { project: crate::project(), ..self }
    }

    fn backend(&self) -> Backend {
        self.database.backend()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.project.command(args);
        command.envs(self.url.as_ref().map(|url| ("DATABASE_URL", url)));
        command.envs(self.environment.iter().copied());
        command
    }

    /// Runs `cargo dbmig ARGS`.
    #[track_caller]
    fn dbmig(&self, args: &[&str]) -> Output {
        keep_secret(run(&mut self.command(args)))
    }

    /// Runs `cargo dbmig ARGS`, which must refuse with this exit code and change nothing: for a
    /// person, for a person who wants to know more, and for a program.
    #[track_caller]
    fn refused(&self, code: i32, args: &[&str]) -> Refusal {
        self.refused_by(code, args, |args| self.command(args))
    }

    #[track_caller]
    fn refused_by(
        &self,
        code: i32,
        args: &[&str],
        command: impl Fn(&[&str]) -> Command,
    ) -> Refusal {
        let before = self.state();
        let refusal = refusal(code, args, command);
        assert_eq!(self.state(), before, "{args:?}");
        refusal
    }

    /// Runs each of `commands`, which must all refuse with this exit code and change nothing.
    #[track_caller]
    fn refused_each<'a>(
        &self,
        code: i32,
        commands: impl IntoIterator<Item = &'a [&'a str]>,
        check: impl Fn(Refusal),
    ) {
        let before = self.state();
        for args in commands {
            check(refusal(code, args, |args| self.command(args)));
        }
        assert_eq!(self.state(), before);
    }

    fn state(&self) -> State {
        if self.database.file().is_some_and(|file| !file.exists()) {
            return State { schema: "no file".into(), ledger: None, history: None };
        }
        let rows = |sql| self.database.try_query(sql).ok();
        State {
            schema: self.database.dump(),
            ledger: rows("SELECT version FROM __diesel_schema_migrations ORDER BY version"),
            history: rows(
                "SELECT id, format, version, direction, state, statements_done, checksum \
                 FROM __dbmig_history ORDER BY id",
            ),
        }
    }

    /// The versions that Diesel's table holds.
    #[track_caller]
    fn ledger(&self) -> Vec<String> {
        self.database.column("SELECT version FROM __diesel_schema_migrations ORDER BY version")
    }

    /// The tables but those of the tools.
    #[track_caller]
    fn tables(&self) -> Vec<String> {
        let mut tables = self.database.tables();
        tables.retain(|table| !table.starts_with("__"));
        tables
    }

    /// Writes the migration `20260101_good` and applies it.
    #[track_caller]
    fn begin(&self) {
        self.project.migration("20260101_good", "CREATE TABLE good (x INT);", "DROP TABLE good;");
        self.dbmig(&["run"]).success();
    }
}

#[track_caller]
fn refusal(code: i32, args: &[&str], command: impl Fn(&[&str]) -> Command) -> Refusal {
    let with = |more: &[&str]| keep_secret(run(&mut command(&[args, more].concat()))).expect(code);
    let (plain, verbose, json) = (with(&[]), with(&["--verbose"]), with(&["--json"]));
    let value: serde_json::Value = serde_json::from_str(&json.stdout)
        .unwrap_or_else(|error| panic!("{args:?}: {error}: {}", json.text()));
    let error = &value["error"];
    assert_eq!(error["exit_code"], code, "{value}");
    let message = error["message"].as_str().expect("a message").to_owned();
    let next = error["next"].as_str().unwrap_or_default().to_owned();
    for human in [&plain, &verbose] {
        assert_eq!(human.stdout, "", "{args:?}");
        assert!(human.stderr.contains(&format!("error: {message}\n")), "{}", human.stderr);
        assert!(human.stderr.contains(&next), "{}", human.stderr);
    }
    Refusal { message, next }
}

/// The output, unless it holds the password.
#[track_caller]
fn keep_secret(output: Output) -> Output {
    assert!(!output.text().contains(PASSWORD), "{}", output.text());
    output
}

impl Refusal {
    /// The message holds each of `parts`.
    #[track_caller]
    fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.message.contains(part), "no {part:?} in:\n{}", self.message);
        }
        self
    }

    /// What to do next holds `part`.
    #[track_caller]
    fn offers(self, part: &str) -> Self {
        assert!(
            self.next.contains(part),
            "no {part:?} in {:?}, after:\n{}",
            self.next,
            self.message
        );
        self
    }
}
