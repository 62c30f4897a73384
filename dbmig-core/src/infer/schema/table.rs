//! One table, as far as it is known.

use std::rc::Rc;

use super::{Existence, Known};
use crate::Dialect;
use crate::infer::change::{Constraint, Extent, Nullable, Primary, Traits, Uniqueness, Value};
use crate::infer::name::{Name, column_key, same_column};
use crate::infer::shape::{
    Check, ForeignKey, Identity, Parent, Partitioning, Shape, Shown, Storage, Validity,
};

/// A table.
#[derive(Clone, Debug)]
pub(in crate::infer) struct Table {
    pub(in crate::infer) name: Name,
    /// Whether there may be more than this.
    pub(in crate::infer) extent: Shown,
    /// In their order, as far as that is known. Shared: each script that changes one of many has a
    /// table of its own.
    pub(in crate::infer) columns: Vec<(Rc<str>, Rc<Traits>)>,
    pub(in crate::infer) primary_key: Option<PrimaryKey>,
    /// Unique constraints and indexes, also those that columns say themselves.
    pub(in crate::infer) uniques: Vec<Unique>,
    /// By their names, where these are known.
    pub(in crate::infer) foreign_keys: Vec<(Option<String>, ForeignKey)>,
    pub(in crate::infer) checks: Vec<(Option<String>, Check)>,
    /// `EXCLUDE`, and whatever else is known by its name only.
    pub(in crate::infer) others: Vec<Option<String>>,
    /// Names of indexes that are not unique.
    pub(in crate::infer) indexes: Vec<String>,
    pub(in crate::infer) parent: Parent,
    pub(in crate::infer) partitioning: Partitioning,
    pub(in crate::infer) storage: Storage,
    /// Whether it has a partition for rows that go nowhere else.
    pub(in crate::infer) default_partition: Existence,
    pub(in crate::infer) identity: Identity,
    /// Values that a column's own enum got later, by the column.
    pub(in crate::infer) later_values: Vec<(String, String)>,
}

/// A primary key: its columns, or nothing for one that is not known.
#[derive(Clone, Debug)]
pub(in crate::infer) struct PrimaryKey {
    pub(in crate::infer) name: Option<String>,
    pub(in crate::infer) columns: Vec<Option<String>>,
}

/// A unique constraint or index.
#[derive(Clone, Debug)]
pub(in crate::infer) struct Unique {
    pub(in crate::infer) name: Option<String>,
    /// Nothing for an expression.
    pub(in crate::infer) columns: Vec<Option<String>>,
    pub(in crate::infer) extent: Extent,
}

/// What an index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::infer) enum IndexKind {
    Plain,
    Unique,
}

impl Table {
    /// One of which nothing is known.
    pub(super) fn partly_known(name: &Name) -> Self {
        Self {
            name: name.clone(),
            extent: Shown::Part,
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            others: Vec::new(),
            indexes: Vec::new(),
            parent: Parent::None,
            partitioning: Partitioning::None,
            storage: Storage::default(),
            default_partition: Existence::Unknown,
            identity: Identity::Default,
            later_values: Vec::new(),
        }
    }

    /// A new one.
    pub(in crate::infer) fn new(dialect: Dialect, name: &Name, shape: &Shape) -> Self {
        let mut table = Self {
            extent: shape.extent,
            indexes: shape.indexes.clone(),
            parent: shape.parent.clone(),
            partitioning: shape.partitioning,
            storage: shape.storage,
            default_partition: Existence::Absent,
            ..Self::partly_known(name)
        };
        for (column, traits) in &shape.columns {
            table.add_column(dialect, column, traits.clone());
        }
        for (name, constraint) in &shape.constraints {
            table.add_constraint(dialect, name.clone(), constraint);
        }
        table
    }

    /// How a column is defined.
    pub(in crate::infer) fn column(&self, dialect: Dialect, column: &str) -> Option<&Traits> {
        let own = self.columns.iter().find(|(name, _)| same_column(dialect, name, column));
        own.map(|(_, traits)| &**traits)
    }

    pub(super) fn column_mut(&mut self, dialect: Dialect, column: &str) -> Option<&mut Traits> {
        let own = self.columns.iter_mut().find(|(name, _)| same_column(dialect, name, column));
        own.map(|(_, traits)| Rc::make_mut(traits))
    }

    /// What an index of it is.
    pub(in crate::infer) fn index(&self, dialect: Dialect, index: &str) -> Option<IndexKind> {
        let is = same(dialect, index);
        let unique = self.uniques.iter().any(|unique| unique.name.as_deref().is_some_and(&is));
        let primary = self.primary_key.as_ref().and_then(|key| key.name.as_deref());
        if self.indexes.iter().any(|name| is(name)) {
            Some(IndexKind::Plain)
        } else {
            (unique || primary.is_some_and(&is)).then_some(IndexKind::Unique)
        }
    }

    /// Whether the database gives a column of the primary key its values.
    pub(in crate::infer) fn numbers(&self, dialect: Dialect, column: &str) -> bool {
        self.column(dialect, column).is_some_and(|own| match dialect {
            Dialect::Postgres | Dialect::Mysql => own.default == Value::Fresh,
            // Where it is the whole key, it is the number of the row.
            Dialect::Sqlite => {
                let alone = self.primary_key.as_ref().is_some_and(|key| key.columns.len() == 1);
                alone && own.kind == "integer"
            }
        })
    }

