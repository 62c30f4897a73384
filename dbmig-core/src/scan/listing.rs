//! What lies in the directory, read once and not judged.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::fault::{Fault, Problem};

pub(super) const UP: &str = "up.sql";
pub(super) const DOWN: &str = "down.sql";
pub(super) const METADATA: &str = "metadata.toml";

/// Entries that Diesel would take for migrations, in the order of their names.
pub(super) struct Listing {
    pub(super) entries: Vec<Entry>,
    /// SQL files where Diesel looks for directories.
    pub(super) strays: Vec<PathBuf>,
}

pub(super) struct Entry {
    pub(super) name: OsString,
    pub(super) path: PathBuf,
    pub(super) content: Result<Content, Fault>,
}

pub(super) struct Content {
    pub(super) up: Option<File>,
    pub(super) down: Option<File>,
    pub(super) metadata: Option<File>,
    /// The other files.
    pub(super) others: Vec<OsString>,
}

pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) bytes: Result<Vec<u8>, Fault>,
}

impl Listing {
    /// What lies in `dir`, under paths that begin with `shown` instead.
    pub(super) fn read(dir: &Path, shown: &Path) -> Result<Self, Problem> {
        let mut listing = Self { entries: Vec::new(), strays: Vec::new() };
        let refuse = |error| Problem::new(shown, directory_fault(dir, &error));
        for entry in fs::read_dir(dir).map_err(refuse)? {
            listing.take(dir, shown, &entry.map_err(refuse)?);
        }
        listing.entries.sort_by(|a, b| a.name.cmp(&b.name));
        listing.strays.sort();
        Ok(listing)
    }

    fn take(&mut self, dir: &Path, shown: &Path, entry: &DirEntry) {
        let name = entry.file_name();
        let path = shown.join(&name);
        if is_hidden(&name) {
            return;
        }
        // Like Diesel's, this look does not follow a link: a link to a file is no plain file.
        match entry.file_type() {
            Ok(kind) if kind.is_file() => {
                if path.extension().is_some_and(|extension| extension == "sql") {
                    self.strays.push(path);
                }
            }
            _ => {
                let content = Content::read(dir, &entry.path(), &path);
                self.entries.push(Entry { name, path, content });
            }
        }
    }
}

impl Entry {
    pub(super) fn watched(&self) -> Vec<PathBuf> {
        let mut paths = vec![self.path.clone()];
        if let Ok(content) = &self.content {
            paths.extend(content.files().map(|file| file.path.clone()));
        }
        paths
    }
}

impl Content {
    fn read(dir: &Path, path: &Path, shown: &Path) -> Result<Self, Fault> {
        let fault = |error| fault(path, &error);
        let names = names(path).map_err(fault)?;
        if path.is_symlink() && leads_to(path, dir).map_err(fault)? {
            return Err(Fault::LinkLoop);
        }
        // By the listing, as Diesel does, and so that a dangling link is not taken for no file.
        let file = |name: &str| {
            let on_disk = path.join(name);
            let read = || fs::read(&on_disk).map_err(|error| self::fault(&on_disk, &error));
            let file = || File { path: shown.join(name), bytes: read() };
            names.iter().any(|n| n == name).then(file)
        };
        let (up, down, metadata) = (file(UP), file(DOWN), file(METADATA));
        let others = names.into_iter().filter(|n| ![UP, DOWN, METADATA].iter().any(|m| n == m));
        Ok(Self { up, down, metadata, others: others.collect() })
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

fn directory_fault(dir: &Path, error: &io::Error) -> Fault {
    match error.kind() {
        ErrorKind::NotFound if !dir.is_symlink() => Fault::NoDirectory,
        ErrorKind::NotADirectory => Fault::DirectoryIsFile,
        _ => fault(dir, error),
    }
}

fn fault(path: &Path, error: &io::Error) -> Fault {
    // The standard library's kind for a loop is not stable.
    match (error.kind(), path.is_symlink()) {
        (ErrorKind::NotFound, true) => Fault::DanglingLink,
        (ErrorKind::NotADirectory, true) => Fault::LinkToFile,
        (ErrorKind::PermissionDenied, _) => Fault::NoPermission,
        _ if is_link_loop(path) => Fault::LinkLoop,
        _ => Fault::Unreadable(error.to_string()),
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
