//! What tells a changed file from an unchanged one, without reading it.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use super::super::compared::METADATA;

const FILES: [&str; 3] = ["up.sql", "down.sql", METADATA];

/// Which of [`FILES`] a migration has. A later one would change its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Files(u8);

impl Files {
    /// Those in the folder.
    pub(super) fn of(folder: &Path) -> Self {
        let bit = |(index, name)| match fs::symlink_metadata(folder.join(name)) {
            Ok(_) => 1_u8 << index,
            Err(_) => 0,
        };
        Self(FILES.into_iter().enumerate().map(bit).sum())
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        word.parse().ok().filter(|bits| *bits < 1 << FILES.len()).map(Self)
    }

    pub(super) fn word(self) -> String {
        self.0.to_string()
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        let bits = self.0;
        FILES
            .into_iter()
            .enumerate()
            .filter(move |(index, _)| bits >> index & 1 == 1)
            .map(|it| it.1)
    }
}

/// What becomes of a link: within a folder, where it leads is not looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Links {
    Followed,
    Refused,
}

/// Sizes, times and identities of files.
#[derive(Default)]
pub(super) struct Stamp {
    hash: DefaultHasher,
    /// When one of them was changed last, in seconds.
    newest: i64,
}

impl Stamp {
    /// Of a migration's folder, and what is read in it.
    pub(super) fn of_entry(mut path: PathBuf, files: Files) -> Option<Self> {
        let mut stamp = Self::default();
        stamp.add(&path, Links::Refused)?;
        for name in files.names() {
            path.push(name);
            stamp.add(&path, Links::Refused)?;
            path.pop();
        }
        Some(stamp)
    }

    /// Adds what the system says of `path`.
    #[cfg(unix)]
    pub(super) fn add(&mut self, path: &Path, links: Links) -> Option<()> {
        use std::os::unix::fs::MetadataExt as _;
        let seen = match links {
            Links::Followed => fs::metadata(path),
            Links::Refused => fs::symlink_metadata(path),
        };
        let seen = seen.ok().filter(|seen| !seen.is_symlink())?;
        // The time of the change is the system's own: `touch` sets the other one only.
        let modified = (seen.mtime(), seen.mtime_nsec());
        let changed = (seen.ctime(), seen.ctime_nsec());
        (seen.len(), modified, changed, seen.ino(), seen.dev(), seen.mode()).hash(&mut self.hash);
        self.newest = self.newest.max(modified.0).max(changed.0);
        Some(())
    }

    /// Without a time that only the system sets, a restored file would be taken for an unchanged one.
    #[cfg(not(unix))]
    pub(super) fn add(&mut self, _path: &Path, _links: Links) -> Option<()> {
        None
    }

    /// Adds what another one has seen.
    pub(super) fn join(&mut self, other: &Self) {
        other.finish().hash(&mut self.hash);
        self.newest = self.newest.max(other.newest);
    }

    pub(super) fn finish(&self) -> u64 {
        self.hash.finish()
    }

    pub(super) fn newest(&self) -> i64 {
        self.newest
    }
}
