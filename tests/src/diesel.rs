//! Diesel's own command line tool, to compare with.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The version that the suites are written against; `tests/run` installs the same one.
pub const VERSION: &str = include_str!("../diesel-version").trim_ascii();

/// The real `diesel` binary, for all three backends: `DBMIG_DIESEL` where set, else the one that
/// `tests/run` has installed below `target`.
pub fn cli() -> PathBuf {
    static CLI: OnceLock<PathBuf> = OnceLock::new();
    CLI.get_or_init(|| {
        let installed = crate::workspace().join("target/diesel-cli/bin/diesel");
        let path = env::var_os("DBMIG_DIESEL").map_or(installed, PathBuf::from);
        let output = Command::new(&path).arg("--version").output().unwrap_or_else(|error| {
            panic!("{}: {error}. `tests/run setup` installs diesel {VERSION}", path.display())
        });
        let version = String::from_utf8_lossy(&output.stdout);
        assert!(
            version.split_whitespace().any(|word| word == VERSION),
            "{} is not version {VERSION}, but: {version}. `tests/run setup` installs it",
            path.display()
        );
        path
    })
    .clone()
}