    /// What a constraint of it is.
    pub(super) fn constraint(&self, dialect: Dialect, constraint: &str) -> Option<Known<'_>> {
        let is = same(dialect, constraint);
        let is = |name: &Option<String>| name.as_deref().is_some_and(&is);
        let check = self.checks.iter().find(|(name, _)| is(name));
        let key = self.foreign_keys.iter().find(|(name, _)| is(name));
        let unique = self.uniques.iter().find(|unique| is(&unique.name));
        let primary = self.primary_key.as_ref().filter(|key| is(&key.name));
        check
            .map(|_| Known::Check)
            .or_else(|| key.map(|(_, key)| Known::ForeignKey(key)))
            .or_else(|| unique.map(|_| Known::Unique))
            .or_else(|| primary.map(|_| Known::PrimaryKey))
    }

    /// Whether these columns are its primary key or one that is unique in all rows.
    pub(in crate::infer) fn is_key(&self, dialect: Dialect, columns: &[String]) -> bool {
        let key = |name: &str| column_key(dialect, name);
        let mut wanted: Vec<_> = columns.iter().map(|column| key(column)).collect();
        wanted.sort();
        let is = |own: &[Option<String>]| {
            let own: Option<Vec<_>> = own.iter().map(|one| one.as_deref().map(key)).collect();
            own.is_some_and(|mut own| {
                own.sort();
                own == wanted
            })
        };
        self.primary_key.as_ref().is_some_and(|key| is(&key.columns))
            || self.uniques.iter().any(|unique| unique.extent == Extent::All && is(&unique.columns))
    }

    pub(super) fn add_column(&mut self, dialect: Dialect, column: &str, traits: Traits) {
        let columns = vec![Some(column.to_owned())];
        match (traits.primary, &traits.unique) {
            (Primary::Yes, _) => {
                self.primary_key =
                    Some(PrimaryKey { name: self.auto(dialect, &[] as &[&str], "pkey"), columns });
            }
            (Primary::No, Some(Uniqueness::Unique { extent, .. })) => {
                let name = self.auto(dialect, &[column], "key");
                self.uniques.push(Unique { name, columns, extent: *extent });
            }
            (Primary::No, Some(Uniqueness::None) | None) => {}
        }
        if let Some(key) = &traits.references {
            let name = self.auto(dialect, &[column], "fkey");
            self.foreign_keys.push((name, key.clone()));
        }
        for expr in &traits.checks {
            let name = self.auto(dialect, &[column], "check");
            let (expr, validity) = (expr.clone(), Validity::Valid);
            self.checks.push((name, Check { expr, validity }));
        }
        self.columns.push((column.into(), Rc::new(traits)));
    }

    pub(super) fn add_constraint(
        &mut self,
        dialect: Dialect,
        name: Option<String>,
        constraint: &Constraint,
    ) {
        let shown = |columns: &[Option<String>]| columns.iter().flatten().cloned().collect();
        match constraint {
            Constraint::Unique(Uniqueness::Unique { columns, extent, .. }) => {
                let parts: Vec<String> = shown(columns);
                let name = name.or_else(|| self.auto(dialect, &parts, "key"));
                let (columns, extent) = (columns.clone(), *extent);
                self.uniques.push(Unique { name, columns, extent });
            }
            Constraint::Unique(Uniqueness::None) => {}
            Constraint::UniqueUsingIndex => {
                self.uniques.push(Unique { name, columns: vec![None], extent: Extent::All })
            }
            Constraint::PrimaryKey(columns) => {
                for column in columns.iter().flatten() {
                    let own = self.column_mut(dialect, column);
                    own.into_iter().for_each(|traits| traits.nullable = Nullable::No);
                }
                let name = name.or_else(|| self.auto(dialect, &[] as &[&str], "pkey"));
                self.primary_key = Some(PrimaryKey { name, columns: columns.clone() });
            }
            Constraint::ForeignKey(key) => {
                let name = name.or_else(|| self.auto(dialect, &key.columns, "fkey"));
                self.foreign_keys.push((name, key.clone()));
            }
            // What a column says with a name is among its own checks as well.
            Constraint::Check(check) => {
                let twin = self.checks.iter_mut().find(|(_, own)| own.expr == check.expr);
                match (twin, name) {
                    (Some(twin), Some(name)) => twin.0 = Some(name),
                    (_, name) => self.checks.push((name, check.clone())),
                }
            }
            Constraint::Exclude => self.others.push(name),
        }
    }

    /// PostgreSQL's name for a constraint without one, where that is certain.
    fn auto(&self, dialect: Dialect, columns: &[impl AsRef<str>], suffix: &str) -> Option<String> {
        const LONGEST: usize = 63;
        if dialect != Dialect::Postgres {
            return None;
        }
        let parts = std::iter::once(self.name.last())
            .chain(columns.iter().map(AsRef::as_ref))
            .chain([suffix]);
        let name = parts.collect::<Vec<_>>().join("_");
        let taken =
            self.index(dialect, &name).is_some() || self.constraint(dialect, &name).is_some();
        (name.len() <= LONGEST && !taken).then_some(name)
    }

    /// All names in it by which it can be found.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let primary = self.primary_key.iter().filter_map(|key| key.name.as_deref());
        let keys = self.foreign_keys.iter().filter_map(|(name, _)| name.as_deref());
        let checks = self.checks.iter().filter_map(|(name, _)| name.as_deref());
        let uniques = self.uniques.iter().filter_map(|unique| unique.name.as_deref());
        let others = self.others.iter().filter_map(|name| name.as_deref());
        let indexes = self.indexes.iter().map(String::as_str);
        std::iter::once(self.name.last())
            .chain(primary.chain(keys).chain(checks).chain(uniques).chain(others).chain(indexes))
    }
}

/// Whether a name is this one.
pub(super) fn same(dialect: Dialect, name: &str) -> impl Fn(&str) -> bool {
    move |other| same_column(dialect, other, name)
}
