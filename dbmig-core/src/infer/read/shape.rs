//! What a `CREATE TABLE` puts into its table.

use sqlparser::ast::{self, ColumnOption, CreateTable, SqliteTableOption};

use super::column;
use crate::Dialect;
use crate::infer::change::{Constraint, Nullable};
use crate::infer::name::{Name, folded};
use crate::infer::shape::{Bounds, Parent, Partitioning, Rowid, Shape, Shown, Storage, Typing};

/// All that the statement shows.
pub(super) fn of(dialect: Dialect, create: &mut CreateTable) -> Shape {
    let parent = parent(dialect, create);
    let elsewhere = create.like.is_some() || create.query.is_some() || parent != Parent::None;
    let mut shape = Shape {
        columns: Vec::new(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        extent: if elsewhere { Shown::Part } else { Shown::All },
        parent,
        partitioning: match create.partition_by {
            Some(_) => Partitioning::Partitioned,
            None => Partitioning::None,
        },
        storage: storage(create),
    };
    for column in &mut create.columns {
        let traits = column::traits(dialect, column);
        let checks = column.options.iter().filter_map(|option| match &option.option {
            ColumnOption::Check(check) => Some((&option.name, check.enforced)),
            _ => None,
        });
        for ((name, enforced), expr) in checks.zip(&traits.checks) {
            if let Some(name) = name {
                let check = Constraint::Check(column::condition(enforced, expr.clone()));
                shape.constraints.push((Some(folded(dialect, name)), check));
            }
        }
        shape.columns.push((folded(dialect, &column.name), traits));
    }
    for constraint in &mut create.constraints {
        match column::constraint(dialect, constraint) {
            Some(constraint) => shape.constraints.push(constraint),
            None => shape.indexes.extend(column::index_name(dialect, constraint)),
        }
    }
    keyed(&mut shape);
    shape
}

fn storage(create: &CreateTable) -> Storage {
    let has = |option| create.sqlite_table_options.options.contains(&option);
    Storage {
        typing: if has(SqliteTableOption::Strict) { Typing::Strict } else { Typing::Loose },
        rowid: if has(SqliteTableOption::WithoutRowid) { Rowid::Without } else { Rowid::With },
    }
}

fn parent(dialect: Dialect, create: &CreateTable) -> Parent {
    if let Some(of) = create.partition_of.as_ref().and_then(|of| Name::of(dialect, of)) {
        return Parent::Partition(of, bounds(create.for_values.as_ref()));
    }
    let inherited = create.inherits.iter().flatten();
    let inherited: Vec<_> = inherited.filter_map(|name| Name::of(dialect, name)).collect();
    if inherited.is_empty() { Parent::None } else { Parent::Inherits(inherited) }
}

/// Which rows a partition takes.
pub(super) const fn bounds(values: Option<&ast::ForValues>) -> Bounds {
    match values {
        Some(ast::ForValues::Default) => Bounds::Default,
        Some(ast::ForValues::In(_) | ast::ForValues::From { .. } | ast::ForValues::With { .. })
        | None => Bounds::Values,
    }
}

/// The columns of the primary key are not null, whether they say so or not.
fn keyed(shape: &mut Shape) {
    let keys = shape.constraints.iter().filter_map(|(_, constraint)| match constraint {
        Constraint::PrimaryKey(columns) => Some(columns),
        _ => None,
    });
    for key in keys.flatten().flatten() {
        let own = shape.columns.iter_mut().filter(|(name, _)| name == key);
        own.for_each(|(_, traits)| traits.nullable = Nullable::No);
    }
}
