//! What a build script calls.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "cargo listens to both")]

use std::path::{Component, Path, PathBuf};
use std::process::exit;
use std::{env, fs, io};

use super::cache;
use super::revision::{Revision, revision};
use super::source::{LockedDirectory, Source};
use super::variable::fingerprint_variable;
use crate::Dialect;
use crate::scan::{self, CargoSettings, Problem, ScanError};

/// Tells cargo when the migrations in `dir` (from the package's root) change, and the macro what
/// they were: whatever is added, edited, renamed or removed, the crate is compiled again. What
/// may be a mistake becomes a warning of cargo's, which the macro cannot give.
///
/// What is known of the migrations is taken from the lock file in `dir`, for each of the databases
/// that it has a section for. With the feature `scan` of this crate, the SQL is read instead; then it must
/// know the database for the warnings: from the name of the directory (`migrations/sqlite`), or from
/// Cargo.toml (`backend`, or the features of `dbmig-runtime` or `diesel`). Where neither names exactly
/// one, there are none.
///
/// Cargo looks at the times of files and directories. A file that is overwritten in place and
/// given a time before the last build escapes it, as it would with any source file; the macro
/// notices then when the crate is next compiled.
pub fn watch(dir: impl AsRef<Path>) {
    let dir = dir.as_ref();
    let root = root();
    let (directory, settings) = begin(&root, dir);
    let Ok(directory) = directory else { return };
    let fingerprint = directory.fingerprint();
    tell(dir, &fingerprint);
    // What is wrong, the macro says; what was right, it need not read again.
    let Ok(settings) = settings else { return };
    for dialect in directory.dialects(&settings) {
        let Ok(source) = directory.source(dialect, &settings) else { continue };
        warn(&source);
        let module = super::module(&source.set, RUNTIME);
        out().iter().for_each(|out| {
            cache::keep(out, dir, dialect, &fingerprint, RUNTIME, &module);
        });
    }
}

/// Hands the crate what tells this build from others of its version, as
/// `option_env!("DBMIG_BUILD")`: what the environment variable `DBMIG_BUILD` says while it is
/// compiled; else, in a release build, the git revision that is checked out. Without either, there is
/// none.
///
/// A release build is made again after each commit, for its id would not be true any more; other
/// builds are not.
pub fn build_id() {
    println!("cargo::rerun-if-env-changed={BUILD}");
    let profile = env::var("PROFILE").unwrap_or_default();
    let Some(Revision { id, watched }) = identity(env::var(BUILD).ok(), &profile, &root()) else {
        return;
    };
    for path in watched {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    println!("cargo::rustc-env={BUILD}={id}");
}

/// What to call this build, and what changes that.
fn identity(named: Option<String>, profile: &str, root: &Path) -> Option<Revision> {
    let named = named.unwrap_or_default();
    match named.lines().next().map(str::trim) {
        Some(id) if !id.is_empty() => Some(Revision { id: id.to_owned(), watched: Vec::new() }),
        _ if profile == "release" => revision(root),
        _ => None,
    }
}

/// The environment variable in which a build says what it is.
const BUILD: &str = "DBMIG_BUILD";

/// Writes the module that embeds the migrations in `dir` (from the package's root) to
/// `$OUT_DIR/<dir>.rs`, for `include!`, and tells cargo when they change.
///
/// Everything that is wrong with the files is said on standard error, and the build fails;
/// what may be a mistake becomes a warning of cargo's.
pub fn generate(dir: impl AsRef<Path>, dialect: Dialect) {
    let dir = dir.as_ref();
    let root = root();
    let (directory, settings) = begin(&root, dir);
    let refuse = |problem: Problem| ScanError::new(dir, vec![problem]);
    let source = directory.as_ref().map_err(|problem| refuse(problem.clone())).and_then(|found| {
        tell(dir, &found.fingerprint());
        found.source(dialect, &settings.map_err(refuse)?)
    });
    match source {
        Err(error) => fail(&error.to_string()),
        Ok(source) => {
            warn(&source);
            if let Err(error) = write(dir, &super::module(&source.set, RUNTIME)) {
                fail(&format!("the module for {} cannot be written: {error}", dir.display()));
            }
        }
    }
}

const RUNTIME: &str = "::dbmig_runtime";

/// The package's, which is where a build script runs.
fn root() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default()
}

fn out() -> Option<PathBuf> {
    env::var_os("OUT_DIR").map(PathBuf::from)
}

/// Reads the directory and the settings once. Whatever becomes of these files, the build script runs
/// again.
fn begin(
    root: &Path,
    dir: &Path,
) -> (Result<LockedDirectory, Problem>, Result<CargoSettings, Problem>) {
    out().iter().for_each(|out| cache::forget(out, dir));
    let settings = CargoSettings::find(root);
    let manifests = match &settings {
        Ok(settings) => settings.files.clone(),
        Err(problem) => vec![problem.path.clone()],
    };
    let directory = LockedDirectory::read(root, dir);
    let watched = match &directory {
        Ok(directory) => directory.watched(),
        Err(problem) => {
            tell(dir, &scan::fingerprint_of_problem(problem));
            vec![dir.to_owned()]
        }
    };
    // At once, for each line that is printed is a system call.
    let line = |path: &PathBuf| format!("cargo::rerun-if-changed={}\n", path.display());
    print!("{}", watched.iter().chain(&manifests).map(line).collect::<String>());
    (directory, settings)
}

fn tell(dir: &Path, fingerprint: &str) {
    println!("cargo::rustc-env={}={fingerprint}", fingerprint_variable(dir));
}

fn warn(source: &Source) {
    // A line break would end the warning.
    let warnings = source.warnings.iter().map(|warning| warning.replace(['\n', '\r'], " "));
    warnings.for_each(|warning| println!("cargo::warning={warning}"));
}

fn write(dir: &Path, module: &str) -> io::Result<()> {
    let out = out().ok_or_else(|| io::Error::other("call this in build.rs"))?;
    let inside = dir.components().filter(|part| matches!(part, Component::Normal(_)));
    let path = out.join(format!("{}.rs", inside.collect::<PathBuf>().display()));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, module)
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    exit(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_called_as_it_is_told_or_after_its_revision() {
        let repository = tempfile::tempdir().unwrap();
        fs::create_dir_all(repository.path().join(".git")).unwrap();
        let hash = "0123456789abcdef0123456789abcdef01234567";
        fs::write(repository.path().join(".git/HEAD"), hash).unwrap();
        let identity = |named: Option<&str>, profile| {
            identity(named.map(str::to_owned), profile, repository.path())
        };
        let id = |named, profile| identity(named, profile).map(|revision| revision.id);
        assert_eq!(id(Some("42\n"), "debug").as_deref(), Some("42"));
        assert_eq!(id(Some("42"), "release").as_deref(), Some("42"));
        assert_eq!(id(Some(" "), "release").as_deref(), Some("0123456789ab"));
        assert_eq!(id(None, "release").as_deref(), Some("0123456789ab"));
        // It would have to be made again after each commit.
        assert_eq!(id(None, "debug"), None);
        // What is told does not change with a commit.
        assert!(identity(Some("42"), "release").unwrap().watched.is_empty());
    }
}
