//! What is wrong with a directory, or not meant.

use std::path::Path;

use super::problem::{Problem, ProblemKind};
use super::warning::{Warning, WarningKind};
use crate::Dialect;

/// What was found so far.
pub(super) struct Report {
    pub(super) dialect: Dialect,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Warning>,
}

impl Report {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, problems: Vec::new(), warnings: Vec::new() }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.problems.extend(other.problems);
        self.warnings.extend(other.warnings);
    }

    pub(super) fn refuse(&mut self, path: &Path, kind: ProblemKind) {
        self.problems.push(Problem::new(path, kind));
    }

    pub(super) fn warn(&mut self, path: &Path, kind: WarningKind) {
        self.warnings.push(Warning { path: path.to_owned(), position: None, kind });
    }
}
