//! A directory whose lock file knows all of it, by the rules of this build: what it holds, without
//! reading the SQL again.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use super::compared::{LockedMigration, of, removed};
use super::{FILE, LockEntry, LockFile, Note, Section};
use crate::history::inference::INFERENCE;
use crate::migration::{Body, Down, Script, SqlBody};
use crate::scan::{Entry, Names, Rule, Warning, WarningKind, unwritten};
use crate::{Dialect, Migration, MigrationSet, Version};

/// What a directory holds, by its lock file: the same as [`scan`](crate::scan::scan) would find.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Known {
    /// The migrations.
    pub set: MigrationSet,
    /// What was accepted, but is probably not meant.
    pub warnings: Vec<KnownWarning>,
}

/// A warning, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownWarning {
    /// The migration that it belongs to; none where it is about the directory.
    pub version: Option<Version>,
    /// The setting that is about it.
    pub rule: Option<Rule>,
    /// `migrations/1_a/up.sql:3:1: this statement cannot run in a transaction`
    pub text: String,
}

/// What a directory holds, without the scripts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outline {
    /// The migrations. All scripts are empty: nothing can be applied, reverted or shown from it.
    pub set: MigrationSet,
    /// What was accepted, but is probably not meant.
    pub warnings: Vec<KnownWarning>,
}

/// The migrations in `dir`, which is called `shown` in messages, as its lock file knows them. Nothing
/// where it does not know each file as it is, in each of its sections, or by other rules than those of
/// this build: then the directory has to be scanned.
pub fn known(dir: &Path, shown: &Path, dialect: Dialect) -> Option<Known> {
    read(dir, shown, dialect, |migration| migration)
}

/// [`known`], for who may need no script: none is held for longer than its sum takes.
pub fn outline(dir: &Path, shown: &Path, dialect: Dialect) -> Option<Outline> {
    let bare = |migration| Migration { body: no_scripts(), ..migration };
    let Known { set, warnings } = read(dir, shown, dialect, bare)?;
    Some(Outline { set, warnings })
}

/// In the place of scripts that are not at hand.
pub(super) const fn no_scripts() -> Body {
    let none = Script { path: Cow::Borrowed(""), text: Cow::Borrowed("") };
    Body::Sql(SqlBody { up: none, down: Down::Missing })
}

fn read(
    dir: &Path,
    shown: &Path,
    dialect: Dialect,
    held: impl Fn(Migration) -> Migration + Sync,
) -> Option<Known> {
    let text = fs::read_to_string(dir.join(FILE)).ok()?;
    let lock = LockFile::parse(&text).ok()?;
    let section = lock.section(dialect)?;
    let names = Names::read(dir, shown).ok()?;
    let found = names.map(|entry| {
        let (migration, warnings) = known_entry(&entry, section, &lock)?;
        Some((held(migration), warnings))
    });
    let found: Vec<_> = found.into_iter().collect::<Option<_>>()?;
    let (migrations, warnings): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let set = MigrationSet::new(dialect, migrations).ok()?;
    let is_whole =
        |section: &Section| section.inference == INFERENCE && removed(section, &set).is_empty();
    if !lock.sections.iter().all(is_whole) {
        return None;
    }
    let stray = |path| Warning { path, position: None, kind: WarningKind::StraySql };
    let strays = names.strays.iter().cloned().map(stray);
    let strays = strays.map(|warning| KnownWarning {
        version: None,
        rule: Rule::of(&warning.kind),
        text: warning.to_string(),
    });
    let notes = section.entries.iter().flat_map(|entry| notes(entry, shown));
    let mut all: Vec<_> = strays.collect();
    for warning in notes.chain(warnings.into_iter().flatten()) {
        if !all.contains(&warning) {
            all.push(warning);
        }
    }
    Some(Known { set, warnings: all })
}

/// One migration, and what is warned of but stands in no lock file.
fn known_entry<'l>(
    entry: &Entry,
    section: &'l Section,
    lock: &'l LockFile,
) -> Option<(Migration, Vec<KnownWarning>)> {
    let LockedMigration { migration, stale } = of(entry, section, section.dialect).ok()?;
    let files = |section: &'l Section| section.entry(&migration.name).map(|it| &it.files);
    let mut others = lock.sections.iter().filter(|other| other.dialect != section.dialect);
    // What is not stale is known to its own section.
    if !stale.is_empty() || !others.all(|other| files(other) == files(section)) {
        return None;
    }
    let warning = |warning: Warning| KnownWarning {
        version: Some(migration.version.clone()),
        rule: Rule::of(&warning.kind),
        text: warning.to_string(),
    };
    let warnings = unwritten(entry, &migration, section.dialect).into_iter().map(warning);
    let warnings = warnings.collect();
    Some((migration, warnings))
}

