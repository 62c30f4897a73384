//! What is no longer known after something that is not understood.

use super::layer::Slot;
use super::table::Table;
use super::{Key, Schema, words};
use crate::infer::name::Name;
use crate::infer::shape::Shown;
use crate::infer::step::Step;

impl Schema<'_, '_> {
    /// Whatever the text mentions may be another thing from here on.
    pub(super) fn doubt(&mut self, text: &str) {
        self.doubted.add(&words::hashes(text));
        let words = words::lower(text);
        words.iter().for_each(|word| self.doubt_word(word, Doubt::Whole));
        let is =
            |key: &Key| key.last().is_some_and(|last| words.contains(&words::lower_case(last)));
        let base = self.base.map(|base| &base.enumerations);
        for key in self.enumerations.keys_where(base, |key, _| is(key)) {
            self.enumerations.set(key, Slot::Unknown);
        }
        let base = self.base.map(|base| &base.objects);
        for key in self.objects.keys_where(base, |(_, key), ()| is(key)) {
            self.objects.set(key, Slot::Unknown);
        }
    }

    /// What is understood only so far that it does not make or drop tables and columns.
    pub(super) fn other(&mut self, step: &Step<'_>, table: Option<&Name>) {
        let runs = ["DO", "CALL", "EXECUTE"];
        let runs = step
            .statement
            .as_ref()
            .is_some_and(|statement| runs.iter().any(|word| statement.begins_with(&[word])));
        if runs {
            return self.doubt(step.text);
        }
        for word in words::lower(step.text) {
            self.doubt_word(&word, Doubt::Parts);
        }
        // Whether there is such a partition afterwards, nobody has looked.
        if let Some(table) = table.and_then(|table| self.table(table)).cloned() {
            let key = table.name.key(self.dialect);
            let default_partition = super::Existence::Unknown;
            self.tables.set(key, Slot::There(Table { default_partition, ..table }));
        }
    }

    fn doubt_word(&mut self, word: &str, doubt: Doubt) {
        let homes: Vec<Key> = self.homes(word).into_iter().cloned().collect();
        for key in homes {
            let Some(table) = self.table_of(&key) else { continue };
            if words::lower(table.name.last()).contains(word) {
                if doubt == Doubt::Whole {
                    self.tables.set(key, Slot::Unknown);
                }
                continue;
            }
            let mut table = table.clone();
            let dialect = self.dialect;
            let named = table.names().filter(|name| words::lower(name).contains(word));
            let named: Vec<_> = named.map(str::to_owned).collect();
            named.iter().for_each(|name| table.forget(dialect, name));
            self.tables.set(key, Slot::There(table));
        }
    }

    /// `DROP TYPE .. CASCADE` takes columns with it.
    pub(super) fn drop_columns_of_type(&mut self, name: &Name) {
        let (kind, base) = (name.last().to_owned(), self.base.map(|base| &base.tables));
        let has = |_: &Key, table: &Table| {
            table.columns.iter().any(|(_, traits)| traits.kind.contains(&kind))
        };
        for key in self.tables.keys_where(base, has) {
            let Some(mut table) = self.table_of(&key).cloned() else { continue };
            table.columns.retain(|(_, traits)| !traits.kind.contains(&kind));
            table.extent = Shown::Part;
            self.tables.set(key, Slot::There(table));
        }
    }

    pub(super) fn drop_schema(&mut self, name: &Name) {
        let base = self.base.map(|base| &base.tables);
        let within = |key: &Key, _: &Table| key.len() > 1 && key.first() == name.0.last();
        // Which schema names without one are in depends on settings.
        let within = |key: &Key, table: &Table| key.len() == 1 || within(key, table);
        for key in self.tables.keys_where(base, within) {
            self.tables.set(key, Slot::Unknown);
        }
    }
}

/// How much of a table is in doubt.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doubt {
    Whole,
    /// Its indexes and constraints.
    Parts,
}
