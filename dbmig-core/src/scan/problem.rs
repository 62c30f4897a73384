//! What makes a directory unusable, each with what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};

use super::strictness::Rule;
use super::warning::WarningKind;
use crate::migration::DuplicateVersion;
use crate::remedy;
use crate::sql::{Position, SplitError};
use crate::version::TooLong;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The file or directory, as a person should see it.
    pub path: PathBuf,
    /// The place in the file, where there is one.
    pub position: Option<Position>,
    /// What is wrong.
    pub kind: ProblemKind,
}

impl Problem {
    pub(crate) fn new(path: &Path, kind: ProblemKind) -> Self {
        Self { path: path.to_owned(), position: None, kind }
    }

    pub(crate) fn at(path: &Path, position: Position, kind: ProblemKind) -> Self {
        Self { path: path.to_owned(), position: Some(position), kind }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(position) = self.position {
            write!(f, ":{position}")?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl std::error::Error for Problem {}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The migrations directory does not exist.
    NoDirectory,
    /// The migrations directory is a file.
    DirectoryIsFile,
    /// This user may not read it.
    NoPermission,
    /// The system could not read it, for this reason.
    Unreadable(String),
    /// A symbolic link that leads to itself or to the migrations directory.
    LinkLoop,
    /// A symbolic link to nothing.
    DanglingLink,
    /// A symbolic link to a file, where a migration is a directory.
    LinkToFile,
    /// A name that is not UTF-8.
    NameNotUtf8,
    /// A folder named `seeds`.
    Seeds,
    /// A version that the ledger cannot hold.
    VersionTooLong(TooLong),
    /// Two directories with one version.
    Duplicate(DuplicateVersion),
    /// A directory without `up.sql`.
    NoUp,
    /// An `up.sql` of zero bytes.
    EmptyUp,
    /// A text that is not UTF-8 from this byte on.
    NotUtf8 {
        /// How many bytes before it are UTF-8.
        offset: usize,
    },
    /// SQL that cannot be executed.
    Sql(SplitError),
    /// `PREPARE TRANSACTION` in a migration that is one transaction.
    PreparesTransaction,
    /// Something in `metadata.toml`; the text says what and what to do.
    Metadata(String),
    /// A setting in Cargo.toml; the text says what and what to do.
    Setting(String),
    /// The lock file; the text says what and what to do.
    Lock(String),
    /// What would be a warning, if Cargo.toml did not deny it.
    Denied(WarningKind),
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoDirectory => return f.write_str(&remedy::no_directory()),
            Self::DirectoryIsFile => {
                "this is a file: name the directory that holds the migrations"
            }
            Self::NoPermission => {
                "no permission to read it: look at its owner and mode with `ls -ld`"
            }
            Self::Unreadable(reason) => return write!(f, "cannot be read: {reason}"),
            Self::LinkLoop => {
                "this symbolic link leads back to itself or to the migrations directory: remove it"
            }
            Self::DanglingLink => {
                "this symbolic link leads to nothing: mend it or remove it"
            }
            Self::LinkToFile => {
                "this symbolic link leads to a file, but a migration is a directory: remove it"
            }
            Self::NameNotUtf8 => "this name is not UTF-8: rename the directory",
            Self::Seeds => {
                "Diesel would take this folder for a migration with the version `seeds`: move it \
                 out of the migrations directory"
            }
            Self::VersionTooLong(error) => {
                return write!(f, "{error}: rename the directory");
            }
            Self::Duplicate(error) => return error.fmt(f),
            Self::NoUp => {
                "there is no up.sql in this directory: write it, or remove the directory"
            }
            Self::EmptyUp => {
                "this file is empty: write the SQL that goes up, or a comment if it is meant to do \
                 nothing"
            }
            Self::NotUtf8 { offset } => {
                return write!(
                    f,
                    "byte {offset} is not UTF-8: save the file as UTF-8 text. A dump with binary values is written \
                     anew with these in hexadecimal (`--hex-blob`): to convert it would change them",
                );
            }
            Self::Sql(error) => return error.fmt(f),
            Self::Metadata(text) | Self::Setting(text) | Self::Lock(text) => text,
            Self::PreparesTransaction => {
                "this statement would leave a transaction prepared, with its locks, and nothing here \
                 ends that: remove it, or say `run_in_transaction = false` in metadata.toml"
            }
            Self::Denied(kind) => {
                let key = Rule::of(kind).map_or("a setting", Rule::key);
                return write!(f, "{kind} (`{key}` in Cargo.toml denies it)");
            }
        })
    }
}
