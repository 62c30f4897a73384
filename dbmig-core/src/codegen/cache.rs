//! A module that an earlier compilation made of the same files.
//!
//! The macro runs each time its crate is compiled, compiled itself without optimization. To split
//! and hash a thousand scripts again each time would be most of what the crate takes to compile;
//! to read them is little.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use super::source::LockedDirectory;
use super::variable::fingerprint_variable;
use crate::scan::{CargoSettings, ScanError};
use crate::{Dialect, MigrationSet};

/// What another generator made is of no use: it is told by what it makes of nothing.
fn generator() -> String {
    let nothing = super::module(&MigrationSet::from_static(Dialect::Sqlite, &[]), "");
    let mut hash = DefaultHasher::new();
    nothing.hash(&mut hash);
    format!("{} {:016x}", env!("CARGO_PKG_VERSION"), hash.finish())
}

/// A module, and what it was made of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Embedded {
    /// The content of the module, as [`super::module`] gives it.
    pub module: String,
    /// Of the files that it was made of.
    pub fingerprint: String,
}

/// The module for the migrations in `dir` below the package's `root`, where `out` is the folder of
/// the package's build script.
///
/// # Errors
/// [`ScanError`] with everything that is wrong with the files.
pub fn embed(
    root: &Path,
    dir: &Path,
    dialect: Dialect,
    runtime: &str,
    out: Option<&Path>,
) -> Result<Embedded, ScanError> {
    let refuse = |problem| ScanError::new(dir, vec![problem]);
    let directory = LockedDirectory::read(root, dir).map_err(refuse)?;
    let fingerprint = directory.fingerprint();
    let kept = out.map(|out| place(out, dir, dialect));
    let text = kept.and_then(|kept| fs::read_to_string(kept).ok()).unwrap_or_default();
    if let Some(module) = text.strip_prefix(&head(&fingerprint, runtime)) {
        return Ok(Embedded { module: module.to_owned(), fingerprint });
    }
    let settings = CargoSettings::find(root).map_err(refuse)?;
    let source = directory.source(dialect, &settings)?;
    let module = super::module(&source.set, runtime);
    out.into_iter().for_each(|out| keep(out, dir, dialect, &fingerprint, runtime, &module));
    Ok(Embedded { module, fingerprint })
}

fn head(fingerprint: &str, runtime: &str) -> String {
    format!("// {} {fingerprint} {runtime}\n", generator())
}

/// For the build script, which runs whenever the files or the generator changed.
pub(super) fn forget(out: &Path, dir: &Path) {
    for dialect in Dialect::ALL {
        // Where there is none, there is nothing to forget.
        let _ = fs::remove_file(place(out, dir, dialect));
    }
}

/// For the macro, and for the next compilation. As a whole or not at all, because another compiler
/// may be reading it. Without it the next compilation takes longer, and that is all.
pub(super) fn keep(
    out: &Path,
    dir: &Path,
    dialect: Dialect,
    fingerprint: &str,
    runtime: &str,
    module: &str,
) {
    let path = place(out, dir, dialect);
    let begun = path.with_extension(std::process::id().to_string());
    let text = head(fingerprint, runtime) + module;
    if fs::write(&begun, text).and_then(|()| fs::rename(&begun, &path)).is_err() {
        let _ = fs::remove_file(&begun);
    }
}

fn place(out: &Path, dir: &Path, dialect: Dialect) -> PathBuf {
    out.join(format!("{}_{dialect}.rs", fingerprint_variable(dir).to_ascii_lowercase()))
}

#[cfg(all(test, feature = "scan"))]
mod tests {
    use super::*;

    #[test]
    fn the_module_carries_what_cargo_toml_says_to_the_app() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("migrations/1_a")).unwrap();
        fs::write(root.path().join("migrations/1_a/up.sql"), "CREATE TABLE a (id INT)").unwrap();
        let module = |settings: &str| {
            let manifest = format!("[package]\nname = 'm'\n[workspace]\n{settings}");
            fs::write(root.path().join("Cargo.toml"), manifest).unwrap();
            let dir = Path::new("migrations");
            embed(root.path(), dir, Dialect::Postgres, "::rt", None).unwrap().module
        };
        let silent = module("");
        assert!(silent.contains("made, embed::unsaid(), embed::unsaid())"), "{silent}");
        let named = module("[package.metadata.dbmig]\nledger-schema = 'a \"b\"'");
        let expected = r#"made, embed::said("a \"b\""), embed::unsaid())"#;
        assert!(named.contains(expected), "{named}");
        let warns = module("[package.metadata.dbmig]\nbreaking-ahead = 'warn'");
        let expected = "made, embed::unsaid(), embed::said(embed::BreakingAhead::Warn))";
        assert!(warns.contains(expected), "{warns}");
    }
}
