//! What a script has made so far: nobody else knows it yet.

use std::collections::{HashMap, HashSet};

use super::change::{Act, Change, How, Kind, Nullable, Value};
use super::name::{Name, column_key};
use crate::Dialect;

/// A new column of a table that was there before.
#[derive(Clone, Debug)]
pub(super) struct NewColumn {
    pub(super) nullable: Nullable,
    pub(super) default: Value,
    /// Its type.
    pub(super) kind: String,
}

type Key = Vec<String>;

/// What is new, and what is only called otherwise.
pub(super) struct Scope {
    pub(super) dialect: Dialect,
    tables: HashSet<Key>,
    columns: HashMap<(Key, String), NewColumn>,
    objects: HashSet<(Kind, Key)>,
    /// Tables and objects that a later statement makes, by the number of its change.
    made_later: Vec<(usize, Option<Kind>, Key)>,
}

impl Scope {
    pub(super) fn new<'c>(dialect: Dialect, changes: impl IntoIterator<Item = &'c Change>) -> Self {
        let later = changes.into_iter().enumerate().filter_map(|(number, change)| {
            let (kind, name) = match &change.act {
                Act::MakeTable { table, .. } => (None, table),
                Act::RenameTable { to, .. } => (None, to),
                Act::Make { kind, name, .. } => (Some(*kind), name),
                Act::MakeTrigger { trigger, .. } => (Some(Kind::Trigger), trigger),
                Act::AddIndex { index: Some(name), .. } => (Some(Kind::Index), name),
                _ => return None,
            };
            Some((number, kind, name.key(dialect)))
        });
        Self {
            dialect,
            made_later: later.collect(),
            tables: HashSet::new(),
            columns: HashMap::new(),
            objects: HashSet::new(),
        }
    }

    /// Names mean something else from here on.
    pub(super) fn forget(&mut self) {
        self.tables.clear();
        self.columns.clear();
        self.objects.clear();
    }

    pub(super) fn is_new_table(&self, table: &Name) -> bool {
        self.tables.contains(&table.key(self.dialect))
    }

    /// Whether the change after the `number`th or a later one makes it, or what has its name.
    pub(super) fn is_made_after(&self, number: usize, kind: Option<Kind>, name: &Name) -> bool {
        let key = name.key(self.dialect);
        self.made_later.iter().any(|(at, k, n)| *at > number && *k == kind && *n == key)
    }

    pub(super) fn make_table(&mut self, table: &Name, how: How) {
        if how == How::New {
            self.tables.insert(table.key(self.dialect));
        }
    }

    pub(super) fn drop_table(&mut self, table: &Name) {
        let key = table.key(self.dialect);
        self.tables.remove(&key);
        self.columns.retain(|(of, _), _| *of != key);
    }

    pub(super) fn rename_table(&mut self, from: &Name, to: &Name) {
        let (from, to) = (from.key(self.dialect), to.key(self.dialect));
        if self.tables.remove(&from) {
            self.tables.insert(to.clone());
        } else {
            // What had that name is gone, and what has it now is not new.
            self.tables.remove(&to);
        }
        let columns = std::mem::take(&mut self.columns);
        let renamed = |of: Key| if of == from { to.clone() } else { of };
        let columns = columns.into_iter().map(|((of, name), column)| ((renamed(of), name), column));
        self.columns = columns.collect();
    }

    fn column_key(&self, table: &Name, column: &str) -> (Key, String) {
        (table.key(self.dialect), column_key(self.dialect, column))
    }

    pub(super) fn column(&self, table: &Name, column: &str) -> Option<&NewColumn> {
        self.columns.get(&self.column_key(table, column))
    }

    pub(super) fn columns_of(&self, table: &Name) -> impl Iterator<Item = (&str, &NewColumn)> {
        let key = table.key(self.dialect);
        let own = self.columns.iter().filter(move |((of, _), _)| *of == key);
        own.map(|((_, name), column)| (name.as_str(), column))
    }

    pub(super) fn column_mut(&mut self, table: &Name, column: &str) -> Option<&mut NewColumn> {
        let key = self.column_key(table, column);
        self.columns.get_mut(&key)
    }

    pub(super) fn add_column(&mut self, table: &Name, column: &str, new: NewColumn) {
        let key = self.column_key(table, column);
        self.columns.insert(key, new);
    }

    pub(super) fn drop_column(&mut self, table: &Name, column: &str) -> Option<NewColumn> {
        let key = self.column_key(table, column);
        self.columns.remove(&key)
    }

    pub(super) fn is_new(&self, kind: Kind, name: &Name) -> bool {
        self.objects.contains(&(kind, name.key(self.dialect)))
    }

    pub(super) fn make(&mut self, kind: Kind, name: &Name) {
        let key = name.key(self.dialect);
        self.objects.insert((kind, key));
    }

    pub(super) fn drop(&mut self, kind: Kind, name: &Name) -> bool {
        self.objects.remove(&(kind, name.key(self.dialect)))
    }
}
