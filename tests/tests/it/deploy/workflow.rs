//! The workflow, with what it may say as types, and its steps in a repository.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use dbmig_tests::project::{Output, run};
use dbmig_tests::{Backend, Project, TestDatabase, database};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{documents, strict};

type Strings = BTreeMap<String, String>;

/// What GitHub knows, as far as the workflow has it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Workflow {
    name: String,
    on: BTreeMap<String, Option<Value>>,
    permissions: Strings,
    concurrency: Concurrency,
    jobs: BTreeMap<String, Job>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Concurrency {
    group: String,
    cancel_in_progress: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Job {
    runs_on: String,
    timeout_minutes: u32,
    #[serde(default)]
    services: BTreeMap<String, Service>,
    env: Strings,
    steps: Vec<Step>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Service {
    image: String,
    env: Strings,
    ports: Vec<String>,
    options: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Step {
    name: Option<String>,
    uses: Option<String>,
    #[serde(default)]
    with: BTreeMap<String, Value>,
    run: Option<String>,
    #[serde(default)]
    env: Strings,
}

const BACKENDS: [(Backend, &str); 3] =
    [(Backend::Postgres, "postgres"), (Backend::MariaDb, "mysql"), (Backend::Sqlite, "sqlite")];

const FIRST: &str = "2026-01-01-000000-0000_create_users";
const SECOND: &str = "2026-01-02-000000-0000_create_posts";
const BETWEEN: &str = "2026-01-01-120000-0000_create_tags";

/// A repository whose branch `main` has one migration, and the workflow.
struct Repository {
    project: Project,
    job: Job,
    database: TestDatabase,
}

impl Repository {
    fn new(backend: Backend, name: &str) -> Self {
        let project = crate::project();
        run(&mut project.cargo(&["generate-lockfile"])).success();
        project.write(".gitignore", "target\n");
        project.dbmig(&["deploy", "github-actions", "--backend", name]).success();
        let text = project.read(".github/workflows/migrations.yml");
        let mut workflow: Workflow = strict(&documents(&text)[0]);
        let job = workflow.jobs.remove("migrations").unwrap();
        let repository = Self { project, job, database: database(backend) };
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository
    }

    fn migration(&self, name: &str, table: &str) {
        let (up, down) =
            (format!("CREATE TABLE {table} (id INTEGER);\n"), format!("DROP TABLE {table};\n"));
        self.project.migration(name, &up, &down);
    }

    /// The branch that a pull request is for, as `actions/checkout` leaves it.
    fn merged(&self) {
        self.git(&["add", "--all"]);
        self.git(&[
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "commit",
            "--quiet",
            "-m",
            "merged",
        ]);
        self.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    }

    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.project.root());
        run(command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null"))
            .success();
    }

    /// Runs the steps in their order with GitHub's shell, until one fails: its name and output.
    /// What installs something is left out.
    fn check(&self) -> Result<(), (String, Output)> {
        let tools = self.project.outside().join("bin");
        let runner = self.project.outside().join("runner");
        for folder in [&tools, &runner] {
            std::fs::create_dir_all(folder).unwrap();
        }
        let tool = tools.join("cargo-dbmig");
        if !tool.exists() {
            let under_test = Path::new(env!("CARGO_BIN_EXE_dbmig-under-test"));
            std::os::unix::fs::symlink(under_test, tool).unwrap();
        }
        let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
        for step in &self.job.steps {
            let Some(script) = &step.run else { continue };
            if script.contains("apt-get") || script.starts_with("cargo install") {
                continue;
            }
            let mut command = Command::new("bash");
            command.args(["-e", "-o", "pipefail", "-c", script]).current_dir(self.project.root());
            let cargo = self.project.cargo(&[]);
            command.env_clear();
            command.envs(cargo.get_envs().filter_map(|(name, value)| Some((name, value?))));
            for (name, value) in &step.env {
                assert_eq!((name.as_str(), value.as_str()), ("BASE", "${{ github.base_ref }}"));
                command.env(name, "main");
            }
            command.env("PATH", &path).env("RUNNER_TEMP", &runner);
            // Of its own: in the shared one, cargo takes packages of one name for the same.
            command.env("CARGO_BUILD_BUILD_DIR", self.project.path("target"));
            command.env("DATABASE_URL", self.database.url());
            let output = run(&mut command);
            if output.code != Some(0) {
                return Err((step.name.clone().unwrap_or_default(), output));
            }
        }
        Ok(())
    }

    #[track_caller]
    fn refused(&self, step: &str, code: i32) -> Output {
        let (name, output) = self.check().unwrap_err();
        assert_eq!((name.as_str(), output.code), (step, Some(code)), "{}", output.text());
        output
    }
}

#[test]
fn the_workflow_is_what_github_knows_and_asks_for_no_rights() {
    for (_, backend) in BACKENDS {
        let project = crate::project();
        project.dbmig(&["deploy", "github-actions", "--backend", backend]).success();
        let text = project.read(".github/workflows/migrations.yml");
        let workflow: Workflow = strict(&documents(&text)[0]);
        assert_eq!(workflow.on.keys().collect::<Vec<_>>(), ["pull_request"]);
        assert_eq!(workflow.permissions, BTreeMap::from([("contents".into(), "read".into())]));
        let job = &workflow.jobs["migrations"];
        assert_eq!(job.services.is_empty(), backend == "sqlite");
        for step in &job.steps {
            assert_ne!(step.uses.is_some(), step.run.is_some(), "{:?}", step.name);
            // A branch may be called anything: its name goes through a variable, never into a script.
            assert!(!step.run.as_deref().unwrap_or_default().contains("${{"), "{:?}", step.run);
        }
        // All of the history: the base branch is looked at.
        assert_eq!(job.steps[0].with["fetch-depth"], 0);
        let url = &job.env["DATABASE_URL"];
        let parsed = dbmig_runtime::url::DatabaseUrl::parse(url).unwrap();
        assert_eq!(parsed.dialect().name(), backend);
        if let Some(service) = job.services.get("database") {
            let port = url.split(':').next_back().unwrap().split('/').next().unwrap();
            assert_eq!(service.ports, [format!("{port}:{port}")]);
        }
        // The tool that it installs has the database built in.
        let install = job.steps.iter().find_map(|step| {
            step.run.as_deref().filter(|script| script.starts_with("cargo install"))
        });
        let feature = install.unwrap().rsplit(' ').next().unwrap();
        let manifest =
            std::fs::read_to_string(dbmig_tests::workspace().join("cargo-dbmig/Cargo.toml"));
        let defined = format!("\n{feature} = [");
        assert!(feature.starts_with(backend) && manifest.unwrap().contains(&defined), "{feature}");
    }
}

#[test]
fn a_new_migration_after_the_merged_ones_passes() {
    for (backend, name) in BACKENDS {
        let repository = Repository::new(backend, name);
        repository.migration(FIRST, "users");
        repository.merged();
        repository.migration(SECOND, "posts");
        if let Err((step, output)) = repository.check() {
            panic!("{name}: {step}: {}", output.text());
        }
        let tables = repository.database.tables();
        assert!(["posts", "users"].iter().all(|table| tables.contains(&(*table).to_owned())));
    }
}

#[test]
fn the_first_migration_of_all_passes() {
    let repository = Repository::new(Backend::Sqlite, "sqlite");
    repository.merged();
    repository.migration(FIRST, "users");
    if let Err((step, output)) = repository.check() {
        panic!("{step}: {}", output.text());
    }
}

#[test]
fn an_edited_one_does_not_pass() {
    let repository = Repository::new(Backend::Postgres, "postgres");
    repository.migration(FIRST, "users");
    repository.merged();
    repository.migration(FIRST, "people");
    let output = repository.refused("No migration that is merged was edited", 3);
    assert!(output.stdout.contains("+CREATE TABLE people"), "{}", output.stdout);
}

#[test]
fn one_that_comes_before_a_merged_one_does_not_pass() {
    let repository = Repository::new(Backend::Sqlite, "sqlite");
    repository.migration(FIRST, "users");
    repository.migration(SECOND, "posts");
    repository.merged();
    repository.migration(BETWEEN, "tags");
    repository.refused("The new ones apply, and come after the merged ones", 4);
}

#[test]
fn one_that_does_not_apply_and_an_app_that_does_not_build_do_not_pass() {
    let repository = Repository::new(Backend::Sqlite, "sqlite");
    repository.migration(FIRST, "users");
    repository.merged();
    repository.migration(SECOND, "users");
    repository.refused("The new ones apply, and come after the merged ones", 1);

    let repository = Repository::new(Backend::Sqlite, "sqlite");
    repository.migration(FIRST, "users");
    repository.merged();
    repository.project.write("src/main.rs", "fn main() { missing() }\n");
    repository.refused("The app builds with them", 101);
}
