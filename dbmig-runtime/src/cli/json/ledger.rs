//! Which ledger was read.

use serde::Serialize;

use crate::runner::LedgerPlace;

#[derive(Serialize)]
pub(super) struct LedgerRow<'a> {
    schema: &'a str,
    table: &'a str,
    exists: bool,
    chosen: &'a str,
}

impl<'a> LedgerRow<'a> {
    pub(super) fn new(ledger: &'a LedgerPlace) -> Self {
        let LedgerPlace { schema, table, exists, chosen, .. } = ledger;
        Self { schema, table, exists: *exists, chosen }
    }
}
