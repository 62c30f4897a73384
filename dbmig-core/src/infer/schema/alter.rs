//! From what is known of a table to what is known behind an `ALTER`, and of its indexes.

use super::layer::Slot;
use super::table::Unique;
use super::{Key, Schema, Table};
use crate::infer::change::{Alteration, Constraint, How, Traits, Uniqueness};
use crate::infer::name::Name;
use crate::infer::shape::Shown;

impl Schema<'_, '_> {
    pub(super) fn add_column(&mut self, table: &Name, column: &str, how: How, traits: &Traits) {
        let dialect = self.dialect;
        let known = self.table(table);
        let is_sure = how == How::New || known.is_some_and(Table::is_complete);
        if is_sure && self.column(table, column).is_none() {
            self.edit(table, |table| table.add_column(dialect, column, traits.clone()));
        }
    }

    pub(super) fn alter_column(&mut self, table: &Name, column: &str, alteration: &Alteration) {
        let dialect = self.dialect;
        let mut name = column;
        if let Alteration::Redefine { name: new, .. } = alteration
            && new != column
        {
            self.rename_column(table, column, new);
            name = new;
        }
        self.edit(table, |table| table.alter_column(dialect, name, alteration));
    }

    pub(super) fn add_constraint(
        &mut self,
        table: &Name,
        name: Option<String>,
        constraint: &Constraint,
    ) {
        let dialect = self.dialect;
        self.edit(table, |table| table.add_constraint(dialect, name, constraint));
        if matches!(constraint, Constraint::UniqueUsingIndex) {
            // The index is called like the constraint from here on.
            self.edit(table, |table| table.extent = Shown::Part);
        }
    }

    pub(super) fn rename_column(&mut self, table: &Name, from: &str, to: &str) {
        let dialect = self.dialect;
        self.edit(table, |table| table.rename_column(dialect, from, to));
    }

    pub(super) fn add_index(
        &mut self,
        table: &Name,
        index: Option<&Name>,
        how: How,
        uniqueness: &Uniqueness,
    ) {
        if let (How::IfAbsent, Some(index)) = (how, index)
            && self.mentions(index.last())
        {
            return;
        }
        let name = index.map(|index| index.last().to_owned());
        self.edit(table, |table| match uniqueness {
            Uniqueness::None => table.indexes.extend(name),
            Uniqueness::Unique { columns, extent, .. } => {
                table.uniques.push(Unique { name, columns: columns.clone(), extent: *extent })
            }
        });
    }

    /// The tables that may have it.
    fn homes_of(&self, index: &Name, table: Option<&Name>) -> Vec<Key> {
        match table {
            Some(table) => vec![table.key(self.dialect)],
            None => self.homes(index.last()).into_iter().cloned().collect(),
        }
    }

    pub(super) fn rename_index(&mut self, from: &Name, to: &str, table: Option<&Name>) {
        let dialect = self.dialect;
        for key in self.homes_of(from, table) {
            if let Some(mut table) = self.table_of(&key).cloned() {
                table.rename_index(dialect, from.last(), to);
                self.put(key, table);
            }
        }
    }

    pub(super) fn drop_index(&mut self, index: &Name, table: Option<&Name>) {
        let dialect = self.dialect;
        for key in self.homes_of(index, table) {
            if let Some(mut table) = self.table_of(&key).cloned() {
                table.drop_index(dialect, index.last());
                self.tables.set(key, Slot::There(table));
            }
        }
    }
}
