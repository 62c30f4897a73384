//! SQLite takes a foreign key to what is not there, and fails when rows of either table change.

use super::{Finding, Judge, unclear};
use crate::Dialect;
use crate::infer::name::Name;
use crate::infer::schema::Existence;
use crate::infer::shape::ForeignKey;
use crate::sql::Position;

/// A foreign key of the script, to be looked at when all of it is read.
pub(super) struct Reference {
    table: Name,
    key: ForeignKey,
    position: Position,
}

impl Judge<'_, '_> {
    pub(super) fn refers(&mut self, table: &Name, key: &ForeignKey) {
        if self.scope.dialect == Dialect::Sqlite {
            let (table, key, position) = (table.clone(), key.clone(), self.position);
            self.references.push(Reference { table, key, position });
        }
    }

    /// What is wrong with the foreign keys at the end of the script.
    pub(super) fn dangling(&self) -> Vec<(Finding, Position)> {
        let wrong = self.references.iter().filter_map(|reference| {
            let Reference { table, key, position } = reference;
            self.now.table(table)?;
            let target = &key.target;
            let verdict = match self.now.existence(target) {
                Existence::Unknown if self.now.is_doubtful_table(target) => return None,
                Existence::Absent | Existence::Unknown => unclear(format!(
                    "{table} refers to {target}, which is not there: DELETE and INSERT fail"
                )),
                Existence::There if self.is_at_key(key) => return None,
                Existence::There => unclear(format!(
                    "{table} refers to columns of {target} that are no key: DELETE and UPDATE of \
                     {target} fail"
                )),
            };
            Some((verdict, *position))
        });
        wrong.collect()
    }

    fn is_at_key(&self, key: &ForeignKey) -> bool {
        let Some(target) = self.now.table(&key.target) else { return true };
        if !target.is_complete() {
            return true;
        }
        if key.target_columns.is_empty() {
            let primary = target.primary_key.as_ref();
            return primary.is_some_and(|own| own.columns.len() == key.columns.len());
        }
        target.is_key(self.scope.dialect, &key.target_columns)
    }
}
