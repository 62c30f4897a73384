//! The tools that do the same work: dbmig, its last landed build, Diesel's.

use std::path::{Path, PathBuf};
use std::process::Command;

use dbmig_tests::{Backend, Project, TestDatabase};

use crate::Settings;
use crate::figure::Role;
use crate::race::{Contestant, Results, measure, race};
use crate::tools::{self, Linking};

/// A command line tool.
#[derive(Debug, Clone)]
pub(crate) struct Tool {
    pub(crate) role: Role,
    program: PathBuf,
}

/// What a tool is told to do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    Run,
    Status,
    RevertAll,
}

/// dbmig as it is, with the system's libraries; the last landed build, where there is one; Diesel's.
pub(crate) fn tools(settings: &Settings) -> Vec<Tool> {
    let ours = Tool::ours(tools::cargo_dbmig(Linking::System));
    let baseline = settings
        .baseline()
        .map(|baseline| Tool { role: Role::Baseline, program: baseline.cli.clone() });
    [Some(ours), baseline, Some(Tool::diesel())].into_iter().flatten().collect()
}

impl Tool {
    pub(crate) fn ours(program: PathBuf) -> Self {
        Self { role: Role::Ours, program }
    }

    pub(crate) fn diesel() -> Self {
        Self { role: Role::Diesel, program: dbmig_tests::diesel::cli() }
    }

    pub(crate) fn shipped() -> Self {
        let program = tools::cargo_dbmig(Linking::Bundled);
        Self { role: Role::Other("dbmig as it ships"), program }
    }

    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// So many migrations, each of which creates a table, as a repository has them: with the lock file
    /// that this build of the tool writes.
    pub(crate) fn project(&self, count: usize, backend: Backend) -> Project {
        let project = tools::project(&self.program, count);
        self.lock(&project, backend);
        project
    }

    /// Writes the lock file, where the tool has one.
    pub(crate) fn lock(&self, project: &Project, backend: Backend) {
        let backend = match backend {
            Backend::Postgres => "postgres",
            Backend::MariaDb => "mysql",
            Backend::Sqlite => "sqlite",
        };
        if self.role != Role::Diesel {
            project.dbmig(&["lock", "--backend", backend]).success();
        }
    }

    /// The command, still to run.
    pub(crate) fn command(&self, project: &Project, url: &str, action: Action) -> Command {
        let arguments: &[&str] = match (self.role, action) {
            (Role::Diesel, Action::Run) => &["migration", "run"],
            (Role::Diesel, Action::Status) => &["migration", "list"],
            (Role::Diesel, Action::RevertAll) => &["migration", "revert", "--all"],
            (_, Action::Run) => &["dbmig", "run"],
            (_, Action::Status) => &["dbmig", "status"],
            (_, Action::RevertAll) => &["dbmig", "revert", "--all", "--yes"],
        };
        let mut command = project.program(&self.program);
        command.args(arguments).env("DATABASE_URL", url);
        command
    }
}

/// Reads the ledger once: no start can do with less.
pub(crate) const LEDGER: &str = "SELECT version FROM __diesel_schema_migrations";

/// Lets all tools do the same on databases that each has migrated itself, beside the client that reads
/// the ledger once.
pub(crate) fn race_on_applied(
    rounds: usize,
    tools: &[Tool],
    count: usize,
    backend: Backend,
    action: Action,
) -> Results {
    let applied = |tool: &Tool| {
        let (project, database) = (tool.project(count, backend), dbmig_tests::database(backend));
        measure(&tool.command(&project, database.client_url(), Action::Run));
        (project, database)
    };
    let entrants: Vec<_> = tools.iter().map(applied).collect();
    let reads = client(backend, entrants[0].1.client_url());
    let limit = || reads(Input::Sql(LEDGER));
    let mut contestants = vec![Contestant::new(Role::Limit(client_name(backend)), limit)];
    for (tool, (project, database)) in tools.iter().zip(&entrants) {
        let start = move || tool.command(project, database.client_url(), action);
        contestants.push(Contestant::new(tool.role, start));
    }
    race(rounds, &mut contestants)
}

pub(crate) fn client_name(backend: Backend) -> &'static str {
    match backend {
        Backend::Postgres => "psql",
        Backend::MariaDb => "mariadb",
        Backend::Sqlite => "sqlite3",
    }
}

/// What the database's own client is given.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Input<'a> {
    Sql(&'a str),
    File(&'a Path),
}

/// The database's own client, still to run.
pub(crate) fn client(backend: Backend, url: &str) -> impl Fn(Input<'_>) -> Command {
    let url = url.to_owned();
    move |input| match backend {
        Backend::Postgres => psql(&url, input),
        Backend::MariaDb => mariadb(&url, input),
        Backend::Sqlite => sqlite3(&url, input),
    }
}

/// The script for the client of a database.
pub(crate) fn feed(database: &TestDatabase, script: &Path) -> Command {
    client(database.backend(), database.client_url())(Input::File(script))
}

fn psql(url: &str, input: Input<'_>) -> Command {
    let mut command = dbmig_tests::servers::client(dbmig_tests::Engine::Postgres);
    command.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--output", "/dev/null"]);
    match input {
        Input::Sql(sql) => command.args(["--command", sql]),
        Input::File(file) => command.arg("--file").arg(file),
    };
    command.arg(url);
    command
}

fn mariadb(url: &str, input: Input<'_>) -> Command {
    let (user, rest) = url.strip_prefix("mysql://").unwrap().split_once(':').unwrap();
    let (password, rest) = rest.rsplit_once('@').unwrap();
    let (host, rest) = rest.split_once(':').unwrap();
    let (port, name) = rest.split_once('/').unwrap();
    let mut command = dbmig_tests::servers::client(dbmig_tests::Engine::MariaDb);
    command.arg("--no-defaults").env("MYSQL_PWD", password);
    command.args(["-u", user, "-h", host, "-P", port, name, "--execute"]);
    match input {
        Input::Sql(sql) => command.arg(sql),
        Input::File(file) => command.arg(format!("source {}", file.display())),
    };
    command
}

fn sqlite3(url: &str, input: Input<'_>) -> Command {
    let mut command = Command::new("sqlite3");
    dbmig_tests::clean(&mut command).args(["-batch", "-bail", url]);
    match input {
        Input::Sql(sql) => command.arg(sql),
        Input::File(file) => command.arg(format!(".read {}", file.display())),
    };
    command
}
