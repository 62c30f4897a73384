//! What differs between a lock file and another, and what has come in the wrong order.

use super::{LockEntry, LockFile, Section, Side};
use crate::{Dialect, Version};

/// How an entry differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryChange {
    /// Whose section it is.
    pub dialect: Dialect,
    /// The name of the migration.
    pub name: String,
    /// What of it differs.
    pub what: What,
}

/// What of an entry can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// This file of it was changed, added or removed.
    File(&'static str),
    /// The files are the same; what they mean is seen otherwise, by other rules or because an earlier
    /// migration was changed.
    Meaning,
}

/// What makes `after` of `before`, the databases and then the versions in their order.
pub fn changes(before: &LockFile, after: &LockFile) -> Vec<EntryChange> {
    let dialects = Dialect::ALL.into_iter();
    dialects.flat_map(|dialect| of_sections(dialect, before, after)).collect()
}

fn of_sections(dialect: Dialect, before: &LockFile, after: &LockFile) -> Vec<EntryChange> {
    let entries =
        |lock| LockFile::section(lock, dialect).map_or(&[][..], |section| &section.entries);
    let (before, after) = (entries(before), entries(after));
    let mut found = Vec::new();
    let mut add = |entry: &LockEntry, what| {
        let version = entry.version.clone();
        found.push((version, EntryChange { dialect, name: entry.name.clone(), what }));
    };
    for entry in after {
        match before.iter().find(|old| old.name == entry.name) {
            None => add(entry, What::Added),
            Some(old) => {
                let files = changed_files(old, entry);
                let is_seen_otherwise = files.is_empty() && old != entry;
                files.into_iter().for_each(|file| add(entry, What::File(file)));
                if is_seen_otherwise {
                    add(entry, What::Meaning);
                }
            }
        }
    }
    let gone = before.iter().filter(|old| after.iter().all(|entry| entry.name != old.name));
    gone.for_each(|old| add(old, What::Removed));
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found.into_iter().map(|(_, change)| change).collect()
}

fn changed_files(old: &LockEntry, new: &LockEntry) -> Vec<&'static str> {
    let (old, new) = (&old.files, &new.files);
    let files = [
        ("up.sql", old.up != new.up),
        ("down.sql", old.down != new.down),
        ("metadata.toml", old.metadata != new.metadata),
    ];
    files.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

/// A migration that sorts before one that was there without it: where that one is applied, it is out
/// of order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// Whose section it is.
    pub dialect: Dialect,
    /// The name of the migration.
    pub name: String,
    /// The newest one that was there without it.
    pub newest: String,
}

/// What `after` has beyond `before`, and should have had earlier.
pub fn late(before: &LockFile, after: &LockFile) -> Vec<Late> {
    late_beside(&Side::of(after), &Side::of(before))
}

/// What either side of a merge has added, and sorts before what the other one has.
pub fn late_in_merge([ours, theirs]: &[Side; 2]) -> Vec<Late> {
    let mut found = late_beside(ours, theirs);
    found.extend(late_beside(theirs, ours));
    found
}

/// What `side` has beyond `other`, and sorts before something that only `other` or both have.
fn late_beside(side: &Side, other: &Side) -> Vec<Late> {
    let mut found = Vec::new();
    for added in side.entries.iter().filter(|entry| !other.entries.contains(entry)) {
        let (dialect, version, name) = added;
        let others = other.entries.iter().filter(|(of, _, _)| of == dialect);
        let newest = others.max_by(|(_, a, _), (_, b, _)| a.cmp(b));
        if let Some((_, _, newest)) = newest.filter(|(_, newest, _)| newest > version) {
            let (name, newest) = (name.clone(), newest.clone());
            found.push(Late { dialect: *dialect, name, newest });
        }
    }
    found
}

impl Section {
    /// The entry of a directory.
    pub fn entry(&self, name: &str) -> Option<&LockEntry> {
        let version = Version::of_directory(name).ok()?;
        let index = self.entries.binary_search_by(|entry| entry.version.cmp(&version)).ok()?;
        self.entries.get(index).filter(|entry| entry.name == name)
    }
}
