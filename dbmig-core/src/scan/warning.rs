//! What is accepted, but is probably not meant.

use std::fmt;
use std::path::PathBuf;

use crate::sql::rows::Refusal;
use crate::sql::{Position, SplitError};

/// A warning, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// The file or directory, as a person should see it.
    pub path: PathBuf,
    /// The place in the file, where there is one.
    pub position: Option<Position>,
    /// What it is about.
    pub kind: WarningKind,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(position) = self.position {
            write!(f, ":{position}")?;
        }
        write!(f, ": {}", self.kind)
    }
}

/// What a warning is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// An SQL file beside the directories of the migrations.
    StraySql,
    /// A file in a migration whose name is nearly one of those that are read.
    NearlyNamed {
        /// The name that is read.
        meant: &'static str,
    },
    /// A directory's name without `_`.
    NoUnderscore,
    /// A directory's name that begins with `_`.
    EmptyVersion,
    /// Numbers of different widths, which text order puts in an order nobody expects.
    TextOrder {
        /// The name of the directory that comes later although its number is smaller.
        later: String,
    },
    /// No `down.sql`.
    NoDown,
    /// A `down.sql` without a statement.
    EmptyDown,
    /// A `down.sql` that cannot be executed.
    BrokenDown(SplitError),
    /// An `up.sql` of comments only.
    OnlyComments,
    /// A statement that ends the transaction that the migration runs in.
    EndsTransaction,
    /// A statement that its database refuses in a transaction.
    RefusesTransaction,
    /// A column that SQLite adds to no table that has rows.
    RefusesRows(Refusal),
    /// What `metadata.toml` says of a migration is not what its SQL does.
    WrongDeclaration {
        /// What is against what.
        contradiction: Contradiction,
        /// Where it is said: `migrations/1_a/metadata.toml:3:1`.
        declaration: String,
        /// What was found, in words.
        found: String,
    },
}

/// What `metadata.toml` says, and the SQL does not bear out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Contradiction {
    /// `compatible` is something else than `false`, and a statement breaks the previous version.
    Compatible {
        /// What it is: `true` or `"after_restart"`.
        declared: &'static str,
    },
    /// `reversible = "yes"` with a `down.sql` that drops something.
    DeclaredReversibility,
    /// `reversible` is something else than `"no"`, and there is no way back.
    NoWayBack {
        /// What it is: `yes` or `lossy`.
        declared: &'static str,
    },
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StraySql => "nobody reads this file: a migration is a directory with an up.sql",
            Self::NearlyNamed { meant } => {
                return write!(f, "nobody reads this file: is it meant to be `{meant}`?");
            }
            Self::NoUnderscore => {
                "the name has no `_`, so the whole of it is the version: is it meant to be \
                 `<version>_<name>`?"
            }
            Self::EmptyVersion => {
                "the name begins with `_`, so the version is empty: is it meant to be \
                 `<version>_<name>`?"
            }
            Self::TextOrder { later } => {
                return write!(
                    f,
                    "runs before `{later}`, because versions are ordered as text: give all of \
                     them the same number of digits",
                );
            }
            Self::NoDown => "there is no down.sql: this migration cannot be reverted",
            Self::EmptyDown => {
                "this file holds no statement: this migration cannot be reverted (where there is \
                 nothing to undo, say `reversible = \"yes\"` under `[dbmig]` in metadata.toml)"
            }
            Self::BrokenDown(error) => {
                return write!(f, "{error}; until then, this migration cannot be reverted");
            }
            Self::OnlyComments => "this file holds no statement: this migration does nothing",
            Self::EndsTransaction => {
                "this statement controls the transaction that the migration runs in, so the migration \
                 runs statement by statement, and not at all where it ends what it has not begun: \
                 remove it (`BEGIN; .. COMMIT;` around a script is not needed), or say \
                 `run_in_transaction = false` in metadata.toml"
            }
            Self::RefusesTransaction => {
                "this statement cannot run in a transaction: say `run_in_transaction = false` in \
                 metadata.toml"
            }
            Self::RefusesRows(Refusal::ComputedDefault) => {
                "SQLite refuses this where the table has rows, because the default is not constant: \
                 add the column without it and UPDATE the rows, or give it a constant default, or \
                 make the table anew"
            }
            Self::RefusesRows(Refusal::Stored) => {
                "SQLite refuses this where the table has rows: make the generated column VIRTUAL, or \
                 make the table anew"
            }
            Self::WrongDeclaration { contradiction, declaration, found } => {
                return contradiction.write(f, declaration, found);
            }
        })
    }
}

impl Contradiction {
    fn write(self, f: &mut fmt::Formatter<'_>, declaration: &str, found: &str) -> fmt::Result {
        match self {
            Self::Compatible { declared } => write!(
                f,
                "{found}, so the previous version of the app cannot live with it, but {declaration} \
                 says `compatible = {declared}`: say `compatible = false` there, or do it in two releases",
            ),
            Self::DeclaredReversibility => write!(
                f,
                "{found}, which loses data, but {declaration} says `reversible = \"yes\"`: say \
                 `reversible = \"lossy\"` there",
            ),
            Self::NoWayBack { declared } => write!(
                f,
                "says `reversible = \"{declared}\"`, but {found}: write the way back, or say \
                 `reversible = \"no\"`",
            ),
        }
    }
}
