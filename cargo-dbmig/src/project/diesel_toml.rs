//! `diesel.toml`, read for the one key that is ours to know.

use std::path::{Path, PathBuf};

use toml_edit::{Document, Item};

use super::Project;
use crate::failure::{Failure, Result};

/// `[migrations_directory] dir` of the file that Diesel's CLI would read, relative to that file.
pub(super) fn migrations_dir(project: &Project) -> Result<Option<(PathBuf, PathBuf)>> {
    let Some(path) = locate(project) else { return Ok(None) };
    let text = std::fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
    Ok(directory_in(&path, &text)?.map(|dir| (dir, path)))
}

/// As Diesel: what `DIESEL_CONFIG_FILE` names, else the nearest `diesel.toml` here or above. One
/// that does not exist is one that says nothing.
fn locate(project: &Project) -> Option<PathBuf> {
    if let Some(variable) = project.environment.first_of(&["DIESEL_CONFIG_FILE"]) {
        let path = project.current.join(variable.value);
        return path.exists().then_some(path);
    }
    project.base.ancestors().map(|at| at.join("diesel.toml")).find(|path| path.is_file())
}

fn directory_in(path: &Path, text: &str) -> Result<Option<PathBuf>> {
    let refused = |message: String| Failure::usage(format!("{}: {message}", path.display()));
    let document =
        Document::parse(text).map_err(|error| refused(error.to_string().trim_end().to_owned()))?;
    let Some(section) = document.get("migrations_directory") else { return Ok(None) };
    match section.get("dir").and_then(Item::as_str) {
        Some(dir) => Ok(Some(path.parent().unwrap_or(path).join(dir))),
        None => Err(refused("[migrations_directory] needs `dir`, a string".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_relative_to_the_file() {
        let path = Path::new("/a/diesel.toml");
        let dir = |text: &str| directory_in(path, text);
        let full = "[print_schema]\nfile = 'src/schema.rs'\n[migrations_directory]\ndir = 'db/x'";
        assert_eq!(dir(full).unwrap(), Some(PathBuf::from("/a/db/x")));
        assert_eq!(dir("[migrations_directory]\ndir = '/z'").unwrap(), Some(PathBuf::from("/z")));
        assert_eq!(dir("[print_schema]\nfile = 'src/schema.rs'").unwrap(), None);
        assert!(dir("[migrations_directory]\ndirectory = 'x'").is_err());
        let broken = dir("[migrations_directory\ndir = 'x'").unwrap_err();
        assert!(broken.message.contains("line 1, column"), "{broken}");
    }
}
