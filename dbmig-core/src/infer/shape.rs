//! What a table is made of, as a statement shows it.

use super::change::{Constraint, Traits};
use super::formula::Formula;
use super::name::Name;

/// A table as the statement shows it that makes it.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Its columns by name, in their order.
    pub(super) columns: Vec<(String, Traits)>,
    /// Those of columns too, where they have a name.
    pub(super) constraints: Vec<(Option<String>, Constraint)>,
    /// Names of indexes that are not unique.
    pub(super) indexes: Vec<String>,
    pub(super) extent: Shown,
    pub(super) parent: Parent,
    pub(super) partitioning: Partitioning,
    pub(super) storage: Storage,
}

/// How SQLite keeps a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Storage {
    pub(super) typing: Typing,
    pub(super) rowid: Rowid,
}

/// Whether a column takes values of other types than its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Typing {
    #[default]
    Loose,
    /// `STRICT`
    Strict,
}

/// Whether each row has a number beside its key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Rowid {
    #[default]
    With,
    /// `WITHOUT ROWID`
    Without,
}

impl Shape {
    /// Those of columns, and of the table.
    pub(super) fn foreign_keys(&self) -> impl Iterator<Item = &ForeignKey> {
        let columns = self.columns.iter().filter_map(|(_, traits)| traits.references.as_ref());
        columns.chain(self.constraints.iter().filter_map(|(_, constraint)| match constraint {
            Constraint::ForeignKey(key) => Some(key),
            Constraint::Unique(_)
            | Constraint::PrimaryKey(_)
            | Constraint::Check(_)
            | Constraint::Exclude
            | Constraint::UniqueUsingIndex => None,
        }))
    }
}

/// How much of a table is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Each column, key and constraint.
    All,
    /// There may be more: `LIKE`, `AS SELECT`, what no migration has made.
    Part,
}

/// On what other tables one depends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parent {
    None,
    Inherits(Vec<Name>),
    /// It is a partition of another one.
    Partition(Name, Bounds),
}

/// Which rows go into a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bounds {
    /// Those that go nowhere else.
    Default,
    /// Some that the statement names.
    Values,
}

/// Whether a table is one of partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Partitioning {
    None,
    Partitioned,
}

/// `FOREIGN KEY (columns) REFERENCES target (target_columns)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ForeignKey {
    pub(super) columns: Vec<String>,
    pub(super) target: Name,
    /// Nothing for its primary key.
    pub(super) target_columns: Vec<String>,
    pub(super) on_delete: Action,
    pub(super) on_update: Action,
    pub(super) timing: Timing,
}

impl ForeignKey {
    /// Whether it changes nothing itself when a row that it points to goes or changes.
    pub(super) fn only_refuses(&self) -> bool {
        [self.on_delete, self.on_update]
            .into_iter()
            .all(|action| matches!(action, Action::Nothing | Action::Restrict))
    }
}

/// When a key is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timing {
    /// With each statement.
    Immediate,
    /// With the end of the transaction, for those who ask for it.
    Deferrable,
    /// With the end of the transaction.
    Deferred,
}

/// What becomes of the rows that point to one that goes or changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Nothing,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

/// A condition on each row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Check {
    pub(super) expr: Formula,
    pub(super) validity: Validity,
}

/// Whether the rows that were there are known to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validity {
    Valid,
    /// `NOT VALID`
    NotValid,
    /// `NOT ENFORCED`: no row need pass.
    NotEnforced,
}

/// What replication needs to find a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// The primary key.
    Default,
    Full,
    Nothing,
    Index(String),
}

/// What a publication publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Published {
    AllTables,
    Schemas(Vec<String>),
    Tables(Vec<PublishedTable>),
}

/// One table of a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PublishedTable {
    pub(super) table: Name,
    /// A filter or a list of columns: then the identity must be in it.
    pub(super) part: Shown,
}
