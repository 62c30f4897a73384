//! Indexes and constraints of tables that the previous version knows.

use super::{Finding, Judge, plain, unclear};
use crate::infer::change::{Constraint, Kind, Nulls, Uniqueness, Value};
use crate::infer::expression::{Clock, Doubt};
use crate::infer::formula::Formula;
use crate::infer::name::Name;
use sqlparser::ast;

impl Judge<'_, '_> {
    pub(super) fn add_index(
        &self,
        table: &Name,
        index: Option<&Name>,
        uniqueness: &Uniqueness,
    ) -> Finding {
        if self.scope.is_new_table(table) || self.scope.is_new(Kind::MaterializedView, table) {
            return Finding::Silent;
        }
        let name = index.map_or_else(|| format!("on {table}"), ToString::to_string);
        if self.never_refuses(table, uniqueness) {
            Finding::Adds(format!("new index {name}"))
        } else {
            plain(format!("new unique index {name} on what was in the table {table} before"))
        }
    }

    /// What an index computes of each row: where that fails, the row is refused.
    pub(super) fn compute(&self, table: &Name, expressions: &[Formula]) -> Finding {
        if self.scope.is_new_table(table) || self.scope.is_new(Kind::MaterializedView, table) {
            return Finding::Silent;
        }
        match self.uncomputable(table, expressions) {
            None => Finding::Silent,
            Some(doubt) => unclear(format!(
                "an index on an expression may refuse rows of the previous version: {doubt}"
            )),
        }
    }

    /// Why one of them may fail.
    pub(super) fn uncomputable(&self, table: &Name, expressions: &[Formula]) -> Option<Doubt> {
        expressions.iter().find_map(|one| self.shape_in(table, Clock::Refused, one).err())
    }

    pub(super) fn add_constraint(
        &mut self,
        table: &Name,
        name: Option<&str>,
        constraint: &Constraint,
    ) -> Finding {
        if let Some(name) = name {
            self.scope.make(Kind::Constraint, &table.sibling(name));
        }
        if self.scope.is_new_table(table) {
            return Finding::Silent;
        }
        let (word, harmless) = match constraint {
            Constraint::Unique(unique) => ("UNIQUE", self.never_refuses(table, unique)),
            Constraint::UniqueUsingIndex => ("UNIQUE", true),
            Constraint::PrimaryKey(columns) => ("PRIMARY KEY", self.is_fresh(table, columns)),
            Constraint::ForeignKey(key) => {
                ("FOREIGN KEY", key.columns.iter().any(|column| self.is_null(table, column)))
            }
            Constraint::Check(check) => ("CHECK", self.passes(table, &check.expr)),
            Constraint::Exclude => ("EXCLUDE", false),
        };
        let named = name.map_or_else(String::new, |name| format!(" {name}"));
        if let Constraint::ForeignKey(key) = constraint
            && self.was_there(table, key)
        {
            return Finding::Adds(format!("new {word}{named} as there was one before"));
        }
        if matches!(constraint, Constraint::UniqueUsingIndex) {
            return Finding::Adds(format!("new {word}{named} of an index that was unique before"));
        }
        if harmless {
            Finding::Adds(format!("new {word}{named} on what is new in {table}"))
        } else {
            plain(format!("new {word}{named} on what was in the table {table} before"))
        }
    }

    /// Whether the rows of those who do not know the new columns never meet another one.
    fn never_refuses(&self, table: &Name, uniqueness: &Uniqueness) -> bool {
        let Uniqueness::Unique { columns, nulls, .. } = uniqueness else { return true };
        columns.iter().flatten().any(|column| {
            self.scope.column(table, column).is_some_and(|column| match column.default {
                Value::Null => *nulls == Nulls::Distinct,
                Value::Fresh => true,
                _ => false,
            })
        })
    }

    fn is_fresh(&self, table: &Name, columns: &[Option<String>]) -> bool {
        columns.iter().flatten().any(|column| {
            let column = self.scope.column(table, column);
            column.is_some_and(|column| column.default == Value::Fresh)
        })
    }

    pub(super) fn is_null(&self, table: &Name, column: &str) -> bool {
        self.scope.column(table, column).is_some_and(|column| column.default == Value::Null)
    }

    /// Whether one of the new columns lets the whole check pass.
    pub(super) fn passes(&self, table: &Name, expr: &ast::Expr) -> bool {
        self.scope
            .columns_of(table)
            .any(|(name, column)| self.check_passes(table, expr, name, &column.default))
    }
}
