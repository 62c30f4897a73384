//! Throw-away Rust projects with migrations.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::{TestDatabase, diesel, environment};

/// What a program did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Output {
    /// Panics with everything that was printed unless the exit code is the expected one.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Panics unless the exit code is 0.
    #[track_caller]
    pub fn success(self) -> Self {
        self.expect(0)
    }

    /// The lines of `status`, without what each migration means for others.
    pub fn states(&self) -> String {
        let state = |line: &str| {
            let line = line.split("  compatible: ").next().unwrap_or_default();
            format!("{}\n", line.split("  breaking: ").next().unwrap_or_default())
        };
        self.stdout.lines().map(state).collect()
    }

    /// What a command with `--json` has printed.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// What a command with `--json` has done: `up 1_a`.
    #[track_caller]
    pub fn done(&self) -> Vec<String> {
        let told = self.json();
        let done = told["done"].as_array().unwrap_or_else(|| panic!("nothing of it: {told}"));
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        done.iter().map(|it| format!("{} {}", text(&it["direction"]), text(&it["name"]))).collect()
    }

    /// How many migrations `status --json` has counted in each state that there is: `6 applied`.
    #[track_caller]
    pub fn counts(&self) -> Vec<String> {
        let told = self.json();
        let counts = told["counts"].as_object().expect("counts").iter();
        counts.filter(|(_, n)| **n != 0).map(|(state, n)| format!("{n} {state}")).collect()
    }

    /// Both outputs, for what may stand in either.
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// A crate in a temporary folder: `Cargo.toml`, `src/main.rs` and an empty `migrations`.
#[derive(Debug)]
pub struct Project {
    folder: TempDir,
    root: PathBuf,
    cli: PathBuf,
}

impl Project {
    /// A new crate without dependencies. `cli` is the tool under test: only an integration test
    /// can name it, as `env!("CARGO_BIN_EXE_dbmig-under-test")`.
    pub fn new(cli: impl Into<PathBuf>) -> Self {
        let project = Self::empty(cli);
        project
            .write("Cargo.toml", "[package]\nname = \"demo\"\nedition = \"2024\"\n\n[workspace]\n");
        project.write("src/main.rs", "fn main() {}\n");
        fs::create_dir(project.path("migrations")).unwrap();
        project
    }

    /// A new folder with nothing in it.
    pub fn empty(cli: impl Into<PathBuf>) -> Self {
        let folder = crate::folder();
        // A fixed name: some tools call a project after its folder. A link in the way to the
        // temporary folder is resolved, as the tool itself may do for the paths that it prints.
        let root = folder.path().canonicalize().unwrap().join("demo");
        fs::create_dir(&root).unwrap();
        Self { folder, root, cli: cli.into() }
    }

    /// Its root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A folder outside of the project that goes with it.
    pub fn outside(&self) -> &Path {
        self.folder.path()
    }

    /// The path of a file in it.
    pub fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    /// Writes a file, with the folders that lead to it.
    pub fn write(&self, file: &str, contents: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    /// Reads a file.
    #[track_caller]
    pub fn read(&self, file: &str) -> String {
        let path = self.path(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Removes a file or a folder with all that is in it.
    #[track_caller]
    pub fn remove(&self, file: &str) {
        let path = self.path(file);
        let removed =
            if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Writes `migrations/NAME/up.sql` and `down.sql`.
    pub fn migration(&self, name: &str, up: &str, down: &str) {
        self.write(&format!("migrations/{name}/up.sql"), up);
        self.write(&format!("migrations/{name}/down.sql"), down);
    }

    /// The names of the folders in the migrations folder, sorted.
    pub fn migrations(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("migrations")).unwrap();
        let mut names: Vec<String> = entries
            .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_dir()))
            .map(|entry| entry.unwrap().file_name().into_string().expect("a name in UTF-8"))
            .collect();
        names.sort();
        names
    }

    /// `cargo dbmig ARGS` as a command still to run: to set variables, give input or keep it going.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.program(&self.cli);
        // Cargo repeats the word: `cargo dbmig run` is `cargo-dbmig dbmig run`.
        command.arg("dbmig").args(args);
        command
    }

    /// Runs `cargo dbmig ARGS`, with no database in its environment.
    #[track_caller]
    pub fn dbmig(&self, args: &[&str]) -> Output {
        run(&mut self.command(args))
    }

    /// Runs `cargo dbmig ARGS` with `DATABASE_URL` set.
    #[track_caller]
    pub fn dbmig_on(&self, database: &TestDatabase, args: &[&str]) -> Output {
        run(self.command(args).env("DATABASE_URL", database.url()))
    }

    /// Runs `cargo dbmig ARGS --json` to a good end: what it has done, as [`Output::done`].
    #[track_caller]
    pub fn done(&self, database: &TestDatabase, args: &[&str]) -> Vec<String> {
        self.dbmig_on(database, &[args, &["--json"]].concat()).success().done()
    }

    /// The newest run, as `history --json` tells it.
    #[track_caller]
    pub fn newest_run(&self, database: &TestDatabase) -> serde_json::Value {
        let told = self.dbmig_on(database, &["history", "-n", "1", "--json"]).success().json();
        told["runs"][0].clone()
    }

    /// The steps that `plan --json` tells.
    #[track_caller]
    pub fn steps(&self, database: &TestDatabase, args: &[&str]) -> Vec<serde_json::Value> {
        let args = [&["plan", "--json"], args].concat();
        let told = self.dbmig_on(database, &args).success().json();
        told["steps"].as_array().expect("steps").clone()
    }

    /// Each migration as `status --json` tells it: its state and its name.
    #[track_caller]
    pub fn states(&self, database: &TestDatabase) -> Vec<String> {
        let told = self.dbmig_on(database, &["status", "--json"]).success().stdout;
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        let one = |it: &serde_json::Value| format!("{} {}", text(&it["state"]), text(&it["name"]));
        told["migrations"].as_array().expect("migrations").iter().map(one).collect()
    }

    /// Runs the real `diesel ARGS` with `DATABASE_URL` set.
    #[track_caller]
    pub fn diesel_on(&self, database: &TestDatabase, args: &[&str]) -> Output {
        run(self.program(&diesel::cli()).args(args).env("DATABASE_URL", database.url()))
    }

    /// `cargo ARGS` as a command still to run. Binaries land in the project's own `target`. What
    /// it depends on is built once for all projects, in the versions of the workspace's lock file,
    /// so that no network is needed.
    pub fn cargo(&self, args: &[&str]) -> Command {
        let lock = self.path("Cargo.lock");
        if !lock.exists() {
            fs::copy(crate::workspace().join("Cargo.lock"), lock).unwrap();
        }
        let mut command = self.program(Path::new("cargo"));
        command.args(args).env("CARGO_NET_OFFLINE", "true");
        command.env("CARGO_TARGET_DIR", self.path("target"));
        command.env("CARGO_BUILD_BUILD_DIR", crate::workspace().join("target/test-projects"));
        command.env("CARGO_PROFILE_DEV_DEBUG", "false");
        command
    }

    /// `program` in its root folder, as a command still to run.
    pub fn program(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        environment::clean(&mut command).current_dir(&self.root).stdin(Stdio::null());
        command
    }
}

/// Runs a command to its end.
#[track_caller]
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Output {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("output in UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("output in UTF-8"),
    }
}
