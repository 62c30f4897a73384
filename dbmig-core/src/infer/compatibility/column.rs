//! Columns of tables that the previous version knows.

use super::{Finding, Judge, plain, unclear};
use crate::Dialect;
use crate::infer::change::{
    Alteration, Computed, How, Nullable, Nulls, Traits, Uniqueness, Using, Value,
};
use crate::infer::expression::{Clock, Doubt, Names, Own, Row, Shape, fits};
use crate::infer::formula::Formula;
use crate::infer::name::{Name, column_key};
use crate::infer::schema::Table;
use crate::infer::scope::NewColumn;
use crate::infer::{check, types};
use sqlparser::ast;

impl Judge<'_, '_> {
    pub(super) fn add_column(
        &mut self,
        table: &Name,
        column: &str,
        how: How,
        traits: &Traits,
    ) -> Finding {
        if self.scope.is_new_table(table) {
            return Finding::Silent;
        }
        traits.references.iter().for_each(|key| self.refers(table, key));
        let verdict = self.new_column(table, column, traits);
        if self.is_column_made(table, column, how) {
            let new = NewColumn {
                nullable: traits.nullable,
                default: traits.default.clone(),
                kind: traits.kind.clone(),
            };
            self.scope.add_column(table, column, new);
        }
        verdict
    }

    /// `ADD COLUMN IF NOT EXISTS` makes one that is not among those of a table that is known, or
    /// that no earlier migration so much as mentions.
    fn is_column_made(&self, table: &Name, column: &str, how: How) -> bool {
        let is_absent = || {
            let known = self.past.table(table).is_some_and(Table::is_complete);
            let is_there = self.past.column(table, column).is_some();
            !is_there && (known || !self.past.mentions(column))
        };
        match how {
            How::New => true,
            How::IfAbsent => is_absent(),
            How::Replace => false,
        }
    }

    /// Those who do not know the column write rows with its default.
    pub(super) fn new_column(&self, table: &Name, column: &str, traits: &Traits) -> Finding {
        let name = format!("{table}.{column}");
        match (traits.nullable, &traits.default) {
            (Nullable::No, Value::Null) => {
                return plain(format!("the new column {name} is NOT NULL without a default"));
            }
            (Nullable::No, Value::Computed(Computed::Generated)) => {
                return unclear(format!(
                    "the new column {name} is NOT NULL, and what is computed for it may be NULL"
                ));
            }
            (
                Nullable::No,
                Value::Literal(_) | Value::Fresh | Value::Computed(Computed::Default),
            )
            | (Nullable::Yes, _) => {}
        }
        match (&traits.unique, &traits.default) {
            (
                Some(Uniqueness::Unique { nulls: Nulls::Distinct, .. }),
                Value::Null | Value::Fresh,
            )
            | (None, _) => {}
            _ => {
                return plain(format!(
                    "the new column {name} is UNIQUE, and its default may repeat"
                ));
            }
        }
        match (&traits.references, &traits.default) {
            (Some(other), default) if *default != Value::Null => {
                return plain(format!(
                    "the new column {name} refers to {}, where its default may not be",
                    other.target
                ));
            }
            _ => {}
        }
        if let Some(doubt) =
            traits.generated.as_deref().and_then(|expr| self.generates(table, traits, expr))
        {
            return unclear(format!("the expression of the new column {name} may fail: {doubt}"));
        }
        let passes = |check: &Formula| self.check_passes(table, check, column, &traits.default);
        if !traits.checks.iter().all(passes) {
            return plain(format!("the CHECK of the new column {name} may refuse its default"));
        }
        if let Some(counted) = self.counted_by(table) {
            return unclear(format!("the new column {name} breaks older code: {counted}"));
        }
        Finding::Adds(format!("new column {name}"))
    }

