//! What becomes of a table's parts.

use std::rc::Rc;

use super::table::{Table, same};
use crate::Dialect;
use crate::infer::change::{Alteration, Numbering, Traits, Value};
use crate::infer::name::column_key;
use crate::infer::shape::{Shown, Timing, Validity};
use crate::infer::step::Absence;
use crate::infer::types;

impl Table {
    /// Takes a column out, and whatever is about it.
    pub(super) fn drop_column(&mut self, dialect: Dialect, column: &str) {
        let is = same(dialect, column);
        self.columns.retain(|(name, _)| !is(name));
        self.forget_about(dialect, column);
        self.foreign_keys.retain(|(_, key)| !key.columns.iter().any(|name| is(name)));
    }

    /// Forgets what keys and checks say of a column.
    fn forget_about(&mut self, dialect: Dialect, column: &str) {
        let is = same(dialect, column);
        let about =
            |columns: &[Option<String>]| columns.iter().any(|name| name.as_deref().is_none_or(&is));
        self.uniques.retain(|unique| !about(&unique.columns));
        if self.primary_key.as_ref().is_some_and(|key| about(&key.columns)) {
            self.primary_key = None;
        }
        // Which of them name the column, nobody has looked for.
        if !self.checks.is_empty() {
            self.checks.clear();
            self.extent = Shown::Part;
        }
    }

    /// Gives a column another name.
    pub(super) fn rename_column(&mut self, dialect: Dialect, from: &str, to: &str) {
        let is = same(dialect, from);
        let rename = |name: &mut String| {
            if is(name) {
                to.clone_into(name);
            }
        };
        let own = self.columns.iter_mut().filter(|(name, _)| is(name));
        own.for_each(|(name, _)| *name = to.into());
        let keys = self.primary_key.iter_mut().flat_map(|key| key.columns.iter_mut());
        let uniques = self.uniques.iter_mut().flat_map(|unique| unique.columns.iter_mut());
        keys.chain(uniques).flatten().for_each(rename);
        let keys = self.foreign_keys.iter_mut().flat_map(|(_, key)| key.columns.iter_mut());
        keys.for_each(rename);
        if !self.checks.is_empty() {
            self.checks.clear();
            self.extent = Shown::Part;
        }
    }

    /// Changes a column that is known; of another one, nothing is known afterwards either.
    pub(super) fn alter_column(&mut self, dialect: Dialect, column: &str, what: &Alteration) {
        if let Alteration::Redefine { name, traits } = what {
            if column_key(dialect, name) != column_key(dialect, column) {
                self.rename_column(dialect, column, name);
            }
            return self.redefine(dialect, name, traits);
        }
        let Some(own) = self.column_mut(dialect, column) else { return };
        alter(own, what);
    }

    /// MySQL: all of it anew, but for its keys.
    fn redefine(&mut self, dialect: Dialect, column: &str, traits: &Traits) {
        let old = self.column(dialect, column).map(|own| types::members(&own.kind));
        let (old, new) = (old.unwrap_or_default(), types::members(&traits.kind));
        let later = new.into_iter().filter(|value| !old.is_empty() && !old.contains(value));
        self.later_values.extend(later.map(|value| (column.to_owned(), value)));
        match self.column_mut(dialect, column) {
            Some(own) => *own = Traits { unique: own.unique.clone(), ..traits.clone() },
            // Now it is known, wherever it stands.
            None => self.columns.push((column.into(), Rc::new(traits.clone()))),
        }
    }

    /// Takes an index out.
    pub(super) fn drop_index(&mut self, dialect: Dialect, index: &str) {
        let is = same(dialect, index);
        self.indexes.retain(|name| !is(name));
        self.uniques.retain(|unique| !unique.name.as_deref().is_some_and(&is));
    }

    /// Gives an index another name.
    pub(super) fn rename_index(&mut self, dialect: Dialect, from: &str, to: &str) {
        let is = same(dialect, from);
        let uniques = self.uniques.iter_mut().filter_map(|unique| unique.name.as_mut());
        let primary = self.primary_key.iter_mut().filter_map(|key| key.name.as_mut());
        let named = self.indexes.iter_mut().chain(uniques).chain(primary);
        named.filter(|name| is(name)).for_each(|name| to.clone_into(name));
    }

