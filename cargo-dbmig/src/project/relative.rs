//! Paths as seen from a folder.

use std::path::{Component, Path, PathBuf};

/// `path` as seen from `folder`; as it is, where the two share nothing.
pub(crate) fn relative(path: &Path, folder: &Path) -> PathBuf {
    let shared: Vec<_> =
        path.components().zip(folder.components()).take_while(|(a, b)| a == b).collect();
    if !shared.iter().any(|(part, _)| matches!(part, Component::Normal(_))) {
        return path.to_owned();
    }
    let up = folder.components().skip(shared.len()).map(|_| Component::ParentDir);
    up.chain(path.components().skip(shared.len())).collect()
}

/// A relative path as Cargo.toml and Rust code write it: with `/` on every system.
pub(crate) fn with_slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if path.is_absolute() { text.into_owned() } else { text.replace('\\', "/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_seen_from_the_folder() {
        let relative = |path, folder| with_slashes(&relative(Path::new(path), Path::new(folder)));
        assert_eq!(relative("/a/b/migrations", "/a/b"), "migrations");
        assert_eq!(relative("/a/migrations/sqlite", "/a/b/c"), "../../migrations/sqlite");
        assert_eq!(relative("/a/b/../dbmig", "/a/b"), "../dbmig");
        assert_eq!(relative("/opt/dbmig", "/a/b"), "/opt/dbmig");
    }
}
