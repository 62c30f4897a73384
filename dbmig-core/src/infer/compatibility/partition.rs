//! Partitions and heirs: new tables whose rows are an old table's.

use super::{Finding, Judge, unclear};
use crate::infer::change::{Act, How, Nullable};
use crate::infer::name::Name;
use crate::infer::schema::{Existence, Table};
use crate::infer::shape::{Bounds, Parent, Partitioning, Shape, Shown};

/// Whose rows a new table may get.
enum Rows {
    /// Nobody's: who wrote them before, failed.
    Refused,
    /// Those that another partition took before.
    Taken,
}

impl Judge<'_, '_> {
    /// A new table that is a partition or an heir of one that was there.
    pub(super) fn make_child(&mut self, table: &Name, how: How, shape: &Shape) -> Option<Finding> {
        let (parent, bounds) = match &shape.parent {
            Parent::None => return None,
            Parent::Inherits(parents) => {
                let old = parents.iter().find(|parent| !self.scope.is_new_table(parent))?;
                // Not noted as new: rows in it are rows of the old one.
                return Some(Finding::Adds(format!("new table {table}, an heir of {old}")));
            }
            Parent::Partition(parent, bounds) => (parent, *bounds),
        };
        if self.scope.is_new_table(parent) {
            return None;
        }
        let what = format!("new partition {table} of {parent}");
        if matches!(self.rows_before(parent, bounds), Rows::Refused) {
            self.scope.make_table(table, how);
            return Some(Finding::Adds(format!("new table {table}")));
        }
        let own = Table::new(self.scope.dialect, table, shape);
        Some(self.taken(what, table, &own))
    }

    /// Rows of the previous version go there instead of into the default partition.
    fn taken(&self, what: String, table: &Name, own: &Table) -> Finding {
        if own.partitioning == Partitioning::Partitioned && !self.has_default_later(table) {
            return unclear(format!(
                "{what}, which may refuse rows that the default partition took: it has no \
                 partitions for all of them"
            ));
        }
        match self.own_constraint(own) {
            Some(which) => unclear(format!(
                "{what}, whose {which} may refuse rows that the default partition took"
            )),
            None => Finding::Adds(what),
        }
    }

    fn rows_before(&self, parent: &Name, bounds: Bounds) -> Rows {
        let known = self.now.table(parent).map(|parent| parent.default_partition);
        match (bounds, known) {
            (Bounds::Default, _) | (Bounds::Values, Some(Existence::Absent)) => Rows::Refused,
            (Bounds::Values, Some(Existence::There | Existence::Unknown) | None) => Rows::Taken,
        }
    }

    fn has_default_later(&self, table: &Name) -> bool {
        let default = |change: &Act| match change {
            Act::MakeTable { shape: Some(shape), .. } => {
                shape.parent == Parent::Partition(table.clone(), Bounds::Default)
            }
            _ => false,
        };
        self.later().any(default)
    }

    /// What a partition refuses on its own.
    fn own_constraint(&self, own: &Table) -> Option<&'static str> {
        let parent = match &own.parent {
            Parent::Partition(parent, _) => self.now.table(parent),
            Parent::None | Parent::Inherits(_) => None,
        };
        self.beyond(own, parent)
    }

    /// A constraint that the one has and the other has not.
    fn beyond(&self, own: &Table, parent: Option<&Table>) -> Option<&'static str> {
        let dialect = self.scope.dialect;
        let of_parent = |column: &str| parent?.column(dialect, column);
        let not_null = |column: &str, nullable| {
            nullable == Nullable::No
                && of_parent(column).is_none_or(|traits| traits.nullable == Nullable::Yes)
        };
        let check = own.checks.iter().any(|(_, check)| {
            !parent.is_some_and(|parent| parent.checks.iter().any(|(_, one)| one == check))
        });
        let key = |columns: &[Option<String>]| -> Option<bool> {
            let columns = columns.iter().cloned().collect::<Option<Vec<_>>>()?;
            Some(parent.is_some_and(|parent| parent.is_key(dialect, &columns)))
        };
        let mut keys = own.uniques.iter().map(|unique| &unique.columns);
        let primary = own.primary_key.as_ref().map(|key| &key.columns);
        let foreign = own.foreign_keys.iter().any(|(_, key)| {
            !parent.is_some_and(|parent| parent.foreign_keys.iter().any(|(_, one)| one == key))
        });
        if check {
            Some("CHECK")
        } else if keys.any(|columns| key(columns) != Some(true))
            || primary.is_some_and(|columns| key(columns) != Some(true))
        {
            Some("unique key")
        } else if foreign {
            Some("foreign key")
        } else if own.columns.iter().any(|(name, traits)| not_null(name, traits.nullable)) {
            Some("NOT NULL")
        } else if !own.others.is_empty() {
            Some("EXCLUDE")
        } else {
            None
        }
    }

    /// `ATTACH PARTITION`
    pub(super) fn attach(&mut self, table: &Name, partition: &Name, bounds: Bounds) -> Finding {
        if self.scope.is_new_table(table) {
            return Finding::Silent;
        }
        if !self.scope.is_new_table(partition) {
            return unclear(format!("puts the rows of {partition} into the table {table}"));
        }
        let what = format!("new partition {partition} of {table}");
        if matches!(self.rows_before(table, bounds), Rows::Refused) {
            return Finding::Adds(what);
        }
        let Some(mut own) = self.now.table(partition).cloned() else {
            return unclear(format!("{what}, and what it refuses is not known"));
        };
        own.parent = Parent::Partition(table.clone(), bounds);
        let triggers = self.now.bodies().any(|body| body.table.as_ref() == Some(partition));
        // What the script still does to it, it does to rows of the previous version.
        self.scope.drop_table(partition);
        if own.extent == Shown::Part && own.columns.is_empty() || triggers {
            return unclear(format!("{what}, and what it refuses is not known"));
        }
        self.taken(what, partition, &own)
    }
}
