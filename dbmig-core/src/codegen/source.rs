//! Where a build has the migrations from: the directory, read once, and its lock file; with the
//! feature `scan`, the SQL itself.

use std::fs;
use std::path::{Path, PathBuf};

use crate::impact::{Basis, Compatibility, Reason, Verdict};
use crate::scan::{CargoSettings, Listing, Problem, ScanError, fingerprint_of};
use crate::{Dialect, MigrationSet, lockfile};

/// A directory, as it was read.
pub(super) struct LockedDirectory {
    listing: Listing,
    /// As it is called in messages.
    shown: PathBuf,
    /// The text of the lock file, where there is one.
    lock: Option<String>,
}

/// What is embedded, and what is to be said about it.
pub(super) struct Source {
    pub(super) set: MigrationSet,
    pub(super) warnings: Vec<String>,
}

impl LockedDirectory {
    /// What lies in `dir` below the package's `root`.
    pub(super) fn read(root: &Path, dir: &Path) -> Result<Self, Problem> {
        let on_disk = root.join(dir);
        let listing = Listing::read(&on_disk, dir)?;
        let lock = fs::read(on_disk.join(lockfile::FILE)).ok();
        let lock = lock.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ok(Self { listing, shown: dir.to_owned(), lock })
    }

    /// Of all that the module is made of.
    pub(super) fn fingerprint(&self) -> String {
        match cfg!(feature = "scan") {
            true => fingerprint_of(&self.listing, None),
            false => fingerprint_of(&self.listing, self.lock.as_deref()),
        }
    }

    /// The paths whose change can change the module, the directory itself first.
    pub(super) fn watched(&self) -> Vec<PathBuf> {
        let mut paths = vec![self.shown.clone()];
        paths.extend(self.listing.watched());
        paths.extend(self.lock.is_some().then(|| self.shown.join(lockfile::FILE)));
        paths
    }

    /// The databases that the directory is for, as far as anything says so.
    #[cfg(not(feature = "scan"))]
    pub(super) fn dialects(&self, _: &CargoSettings) -> Vec<Dialect> {
        self.lock.as_deref().map(lockfile::dialects).unwrap_or_default()
    }

    /// The same.
    #[cfg(feature = "scan")]
    pub(super) fn dialects(&self, settings: &CargoSettings) -> Vec<Dialect> {
        let name = self.shown.to_string_lossy();
        let words = name.split(|c: char| !c.is_alphanumeric());
        let mut named = words.filter_map(|word| word.parse().ok());
        match (named.next(), named.next()) {
            (Some(only), None) => vec![only],
            _ => settings.dialect.into_iter().collect(),
        }
    }

    /// The migrations, as Cargo.toml wants them judged.
    pub(super) fn source(
        &self,
        dialect: Dialect,
        settings: &CargoSettings,
    ) -> Result<Source, ScanError> {
        let Source { set, mut warnings } = self.found(dialect, settings)?;
        warnings.extend(newest(&set));
        // An app that looked elsewhere than `cargo dbmig` would apply everything once more.
        let mut set = set.in_ledger_schema(settings.ledger_schema.clone());
        if let Some(policy) = settings.breaking_ahead {
            set = set.with_breaking_ahead(policy);
        }
        Ok(Source { set, warnings })
    }

    #[cfg(not(feature = "scan"))]
    fn found(&self, dialect: Dialect, settings: &CargoSettings) -> Result<Source, ScanError> {
        let Self { listing, shown, lock } = self;
        let lock = lock.as_deref();
        let found = lockfile::locked(listing, shown, lock, dialect, settings.strictness)?;
        Ok(Source { set: found.set, warnings: found.warnings })
    }

    #[cfg(feature = "scan")]
    fn found(&self, dialect: Dialect, settings: &CargoSettings) -> Result<Source, ScanError> {
        use crate::scan::{Warning, WarningKind, of_listing};
        let scanned = of_listing(&self.listing, &self.shown, dialect)?;
        let scanned = scanned.judged(settings.strictness)?;
        // A migration without a way back is a choice, and no news at every build.
        let is_told =
            |it: &&Warning| !matches!(it.kind, WarningKind::NoDown | WarningKind::EmptyDown);
        let warnings = scanned.warnings.iter().filter(is_told).map(ToString::to_string);
        Ok(Source { warnings: warnings.collect(), set: scanned.set })
    }
}

/// What the newest migration breaks, which is about to be released. The older ones are no news.
fn newest(set: &MigrationSet) -> Option<String> {
    let newest = set.as_slice().last()?;
    let Compatibility { verdict, reason: Reason { basis, text: reason, position } } =
        newest.compatibility();
    match (verdict, basis) {
        (Verdict::Breaking, Basis::Inferred) => {
            let place = position.map_or_else(String::new, |position| format!(":{position}"));
            Some(format!("{}{place}: {}: {reason}", newest.up().path, verdict.in_words()))
        }
        (Verdict::Breaking, Basis::Declared | Basis::Assumed)
        | (Verdict::Compatible | Verdict::CompatibleAfterRestart, _) => None,
    }
}
