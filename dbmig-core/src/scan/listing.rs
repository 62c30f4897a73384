//! What lies in the directory, read once and not judged.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::problem::{Problem, ProblemKind};
use crate::parallel;

pub(super) const UP: &str = "up.sql";
pub(super) const DOWN: &str = "down.sql";
pub(super) const METADATA: &str = "metadata.toml";

/// What lies in a directory, not read yet.
pub(crate) struct Names {
    dir: PathBuf,
    shown: PathBuf,
    directories: Vec<DirEntry>,
    /// SQL files where Diesel looks for directories.
    pub(crate) strays: Vec<PathBuf>,
}

/// Entries that Diesel would take for migrations, in the order of their names.
pub(crate) struct Listing {
    pub(crate) entries: Vec<Entry>,
    /// SQL files where Diesel looks for directories.
    pub(crate) strays: Vec<PathBuf>,
}

pub(crate) struct Entry {
    pub(crate) name: OsString,
    pub(crate) path: PathBuf,
    pub(crate) content: Result<Content, ProblemKind>,
}

pub(crate) struct Content {
    pub(crate) up: Option<File>,
    pub(crate) down: Option<File>,
    pub(crate) metadata: Option<File>,
    /// The other files.
    #[cfg(feature = "scan")]
    pub(super) others: Vec<OsString>,
}

pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Result<Vec<u8>, ProblemKind>,
}

impl Names {
    /// What lies in `dir`, under paths that begin with `shown` instead.
    pub(crate) fn read(dir: &Path, shown: &Path) -> Result<Self, Problem> {
        let refuse = |error| Problem::new(shown, directory_fault(dir, &error));
        let found = fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut found = found.map_err(refuse)?;
        found.retain(|entry| !is_hidden(&entry.file_name()));
        found.sort_by_cached_key(DirEntry::file_name);
        // Like Diesel's, this look does not follow a link: a link to a file is no plain file.
        let is_file = |entry: &DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file());
        let (files, directories): (Vec<_>, Vec<_>) = found.into_iter().partition(is_file);
        let strays = files.iter().map(|file| shown.join(file.file_name()));
        let is_sql = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "sql");
        let strays = strays.filter(is_sql).collect();
        Ok(Self { dir: dir.to_owned(), shown: shown.to_owned(), directories, strays })
    }

    /// What `work` makes of each entry, in the order of their names; no more of them are held at once
    /// than there are processors.
    pub(crate) fn map<R: Send>(&self, work: impl Fn(Entry) -> R + Sync) -> Vec<R> {
        parallel::map(&self.directories, |entry| work(Entry::read(&self.dir, &self.shown, entry)))
    }
}

impl Listing {
    /// All that lies in `dir`, under paths that begin with `shown` instead.
    pub(crate) fn read(dir: &Path, shown: &Path) -> Result<Self, Problem> {
        let names = Names::read(dir, shown)?;
        Ok(Self { entries: names.map(|entry| entry), strays: names.strays })
    }
}

impl Listing {
    /// The paths of what was read in it.
    pub(crate) fn watched(&self) -> Vec<PathBuf> {
        self.entries.iter().flat_map(Entry::watched).collect()
    }
}

impl Entry {
    fn read(dir: &Path, shown: &Path, entry: &DirEntry) -> Self {
        let name = entry.file_name();
        let path = shown.join(&name);
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        let content = match is_link.then(|| leads_to(&entry.path(), dir)) {
            Some(Err(error)) => Err(kind(&entry.path(), &error)),
            Some(Ok(true)) => Err(ProblemKind::LinkLoop),
            Some(Ok(false)) | None => Content::read(&entry.path(), &path),
        };
        Self { name, path, content }
    }

    fn watched(&self) -> Vec<PathBuf> {
        let mut paths = vec![self.path.clone()];
        if let Ok(content) = &self.content {
            paths.extend(content.files().map(|file| file.path.clone()));
        }
        paths
    }
}

impl Content {
    fn read(path: &Path, shown: &Path) -> Result<Self, ProblemKind> {
        let names = names(path).map_err(|error| kind(path, &error))?;
        // By the listing, as Diesel does, and so that a dangling link is not taken for no file.
        let file = |name: &str| {
            let on_disk = path.join(name);
            let read = || fs::read(&on_disk).map_err(|error| self::kind(&on_disk, &error));
            let file = || File { path: shown.join(name), bytes: read() };
            names.iter().any(|n| n == name).then(file)
        };
        let (up, down, metadata) = (file(UP), file(DOWN), file(METADATA));
        #[cfg(feature = "scan")]
        let others = names.into_iter().filter(|n| ![UP, DOWN, METADATA].iter().any(|m| n == m));
        Ok(Self {
            up,
            down,
            metadata,
            #[cfg(feature = "scan")]
            others: others.collect(),
        })
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &File> {
        [&self.up, &self.down, &self.metadata].into_iter().flatten()
    }
}

fn names(dir: &Path) -> io::Result<Vec<OsString>> {
    let mut names = fs::read_dir(dir)?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .filter(|name| !name.as_ref().is_ok_and(|name| is_hidden(name)))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// Whether a link at `path` leads to `dir` or above it.
fn leads_to(path: &Path, dir: &Path) -> io::Result<bool> {
    let target = fs::canonicalize(path)?;
    Ok(fs::canonicalize(dir)?.starts_with(target))
}

fn directory_fault(dir: &Path, error: &io::Error) -> ProblemKind {
    match error.kind() {
        ErrorKind::NotFound if !dir.is_symlink() => ProblemKind::NoDirectory,
        ErrorKind::NotADirectory => ProblemKind::DirectoryIsFile,
        _ => kind(dir, error),
    }
}

fn kind(path: &Path, error: &io::Error) -> ProblemKind {
    // The standard library's kind for a loop is not stable.
    match (error.kind(), path.is_symlink()) {
        (ErrorKind::NotFound, true) => ProblemKind::DanglingLink,
        (ErrorKind::NotADirectory, true) => ProblemKind::LinkToFile,
        (ErrorKind::PermissionDenied, _) => ProblemKind::NoPermission,
        _ if is_link_loop(path) => ProblemKind::LinkLoop,
        _ => ProblemKind::Unreadable(error.to_string()),
    }
}

/// Follows a link by hand: one that is still a link after as many steps as systems allow loops.
fn is_link_loop(path: &Path) -> bool {
    let mut path = path.to_owned();
    for _ in 0..64 {
        let Ok(target) = fs::read_link(&path) else { return false };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    true
}