    /// Its columns are in the character set that was the default before.
    pub(super) fn keep_charset(&mut self) {
        for (_, traits) in &mut self.columns {
            types::keep_charset(&mut Rc::make_mut(traits).kind);
        }
    }

    /// Says when a foreign key is checked.
    pub(super) fn defer(&mut self, dialect: Dialect, constraint: &str, timing: Timing) {
        let is = same(dialect, constraint);
        let keys = self.foreign_keys.iter_mut();
        let own = keys.filter(|(name, _)| name.as_deref().is_some_and(&is));
        own.for_each(|(_, key)| key.timing = timing);
    }

    /// Takes a constraint out.
    pub(super) fn drop_constraint(&mut self, dialect: Dialect, constraint: &str, absence: Absence) {
        let is_known = self.names().any(same(dialect, constraint));
        let is = same(dialect, constraint);
        let is = |name: &Option<String>| name.as_deref().is_some_and(&is);
        self.uniques.retain(|unique| !is(&unique.name));
        self.foreign_keys.retain(|(name, _)| !is(name));
        self.checks.retain(|(name, _)| !is(name));
        self.others.retain(|name| !is(name));
        if self.primary_key.as_ref().is_some_and(|key| is(&key.name)) {
            self.primary_key = None;
        }
        // Where all names are known, it was not there: but for those of PostgreSQL 18's NOT NULL.
        let was_none =
            absence == Absence::Ignored && self.is_named() && !constraint.contains("not_null");
        if !is_known && !was_none {
            self.forget_unnamed();
        }
    }

    /// Whether all its constraints are known, by name.
    fn is_named(&self) -> bool {
        let named = self.uniques.iter().map(|unique| &unique.name);
        let primary = self.primary_key.iter().map(|key| &key.name);
        let keys = self.foreign_keys.iter().map(|(name, _)| name);
        let checks = self.checks.iter().map(|(name, _)| name);
        let mut all = named.chain(primary).chain(keys).chain(checks).chain(&self.others);
        self.extent == Shown::All && all.all(Option::is_some)
    }

    /// One of those whose names are not known is gone.
    fn forget_unnamed(&mut self) {
        self.uniques.retain(|unique| unique.name.is_some());
        self.foreign_keys.retain(|(name, _)| name.is_some());
        self.checks.retain(|(name, _)| name.is_some());
        if self.primary_key.as_ref().is_some_and(|key| key.name.is_none()) {
            self.primary_key = None;
        }
        self.extent = Shown::Part;
    }

    /// All rows are known to pass from here on.
    pub(super) fn validate(&mut self, dialect: Dialect, constraint: &str) {
        let is = same(dialect, constraint);
        let own = self.checks.iter_mut();
        let own = own.filter(|(name, _)| name.as_deref().is_some_and(&is));
        own.for_each(|(_, check)| check.validity = Validity::Valid);
    }

    /// Forgets what has this name in it.
    pub(super) fn forget(&mut self, dialect: Dialect, name: &str) {
        self.drop_index(dialect, name);
        self.drop_constraint(dialect, name, Absence::Fails);
        self.extent = Shown::Part;
    }
}

fn alter(own: &mut Traits, alteration: &Alteration) {
    use crate::infer::change::Nullable;
    match alteration {
        Alteration::SetNotNull => own.nullable = Nullable::No,
        Alteration::DropNotNull => own.nullable = Nullable::Yes,
        Alteration::SetDefault(value) => own.default = value.clone(),
        Alteration::Number => {
            (own.default, own.numbering) = (Value::Fresh, Numbering::Sequence);
        }
        Alteration::DropDefault => {
            (own.default, own.numbering) = (Value::Null, Numbering::None);
        }
        Alteration::Type { kind, .. } => kind.clone_into(&mut own.kind),
        Alteration::Redefine { .. } => {}
    }
}
