//! From what is known of a table to what is known behind an `ALTER`, and of its indexes.

use super::layer::Slot;
use super::table::Unique;
use super::{Key, Schema, Table};
use crate::infer::change::{Act, Alteration, Constraint, How, Uniqueness};
use crate::infer::name::Name;

impl Schema<'_, '_> {
    /// What `act` makes of its columns, indexes and constraints.
    pub(super) fn alter(&mut self, table: &Name, act: &Act) {
        let dialect = self.dialect;
        match act {
            Act::AddColumn { column, how, traits, .. } => {
                let known = self.table(table);
                let is_sure = *how == How::New || known.is_some_and(Table::is_complete);
                let is_there = self.column(table, column).is_some();
                if is_sure && !is_there {
                    self.edit(table, |table| table.add_column(dialect, column, traits.clone()));
                }
            }
            Act::DropColumn { column, .. } => {
                self.edit(table, |table| table.drop_column(dialect, column));
            }
            Act::RenameColumn { from, to, .. } => self.rename_column(table, from, to),
            Act::AlterColumn { column, alteration, .. } => {
                if let Alteration::Redefine { name, .. } = alteration
                    && name != column
                {
                    self.rename_column(table, column, name);
                    self.edit(table, |table| table.alter_column(dialect, name, alteration));
                } else {
                    self.edit(table, |table| table.alter_column(dialect, column, alteration));
                }
            }
            Act::AddIndex { index, how, uniqueness, .. } => {
                self.add_index(table, index.as_ref(), *how, uniqueness);
            }
            Act::AddConstraint { name, constraint, .. } => {
                let name = name.clone();
                self.edit(table, |table| table.add_constraint(dialect, name, constraint));
                if matches!(constraint, Constraint::UniqueUsingIndex) {
                    // The index is called like the constraint from here on.
                    self.edit(table, |table| table.extent = crate::infer::shape::Shown::Part);
                }
            }
            Act::Validate { constraint, .. } => {
                self.edit(table, |table| table.validate(dialect, constraint));
            }
            Act::ReplicaIdentity { identity, .. } => {
                self.edit(table, |table| table.identity = identity.clone());
            }
            _ => {}
        }
    }

    fn rename_column(&mut self, table: &Name, from: &str, to: &str) {
        let dialect = self.dialect;
        self.edit(table, |table| table.rename_column(dialect, from, to));
    }

    fn add_index(&mut self, table: &Name, index: Option<&Name>, how: How, uniqueness: &Uniqueness) {
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
