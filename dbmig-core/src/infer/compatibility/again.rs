//! A foreign key that is made again: it may do more for the previous version, and not less.

use super::Judge;
use crate::infer::change::{Act, Constraint, Nullable};
use crate::infer::name::{Name, column_key};
use crate::infer::shape::{Action, ForeignKey};

impl Judge<'_, '_> {
    /// Whether the script makes the key that it drops again, so that the previous version can live
    /// with it.
    pub(super) fn is_made_again(&self, table: &Name, old: &ForeignKey) -> bool {
        let dialect = self.scope.dialect;
        self.later().any(|act| match act {
            Act::AddConstraint { table: of, constraint: Constraint::ForeignKey(new), .. } => {
                of.key(dialect) == table.key(dialect) && self.is_no_stricter(table, old, new)
            }
            _ => false,
        })
    }

    /// Whether the previous version knows a key that is as strict.
    pub(super) fn was_there(&self, table: &Name, new: &ForeignKey) -> bool {
        let known = self.past.table(table);
        let mut keys = known.iter().flat_map(|known| &known.foreign_keys);
        keys.any(|(_, old)| self.is_no_stricter(table, old, new))
    }

    pub(super) fn is_no_stricter(&self, table: &Name, old: &ForeignKey, new: &ForeignKey) -> bool {
        let dialect = self.scope.dialect;
        let keys = |names: &[String]| -> Vec<_> {
            names.iter().map(|name| column_key(dialect, name)).collect()
        };
        let nullable = || {
            let mut columns = new.columns.iter().map(|column| self.now.column(table, column));
            columns.all(|column| column.is_some_and(|own| own.nullable == Nullable::Yes))
        };
        let softer = |old: Action, new: Action| match (old, new) {
            (Action::Nothing | Action::Restrict, Action::Cascade | Action::Nothing) => true,
            (Action::Nothing | Action::Restrict, Action::SetNull) => nullable(),
            (old, new) => old == new,
        };
        old.target.key(dialect) == new.target.key(dialect)
            && keys(&old.columns) == keys(&new.columns)
            && self.targets(old) == self.targets(new)
            && old.timing == new.timing
            && softer(old.on_delete, new.on_delete)
            && softer(old.on_update, new.on_update)
    }

    /// The columns that a key is about; nothing where that is not known.
    fn targets(&self, key: &ForeignKey) -> Option<Vec<String>> {
        let dialect = self.scope.dialect;
        let named = key.target_columns.iter().map(|name| Some(column_key(dialect, name)));
        if !key.target_columns.is_empty() {
            return named.collect();
        }
        let primary = self.now.table(&key.target)?.primary_key.as_ref()?;
        let own = primary.columns.iter().map(Option::as_deref);
        own.map(|name| name.map(|name| column_key(dialect, name))).collect()
    }
}
