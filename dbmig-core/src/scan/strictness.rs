//! What becomes of warnings.

use super::warning::WarningKind;

/// What a setting is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A `metadata.toml` that the SQL beside it contradicts.
    WrongDeclarations,
    /// A `down.sql` that cannot be executed.
    BrokenDowns,
    /// A statement that ends the transaction of its migration.
    TransactionControl,
    /// A lock file that is not what the directory holds, where a build takes its word.
    StaleLock,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::WrongDeclarations, Self::BrokenDowns, Self::TransactionControl, Self::StaleLock];

    /// The key in `[package.metadata.dbmig]` or `[workspace.metadata.dbmig]`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::WrongDeclarations => "wrong-declarations",
            Self::BrokenDowns => "broken-downs",
            Self::TransactionControl => "transaction-control",
            Self::StaleLock => "stale-lock",
        }
    }

    /// What holds where nothing is said.
    const fn usual(self) -> Level {
        match self {
            Self::WrongDeclarations | Self::BrokenDowns | Self::TransactionControl => Level::Warn,
            // What a build says of the migrations would be about other texts.
            Self::StaleLock => Level::Deny,
        }
    }

    /// The one that is about `kind`.
    pub(crate) const fn of(kind: &WarningKind) -> Option<Self> {
        match kind {
            WarningKind::WrongDeclaration { .. } => Some(Self::WrongDeclarations),
            WarningKind::BrokenDown(_) => Some(Self::BrokenDowns),
            WarningKind::EndsTransaction => Some(Self::TransactionControl),
            WarningKind::StraySql
            | WarningKind::NearlyNamed { .. }
            | WarningKind::NoUnderscore
            | WarningKind::EmptyVersion
            | WarningKind::TextOrder { .. }
            | WarningKind::NoDown
            | WarningKind::EmptyDown
            | WarningKind::OnlyComments
            | WarningKind::RefusesTransaction
            | WarningKind::RefusesRows(_) => None,
        }
    }
}

/// What becomes of a warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Nothing is said about it.
    Allow,
    /// It is a warning.
    #[default]
    Warn,
    /// It is an error.
    Deny,
}

/// The level of each rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strictness([Option<Level>; Rule::ALL.len()]);

impl Strictness {
    /// Of a rule; where nothing is said, a warning, but for a stale lock file.
    pub fn level(self, rule: Rule) -> Level {
        self.0[rule as usize].unwrap_or(rule.usual())
    }

    /// With another level for a rule.
    #[must_use]
    pub fn with(mut self, rule: Rule, level: Level) -> Self {
        self.0[rule as usize] = Some(level);
        self
    }

    /// What is said here, else what is said in `other`.
    pub(super) fn or(self, other: Self) -> Self {
        Self(Rule::ALL.map(|rule| self.0[rule as usize].or(other.0[rule as usize])))
    }
}
