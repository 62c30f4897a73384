//! A crate in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;
use dbmig_core::Dialect;
use dbmig_core::lockfile::{LockFile, Section};
use dbmig_core::scan::scan;
use tempfile::TempDir;

/// How the crate gets its module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The macro, and a build script that watches.
    Macro,
    /// A build script that writes the module.
    BuildScript,
}

impl Way {
    pub(crate) fn build_script(self) -> &'static str {
        match self {
            Self::Macro => "fn main() {\n    dbmig_core::codegen::watch(\"migrations\");\n}\n",
            Self::BuildScript => {
                "fn main() {\n    dbmig_core::codegen::generate(\"migrations\", \
                 dbmig_core::Dialect::Sqlite);\n}\n"
            }
        }
    }

    pub(crate) fn module(self) -> &'static str {
        match self {
            Self::Macro => "dbmig_runtime::embed_migrations!(Sqlite);\n",
            Self::BuildScript => "include!(concat!(env!(\"OUT_DIR\"), \"/migrations.rs\"));\n",
        }
    }
}

pub(crate) struct App {
    name: String,
    dir: TempDir,
}

/// What a build did.
pub(crate) struct Build {
    pub(crate) succeeded: bool,
    /// Targets that were compiled in it, not taken from an earlier one.
    pub(crate) compiled: Vec<String>,
    pub(crate) warnings: Vec<String>,
    /// Messages of the compiler's errors, without its closing "aborting due to ..".
    pub(crate) errors: Vec<String>,
    /// What cargo itself wrote.
    pub(crate) stderr: String,
}

const MANIFEST: &str = r#"[package]
name = "NAME"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
dbmig-runtime = { path = "ROOT/dbmig-runtime", features = ["infer", "sqlite"] }
diesel = { version = "2.3", default-features = false, features = ["sqlite"] }

[build-dependencies]
dbmig-core = { path = "ROOT/dbmig-core", features = ["codegen"] }

[profile.dev]
debug = false
"#;

/// Prints everything that the program embeds.
pub(crate) const PRINT: &str = r#"
mod migrations;

fn main() {
    for migration in migrations::ALL.set() {
        println!("{} {:?} {:?} {:?}", migration.name, migration.up().text, migration.down(), migration.settings.execution);
    }
}
"#;

impl App {
    /// A program that embeds `migrations/`, which is there and empty. The name must be no other
    /// test's: all of them share a target folder.
    pub(crate) fn new(name: &str, way: Way) -> Self {
        let app = Self { name: name.to_owned(), dir: tempfile::tempdir().unwrap() };
        let root = root().display().to_string().replace('\\', "/");
        app.write("Cargo.toml", MANIFEST.replace("NAME", name).replace("ROOT", &root));
        fs::copy(root_file("Cargo.lock"), app.path("Cargo.lock")).unwrap();
        app.write("build.rs", way.build_script());
        app.write("src/main.rs", PRINT);
        app.write("src/migrations.rs", way.module());
        fs::create_dir_all(app.path("migrations")).unwrap();
        app
    }

    /// The same, but its lock file says what the SQL means. There is none yet.
    pub(crate) fn locked(name: &str, way: Way) -> Self {
        let app = Self::new(name, way);
        let manifest = fs::read_to_string(app.path("Cargo.toml")).unwrap();
        app.write("Cargo.toml", manifest.replace("\"infer\", ", ""));
        app
    }

    /// Writes the lock file, for these databases.
    pub(crate) fn lock(&self, dialects: &[Dialect]) {
        let dir = self.path("migrations");
        let sections = dialects.iter().map(|dialect| Section::of(&scan(&dir, *dialect).unwrap()));
        let lock = sections.fold(LockFile::default(), LockFile::with);
        self.write("migrations/dbmig.lock", lock.to_string());
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// `migrations/<name>/{up,down}.sql`
    pub(crate) fn migration(&self, name: &str, up: &str, down: &str) {
        self.write(&format!("migrations/{name}/up.sql"), up);
        self.write(&format!("migrations/{name}/down.sql"), down);
    }

    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(arguments)
            .current_dir(self.dir.path())
            .env("CARGO_TARGET_DIR", target())
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("RUSTC_BOOTSTRAP")
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .stdin(Stdio::null());
        cargo
    }

    pub(crate) fn build(&self) -> Build {
        self.compile("build", &[])
    }

    pub(crate) fn check(&self) -> Build {
        self.compile("check", &[])
    }

    /// Runs `cargo <verb>` and reads its messages about this crate.
    pub(crate) fn compile(&self, verb: &str, arguments: &[&str]) -> Build {
        let mut cargo = self.cargo(&[verb, "--offline", "--message-format=json"]);
        let output = cargo.args(arguments).output().unwrap();
        let mut build = Build {
            succeeded: output.status.success(),
            compiled: Vec::new(),
            warnings: Vec::new(),
            errors: Vec::new(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        for message in Message::parse_stream(&output.stdout[..]) {
            match message.unwrap() {
                Message::CompilerArtifact(artifact) if !artifact.fresh => {
                    build.compiled.push(artifact.target.name);
                }
                Message::CompilerMessage(found) if found.target.name == self.name => {
                    let text = found.message.message;
                    match found.message.level {
                        DiagnosticLevel::Error if !text.starts_with("aborting due to") => {
                            build.errors.push(text);
                        }
                        DiagnosticLevel::Warning => build.warnings.push(text),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        build
    }

    /// What the program last built prints.
    pub(crate) fn run(&self) -> String {
        text(&Command::new(self.program("debug")).output().unwrap())
    }

    /// Where the program is, as it was last built.
    pub(crate) fn program(&self, profile: &str) -> PathBuf {
        target().join(profile).join(&self.name)
    }
}

/// The output of a program that succeeded.
pub(crate) fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

impl Build {
    pub(crate) fn assert_succeeded(&self) -> &Self {
        assert!(self.succeeded, "{:#?}\n{}", self.errors, self.stderr);
        self
    }
}

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

pub(crate) fn root_file(name: &str) -> PathBuf {
    root().join(name)
}

/// One target folder for all crates, so that their dependencies are compiled once; the projects of
/// the other suites are built there, too.
pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("test-projects")
}
