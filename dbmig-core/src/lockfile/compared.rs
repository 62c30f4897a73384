//! A migration's directory, compared with what the lock file says of it.

use std::borrow::Cow;
use std::path::PathBuf;

use super::{FileSum, FileSums, Section};
use crate::impact::ImpactText;
use crate::migration::{Body, Down, Migration, Script, Settings, SqlBody};
use crate::scan::{Content, Entry, Problem, ProblemKind, text_of};
use crate::{Checksum, Dialect, MigrationSet, Version};

/// One migration of a directory.
pub(super) struct LockedMigration {
    pub(super) migration: Migration,
    /// What of it the lock file does not know.
    pub(super) stale: Vec<StaleEntry>,
}

/// What the lock file does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StaleEntry {
    /// This directory.
    Added(String),
    /// It knows a directory that is gone.
    Removed(String),
    /// This file was changed, added or removed since.
    File(String, &'static str),
}

/// What `section` knows, and is gone from the directory that `set` was read from.
pub(super) fn removed(section: &Section, set: &MigrationSet) -> Vec<StaleEntry> {
    let gone = section.entries.iter().filter(|entry| set.get(&entry.version).is_none());
    gone.map(|entry| StaleEntry::Removed(entry.name.clone())).collect()
}

pub(super) const METADATA: &str = "metadata.toml";

/// The migration in one directory.
pub(super) fn of(
    entry: &Entry,
    section: &Section,
    dialect: Dialect,
) -> Result<LockedMigration, Problem> {
    let content = entry.content.as_ref().map_err(|it| Problem::new(&entry.path, it.clone()))?;
    let name =
        entry.name.to_str().ok_or_else(|| Problem::new(&entry.path, ProblemKind::NameNotUtf8))?;
    let version = Version::of_directory(name);
    let version =
        version.map_err(|error| Problem::new(&entry.path, ProblemKind::VersionTooLong(error)))?;
    let (up, down) = scripts(entry, content)?;
    let files = FileSums {
        up: FileSum::of(&up.text),
        down: match &down {
            Down::Script(down) => Some(FileSum::of(&down.text)),
            Down::Missing => None,
        },
        metadata: match &content.metadata {
            Some(file) => Some(FileSum::of(text_of(file)?)),
            None => None,
        },
    };
    let known = section.entry(name);
    let stale = match known {
        Some(known) => changed(name, &known.files, &files),
        None => {
            let settings = files.metadata.is_some();
            let settings = settings.then(|| StaleEntry::File(name.to_owned(), METADATA));
            [StaleEntry::Added(name.to_owned())].into_iter().chain(settings).collect()
        }
    };
    // Nothing that was found out about other texts is said of these.
    let is_known = known.filter(|_| stale.is_empty());
    let (settings, checksum, impact) = match (is_known, known) {
        (Some(known), _) => {
            let impact = ImpactText::new(&known.compatibility, &known.reversibility);
            (known.settings.clone(), known.checksum, impact)
        }
        (None, known) => {
            let settings = known.map_or(Settings::DEFAULT, |known| known.settings.clone());
            (settings, Checksum::of(dialect, &up.text), ImpactText::UNREAD)
        }
    };
    let body = Body::Sql(SqlBody { up, down });
    let name = Cow::Owned(name.to_owned());
    Ok(LockedMigration {
        migration: Migration { version, name, body, settings, checksum, impact },
        stale,
    })
}

fn scripts(entry: &Entry, content: &Content) -> Result<(Script, Down), Problem> {
    let Some(up) = &content.up else { return Err(Problem::new(&entry.path, ProblemKind::NoUp)) };
    if up.bytes.as_ref().is_ok_and(Vec::is_empty) {
        return Err(Problem::new(&up.path, ProblemKind::EmptyUp));
    }
    let script = |path: &PathBuf, text: &str| {
        let path = Cow::Owned(path.display().to_string());
        Script { path, text: Cow::Owned(text.to_owned()) }
    };
    let down = match &content.down {
        Some(down) => Down::Script(script(&down.path, text_of(down)?)),
        None => Down::Missing,
    };
    Ok((script(&up.path, text_of(up)?), down))
}

fn changed(name: &str, known: &FileSums, found: &FileSums) -> Vec<StaleEntry> {
    let files = [
        ("up.sql", known.up != found.up),
        ("down.sql", known.down != found.down),
        (METADATA, known.metadata != found.metadata),
    ];
    let changed = files.into_iter().filter(|(_, differs)| *differs);
    changed.map(|(file, _)| StaleEntry::File(name.to_owned(), file)).collect()
}