fn notes(entry: &LockEntry, shown: &Path) -> impl Iterator<Item = KnownWarning> {
    entry.notes.iter().map(move |Note { rule, text }| KnownWarning {
        version: Some(entry.version.clone()),
        rule: *rule,
        text: shown.join(text).display().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan_shown_as;

    struct Project(tempfile::TempDir);

    impl Project {
        /// Migrations with each kind of warning, and a file that nobody reads.
        fn new() -> Self {
            let project = Self(tempfile::tempdir().unwrap());
            project.write("1_a/up.sql", "\u{feff}CREATE TABLE a (id INTEGER);\r\n");
            project.write("1_a/down.sql", "DROP TABLE a;");
            project.write("2_b/up.sql", "BEGIN;\nALTER TABLE a ADD COLUMN b INTEGER;\nCOMMIT;");
            project.write("2_b/down.sql", "-- nothing\n");
            project.write("3_c/up.sql", "-- nothing\n");
            project.write("3_c/donw.sql", "SELECT 1");
            project.write("4_d/up.sql", "CREATE TABLE d (id INTEGER); -- 'x'\n");
            project.write("4_d/down.sql", "DROP TABLE 'd");
            project.write("10_e/up.sql", "SELECT 1");
            project.write("10_e/down.sql", "");
            let metadata =
                "run_in_transaction = true\n[dbmig]\nreversible = \"yes\"\nretries = 3\n";
            project.write("10_e/metadata.toml", metadata);
            project.write("stray.sql", "SELECT 1");
            project
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn lock(&self, dialects: &[Dialect]) {
            let lock = dialects.iter().fold(LockFile::default(), |lock, dialect| {
                let scanned = scan_shown_as(self.0.path(), Path::new("m"), *dialect).unwrap();
                lock.with(Section::of(&scanned))
            });
            self.write(FILE, &lock.to_string());
        }

        fn read(&self) -> LockFile {
            LockFile::parse(&fs::read_to_string(self.0.path().join(FILE)).unwrap()).unwrap()
        }

        fn known(&self) -> Option<Known> {
            known(self.0.path(), Path::new("m"), Dialect::Sqlite)
        }
    }

    #[test]
    fn it_is_what_a_scan_finds() {
        let project = Project::new();
        project.lock(&[Dialect::Sqlite, Dialect::Postgres]);
        let known = project.known().expect("the lock file is up to date");
        let scanned = scan_shown_as(project.0.path(), Path::new("m"), Dialect::Sqlite).unwrap();
        assert_eq!(known.set, scanned.set);
        let outline = outline(project.0.path(), Path::new("m"), Dialect::Sqlite).unwrap();
        assert_eq!(outline.warnings, known.warnings);
        for (bare, known) in outline.set.iter().zip(&known.set) {
            assert_eq!(bare.body, no_scripts());
            assert_eq!(&Migration { body: known.body.clone(), ..bare.clone() }, known);
        }
        let mut found: Vec<_> = known.warnings.iter().map(|it| it.text.clone()).collect();
        let mut expected: Vec<_> = scanned.warnings.iter().map(ToString::to_string).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
        assert!(expected.len() > 7, "{expected:#?}");
        let rules: Vec<_> = scanned.warnings.iter().map(|it| Rule::of(&it.kind)).collect();
        for rule in rules {
            assert!(known.warnings.iter().any(|it| it.rule == rule), "{rule:?}");
        }
    }

    #[test]
    fn what_is_not_known_as_it_is_has_to_be_scanned() {
        type Make = fn(&Project);
        let cases: [Make; 9] = [
            |p| p.write("1_a/up.sql", "CREATE TABLE a (id INTEGER); -- new\n"),
            |p| p.write("1_a/down.sql", "SELECT 1"),
            |p| p.write("3_c/down.sql", "SELECT 1"),
            |p| p.write("10_e/metadata.toml", ""),
            |p| p.write("1_a/metadata.toml", ""),
            |p| p.write("11_f/up.sql", "SELECT 1"),
            |p| fs::remove_dir_all(p.0.path().join("1_a")).unwrap(),
            |p| fs::remove_file(p.0.path().join(FILE)).unwrap(),
            |p| {
                let mut lock = p.read();
                lock.sections[0].inference -= 1;
                p.write(FILE, &lock.to_string());
            },
        ];
        for (index, make) in cases.iter().enumerate() {
            let project = Project::new();
            project.lock(&[Dialect::Sqlite]);
            assert!(project.known().is_some(), "{index}");
            make(&project);
            assert!(project.known().is_none(), "{index}");
        }
        // A misspelt file is no part of the lock file: it is warned of all the same.
        let project = Project::new();
        project.lock(&[Dialect::Sqlite]);
        project.write("1_a/dwon.sql", "SELECT 1");
        let known = project.known().unwrap();
        assert!(known.warnings.iter().any(|it| it.text.starts_with("m/1_a/dwon.sql")));
    }

    #[test]
    fn another_section_that_is_stale_is_not_passed_over() {
        let project = Project::new();
        project.lock(&[Dialect::Sqlite]);
        let sqlite = project.read().sections.remove(0);
        project.write("1_a/up.sql", "CREATE TABLE a (id INTEGER, other TEXT);");
        project.lock(&[Dialect::Postgres]);
        project.write(FILE, &project.read().with(sqlite).to_string());
        project.write("1_a/up.sql", "\u{feff}CREATE TABLE a (id INTEGER);\r\n");
        assert!(project.known().is_none());
    }
}