    /// Why a generated column may refuse a row, or fail when it is read.
    fn generates(&self, table: &Name, traits: &Traits, expr: &ast::Expr) -> Option<Doubt> {
        let dialect = self.scope.dialect;
        match self.shape_in(table, Clock::Refused, expr) {
            Err(doubt) => Some(doubt),
            // A column takes what it gets, unless its table is STRICT.
            Ok(_)
                if dialect == Dialect::Sqlite
                    && self.past.table(table).is_some()
                    && !self.past.mentions("strict") =>
            {
                None
            }
            Ok(shape) if fits(dialect, &shape, &traits.kind) => None,
            Ok(_) => Some("its type may not hold the result".to_owned()),
        }
    }

    /// Whether a check lets pass what a new column holds, and what else it computes cannot fail.
    pub(super) fn check_passes(
        &self,
        table: &Name,
        check: &ast::Expr,
        column: &str,
        default: &Value,
    ) -> bool {
        let passes = |expr: &ast::Expr| self.shape_in(table, Clock::Asked, expr).is_ok();
        check::passes(self.scope.dialect, check, column, default, &passes)
    }

    /// What an expression over the columns of a table gives, or why that may fail.
    pub(super) fn shape_in(
        &self,
        table: &Name,
        clock: Clock,
        expr: &ast::Expr,
    ) -> Result<Shape, Doubt> {
        let kind = |column: &str| self.kind_of(table, column);
        let own = |name: &str, given: &[&ast::Expr]| self.inlined(name, given);
        let (dialect, names) = (self.scope.dialect, Names::Any);
        Row { dialect, kind: &kind, names, clock, own: Own::known(&own) }.shape(expr)
    }

    /// The type of a column, where this script or an earlier one shows it.
    pub(super) fn kind_of(&self, table: &Name, column: &str) -> Option<String> {
        match self.scope.column(table, column) {
            Some(new) => Some(new.kind.clone()),
            None => self.past.column(table, column).map(|old| old.kind.clone()),
        }
    }

    pub(super) fn drop_column(&mut self, table: &Name, column: &str) -> Finding {
        let is_new = self.scope.drop_column(table, column).is_some();
        if is_new || self.scope.is_new_table(table) {
            Finding::Silent
        } else {
            plain(format!("drops the column {table}.{column}"))
        }
    }

    pub(super) fn rename_column(&mut self, table: &Name, from: &str, to: &str) -> Finding {
        if self.scope.is_new_table(table) {
            return Finding::Silent;
        }
        match self.scope.drop_column(table, from) {
            Some(column) => {
                self.scope.add_column(table, to, column);
                Finding::Silent
            }
            None => plain(format!("renames the column {table}.{from}")),
        }
    }

    pub(super) fn alter_column(
        &mut self,
        table: &Name,
        column: &str,
        alteration: &Alteration,
    ) -> Finding {
        if self.scope.is_new_table(table) {
            return Finding::Silent;
        }
        let Some(new) = self.scope.column_mut(table, column) else {
            return self.alter_old(table, column, alteration);
        };
        alter_new(new, alteration);
        let is_filled = new.nullable == Nullable::Yes || new.default != Value::Null;
        if let Alteration::Redefine { name, .. } = alteration {
            self.rename_column(table, column, name);
        }
        if is_filled {
            Finding::Silent
        } else {
            plain(format!("the new column {table}.{column} is NOT NULL without a default"))
        }
    }

    fn alter_old(&mut self, table: &Name, column: &str, alteration: &Alteration) -> Finding {
        let name = format!("{table}.{column}");
        match alteration {
            Alteration::SetNotNull => self.set_not_null(table, column),
            Alteration::DropNotNull => plain(format!(
                "the column {name} may be NULL from now on, which the previous version does not \
                 expect"
            )),
            Alteration::DropDefault if self.gets_identity(table, column) => Finding::Silent,
            Alteration::Number => self.number(table, column),
            Alteration::DropDefault | Alteration::SetDefault(Value::Null) => {
                plain(format!("the column {name} loses its default"))
            }
            Alteration::SetDefault(value) => self.new_default(table, column, value),
            Alteration::Type { using: Using::Expression, .. } => {
                plain(format!("changes the type of {name} and converts its values"))
            }
            Alteration::Type { kind, using: Using::Cast } => self.retype(table, column, kind),
            Alteration::Redefine { name: to, traits } => self.redefine(table, column, to, traits),
        }
    }

