//! The schema that earlier migrations show.
//!
//! It is folded over their changes, the oldest first. What is not understood makes unknown what it
//! mentions, and nothing else. Whatever a question finds nothing about is not known: it may be
//! there all the same.

mod alter;
mod body;
mod doubt;
mod edit;
mod fold;
mod layer;
mod table;
mod words;

use std::collections::HashMap;
use std::sync::Arc;

pub(super) use body::{Body, BodyKind};
use layer::{Layer, Slot};
pub(super) use table::{IndexKind, Table};
use words::Mentioned;
pub(super) use words::{hashes, mentions};

use super::change::{Kind, Traits};
use super::name::{Name, column_key};
use super::shape::{ForeignKey, Shown};
use crate::Dialect;

/// By which the database tells names apart.
type Key = Vec<String>;

/// All that is known after some migrations, or within one, on top of what was known before it.
///
/// `'s` is that of the schema beneath, `'t` that of the scripts' texts.
pub(super) struct Schema<'s, 't> {
    dialect: Dialect,
    /// What is known beneath, where this is only what a script changes.
    base: Option<&'s Schema<'s, 't>>,
    tables: Layer<Key, Table>,
    bodies: Layer<(BodyKind, Key), Vec<Arc<Body<'t>>>>,
    enumerations: Layer<Key, Enumeration>,
    /// Sequences, domains, publications and so on: no more than that they are there.
    objects: Layer<(Kind, Key), ()>,
    /// Tables in which something has that name: itself, an index, a constraint. Maybe no more.
    homes: HashMap<String, Vec<Key>>,
    /// All words of the scripts.
    words: Mentioned,
    /// Those of what is not understood.
    doubted: Mentioned,
}

/// A type of a few values.
#[derive(Clone, Debug)]
pub(super) struct Enumeration {
    /// Those with which it was made.
    pub(super) values: Vec<String>,
    /// Those that came later.
    pub(super) added: Vec<String>,
}

/// What a constraint of a table is.
#[derive(Clone, Debug)]
pub(super) enum Known<'a> {
    Check,
    Unique,
    PrimaryKey,
    ForeignKey(&'a ForeignKey),
}

/// What is known of the existence of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existence {
    There,
    /// A migration has dropped it, or none so much as mentions it.
    Absent,
    Unknown,
}

impl<'s, 't> Schema<'s, 't> {
    /// Before the first migration.
    pub(super) fn empty(dialect: Dialect) -> Self {
        Self {
            dialect,
            base: None,
            tables: Layer::default(),
            bodies: Layer::default(),
            enumerations: Layer::default(),
            objects: Layer::default(),
            homes: HashMap::new(),
            words: Mentioned::default(),
            doubted: Mentioned::default(),
        }
    }

    /// The same as `base`, until something is folded into it.
    pub(super) fn over(base: &'s Schema<'s, 't>) -> Self {
        Self { base: Some(base), ..Self::empty(base.dialect) }
    }

    /// What was folded into it, without what is beneath.
    pub(super) fn detached(self) -> Schema<'t, 't> {
        let Self { dialect, base: _, .. } = self;
        let Self { tables, bodies, enumerations, objects, homes, words, doubted, .. } = self;
        Schema { dialect, base: None, tables, bodies, enumerations, objects, homes, words, doubted }
    }

    pub(super) const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What is known of a table: maybe a part of it only.
    pub(super) fn table(&self, table: &Name) -> Option<&Table> {
        self.table_of(&table.key(self.dialect))
    }

    fn table_of(&self, key: &Key) -> Option<&Table> {
        self.tables.there(self.base.map(|base| &base.tables), key)
    }

    /// How a column was defined, with what later migrations have changed of it.
    pub(super) fn column(&self, table: &Name, column: &str) -> Option<&Traits> {
        self.table(table)?.column(self.dialect, column)
    }

    /// Whether a table is there.
    pub(super) fn existence(&self, table: &Name) -> Existence {
        let key = table.key(self.dialect);
        match self.tables.get(self.base.map(|base| &base.tables), &key) {
            Some(Slot::There(_)) => Existence::There,
            Some(Slot::Gone) => Existence::Absent,
            Some(Slot::Unknown) => Existence::Unknown,
            None if self.mentions(table.last()) => Existence::Unknown,
            None => Existence::Absent,
        }
    }

    /// Whether no table of that name is there, in whatever schema.
    pub(super) fn has_none(&self, table: &Name) -> bool {
        if !self.mentions(table.last()) {
            return true;
        }
        let key = |name: &str| Name::single(name).key(self.dialect);
        let is = |name: &str| key(name) == key(table.last());
        let doubtful = self.tables.doubtful(self.base.map(|base| &base.tables));
        let doubtful = doubtful.filter_map(|key| key.last());
        table.0.len() == 1
            && self.existence(table) == Existence::Absent
            && !self.tables().any(|own| is(own.name.last()))
            && !doubtful.into_iter().any(|own| is(own))
    }

