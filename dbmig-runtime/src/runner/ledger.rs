//! Which ledger a runner reads, for people.

use std::fmt;

use super::{Runner, within};
use crate::database::Database;
use crate::error::Error;
use crate::tables::{Chosen, Presence, Tables};

impl Runner<'_> {
    /// Where the ledger is, or would be created, and why there. Reads only.
    ///
    /// # Errors
    /// [`Error`]; [`Error::LedgerInDoubt`] where nothing says which of several is meant.
    pub fn ledger(&self, db: &mut dyn Database) -> Result<LedgerPlace, Error> {
        within(db, |db| Ok(LedgerPlace::of(self.seek().locate(db)?)))
    }
}

/// Where the ledger is, or would be created.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LedgerPlace {
    /// Its schema, or on MySQL its database.
    pub schema: String,
    /// Its name, qualified and quoted.
    pub table: String,
    /// Whether it is there.
    pub exists: bool,
    /// Why it is that one, in a word: `only` (there is no other place), `first` (of several on the
    /// `search_path`), `setting`, or `origin` (a migration of its own has created the schema that now
    /// comes first).
    pub chosen: &'static str,
    why: Chosen,
}

impl LedgerPlace {
    pub(super) fn of(tables: Tables) -> Self {
        Self {
            table: tables.ledger_name(),
            exists: tables.ledger == Presence::Present,
            chosen: match tables.chosen {
                Chosen::Only => "only",
                Chosen::First => "first",
                Chosen::Setting => "setting",
                Chosen::Origin { .. } => "origin",
            },
            why: tables.chosen,
            schema: tables.schema,
        }
    }

    /// Whether another one could have been meant.
    pub fn is_obvious(&self) -> bool {
        self.why == Chosen::Only
    }
}

impl fmt::Display for LedgerPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.table)?;
        if !self.exists {
            f.write_str(" (not there yet)")?;
        }
        match &self.why {
            Chosen::Only => Ok(()),
            Chosen::First => f.write_str(", in the first schema of the search_path"),
            Chosen::Setting => f.write_str(", as the setting ledger-schema says"),
            Chosen::Origin { first } => write!(
                f,
                ", whose own migration created the schema `{first}`, which the search_path now names first"
            ),
        }
    }
}