    fn retype(&self, table: &Name, column: &str, kind: &str) -> Finding {
        let name = format!("{table}.{column}");
        match self.past.column(table, column) {
            None => unclear(format!("changes the type of {name}, and what it was is not known")),
            Some(old) => self.wider(&name, &old.kind, kind),
        }
    }

    fn wider(&self, name: &str, old: &str, new: &str) -> Finding {
        if !types::widens(self.scope.dialect, old, new) {
            return plain(format!("changes the type of {name} from {old} to {new}"));
        }
        let what = format!("a type of {name} that holds as much or more");
        match self.scope.dialect {
            // Nothing is another type than before.
            Dialect::Postgres if old == new => Finding::Adds(what),
            // Prepared statements that read it fail from then on, on each connection that has them:
            // "cached plan must not change result type".
            Dialect::Postgres => Finding::AfterRestart(what),
            Dialect::Mysql | Dialect::Sqlite => Finding::Adds(what),
        }
    }

    /// MySQL: whatever is not said again is lost.
    fn redefine(&self, table: &Name, column: &str, to: &str, new: &Traits) -> Finding {
        let dialect = self.scope.dialect;
        if column_key(dialect, column) != column_key(dialect, to) {
            return plain(format!("renames the column {table}.{column}"));
        }
        let name = format!("{table}.{column}");
        let Some(old) = self.past.column(table, column) else {
            return unclear(format!("redefines the column {name}, and what it was is not known"));
        };
        if new.generated.is_some() {
            return plain(format!(
                "the column {name} becomes a generated one, which nobody may write"
            ));
        }
        match (old.nullable, new.nullable) {
            (Nullable::Yes, Nullable::No) => {
                return plain(format!("the column {name} becomes NOT NULL"));
            }
            (Nullable::No, Nullable::Yes) => {
                return plain(format!(
                    "the column {name} may be NULL from now on, which the previous version does \
                     not expect"
                ));
            }
            (Nullable::Yes, Nullable::Yes) | (Nullable::No, Nullable::No) => {}
        }
        if old.default != Value::Null && new.default == Value::Null {
            return plain(format!("the column {name} loses its default"));
        }
        if new.unique.is_some() || new.references.is_some() || !new.checks.is_empty() {
            return unclear(format!("redefines the column {name} with constraints"));
        }
        if old.default != new.default
            && let breaks @ Finding::Breaks(..) = self.new_default(table, column, &new.default)
        {
            return breaks;
        }
        if self.now.column(table, column).is_some_and(|now| types::keeps_charset(&now.kind)) {
            return unclear(format!(
                "redefines the column {name}, and converts it to the new character set of {table}"
            ));
        }
        if old.kind == new.kind {
            return Finding::Silent;
        }
        self.wider(&name, &old.kind, &new.kind)
    }
}

/// What becomes of a new column.
fn alter_new(column: &mut NewColumn, alteration: &Alteration) {
    match alteration {
        Alteration::SetNotNull => column.nullable = Nullable::No,
        Alteration::DropNotNull => column.nullable = Nullable::Yes,
        Alteration::SetDefault(value) => column.default = value.clone(),
        Alteration::DropDefault => column.default = Value::Null,
        Alteration::Number => column.default = Value::Fresh,
        Alteration::Type { kind, .. } => column.kind.clone_from(kind),
        Alteration::Redefine { traits, .. } => {
            (column.nullable, column.default) = (traits.nullable, traits.default.clone());
            column.kind.clone_from(&traits.kind);
        }
    }
}