    /// Whether any script so much as mentions the name, in whatever case.
    pub(super) fn mentions(&self, name: &str) -> bool {
        self.words.contain(name) || self.base.is_some_and(|base| base.words.contain(name))
    }

    /// Whether code that was not read may have used the name.
    pub(super) fn doubts(&self, name: &str) -> bool {
        self.doubted.contain(name) || self.base.is_some_and(|base| base.doubts(name))
    }

    /// What an index is; MySQL's indexes are called by their table, too.
    pub(super) fn index(&self, index: &Name, table: Option<&Name>) -> Option<IndexKind> {
        if let (Some(table), Dialect::Mysql) = (table, self.dialect) {
            return self.table(table)?.index(self.dialect, index.last());
        }
        let homes = self.homes(index.last());
        homes.into_iter().find_map(|key| self.table_of(key)?.index(self.dialect, index.last()))
    }

    /// What a constraint of a table is.
    pub(super) fn constraint(&self, table: &Name, constraint: &str) -> Option<Known<'_>> {
        self.table(table)?.constraint(self.dialect, constraint)
    }

    /// All triggers, rules, routines and views that are known, with their whole text.
    ///
    /// Also those that may be gone: a `DROP` that is not understood leaves them.
    pub(super) fn bodies(&self) -> impl Iterator<Item = &Body<'t>> {
        self.bodies.all(self.base.map(|base| &base.bodies)).flatten().map(|body| &**body)
    }

    /// Whether a migration has made a routine of that name, whatever its arguments.
    pub(super) fn has_routine(&self, name: &Name) -> bool {
        self.routines(name).next().is_some()
    }

    /// The routines of that name.
    pub(super) fn routines(&self, name: &Name) -> impl Iterator<Item = &Body<'t>> {
        let key = (BodyKind::Routine, self.routine_key(name));
        let known = self.bodies.there(self.base.map(|base| &base.bodies), &key);
        known.into_iter().flatten().map(|body| &**body)
    }

    /// The view of that name.
    pub(super) fn view(&self, name: &Name) -> Option<&Body<'t>> {
        let key = (BodyKind::View, name.key(self.dialect));
        self.bodies.there(self.base.map(|base| &base.bodies), &key)?.first().map(|body| &**body)
    }

    /// An enum of PostgreSQL, by the name of its type.
    pub(super) fn enumeration(&self, name: &Name) -> Option<&Enumeration> {
        self.enumerations.there(self.base.map(|base| &base.enumerations), &name.key(self.dialect))
    }

    /// Whether something that is not understood mentions the enum.
    pub(super) fn is_doubtful_enumeration(&self, name: &Name) -> bool {
        let base = self.base.map(|base| &base.enumerations);
        let slot = self.enumerations.get(base, &name.key(self.dialect));
        matches!(slot, Some(Slot::Unknown))
    }

    /// Whether something that is not understood may have made the table.
    pub(super) fn is_doubtful_table(&self, table: &Name) -> bool {
        let slot = self.tables.get(self.base.map(|base| &base.tables), &table.key(self.dialect));
        matches!(slot, Some(Slot::Unknown))
    }

    /// Tables of which something is said that is not understood.
    pub(super) fn doubtful_tables(&self) -> Vec<String> {
        let base = self.base.map(|base| &base.tables);
        self.tables.doubtful(base).map(|key| key.join(".")).collect()
    }

    /// Whether a migration has made an object of that kind, which is neither a table nor a body.
    pub(super) fn has_object(&self, kind: Kind, name: &Name) -> bool {
        let key = (kind, name.key(self.dialect));
        self.objects.there(self.base.map(|base| &base.objects), &key).is_some()
    }

    /// All tables that are known.
    pub(super) fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.all(self.base.map(|base| &base.tables))
    }

    fn homes(&self, name: &str) -> Vec<&Key> {
        let word = name.to_lowercase();
        let own = self.homes.get(&word).into_iter().flatten();
        let base = self.base.and_then(|base| base.homes.get(&word)).into_iter().flatten();
        own.chain(base).collect()
    }

    /// Routines are told apart by their last name: which schema is meant depends on settings.
    fn routine_key(&self, name: &Name) -> Key {
        vec![column_key(self.dialect, name.last())]
    }
}

impl Table {
    /// Whether all of it is known.
    pub(super) fn is_complete(&self) -> bool {
        self.extent == Shown::All
    }
}
