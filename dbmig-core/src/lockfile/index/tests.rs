//! On other systems nothing is kept.
#![cfg(unix)]

use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::Index;
use crate::Dialect;
use crate::lockfile::{FILE, LockFile, Outline, Section, outline};
use crate::scan::scan_shown_as;

/// A folder with migrations whose lock file is up to date, and a place for its index.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.write("1_a/up.sql", "CREATE TABLE a (id INTEGER);\n");
        project.write("1_a/down.sql", "DROP TABLE a;\n");
        project.write("1_a/dwon.sql", "SELECT 1");
        project.write("2_b/up.sql", "BEGIN;\nALTER TABLE a ADD COLUMN b INTEGER;\nCOMMIT;\n");
        project.write("2_b/down.sql", "ALTER TABLE a DROP COLUMN b;\n");
        project.write("10_c/up.sql", "DROP TABLE a;\n");
        project.write(
            "10_c/metadata.toml",
            "run_in_transaction = true\n[dbmig]\ncompatible = true\nretries = 3\n",
        );
        project.write("stray.sql", "SELECT 1");
        project.lock();
        project
    }

    fn dir(&self) -> PathBuf {
        self.0.path().join("migrations")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.dir().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn lock(&self) {
        let scanned = scan_shown_as(&self.dir(), Path::new("m"), Dialect::Sqlite).unwrap();
        let lock = LockFile::default().with(Section::of(&scanned));
        self.write(FILE, &lock.to_string());
    }

    fn index(&self) -> Index {
        self.index_as("m", Dialect::Sqlite)
    }

    fn index_as(&self, shown: &str, dialect: Dialect) -> Index {
        let folder = self.0.path().join("target/dbmig");
        Index::below(&folder, &self.dir(), Path::new(shown), dialect).unwrap()
    }

    fn read(&self) -> Outline {
        outline(&self.dir(), Path::new("m"), Dialect::Sqlite).expect("the lock file is up to date")
    }

    /// Keeps what is known as if nothing of it had been written just now.
    fn keep(&self) {
        let mut begun = self.index().begin().unwrap();
        begun.since += 60;
        begun.keep(&self.read());
    }

    fn kept(&self) -> Option<Outline> {
        self.index().recall()
    }

    fn files(&self) -> Vec<PathBuf> {
        let found = fs::read_dir(self.0.path().join("target/dbmig")).unwrap();
        found.map(|file| file.unwrap().path()).collect()
    }
}

/// Until the clock that stamps files has gone on since `path` was changed.
fn later(project: &Project, path: &Path) {
    use std::os::unix::fs::MetadataExt as _;
    let changed = |path: &Path| {
        let seen = fs::metadata(path).unwrap();
        (seen.ctime(), seen.ctime_nsec())
    };
    let probe = project.0.path().join("probe");
    while {
        fs::write(&probe, "").unwrap();
        changed(&probe) <= changed(path)
    } {
        std::thread::yield_now();
    }
}

#[test]
fn it_is_what_was_read() {
    let project = Project::new();
    assert!(project.kept().is_none());
    project.keep();
    let (kept, read) = (project.kept().unwrap(), project.read());
    assert_eq!(kept.set, read.set);
    assert_eq!(kept.set.as_slice().len(), 3);
    assert_eq!(kept.warnings, read.warnings);
    assert!(kept.warnings.len() > 4, "{:#?}", kept.warnings);
    assert_eq!(project.files().len(), 1, "{:?}", project.files());
}

