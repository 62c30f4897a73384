//! What `metadata.toml` says of a migration.

use std::time::Duration;

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
    /// It can once it has been started anew: [`Verdict::CompatibleAfterRestart`](crate::outlook::Impact::CompatibleAfterRestart).
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
