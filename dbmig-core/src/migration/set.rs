//! The set of migrations that a build or a directory holds.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use super::Migration;
use crate::sha256::Sha256;
use crate::{Dialect, Version};

/// Migrations of one database in the order of their versions, no version twice.
#[derive(Debug)]
pub struct MigrationSet {
    dialect: Dialect,
    migrations: Migrations,
    /// [`MigrationSet::digest`], where it was known before the migrations are made.
    digest: Option<&'static [u8; 32]>,
    ledger_schema: Option<Cow<'static, str>>,
    breaking_ahead: Option<BreakingAhead>,
}

#[derive(Debug)]
enum Migrations {
    Made(Cow<'static, [Migration]>),
    /// To be made when they are first asked for: a start with nothing to do asks for none.
    Generated(LazyLock<Vec<Migration>>),
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
        let migrations = Migrations::Made(migrations);
        Self { dialect, migrations, digest: None, ledger_schema: None, breaking_ahead: None }
    }

    /// Of what `make` makes, sorted, when it is first asked for.
    pub(crate) const fn generated(
        dialect: Dialect,
        digest: &'static [u8; 32],
        make: fn() -> Vec<Migration>,
        ledger_schema: Option<&'static str>,
        breaking_ahead: Option<BreakingAhead>,
    ) -> Self {
        let ledger_schema = match ledger_schema {
            Some(schema) => Some(Cow::Borrowed(schema)),
            None => None,
        };
        let migrations = Migrations::Generated(LazyLock::new(make));
        Self { dialect, migrations, digest: Some(digest), ledger_schema, breaking_ahead }
    }

    /// SHA-256 of the lines `version checksum`, between which there are line ends: what a database is
    /// compared with that holds the set.
    pub fn digest(&self) -> [u8; 32] {
        if let Some(digest) = self.digest {
            return *digest;
        }
        let mut sum = Sha256::new();
        let mut between = "";
        for migration in self {
            sum.update(format!("{between}{} {}", migration.version, migration.checksum));
            between = "\n";
        }
        sum.finalize()
    }

    /// This set, with what Cargo.toml says of a breaking migration ahead of it.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_breaking_ahead(mut self, policy: BreakingAhead) -> Self {
        self.breaking_ahead = Some(policy);
        self
    }

    /// This set, for a ledger in `schema`.
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
        match &self.migrations {
            Migrations::Made(migrations) => migrations,
            Migrations::Generated(migrations) => migrations,
        }
    }

    /// The migrations, oldest first.
    pub fn iter(&self) -> std::slice::Iter<'_, Migration> {
        self.as_slice().iter()
    }

    /// The migration with that version.
    pub fn get(&self, version: &Version) -> Option<&Migration> {
        let migrations = self.as_slice();
        let index = migrations.binary_search_by(|one| one.version.cmp(version)).ok()?;
        migrations.get(index)
    }
}

impl Clone for MigrationSet {
    fn clone(&self) -> Self {
        let migrations = match &self.migrations {
            Migrations::Made(migrations) => migrations.clone(),
            Migrations::Generated(migrations) => Cow::Owned(migrations.to_vec()),
        };
        Self {
            dialect: self.dialect,
            migrations: Migrations::Made(migrations),
            digest: self.digest,
            ledger_schema: self.ledger_schema.clone(),
            breaking_ahead: self.breaking_ahead,
        }
    }
}

impl PartialEq for MigrationSet {
    /// However they came to be.
    fn eq(&self, other: &Self) -> bool {
        self.dialect == other.dialect
            && self.ledger_schema == other.ledger_schema
            && self.breaking_ahead == other.breaking_ahead
            && self.as_slice() == other.as_slice()
    }
}

impl Eq for MigrationSet {}

impl<'a> IntoIterator for &'a MigrationSet {
    type Item = &'a Migration;
    type IntoIter = std::slice::Iter<'a, Migration>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What an app does where the database holds a breaking migration that its set does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum BreakingAhead {
    /// It does not start.
    #[default]
    Refuse,
    /// It goes on, and says so: somebody knows better than the verdict.
    Warn,
}

impl BreakingAhead {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Refuse, Self::Warn];

    /// The word for it in settings: `refuse`, `warn`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Warn => "warn",
        }
    }

    /// The one that is called so.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}
