//! The words about a ledger whose place is in doubt.

use std::fmt;

use dbmig_core::Dialect;
use dbmig_core::dialect::Storage;

/// Ledgers of which nothing says which one is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LedgerInDoubt {
    /// The database.
    pub dialect: Dialect,
    /// The schema that Diesel's own, unqualified name leads to.
    pub first: String,
    /// The ledgers, in the order in which the session looks through their schemas.
    pub ledgers: Vec<LedgerSeen>,
}

/// A ledger, and how much it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LedgerSeen {
    /// Its schema.
    pub schema: String,
    /// Its name, qualified and quoted.
    pub table: String,
    /// Its owner, where the database has such a thing.
    pub owner: Option<String>,
    /// The number of its rows; none where it was not read: to read it is not allowed, or could run
    /// something of its owner's.
    pub rows: Option<usize>,
    /// How many of them are versions of this set.
    pub known: usize,
}

impl LedgerInDoubt {
    /// The schema that most likely is meant: whose ledger knows most of the set. Of equals the one that
    /// the session looks into first, which need not have a ledger.
    fn likely(&self) -> &str {
        let related = self.ledgers.iter().rev().filter(|ledger| ledger.known > 0);
        related.max_by_key(|ledger| ledger.known).map_or(&self.first, |ledger| &ledger.schema)
    }

    fn has(&self, schema: &str) -> bool {
        self.ledgers.iter().any(|ledger| ledger.schema == schema)
    }

    pub(super) fn remedy(&self, program: &str) -> String {
        if self.dialect.storage() == Storage::File {
            return "open the file that is meant; or say that it is this one, though another one is \
                    attached: `Migrator::ledger_schema(\"main\")`"
                .to_owned();
        }
        let likely = self.likely();
        let first = Some(self.first.as_str()).filter(|first| !self.has(first));
        let others = first.into_iter().chain(self.ledgers.iter().map(|l| l.schema.as_str()));
        let others = others.filter(|name| *name != likely).map(|name| format!("`{name}`"));
        let others: Vec<_> = others.collect();
        format!(
            "say which one is meant: `{program} status --ledger-schema {}` shows what is applied there{}. \
             DBMIG_LEDGER_SCHEMA, `ledger-schema` under [package.metadata.dbmig] in Cargo.toml, or \
             `Migrator::ledger_schema` in an app says it for good",
            word(likely),
            match others.as_slice() {
                [] => String::new(),
                others => format!(" (or {})", others.join(", ")),
            },
        )
    }
}

impl fmt::Display for LedgerInDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, ledgers, dialect } = self;
        f.write_str("it is in doubt which ledger is meant: ")?;
        match (dialect.storage(), self.has(first)) {
            (Storage::File, _) => f.write_str(
                "the file that was opened has no __diesel_schema_migrations, and an attached one has",
            )?,
            (Storage::Server, true) => {
                f.write_str("several schemas of the search_path have a __diesel_schema_migrations")?;
            }
            (Storage::Server, false) => write!(
                f,
                "`{first}`, the first schema of the search_path, has no __diesel_schema_migrations, and a \
                 later one has"
            )?,
        }
        ledgers.iter().try_for_each(|ledger| write!(f, "\n  {ledger}"))?;
        write!(f, "\nDiesel's own tools would take `{first}`. Nothing was touched")
    }
}

impl fmt::Display for LedgerSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, owner, rows, known, .. } = self;
        let Some(rows) = rows else {
            let owner = owner.as_deref().unwrap_or_default();
            return write!(
                f,
                "{table}: not read, for that is not allowed or not safe; its owner is `{owner}`"
            );
        };
        let noun = if *rows == 1 { "row" } else { "rows" };
        write!(f, "{table}: {rows} {noun}, {known} of them known here")
    }
}

pub(super) fn no_schema(f: &mut fmt::Formatter<'_>, dialect: Dialect, schema: &str) -> fmt::Result {
    match dialect {
        Dialect::Sqlite => write!(
            f,
            "the ledger is to be in `{schema}`, and on SQLite it is always in the file that was opened, \
             which is called `main`"
        ),
        Dialect::Postgres => write!(
            f,
            "the ledger is to be in the schema `{schema}`, which does not exist in this database"
        ),
        Dialect::Mysql => write!(
            f,
            "the ledger is to be in the database `{schema}`, which does not exist, or this user may not \
             see it"
        ),
    }
}

pub(super) fn remedy_without(dialect: Dialect, schema: &str) -> String {
    let message = "--ledger-schema, DBMIG_LEDGER_SCHEMA, `ledger-schema` in Cargo.toml or \
                `Migrator::ledger_schema`";
    match dialect {
        Dialect::Sqlite => format!("leave out what says so: {message}"),
        Dialect::Postgres => format!(
            "create it, `CREATE SCHEMA {}`, or correct what says so: {message}",
            dialect.identifier(schema)
        ),
        Dialect::Mysql => format!(
            "create it, `CREATE DATABASE {}`, or correct what says so: {message}",
            dialect.identifier(schema)
        ),
    }
}

/// As a shell takes it for one word.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
