//! From a directory to a set of migrations, or to everything that is wrong with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::listing::Listing;
use super::problem::{Problem, ProblemKind};
use super::report::Report;
use super::strictness::{Level, Rule, Strictness};
use super::warning::{Warning, WarningKind};
use super::{ScanError, contradiction, entry, fingerprint, order};
use crate::{Dialect, Migration, MigrationSet, Version, parallel};

/// What a directory holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Scanned {
    /// The migrations.
    pub set: MigrationSet,
    /// What was accepted, but is probably not meant.
    pub warnings: Vec<Warning>,
    /// As [`fingerprint()`](super::fingerprint()) gives it, of exactly the bytes that `set` was read from.
    pub fingerprint: String,
    /// The directory, as it is called in messages.
    dir: PathBuf,
    /// The texts of `metadata.toml`, of those that have one.
    metadata: BTreeMap<Version, String>,
}

impl Scanned {
    /// The directory, as it is called in messages.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The text of the migration's `metadata.toml`, where there is one.
    pub(crate) fn metadata_of(&self, migration: &Migration) -> Option<&str> {
        self.metadata.get(&migration.version).map(String::as_str)
    }

    /// With what the settings say about warnings.
    ///
    /// # Errors
    /// What is denied.
    pub fn judged(mut self, strictness: Strictness) -> Result<Self, ScanError> {
        let level =
            |kind: &WarningKind| Rule::of(kind).map_or(Level::Warn, |r| strictness.level(r));
        self.warnings.retain(|warning| level(&warning.kind) != Level::Allow);
        let denied = self.warnings.iter().filter(|warning| level(&warning.kind) == Level::Deny);
        let problems: Vec<_> = denied
            .map(|warning| Problem {
                path: warning.path.clone(),
                position: warning.position,
                kind: ProblemKind::Denied(warning.kind.clone()),
            })
            .collect();
        if problems.is_empty() { Ok(self) } else { Err(ScanError::new(&self.dir, problems)) }
    }
}

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
    let listing = Listing::read(dir, shown);
    let listing = listing.map_err(|problem| ScanError::new(shown, vec![problem]))?;
    of_listing(&listing, shown, dialect)
}

/// The migrations in what was read of a directory that is called `shown`.
pub(crate) fn of_listing(
    listing: &Listing,
    shown: &Path,
    dialect: Dialect,
) -> Result<Scanned, ScanError> {
    let refuse = |problems: Vec<Problem>| ScanError::new(shown, problems);
    let mut report = Report::new(dialect);
    listing.strays.iter().for_each(|path| report.warn(path, WarningKind::StraySql));
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
    let fingerprint = fingerprint::of(listing, None);
    usable.sort_by(|a, b| a.migration.version.cmp(&b.migration.version));
    let metadata = usable
        .iter_mut()
        .filter_map(|judged| Some((judged.migration.version.clone(), judged.metadata.take()?)));
    let metadata = metadata.collect();
    let (migrations, warnings) = contradiction::add(dialect, usable);
    report.warnings.extend(warnings);
    match MigrationSet::new(dialect, migrations) {
        Ok(set) => {
            let dir = shown.to_owned();
            Ok(Scanned { set, warnings: report.warnings, fingerprint, dir, metadata })
        }
        Err(twice) => Err(refuse(vec![Problem::new(
            &shown.join(&twice.names[1]),
            ProblemKind::Duplicate(twice),
        )])),
    }
}
