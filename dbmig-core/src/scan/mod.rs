//! From a directory to a [`MigrationSet`], with Diesel's rules.
//!
//! What Diesel accepts is accepted, with a [`Warning`] where it smells; what is refused is refused
//! as a whole, with every [`Problem`] at once. Diesel accepts, and this does not, a `metadata.toml`
//! that nobody could read the same way twice, and an `up.sql` that no server could play: with rows of
//! `COPY`, commands of psql, or a transaction that it leaves prepared.

mod entry;
mod fault;
mod fingerprint;
mod listing;
mod metadata;
mod order;
mod outlook;
mod strictness;
mod text;
mod warning;

use std::fmt;
use std::path::{Path, PathBuf};

pub use fault::{Fault, Problem};
pub use strictness::{BREAKING_AHEAD, CargoSettings, LEDGER_SCHEMA, Level, Rule, Strictness};
pub use warning::{Contradiction, Smell, Warning};

use crate::{Dialect, MigrationSet, parallel};
use listing::Listing;

/// What a directory holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Scanned {
    /// The migrations.
    pub set: MigrationSet,
    /// What was accepted, but is probably not meant.
    pub warnings: Vec<Warning>,
    /// As [`fingerprint()`] gives it, of exactly the bytes that `set` was read from.
    pub fingerprint: String,
    /// The directory, as it is called in messages.
    dir: PathBuf,
}

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

/// Reads the migrations in `dir`.
///
/// # Errors
/// [`ScanError`] with everything that is wrong.
pub fn scan(dir: &Path, dialect: Dialect) -> Result<Scanned, ScanError> {
    scan_shown_as(dir, dir, dialect)
}

/// Reads the migrations in `dir`, and calls it `shown` in messages and in the paths of scripts.
///
/// # Errors
/// [`ScanError`] with everything that is wrong.
pub fn scan_shown_as(dir: &Path, shown: &Path, dialect: Dialect) -> Result<Scanned, ScanError> {
    let refuse = |problems: Vec<Problem>| ScanError::new(shown, problems);
    let listing = Listing::read(dir, shown).map_err(|problem| refuse(vec![problem]))?;
    let mut report = Report::new(dialect);
    listing.strays.iter().for_each(|path| report.warn(path, Smell::StraySql));
    let judged = parallel::map(&listing.entries, |entry| {
        let mut report = Report::new(dialect);
        (entry::judge(entry, &mut report), report)
    });
    let mut usable = Vec::with_capacity(judged.len());
    for (migration, found) in judged {
        usable.extend(migration);
        report.add(found);
    }
    order::check(shown, &listing.entries, &mut report);
    if !report.problems.is_empty() {
        return Err(refuse(report.problems));
    }
    let fingerprint = fingerprint::of(&listing);
    usable.sort_by(|a, b| a.migration.version.cmp(&b.migration.version));
    let (migrations, warnings) = outlook::add(dialect, usable);
    report.warnings.extend(warnings);
    match MigrationSet::new(dialect, migrations) {
        Ok(set) => {
            let dir = shown.to_owned();
            Ok(Scanned { set, warnings: report.warnings, fingerprint, dir })
        }
        Err(twice) => {
            Err(refuse(vec![Problem::new(&shown.join(&twice.names[1]), Fault::Duplicate(twice))]))
        }
    }
}

/// A hash of the names and the contents of all that [`scan()`] reads in `dir`, never of times.
///
/// What cannot be read has a fingerprint too, so that mending it changes the fingerprint.
pub fn fingerprint(dir: &Path) -> String {
    match Listing::read(dir, dir) {
        Ok(listing) => fingerprint::of(&listing),
        Err(problem) => fingerprint::of_fault(&problem.fault),
    }
}

/// The paths whose change can change what [`scan()`] finds in `dir`, `dir` itself first.
pub fn watched(dir: &Path) -> Vec<PathBuf> {
    let mut paths = vec![dir.to_owned()];
    if let Ok(listing) = Listing::read(dir, dir) {
        paths.extend(listing.entries.iter().flat_map(listing::Entry::watched));
    }
    paths
}

/// What was found so far.
struct Report {
    dialect: Dialect,
    problems: Vec<Problem>,
    warnings: Vec<Warning>,
}

impl Report {
    fn new(dialect: Dialect) -> Self {
        Self { dialect, problems: Vec::new(), warnings: Vec::new() }
    }

    fn add(&mut self, other: Self) {
        self.problems.extend(other.problems);
        self.warnings.extend(other.warnings);
    }

    fn refuse(&mut self, path: &Path, fault: Fault) {
        self.problems.push(Problem::new(path, fault));
    }

    fn warn(&mut self, path: &Path, smell: Smell) {
        self.warnings.push(Warning { path: path.to_owned(), position: None, smell });
    }
}
