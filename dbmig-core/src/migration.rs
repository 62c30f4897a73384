//! A migration, and the set of them that a build or a directory holds.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::impact::{
    Compatibility, Impact, Losses, Reason, ReversalVerdict, Reversibility, Verdict,
};
use crate::plan::BreakingAhead;
use crate::sql::{self, Statement};
use crate::{Checksum, Dialect, Version};

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
    /// What its SQL shows of its consequences; [`Migration::forward`] and [`Migration::backward`]
    /// also heed `settings`.
    pub impact: Impact,
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
    /// What keeps it from being played, as [`sql::split`] finds it.
    pub fn statements(&self, dialect: Dialect) -> Result<Vec<Statement<'_>>, sql::SplitError> {
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

    /// The way back as it may be stored and played: a script that can be read, and holds a statement
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

    /// Both together, as the history keeps them.
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
    /// A `down.sql` that cannot be played.
    Broken(sql::SplitError),
}

mod stored;

const DECLARED: &str = "its metadata.toml says so";

/// Whether the statements of a migration are one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Execution {
    /// All statements and the ledger row commit together or not at all.
    #[default]
    Transaction,
    /// Each statement on its own, with a cursor kept in the history.
    Statements,
}

impl Execution {
    /// `transaction` or `statements`, as the history holds it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transaction => "transaction",
            Self::Statements => "statements",
        }
    }

    /// The one with this word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Transaction, Self::Statements].into_iter().find(|one| one.name() == word)
    }
}

/// Whether the previous version of the app can live with the schema after a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DeclaredCompatibility {
    /// `metadata.toml` does not say.
    #[default]
    Undeclared,
    /// It can.
    Compatible,
    /// It can once it has been started anew: [`Verdict::CompatibleAfterRestart`].
    AfterRestart,
    /// It cannot.
    Breaking,
}

/// What the way back does to the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DeclaredReversibility {
    /// `metadata.toml` does not say.
    #[default]
    Undeclared,
    /// It restores what was there.
    Yes,
    /// It works, but loses data.
    Lossy,
    /// There is no way back.
    No,
}

/// SQLite's `PRAGMA foreign_keys` during a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ForeignKeys {
    /// As the connection has it.
    #[default]
    Unchanged,
    /// Off outside the transaction, checked before the commit, back on after it: the table
    /// rebuild of <https://www.sqlite.org/lang_altertable.html#otheralter>.
    Off,
}

/// What `metadata.toml` says of a migration.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Settings {
    /// `run_in_transaction`
    pub execution: Execution,
    /// `[dbmig] compatible`
    pub compatibility: DeclaredCompatibility,
    /// `[dbmig] reversible`
    pub reversible: DeclaredReversibility,
    /// `[dbmig] foreign_keys`
    pub foreign_keys: ForeignKeys,
    /// `[dbmig] lock_timeout`: how long a statement may wait for a lock, instead of the runner's.
    pub lock_timeout: Option<Duration>,
    /// `[dbmig] statement_timeout`: how long one statement may take.
    pub statement_timeout: Option<Duration>,
    /// `[dbmig] retries`: how often the step is tried again after `lock_timeout`.
    pub retries: Option<u32>,
}

impl Settings {
    /// What holds without a `metadata.toml`; [`Default`], in a constant.
    pub const DEFAULT: Self = Self {
        execution: Execution::Transaction,
        compatibility: DeclaredCompatibility::Undeclared,
        reversible: DeclaredReversibility::Undeclared,
        foreign_keys: ForeignKeys::Unchanged,
        lock_timeout: None,
        statement_timeout: None,
        retries: None,
    };
}

/// Migrations of one database in the order of their versions, no version twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationSet {
    dialect: Dialect,
    migrations: Cow<'static, [Migration]>,
    ledger_schema: Option<Cow<'static, str>>,
    breaking_ahead: Option<BreakingAhead>,
}

/// Two migrations with one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateVersion {
    /// The version.
    pub version: Version,
    /// The names of the two directories.
    pub names: [String; 2],
}

impl fmt::Display for DuplicateVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = &self.names;
        write!(
            f,
            "`{first}` and `{second}` both have the version {}: rename the directory of the newer one",
            self.version,
        )
    }
}

impl std::error::Error for DuplicateVersion {}

impl MigrationSet {
    /// Sorts `migrations`.
    ///
    /// # Errors
    /// [`DuplicateVersion`] for the first version that is there twice.
    pub fn new(dialect: Dialect, mut migrations: Vec<Migration>) -> Result<Self, DuplicateVersion> {
        migrations.sort_by(|a, b| a.version.cmp(&b.version));
        match migrations.windows(2).find(|pair| pair[0].version == pair[1].version) {
            Some([first, second]) => Err(DuplicateVersion {
                version: first.version.clone(),
                names: [first.name.to_string(), second.name.to_string()],
            }),
            _ => Ok(Self::made_of(dialect, Cow::Owned(migrations))),
        }
    }

    /// A set that generated code holds; in a constant, a wrong order is a compile error.
    ///
    /// # Panics
    /// Where `migrations` are not in the strict order of their versions.
    pub const fn from_static(dialect: Dialect, migrations: &'static [Migration]) -> Self {
        let mut i = 1;
        while i < migrations.len() {
            assert!(
                migrations[i - 1].version.is_before(&migrations[i].version),
                "migrations must be in the order of their versions, none of them twice"
            );
            i += 1;
        }
        Self::made_of(dialect, Cow::Borrowed(migrations))
    }

    /// Of migrations that are sorted.
    pub(crate) const fn made_of(dialect: Dialect, migrations: Cow<'static, [Migration]>) -> Self {
        Self { dialect, migrations, ledger_schema: None, breaking_ahead: None }
    }

    /// The same set with what Cargo.toml says of a breaking migration ahead of it.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_breaking_ahead(mut self, policy: BreakingAhead) -> Self {
        self.breaking_ahead = Some(policy);
        self
    }

    /// The same set for a ledger in `schema`.
    #[must_use]
    pub fn in_ledger_schema(self, schema: Option<String>) -> Self {
        Self { ledger_schema: schema.map(Cow::Owned), ..self }
    }

    /// The schema of the ledger, where the project's Cargo.toml named it when the set was compiled in.
    pub fn ledger_schema(&self) -> Option<&str> {
        self.ledger_schema.as_deref()
    }

    /// What an app does where a breaking migration is ahead of it, where the project's Cargo.toml said
    /// so when the set was compiled in.
    pub const fn breaking_ahead(&self) -> Option<BreakingAhead> {
        self.breaking_ahead
    }

    /// The dialect that their SQL is written in.
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The migrations, oldest first.
    pub fn as_slice(&self) -> &[Migration] {
        &self.migrations
    }

    /// The migrations, oldest first.
    pub fn iter(&self) -> std::slice::Iter<'_, Migration> {
        self.migrations.iter()
    }

    /// The migration with that version.
    pub fn get(&self, version: &Version) -> Option<&Migration> {
        let index =
            self.migrations.binary_search_by(|migration| migration.version.cmp(version)).ok()?;
        self.migrations.get(index)
    }
}

impl<'a> IntoIterator for &'a MigrationSet {
    type Item = &'a Migration;
    type IntoIter = std::slice::Iter<'a, Migration>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

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
            impact: Impact::UNREAD,
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
