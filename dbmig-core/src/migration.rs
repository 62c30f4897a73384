//! A migration, and the set of them that a build or a directory holds.

use std::borrow::Cow;

use crate::impact::{
    Compatibility, Impact, ImpactText, Losses, Reason, ReversalVerdict, Reversibility, Verdict,
};
use crate::sql::{self, Statements};
use crate::{Checksum, Dialect, Version};

mod set;
mod settings;
mod stored;

pub use set::{BreakingAhead, DuplicateVersion, MigrationSet};
pub use settings::{
    DeclaredCompatibility, DeclaredReversibility, Execution, ForeignKeys, Settings,
};

/// One migration.
///
/// The fields are public so that generated code can build a `static`; in a program it comes from
/// the macro, the build script or `scan`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its place in the order and its key in the ledger.
    pub version: Version,
    /// The whole name of its directory, for example `2026-11-22-163000-0000_create_users`.
    pub name: Cow<'static, str>,
    /// What it does.
    pub body: Body,
    /// What `metadata.toml` says.
    pub settings: Settings,
    /// Checksum of what it does going up.
    pub checksum: Checksum,
    /// What its SQL shows of its consequences; [`Migration::compatibility`] and [`Migration::reversibility`]
    /// also heed `settings`.
    pub impact: ImpactText,
}

/// What a migration does. More kinds will follow (migrations written in Rust).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// SQL from `up.sql` and `down.sql`.
    Sql(SqlBody),
}

/// The scripts of an SQL migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlBody {
    /// `up.sql`
    pub up: Script,
    /// `down.sql`, where there is one.
    pub down: Down,
}

/// The way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Down {
    /// A script, which may still be empty or hold only comments.
    Script(Script),
    /// No `down.sql`.
    Missing,
}

/// An SQL text and where it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The file, as a person should see it, for example `migrations/1_a/up.sql`.
    pub path: Cow<'static, str>,
    /// Its text, as it is on disk but for a byte order mark.
    pub text: Cow<'static, str>,
}

impl Script {
    /// Its statements, in order.
    ///
    /// # Errors
    /// What keeps it from being executed, as [`sql::split`] finds it.
    pub fn statements(&self, dialect: Dialect) -> Result<Statements<'_>, sql::SplitError> {
        sql::split(dialect, &self.text)
    }
}

impl Migration {
    /// The script that goes up.
    pub fn up(&self) -> &Script {
        let Body::Sql(body) = &self.body;
        &body.up
    }

    /// The way back.
    pub fn down(&self) -> &Down {
        let Body::Sql(body) = &self.body;
        &body.down
    }

    /// The way back as it may be stored and executed: a script that can be read, and holds a statement
    /// unless `reversible = "yes"` says that there is nothing to undo.
    ///
    /// # Errors
    /// Why there is none.
    pub fn way_back(&self, dialect: Dialect) -> Result<&Script, NoWayBack> {
        let Down::Script(script) = self.down() else { return Err(NoWayBack::Missing) };
        match script.statements(dialect) {
            Err(error) => Err(NoWayBack::Broken(error)),
            Ok(all) if all.is_empty() && self.settings.reversible != DeclaredReversibility::Yes => {
                Err(NoWayBack::Empty)
            }
            Ok(_) => Ok(script),
        }
    }

    /// Whether the previous version of the app can live with the schema after it: as declared, else
    /// as its SQL shows, else not.
    pub fn compatibility(&self) -> Compatibility {
        let verdict = match self.settings.compatibility {
            DeclaredCompatibility::Undeclared => return self.impact.compatibility(),
            DeclaredCompatibility::Compatible => Verdict::Compatible,
            DeclaredCompatibility::AfterRestart => Verdict::CompatibleAfterRestart,
            DeclaredCompatibility::Breaking => Verdict::Breaking,
        };
        Compatibility { verdict, reason: Reason::declared(DECLARED) }
    }

    /// Both together.
    pub fn consequences(&self) -> Impact {
        Impact::new(&self.compatibility(), &self.reversibility())
    }

    /// What its way back does to the data: as declared, else as its SQL shows.
    pub fn reversibility(&self) -> Reversibility {
        let found = self.impact.reversibility();
        let reversal = match (self.settings.reversible, &found.reversal) {
            // Where there is no way back, none can be declared.
            (DeclaredReversibility::Undeclared, _)
            | (
                DeclaredReversibility::Yes | DeclaredReversibility::Lossy,
                ReversalVerdict::Impossible,
            ) => return found,
            (DeclaredReversibility::Yes, _) => ReversalVerdict::Restores,
            (DeclaredReversibility::No, _) => ReversalVerdict::Impossible,
            // What is lost can be counted all the same.
            (DeclaredReversibility::Lossy, ReversalVerdict::Lossy(losses)) => {
                ReversalVerdict::Lossy(losses.clone())
            }
            (DeclaredReversibility::Lossy, _) => ReversalVerdict::Lossy(Losses::Unknown),
        };
        Reversibility { reversal, reason: Reason::declared(DECLARED) }
    }
}

/// Why a migration has no way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoWayBack {
    /// No `down.sql`.
    Missing,
    /// A `down.sql` without a statement, and nobody says that this is meant.
    Empty,
    /// A `down.sql` that cannot be executed.
    Broken(sql::SplitError),
}

const DECLARED: &str = "its metadata.toml says so";

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn migration(name: &'static str) -> Migration {
        let script = Script { path: Cow::Borrowed("up.sql"), text: Cow::Borrowed("SELECT 1") };
        Migration {
            version: Version::of_directory(name).expect("a short version"),
            name: Cow::Borrowed(name),
            body: Body::Sql(SqlBody { up: script, down: Down::Missing }),
            settings: Settings::DEFAULT,
            checksum: Checksum::from_bytes([0; 32]),
            impact: ImpactText::UNREAD,
        }
    }

    #[test]
    fn a_set_is_sorted_and_has_no_version_twice() {
        let set = MigrationSet::new(
            Dialect::Sqlite,
            vec![migration("2_b"), migration("10_c"), migration("1_a")],
        );
        let names: Vec<_> = set.iter().flatten().map(|m| m.name.clone()).collect();
        assert_eq!(names, ["1_a", "10_c", "2_b"]);
        let twice = MigrationSet::new(Dialect::Sqlite, vec![migration("1_b"), migration("1_a")]);
        assert!(twice.is_err_and(|e| e.to_string().contains("both have the version 1")));
    }

    #[test]
    fn default_settings_are_the_constant() {
        assert_eq!(Settings::default(), Settings::DEFAULT);
    }
}
