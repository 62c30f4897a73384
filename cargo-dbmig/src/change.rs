//! A change to a file, shown before it is made.

use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::failure::{Failure, Result};

/// What one part of the set-up needs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SetupStep {
    /// It is there.
    Nothing,
    Change(FileChange),
    /// What a person has to do, because the file is not plain enough to be edited.
    ByHand(String),
}

/// A file before and after.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FileChange {
    pub(crate) path: PathBuf,
    /// Its text now; none where it is created.
    before: Option<String>,
    after: String,
}

impl SetupStep {
    pub(crate) fn create(path: PathBuf, text: String) -> Self {
        Self::Change(FileChange { path, before: None, after: text })
    }

    /// A change from `before` to `after`, or nothing where they are the same.
    pub(crate) fn edit(path: &Path, before: &str, after: String) -> Self {
        if before == after {
            return Self::Nothing;
        }
        Self::Change(FileChange { path: path.to_owned(), before: Some(before.to_owned()), after })
    }

    pub(crate) fn change(&self) -> Option<&FileChange> {
        if let Self::Change(change) = self { Some(change) } else { None }
    }

    pub(crate) fn by_hand(&self) -> Option<&str> {
        if let Self::ByHand(what) = self { Some(what) } else { None }
    }
}

impl FileChange {
    pub(crate) fn verb(&self) -> &'static str {
        if self.before.is_some() { "edit" } else { "create" }
    }

    /// Its lines, as a unified diff without a header.
    pub(crate) fn diff(&self) -> String {
        let before = self.before.as_deref().unwrap_or_default();
        TextDiff::from_lines(before, &self.after).unified_diff().context_radius(2).to_string()
    }

    pub(crate) fn apply(&self) -> Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(Failure::io("create", folder))?;
        }
        fs::write(&self.path, &self.after).map_err(Failure::io("write", &self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_diff_shows_what_changes() {
        let step = SetupStep::edit(Path::new("x"), "a\nb\n", "a\nc\n".to_owned());
        assert_eq!(step.change().unwrap().diff(), "@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
        assert_eq!(SetupStep::edit(Path::new("x"), "a", "a".to_owned()), SetupStep::Nothing);
    }
}
