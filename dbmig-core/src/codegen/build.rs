//! What a build script calls.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "cargo listens to both")]

use std::path::{Component, Path, PathBuf};
use std::process::exit;
use std::{env, fs, io};

use super::cache;
use crate::Dialect;
use crate::scan::{self, Smell};

/// Tells cargo when the migrations in `dir` (from the package's root) change, and the macro what
/// they were: whatever is added, edited, renamed or removed, the crate is compiled again.
///
/// Cargo looks at the times of files and directories. A file that is overwritten in place and
/// given a time before the last build escapes it, as it would with any source file; the macro
/// notices then when the crate is next compiled.
pub fn watch(dir: impl AsRef<Path>) {
    let dir = dir.as_ref();
    for path in scan::watched(dir) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    if let Some(out) = env::var_os("OUT_DIR") {
        cache::forget(Path::new(&out), dir);
    }
    println!("cargo::rustc-env={}={}", fingerprint_variable(dir), scan::fingerprint(dir));
}

/// Writes the module that embeds the migrations in `dir` (from the package's root) to
/// `$OUT_DIR/<dir>.rs`, for `include!`, and [`watch`]es `dir`.
///
/// Everything that is wrong with the files is said on standard error, and the build fails;
/// what smells becomes a warning of cargo's.
pub fn generate(dir: impl AsRef<Path>, dialect: Dialect) {
    let dir = dir.as_ref();
    watch(dir);
    match scan::scan(dir, dialect) {
        Err(error) => fail(&error.to_string()),
        Ok(scanned) => {
            for warning in scanned.warnings {
                // A migration without a way back is a choice, and no news at every build.
                if !matches!(warning.smell, Smell::NoDown | Smell::EmptyDown) {
                    println!("cargo::warning={warning}");
                }
            }
            let module = super::module(&scanned.set, "::dbmig_runtime");
            if let Err(error) = write(dir, &module) {
                fail(&format!("the module for {} cannot be written: {error}", dir.display()));
            }
        }
    }
}

/// The environment variable in which [`watch`] hands the fingerprint of `dir` to the compiler.
pub fn fingerprint_variable(dir: &Path) -> String {
    let dir = plain(dir).display().to_string();
    let screaming = dir.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    format!("DBMIG_FINGERPRINT_{}", screaming.collect::<String>().to_ascii_uppercase())
}

/// Without `./` and a `/` at the end, which make no other directory.
fn plain(dir: &Path) -> PathBuf {
    dir.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}

fn write(dir: &Path, module: &str) -> io::Result<()> {
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("call this in build.rs"))?;
    let inside = dir.components().filter(|part| matches!(part, Component::Normal(_)));
    let path = Path::new(&out).join(format!("{}.rs", inside.collect::<PathBuf>().display()));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, module)
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    exit(1)
}
