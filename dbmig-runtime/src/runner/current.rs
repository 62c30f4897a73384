//! Whether there is anything to do at all, for who has not read the scripts yet.

use super::Runner;
use crate::database::Database;

impl Runner<'_> {
    /// Whether the database holds exactly the set, with no run interrupted: then
    /// [`run`](Runner::run) would do nothing. Only versions and checksums of the set are looked at.
    /// `false` means that only a closer look can tell. Reads only.
    pub(crate) fn is_up_to_date(&self, db: &mut dyn Database) -> bool {
        db.report_to(&self.options.control);
        self.is_current(db)
    }
}
