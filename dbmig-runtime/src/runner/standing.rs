//! All that `status` tells, asked at once.

use dbmig_core::status::{self, StatusEntry};

use super::{LedgerPlace, Runner, within};
use crate::database::Database;
use crate::error::Error;
use crate::snapshot::read;

/// Where the migrations stand, and who works on the database.
pub(crate) struct Standing {
    /// As [`Runner::status`] tells it.
    pub(crate) entries: Vec<StatusEntry>,
    /// As [`Runner::holder`] tells it.
    pub(crate) holder: Option<String>,
    /// As [`Runner::ledger`] tells it.
    pub(crate) ledger: LedgerPlace,
}

impl Runner<'_> {
    /// What [`Runner::status`], [`Runner::holder`] and [`Runner::ledger`] tell, with the session
    /// prepared and the tables found once. Reads only.
    pub(crate) fn standing(&self, db: &mut dyn Database) -> Result<Standing, Error> {
        within(db, |db| {
            let found = read(db, &self.seek())?;
            let entries = status::status(self.set, &found.history);
            let lock = crate::lock::of(db, &found.tables, &self.options)?;
            let holder = lock.holder(db, &found.tables);
            let holder = holder.map_err(Error::database("look who holds the migration lock"))?;
            Ok(Standing { entries, holder, ledger: LedgerPlace::of(found.tables) })
        })
    }
}
