//! What the build script and the macro call the fingerprint of a directory.

use std::path::{Component, Path, PathBuf};

/// The environment variable in which [`watch`](super::watch) hands the fingerprint of `dir` to the compiler.
pub fn fingerprint_variable(dir: &Path) -> String {
    let dir = plain(dir).display().to_string();
    let screaming = dir.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    format!("DBMIG_FINGERPRINT_{}", screaming.collect::<String>().to_ascii_uppercase())
}

/// Without `./` and a `/` at the end, which make no other directory.
fn plain(dir: &Path) -> PathBuf {
    dir.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}
