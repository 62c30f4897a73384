//! What the lock file is, and what it ought to be.

use std::fs;
use std::path::{Path, PathBuf};

use dbmig_core::Dialect;
use dbmig_core::history::inference::INFERENCE;
use dbmig_core::lockfile::{
    self, EntryChange, Late, LockFile, ParseError, ParseErrorKind, Section, Side,
};
use dbmig_core::scan::scan_shown_as;

use crate::Invocation;
use crate::exclusive::exclusively;
use crate::failure::{Failure, Result};

/// What the file was when it was read.
#[derive(Debug)]
pub(crate) enum OnDisk {
    Missing,
    Lock(LockFile),
    /// With both sides of a merge.
    Conflict([Side; 2]),
    Unreadable(ParseError),
}

impl OnDisk {
    fn read(path: &Path) -> Result<(Self, String)> {
        if !path.exists() {
            return Ok((Self::Missing, String::new()));
        }
        let text = fs::read(path).map_err(Failure::io("read", path))?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let found = match (LockFile::parse(&text), lockfile::sides(&text)) {
            (Err(error), Some(sides)) if error.kind == ParseErrorKind::Conflict => {
                Self::Conflict(sides)
            }
            (Err(error), _) => Self::Unreadable(error),
            (Ok(lock), _) => Self::Lock(lock),
        };
        Ok((found, text))
    }

    /// The word for it in JSON.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Lock(_) => "lock",
            Self::Conflict(_) => "conflict",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// What it held, as far as that is known.
    fn lock(&self) -> Option<&LockFile> {
        match self {
            Self::Lock(lock) => Some(lock),
            Self::Missing | Self::Conflict(_) | Self::Unreadable(_) => None,
        }
    }
}

/// The file, and what it ought to be.
#[derive(Debug)]
pub(crate) struct Update {
    pub(crate) path: PathBuf,
    pub(crate) found: OnDisk,
    /// The text that was found.
    before: String,
    pub(crate) after: LockFile,
    pub(crate) changes: Vec<EntryChange>,
    pub(crate) late: Vec<Late>,
}

/// The databases that the lock file in `directory` has sections of, readable or not.
pub(super) fn dialects_of(directory: &Path) -> Vec<Dialect> {
    let text = fs::read(directory.join(lockfile::FILE)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let has =
        |dialect: &Dialect| text.lines().any(|line| line.starts_with(&format!("[{dialect}]")));
    Dialect::ALL.into_iter().filter(has).collect()
}

impl Update {
    /// Reads the migrations in `directory` for each of `dialects`.
    pub(crate) fn compute(
        session: &Invocation,
        directory: &Path,
        dialects: &[Dialect],
    ) -> Result<Self> {
        // A `new` at the same time has written all of its files, or none.
        exclusively(directory, || {
            let path = directory.join(lockfile::FILE);
            let (found, before) = OnDisk::read(&path)?;
            let mut after = LockFile::default();
            for dialect in dialects {
                after = after.with(section(session, directory, *dialect)?);
            }
            let (changes, late) = match &found {
                OnDisk::Lock(lock) => {
                    (lockfile::changes(lock, &after), lockfile::late(lock, &after))
                }
                OnDisk::Conflict(sides) => (Vec::new(), lockfile::late_in_merge(sides)),
                OnDisk::Missing | OnDisk::Unreadable(_) => (Vec::new(), Vec::new()),
            };
            Ok(Self { path, found, before, after, changes, late })
        })
    }

    /// Whether the file is not what it ought to be. What newer rules have found in the same files is
    /// not stale.
    pub(crate) fn is_stale(&self) -> bool {
        match self.is_by_newer_rules() {
            true => self.changes.iter().any(|change| change.what != lockfile::What::Meaning),
            false => self.found.lock() != Some(&self.after),
        }
    }

    /// Whether something has come out of order that was not seen before.
    pub(crate) fn is_late(&self) -> bool {
        !self.late.is_empty()
    }

    /// Whether a newer version of dbmig has written the file.
    pub(crate) fn is_by_newer_rules(&self) -> bool {
        let sections = self.found.lock().map_or(&[][..], |lock| &lock.sections);
        sections.iter().any(|section| section.inference > INFERENCE)
    }

    /// Writes what is not there yet, as a whole or not at all: a build may be reading it. Whether
    /// there was anything to write.
    pub(crate) fn write(&self) -> Result<bool> {
        let text = self.after.to_string();
        // Git may have given it other line ends.
        if self.before.replace("\r\n", "\n") == text {
            return Ok(false);
        }
        let begun = self.path.with_extension(format!("lock.{}", std::process::id()));
        let written = fs::write(&begun, text).and_then(|()| fs::rename(&begun, &self.path));
        written.map_err(|error| {
            let _ = fs::remove_file(&begun);
            Failure::io("write", &self.path)(error)
        })?;
        Ok(true)
    }
}

/// The migrations as `dialect` reads them, with the settings of the project.
fn section(session: &Invocation, directory: &Path, dialect: Dialect) -> Result<Section> {
    let project = &session.project;
    let shown = project.shown(directory);
    let scanned = scan_shown_as(directory, &shown, dialect);
    let scanned = scanned.map_err(|error| Failure::failed(error.to_string()))?;
    let section = Section::of(&scanned);
    match scanned.judged(project.settings.strictness) {
        Ok(_) => Ok(section),
        Err(error) => Err(Failure::failed(error.to_string())),
    }
}
