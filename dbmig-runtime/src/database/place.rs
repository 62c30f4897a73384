//! Where the two tables are sought, and what may be found.

use crate::tables::Tables;

/// Where the two tables are sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought<'a> {
    /// Where Diesel's unqualified name would create its table in this session.
    Session,
    /// In the schema that a setting names.
    Setting(&'a str),
    /// In the schema where another session of the same run has found them.
    Again(&'a str),
}

impl<'a> Sought<'a> {
    /// The schema, where it is known before the session is asked.
    pub(crate) const fn schema(self) -> Option<&'a str> {
        match self {
            Self::Session => None,
            Self::Setting(schema) | Self::Again(schema) => Some(schema),
        }
    }
}

/// What an engine has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// The place.
    At(Tables),
    /// There is no such schema.
    NoSchema,
    /// A ledger, or several, where another place may be meant.
    InDoubt(PlaceDoubt),
}

/// Places that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceDoubt {
    /// Where Diesel's unqualified name would create its table.
    pub here: Tables,
    /// The ledgers, in the order in which the session looks through their schemas.
    pub ledgers: Vec<FoundLedger>,
    /// Which of them matter.
    pub matter: Matter,
}

/// Which ledgers elsewhere put the place in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matter {
    /// Each.
    Any,
    /// Those that hold a version of the set.
    Related,
}

/// A ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLedger {
    /// Its schema.
    pub schema: String,
    /// Its owner, where the database has such a thing.
    pub owner: Option<String>,
    /// Whether to read it runs nothing of others, and is allowed.
    pub reading: Readability,
}

/// Whether a table may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readability {
    /// It may.
    Safe,
    /// It may not.
    Unsafe,
}