#[test]
fn each_change_of_what_is_read_is_seen() {
    type Make = fn(&Project);
    let cases: [Make; 13] = [
        |p| p.write("1_a/up.sql", "CREATE TABLE b (id INTEGER);\n"),
        |p| p.write("1_a/down.sql", "DROP TABLE b;\n"),
        |p| p.write("10_c/metadata.toml", "run_in_transaction = true\n"),
        |p| p.write("10_c/down.sql", "SELECT 1"),
        |p| p.write("1_a/metadata.toml", ""),
        |p| p.write("1_a/upp.sql", ""),
        |p| p.write("11_d/up.sql", "SELECT 1"),
        |p| p.write("other.sql", "SELECT 1"),
        |p| fs::remove_dir_all(p.dir().join("1_a")).unwrap(),
        |p| fs::remove_file(p.dir().join("1_a/dwon.sql")).unwrap(),
        |p| fs::rename(p.dir().join("1_a"), p.dir().join("1_z")).unwrap(),
        |p| fs::remove_file(p.dir().join(FILE)).unwrap(),
        |p| p.write(FILE, ""),
    ];
    for (index, make) in cases.iter().enumerate() {
        let project = Project::new();
        project.keep();
        later(&project, &project.dir().join(FILE));
        assert!(project.kept().is_some(), "{index}");
        make(&project);
        assert!(project.kept().is_none(), "{index}");
    }
}

#[test]
fn a_restored_time_does_not_hide_a_change() {
    let project = Project::new();
    project.keep();
    let path = project.dir().join("1_a/up.sql");
    let times = fs::metadata(&path).unwrap();
    later(&project, &path);
    let text = fs::read_to_string(&path).unwrap().replace("TABLE a", "TABLE b");
    fs::write(&path, text).unwrap();
    let before = FileTimes::new().set_modified(times.modified().unwrap());
    File::options().write(true).open(&path).unwrap().set_times(before).unwrap();
    let now = fs::metadata(&path).unwrap();
    assert_eq!((now.len(), now.modified().unwrap()), (times.len(), times.modified().unwrap()));
    assert!(project.kept().is_none());
}

#[test]
fn what_is_as_young_as_the_reading_is_not_kept() {
    let project = Project::new();
    project.index().begin().unwrap().keep(&project.read());
    assert!(project.kept().is_none());
    assert!(project.files().is_empty());
    // A time in the future, which it could get again.
    let path = project.dir().join("1_a/up.sql");
    let later = SystemTime::now() + Duration::from_secs(3600);
    let times = FileTimes::new().set_modified(later);
    File::options().write(true).open(&path).unwrap().set_times(times).unwrap();
    project.keep();
    assert!(project.kept().is_none());
}

#[test]
fn another_reading_of_the_folder_is_another_one() {
    let project = Project::new();
    project.keep();
    for (shown, dialect) in [("n", Dialect::Sqlite), ("m", Dialect::Postgres)] {
        assert!(project.index_as(shown, dialect).recall().is_none());
    }
    let link = project.0.path().join("link");
    std::os::unix::fs::symlink(project.dir(), &link).unwrap();
    let folder = project.0.path().join("target/dbmig");
    let linked = Index::below(&folder, &link, Path::new("m"), Dialect::Sqlite).unwrap();
    assert!(linked.recall().is_none());
}

#[test]
fn a_link_within_the_folder_keeps_it_from_being_kept() {
    for path in ["1_a/up.sql", "1_a"] {
        let project = Project::new();
        let elsewhere = project.0.path().join("elsewhere");
        fs::rename(project.dir().join(path), &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, project.dir().join(path)).unwrap();
        project.keep();
        assert!(project.kept().is_none(), "{path}");
    }
}

#[test]
fn what_is_cut_off_or_cannot_be_written_is_no_error() {
    let project = Project::new();
    project.keep();
    let file = project.files().pop().unwrap();
    let whole = fs::read(&file).unwrap();
    for length in [0, 15, 16, 31, 32, 40, whole.len() / 2, whole.len() - 1] {
        fs::write(&file, &whole[..length]).unwrap();
        assert!(project.kept().is_none(), "{length}");
    }
    let mut other = whole.clone();
    let last = other.last_mut().unwrap();
    *last = last.wrapping_add(1) & 0x7f;
    fs::write(&file, other).unwrap();
    assert!(project.kept().is_none());
    fs::write(&file, whole).unwrap();
    assert!(project.kept().is_some());
    // Somebody else may have put it there.
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(project.kept().is_none());
    // A file where the folder should be.
    let taken = Index::below(&file, &project.dir(), Path::new("m"), Dialect::Sqlite).unwrap();
    assert!(taken.begin().is_none() && taken.recall().is_none());
}
