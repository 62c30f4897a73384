//! From a directory and its lock file to a set of migrations, without a parser for SQL or TOML.

use std::path::{Path, PathBuf};

use super::compared::{METADATA, StaleEntry, of, removed};
use super::{FILE, LockFile, Section};
use crate::history::inference::INFERENCE;
use crate::scan::{
    Level, Listing, Problem, ProblemKind, Rule, ScanError, Strictness, Warning, WarningKind,
};
use crate::{Dialect, MigrationSet, parallel, remedy};

/// What a directory holds, and what its lock file knows of it.
#[derive(Debug)]
pub(crate) struct Locked {
    /// The migrations.
    pub(crate) set: MigrationSet,
    /// What a build warns of, in whole sentences.
    pub(crate) warnings: Vec<String>,
}

impl StaleEntry {
    fn in_words(&self) -> String {
        match self {
            Self::Added(name) => format!("`{name}` is not in it"),
            Self::Removed(name) => format!("`{name}` is gone"),
            Self::File(name, file) => format!("{file} of `{name}` was changed"),
        }
    }

    /// Whether a build can go on without: not without what `metadata.toml` says.
    fn is_bearable(&self) -> bool {
        !matches!(self, Self::File(_, METADATA))
    }
}

/// The migrations in `listing`, which is of a directory called `shown`, as `lock` knows them; `lock`
/// is the text of the lock file, where there is one.
pub(crate) fn locked(
    listing: &Listing,
    shown: &Path,
    lock: Option<&str>,
    dialect: Dialect,
    strictness: Strictness,
) -> Result<Locked, ScanError> {
    let path = shown.join(FILE);
    let refuse =
        |text: String| ScanError::new(shown, vec![Problem::new(&path, ProblemKind::Lock(text))]);
    let text = lock.ok_or_else(|| refuse(remedy::no_lock()))?;
    let lock = LockFile::parse(text).map_err(|error| {
        let kind = ProblemKind::Lock(error.kind.to_string());
        ScanError::new(shown, vec![Problem::at(&path, error.position, kind)])
    })?;
    let Some(section) = lock.section(dialect) else {
        return Err(refuse(remedy::no_section(dialect)));
    };
    let found = parallel::map(&listing.entries, |entry| of(entry, section, dialect));
    let mut problems = Vec::new();
    let (mut migrations, mut stale) = (Vec::with_capacity(found.len()), Vec::new());
    for found in found {
        match found {
            Ok(found) => {
                migrations.push(found.migration);
                stale.extend(found.stale);
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(ScanError::new(shown, problems));
    }
    let set = MigrationSet::new(dialect, migrations).map_err(|twice| {
        let path = shown.join(&twice.names[1]);
        ScanError::new(shown, vec![Problem::new(&path, ProblemKind::Duplicate(twice))])
    })?;
    stale.extend(removed(section, &set));
    let mut warnings = notes(&set, section, shown, strictness)?;
    warnings.extend(by_other_rules(section, &path));
    let stray = |path: &PathBuf| Warning {
        path: path.clone(),
        position: None,
        kind: WarningKind::StraySql,
    };
    warnings.extend(listing.strays.iter().map(stray).map(|warning| warning.to_string()));
    if !stale.is_empty() {
        let said = in_words(&stale);
        let level = strictness.level(Rule::StaleLock);
        if level == Level::Deny || !stale.iter().all(StaleEntry::is_bearable) {
            return Err(refuse(said));
        }
        let is_told = level == Level::Warn;
        warnings.extend(is_told.then(|| format!("{}: {said}", path.display())));
    }
    Ok(Locked { set, warnings })
}

fn in_words(stale: &[StaleEntry]) -> String {
    const SHOWN: usize = 3;
    let mut said: Vec<_> = stale.iter().take(SHOWN).map(StaleEntry::in_words).collect();
    if stale.len() > SHOWN {
        said.push(format!("and {} more", stale.len() - SHOWN));
    }
    remedy::stale(&said.join(", "))
}

/// What the build says of the migrations, as Cargo.toml wants it.
fn notes(
    set: &MigrationSet,
    section: &Section,
    shown: &Path,
    strictness: Strictness,
) -> Result<Vec<String>, ScanError> {
    let here = section.entries.iter().filter(|entry| set.get(&entry.version).is_some());
    let (mut warnings, mut denied) = (Vec::new(), Vec::new());
    for note in here.flat_map(|entry| &entry.notes) {
        match note.rule.map_or(Level::Warn, |rule| strictness.level(rule)) {
            Level::Allow => {}
            Level::Warn => warnings.push(shown.join(&note.text).display().to_string()),
            Level::Deny => {
                let (path, text) = note.text.split_once(": ").unwrap_or(("", &note.text));
                let key = note.rule.map_or("a setting", Rule::key);
                let kind = ProblemKind::Lock(format!("{text} (`{key}` in Cargo.toml denies it)"));
                denied.push(Problem::new(&shown.join(path), kind));
            }
        }
    }
    if denied.is_empty() { Ok(warnings) } else { Err(ScanError::new(shown, denied)) }
}

fn by_other_rules(section: &Section, path: &Path) -> Option<String> {
    let which = match section.inference.cmp(&INFERENCE) {
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Less => "an older version of dbmig",
        std::cmp::Ordering::Greater => "a newer version of dbmig than the one in this build",
    };
    Some(format!("{}: {}", path.display(), remedy::other_rules(which)))
}

#[cfg(test)]
#[cfg(feature = "scan")]
mod tests {
    use super::*;
    use crate::impact::ImpactText;
    use crate::scan::scan_shown_as;
    use std::fs;

    /// A directory whose lock file is what [`lock`](LockedDirectory::lock) last made of it.
    struct LockedDirectory(tempfile::TempDir);

    impl LockedDirectory {
        fn new() -> Self {
            let directory = Self(tempfile::tempdir().unwrap());
            directory.write("1_a/up.sql", "\u{feff}CREATE TABLE a (id INTEGER);\r\n");
            directory.write("1_a/down.sql", "DROP TABLE a;");
            directory.write("2_b/up.sql", "BEGIN;\nALTER TABLE a DROP COLUMN b;\nCOMMIT;");
            let metadata = "run_in_transaction = true\n[dbmig]\nretries = 3\ncompatible = true\n";
            directory.write("2_b/metadata.toml", metadata);
            directory
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn scanned(&self) -> crate::scan::Scanned {
            scan_shown_as(self.0.path(), Path::new("m"), Dialect::Sqlite).unwrap()
        }

        fn lock(&self) {
            let lock = LockFile::default().with(Section::of(&self.scanned()));
            self.write(FILE, &lock.to_string());
        }

        fn locked(&self, dialect: Dialect, strictness: Strictness) -> Result<Locked, String> {
            let listing = Listing::read(self.0.path(), Path::new("m")).unwrap();
            let lock = fs::read_to_string(self.0.path().join(FILE)).ok();
            locked(&listing, Path::new("m"), lock.as_deref(), dialect, strictness)
                .map_err(|error| error.to_string())
        }

        fn refused(&self) -> String {
            self.locked(Dialect::Sqlite, Strictness::default()).expect_err("it is refused")
        }
    }

    #[test]
    fn the_lock_file_gives_what_the_sql_gives() {
        let directory = LockedDirectory::new();
        directory.lock();
        let locked = directory.locked(Dialect::Sqlite, Strictness::default()).unwrap();
        assert_eq!(locked.set, directory.scanned().set);
        let expected = directory.scanned().warnings;
        let expected: Vec<_> = expected
            .iter()
            .filter(|warning| !matches!(warning.kind, crate::scan::WarningKind::NoDown))
            .map(|warning| warning.to_string().replace("m/2_b/metadata", "2_b/metadata"))
            .collect();
        assert_eq!(expected.len(), 3, "{expected:#?}");
        assert_eq!(locked.warnings, expected);
        let deny = Strictness::default().with(Rule::TransactionControl, Level::Deny);
        let denied = directory.locked(Dialect::Sqlite, deny).expect_err("it is denied");
        assert!(denied.starts_with("m/2_b/up.sql:1:1: this statement controls"), "{denied}");
        assert!(denied.ends_with("(`transaction-control` in Cargo.toml denies it)"), "{denied}");
    }

    #[test]
    fn without_a_lock_file_both_ways_are_named() {
        let refused = LockedDirectory::new().refused();
        assert!(refused.starts_with("m/dbmig.lock: there is no lock file: run `cargo dbmig lock`"));
        assert!(refused.contains("the feature `infer`"), "{refused}");
        let directory = LockedDirectory::new();
        directory.lock();
        let other =
            directory.locked(Dialect::Mysql, Strictness::default()).expect_err("no section");
        assert!(other.contains("run `cargo dbmig lock --backend mysql`"), "{other}");
        directory.write(FILE, "<<<<<<< HEAD\n");
        let conflict = directory.refused();
        assert!(conflict.starts_with("m/dbmig.lock:1:1: Git has left a merge conflict"));
    }

    #[test]
    fn what_is_stale_is_named() {
        type Make = fn(&LockedDirectory);
        let cases: [(Make, &str); 7] = [
            (|d| d.write("1_a/up.sql", "CREATE TABLE b (id INT)"), "up.sql of `1_a` was changed"),
            (|d| d.write("1_a/down.sql", "SELECT 1"), "down.sql of `1_a` was changed"),
            (|d| d.write("2_b/down.sql", "SELECT 1"), "down.sql of `2_b` was changed"),
            (|d| d.write("2_b/metadata.toml", ""), "metadata.toml of `2_b` was changed"),
            (|d| d.write("3_c/up.sql", "SELECT 1"), "`3_c` is not in it"),
            (
                |d| fs::rename(d.0.path().join("1_a"), d.0.path().join("0_a")).unwrap(),
                "`0_a` is not in it, `1_a` is gone",
            ),
            (
                |d| (3..9).for_each(|n| d.write(&format!("{n}_c/up.sql"), "SELECT 1")),
                "`3_c` is not in it, `4_c` is not in it, `5_c` is not in it, and 3 more",
            ),
        ];
        for (make, expected) in cases {
            let directory = LockedDirectory::new();
            directory.lock();
            make(&directory);
            let expected = format!("m/dbmig.lock: it is stale: {expected}: run `cargo dbmig lock`");
            assert_eq!(directory.refused(), expected);
        }
        let directory = LockedDirectory::new();
        directory.lock();
        directory.write("3_c/down.sql", "SELECT 1");
        assert!(directory.refused().starts_with("m/3_c: there is no up.sql"));
    }

    /// What nobody has looked at counts as the worst, and what changes how a migration is run is an
    /// error all the same.
    #[test]
    fn where_stale_is_a_warning_nothing_old_is_said_of_new_texts() {
        let directory = LockedDirectory::new();
        directory.lock();
        directory.write("1_a/up.sql", "CREATE TABLE b (id INT)");
        directory.write("3_c/up.sql", "SELECT 1");
        let warn = Strictness::default().with(Rule::StaleLock, Level::Warn);
        let locked = directory.locked(Dialect::Sqlite, warn).unwrap();
        let said = "m/dbmig.lock: it is stale: up.sql of `1_a` was changed, `3_c` is not in it";
        assert!(locked.warnings.iter().any(|it| it.starts_with(said)), "{:?}", locked.warnings);
        let scanned = directory.scanned();
        for (found, fresh) in locked.set.iter().zip(&scanned.set) {
            assert_eq!((&found.name, found.checksum), (&fresh.name, fresh.checksum));
            let is_known = found.name == "2_b";
            assert_eq!(found.impact != ImpactText::UNREAD, is_known, "{}", found.name);
        }
        directory.write("3_c/metadata.toml", "run_in_transaction = false");
        let refused =
            directory.locked(Dialect::Sqlite, warn).expect_err("settings are not guessed");
        assert!(refused.contains("metadata.toml of `3_c` was changed"), "{refused}");
    }
}
