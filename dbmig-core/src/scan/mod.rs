//! From a directory to a [`MigrationSet`](crate::MigrationSet), with Diesel's rules.
//!
//! What Diesel accepts is accepted, with a [`Warning`] where it may be a mistake; what is refused is refused
//! as a whole, with every [`Problem`] at once. Diesel accepts, and this does not, a `metadata.toml`
//! that nobody could read the same way twice, and an `up.sql` that no server could execute: with rows of
//! `COPY`, commands of psql, or a transaction that it leaves prepared.

mod cargo_settings;
#[cfg(feature = "scan")]
mod contradiction;
#[cfg(feature = "scan")]
mod directory;
#[cfg(feature = "scan")]
mod entry;
mod fingerprint;
mod listing;
#[cfg(feature = "scan")]
mod metadata;
#[cfg(feature = "scan")]
mod order;
mod problem;
#[cfg(feature = "scan")]
mod report;
mod strictness;
mod text;
mod warning;

use std::fmt;
use std::path::{Path, PathBuf};

pub use cargo_settings::{BREAKING_AHEAD, CargoSettings, LEDGER_SCHEMA};
#[cfg(feature = "scan")]
pub use directory::{Scanned, scan, scan_shown_as};
pub use problem::{Problem, ProblemKind};
pub use strictness::{Level, Rule, Strictness};
pub use warning::{Contradiction, Warning, WarningKind};

#[cfg(all(feature = "codegen", feature = "scan"))]
pub(crate) use directory::of_listing;
#[cfg(feature = "scan")]
pub(crate) use entry::unwritten;
#[cfg(feature = "scan")]
pub(crate) use listing::Names;
#[cfg(any(feature = "codegen", feature = "scan"))]
pub(crate) use {
    listing::{Content, Entry, Listing},
    text::of as text_of,
};

#[cfg(not(any(feature = "codegen", feature = "scan")))]
use listing::Listing;

/// Why a directory is no set of migrations: every bad entry, never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanError {
    /// The directory, as given.
    pub dir: PathBuf,
    /// What is wrong, in the order of the paths.
    pub problems: Vec<Problem>,
}

impl ScanError {
    pub(crate) fn new(dir: &Path, mut problems: Vec<Problem>) -> Self {
        problems.sort_by(|a, b| (&a.path, a.position).cmp(&(&b.path, b.position)));
        Self { dir: dir.to_owned(), problems }
    }
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        self.problems.iter().try_for_each(|problem| {
            let line = write!(f, "{separator}{problem}");
            separator = "\n";
            line
        })
    }
}

impl std::error::Error for ScanError {}

/// A hash of the names and the contents of all that is read in `dir`, never of times.
///
/// What cannot be read has a fingerprint too, so that mending it changes the fingerprint.
pub fn fingerprint(dir: &Path) -> String {
    match Listing::read(dir, dir) {
        Ok(listing) => fingerprint::of(&listing, None),
        Err(problem) => fingerprint::of_problem(&problem.kind),
    }
}

/// The fingerprint of a listing that was read, and of the text of a lock file.
#[cfg(feature = "codegen")]
pub(crate) fn fingerprint_of(listing: &Listing, lock: Option<&str>) -> String {
    fingerprint::of(listing, lock)
}

/// The fingerprint of a directory that cannot be read.
#[cfg(feature = "codegen")]
pub(crate) fn fingerprint_of_problem(problem: &Problem) -> String {
    fingerprint::of_problem(&problem.kind)
}

/// The paths whose change can change what is found in `dir`, `dir` itself first.
pub fn watched(dir: &Path) -> Vec<PathBuf> {
    let mut paths = vec![dir.to_owned()];
    paths.extend(Listing::read(dir, dir).iter().flat_map(Listing::watched));
    paths
}
