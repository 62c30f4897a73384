//! The lock file: what each migration of a directory is, and what it means, as one text.
//!
//! Whoever has the SQL parser writes it (`cargo dbmig lock`); a build reads it instead of parsing
//! SQL and TOML, after comparing checksums. It is committed. Its last line is a digest of all the
//! others, so two branches that change migrations always meet in a merge conflict.
//!
//! One line is one migration, its parts behind tabs (`⇥`):
//!
//! ```text
//! 2⇥2_drop_nick⇥breaking: drops the column users.nick (up.sql:3:1)⇥reversible: ..⇥checksum ..⇥up ..
//! ```

mod change;
#[cfg(any(test, feature = "codegen", feature = "scan"))]
mod compared;
mod conflict;
mod entry;
mod error;
#[cfg(feature = "scan")]
mod index;
#[cfg(feature = "scan")]
mod known;
#[cfg(any(test, all(feature = "codegen", not(feature = "scan"))))]
mod locked;
#[cfg(feature = "scan")]
mod of_scan;
mod read;
mod settings;
#[cfg(test)]
mod tests;
mod text;
mod verdict;

use std::fmt;

use crate::hex;
use crate::impact::{Compatibility, Reversibility};
use crate::migration::Settings;
use crate::scan::Rule;
use crate::sha256::Sha256;
use crate::{Checksum, Dialect, Version};

pub use crate::remedy::LOCK as COMMAND;
pub use change::{EntryChange, Late, What, changes, late, late_in_merge};
pub use conflict::{Side, sides};
pub use error::{ParseError, ParseErrorKind};
#[cfg(feature = "scan")]
pub use index::{Begun, Index};
#[cfg(feature = "scan")]
pub use known::{Known, KnownWarning, Outline, known, outline};
#[cfg(all(feature = "codegen", not(feature = "scan")))]
pub(crate) use locked::locked;
#[cfg(all(feature = "codegen", not(feature = "scan")))]
pub(crate) use read::dialects;

/// The name of the file, which lies in the directory of the migrations.
pub const FILE: &str = "dbmig.lock";

/// Counts up when an older reader would misread the text.
const FORMAT: u32 = 1;

const HEAD: &str = "\
# What each migration is and what it means. Written by `cargo dbmig lock`: commit it, do not edit it.
# `cargo dbmig lock` also resolves a merge conflict in it.
";

/// The content of a lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockFile {
    /// One for each database that the directory is embedded for, in the order of [`Dialect::ALL`].
    pub sections: Vec<Section>,
}

/// The migrations as one database reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The database.
    pub dialect: Dialect,
    /// The rules by which the SQL was judged: [`INFERENCE`](crate::history::inference::INFERENCE)
    /// of whoever wrote it.
    pub inference: u32,
    /// In the order of their versions.
    pub entries: Vec<LockEntry>,
}

/// What is known of one migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockEntry {
    /// Its version.
    pub version: Version,
    /// The name of its directory.
    pub name: String,
    /// What its `metadata.toml` says.
    pub settings: Settings,
    /// What its SQL means for the previous version of the app, whatever `settings` says.
    pub compatibility: Compatibility,
    /// What its way back does to the data, whatever `settings` says.
    pub reversibility: Reversibility,
    /// What a build warns of.
    pub notes: Vec<Note>,
    /// Of `up.sql`, by meaning: what the history keeps.
    pub checksum: Checksum,
    /// Of the files, byte by byte.
    pub files: FileSums,
}

/// What a build warns of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The setting that is about it.
    pub rule: Option<Rule>,
    /// `up.sql:3:1: this statement cannot run in a transaction`
    pub text: String,
}

/// Sums of the files of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSums {
    /// `up.sql`
    pub up: FileSum,
    /// `down.sql`, where there is one.
    pub down: Option<FileSum>,
    /// `metadata.toml`, where there is one.
    pub metadata: Option<FileSum>,
}

/// A sum of a file's text, without its byte order mark and whichever line ends Git gave it.
///
/// It tells a changed file from an unchanged one. Nobody gains by forging it, for a forged line
/// could just as well be written: half of SHA-256 keeps the lines short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSum([u8; 16]);

impl FileSum {
    /// Of the file's text.
    pub fn of(text: &str) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(&sum(text)[..16]);
        Self(half)
    }

    /// Reads the 32 hexadecimal digits that [`fmt::Display`] writes.
    fn from_hex(text: &str) -> Option<Self> {
        hex::read(text).map(Self)
    }
}

impl fmt::Display for FileSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl LockFile {
    /// The section of a database.
    pub fn section(&self, dialect: Dialect) -> Option<&Section> {
        self.sections.iter().find(|section| section.dialect == dialect)
    }

    /// With this section, in place of one of the same database.
    #[must_use]
    pub fn with(mut self, section: Section) -> Self {
        self.sections.retain(|other| other.dialect != section.dialect);
        self.sections.push(section);
        let place = |dialect| Dialect::ALL.iter().position(|other| *other == dialect);
        self.sections.sort_by_key(|section| place(section.dialect));
        self
    }

    /// Reads what [`fmt::Display`] has written.
    ///
    /// # Errors
    /// The first line that is not as it was written, and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        read::lock(text)
    }
}

impl fmt::Display for LockFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("{HEAD}{FORMAT_KEY} {FORMAT}\n");
        for section in &self.sections {
            let Section { dialect, inference, entries } = section;
            text.push_str(&format!("\n[{dialect}] {INFERENCE_KEY} {inference}\n"));
            entries.iter().for_each(|entry| entry::write(entry, &mut text));
        }
        text.push('\n');
        writeln!(f, "{text}{DIGEST_KEY} {}", digest(&text))
    }
}

const FORMAT_KEY: &str = "[format]";
const INFERENCE_KEY: &str = "inference";
const DIGEST_KEY: &str = "[digest]";

/// Over all lines before it, whichever line ends Git gave them.
fn digest(before: &str) -> Checksum {
    Checksum::from_bytes(sum(before))
}

/// SHA-256 of `text` with the line ends that it was written with.
fn sum(text: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    // Nearly every text: a search for two characters would take longer than the sum itself.
    if text.as_bytes().contains(&b'\r') {
        let mut lines = text.split("\r\n");
        hash.update(lines.next().unwrap_or_default());
        for line in lines {
            hash.update("\n");
            hash.update(line);
        }
    } else {
        hash.update(text);
    }
    hash.finalize()
}
