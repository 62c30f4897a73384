//! What a directory held when it was last read, kept for as long as nothing in it changes: as Git's
//! index, a file that says of each other file when it was changed.
//!
//! It spares a start that has nothing to do the reading of all scripts. Nothing is executed, embedded
//! or verified by it: an [`Outline`] has no scripts.

mod stamp;
#[cfg(test)]
mod tests;
mod text;

use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use self::stamp::{Files, Links, Stamp};
use super::Outline;
use crate::history::inference::INFERENCE;
use crate::{Dialect, MigrationSet, parallel};

/// The index of one directory, as one database reads it.
#[derive(Clone, Debug)]
pub struct Index {
    file: PathBuf,
    dir: PathBuf,
    dialect: Dialect,
    /// Stands for all that the content depends on beside the files.
    key: u64,
}

/// A reading that has begun, and that the index may keep.
#[derive(Debug)]
pub struct Begun {
    index: Index,
    /// Written, and renamed when it is whole.
    draft: PathBuf,
    out: File,
    /// When it began, in seconds, by the clock that stamps files.
    since: i64,
}

impl Index {
    /// The index of `dir`, which is called `shown` in messages, below `folder`. Nothing where this
    /// program cannot tell itself from another build: their rules may differ.
    pub fn below(folder: &Path, dir: &Path, shown: &Path, dialect: Dialect) -> Option<Self> {
        let mut program = Stamp::default();
        program.add(&std::env::current_exe().ok()?, Links::Followed)?;
        let hash = |parts: &dyn Fn(&mut DefaultHasher)| {
            let mut hash = DefaultHasher::new();
            parts(&mut hash);
            hash.finish()
        };
        let place = hash(&|hash| (dir, dialect.name()).hash(hash));
        let version = env!("CARGO_PKG_VERSION");
        let key = hash(&|hash| {
            (text::FORMAT, version, INFERENCE, program.finish()).hash(hash);
            (dir, shown, dialect.name()).hash(hash);
        });
        let file = folder.join(format!("index-{place:016x}"));
        Some(Self { file, dir: dir.to_owned(), dialect, key })
    }

    /// What the directory holds, if it is known and nothing in it has changed since.
    pub fn recall(&self) -> Option<Outline> {
        let kept = own(&self.file)?;
        let mut kept = text::Kept::read(&kept, self.key)?;
        let entries = kept.entries()?;
        let seen: Vec<_> = entries.iter().map(|entry| (entry.name, entry.files)).collect();
        let (now, _) = self.stamp(&seen)?;
        if now != kept.stamp {
            return None;
        }
        let migrations = entries.into_iter().map(text::Entry::migration);
        let set = MigrationSet::new(self.dialect, migrations.collect::<Option<_>>()?).ok()?;
        Some(Outline { set, warnings: kept.warnings()? })
    }

    /// To be called before the directory is read. Nothing where nothing can be kept.
    pub fn begin(&self) -> Option<Begun> {
        let draft = self.file.with_extension(std::process::id().to_string());
        fs::create_dir_all(self.file.parent()?).ok()?;
        let mut options = OpenOptions::new();
        // Whoever may not read the scripts may not read it either.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let out = options.write(true).create(true).truncate(true).open(&draft).ok()?;
        let mut begun = Begun { index: self.clone(), draft, out, since: 0 };
        let mut stamp = Stamp::default();
        stamp.add(&begun.draft, Links::Refused)?;
        begun.since = stamp.newest();
        Some(begun)
    }

    /// Of all that was read, and when the newest of it was changed.
    fn stamp(&self, entries: &[(&str, Files)]) -> Option<(u64, i64)> {
        let mut all = Stamp::default();
        all.add(&self.dir, Links::Followed)?;
        all.add(&self.dir.join(super::FILE), Links::Refused)?;
        let of_entry = |(name, files): &(&str, Files)| Stamp::of_entry(self.dir.join(name), *files);
        for stamp in parallel::map(entries, of_entry) {
            all.join(&stamp?);
        }
        Some((all.finish(), all.newest()))
    }
}

impl Begun {
    /// Keeps what was found, unless something was changed only just now: then another change at the
    /// same moment could not be told from it. What goes wrong is none of the caller's business.
    pub fn keep(mut self, found: &Outline) {
        // What fails leaves no index, or the one before, which its stamp keeps from being believed.
        let _ = self.try_keep(found);
    }

    fn try_keep(&mut self, found: &Outline) -> Option<()> {
        let dir = &self.index.dir;
        let files = |name: &str| Files::of(&dir.join(name));
        let entries = found.set.iter().map(|migration| {
            let name = migration.name.as_ref();
            (name, files(name))
        });
        let entries: Vec<_> = entries.collect();
        let (stamp, newest) = self.index.stamp(&entries)?;
        if newest >= self.since - COARSEST {
            return None;
        }
        let files = entries.iter().map(|(_, files)| *files);
        let kept = text::write(self.index.key, stamp, found, files);
        self.out.write_all(kept.as_bytes()).ok()?;
        fs::rename(&self.draft, &self.index.file).ok()
    }
}

/// The text of a file that only its owner may read, and that is read here: nobody else has put it there.
fn own(path: &Path) -> Option<String> {
    let file = File::open(path).ok()?;
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&file.metadata().ok()?) & 0o077 != 0 {
        return None;
    }
    std::io::read_to_string(file).ok()
}

/// Seconds: the coarsest clock of a file system counts in twos (FAT).
const COARSEST: i64 = 2;

impl Drop for Begun {
    fn drop(&mut self) {
        // Gone already, where it was renamed.
        let _ = fs::remove_file(&self.draft);
    }
}
