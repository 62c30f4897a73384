//! New rows in tables that the previous version knows.

use super::{Finding, Judge, unclear};
use crate::Dialect;
use crate::infer::change::{Literals, Numbering};
use crate::infer::name::{Name, column_key};
use crate::infer::schema::{BodyKind, Table};
use crate::sql::Position;

/// A row whose key a sequence will give once more.
pub(super) struct Collision {
    table: Name,
    column: String,
    position: Position,
    cause: Cause,
}

/// Why its sequence does not know a value.
#[derive(Clone, Copy)]
pub(super) enum Cause {
    /// The script writes it.
    Written,
    /// The sequence is new.
    Numbered,
}

impl Collision {
    pub(super) const fn numbered(table: Name, column: String, position: Position) -> Self {
        Self { table, column, position, cause: Cause::Numbered }
    }
}

impl Judge<'_, '_> {
    /// Rows with keys of their own, each column with its literals that are texts.
    pub(super) fn rows(&mut self, table: &Name, columns: &[(String, Literals)]) -> Finding {
        let doubt = |why: &str| {
            unclear(format!(
                "adds rows to the table {table}, which the previous version may not expect: {why}"
            ))
        };
        let Some(known) = self.now.table(table) else {
            return doubt("no migration shows what it is like");
        };
        let dialect = self.scope.dialect;
        let is_given = |name: &str| {
            let key = column_key(dialect, name);
            columns.iter().any(|(column, _)| column_key(dialect, column) == key)
        };
        let key = known.primary_key.as_ref().map(|key| &key.columns);
        let has_key = key.is_some_and(|key| {
            key.iter().flatten().all(|name| is_given(name) || known.numbers(dialect, name))
        });
        if !known.is_complete() || !has_key {
            return doubt("it has no key, or they do not say it");
        }
        if let Some((column, text)) = self.unreadable(known, columns) {
            return unclear(format!(
                "adds rows to the table {table} with '{text}' in {column}, which the previous \
                 version cannot read"
            ));
        }
        if self.runs_on_insert(table) {
            return doubt("a trigger or rule of it runs");
        }
        let counted = known
            .columns
            .iter()
            .filter(|(name, traits)| traits.numbering == Numbering::Sequence && is_given(name));
        let counted = counted.map(|(name, _)| Collision {
            table: table.clone(),
            column: name.to_string(),
            position: self.position,
            cause: Cause::Written,
        });
        let counted: Vec<_> = counted.collect();
        if dialect == Dialect::Postgres {
            self.collisions.extend(counted);
        }
        Finding::Adds(format!("new rows in {table}"))
    }

    /// Rows without the names of their columns: all of them, in their order.
    pub(super) fn named(
        &self,
        table: &Name,
        texts: &[Literals],
    ) -> Option<Vec<(String, Literals)>> {
        let known = self.now.table(table).filter(|known| known.is_complete())?;
        let is_plain = known.columns.iter().all(|(_, traits)| traits.generated.is_none());
        let names = known.columns.iter().map(|(name, _)| name.to_string());
        (is_plain && known.columns.len() == texts.len())
            .then(|| names.zip(texts.iter().cloned()).collect())
    }

    /// A value of an enum that came later.
    fn unreadable<'v>(
        &self,
        table: &Table,
        columns: &'v [(String, Literals)],
    ) -> Option<(&'v str, &'v str)> {
        columns.iter().find_map(|(column, texts)| {
            let kind = &table.column(self.scope.dialect, column)?.kind;
            let is_later = |text: &&String| {
                self.is_later_value(table, column, kind, text) || self.is_later_in_type(kind, text)
            };
            texts.iter().flatten().find(is_later).map(|text| (column.as_str(), text.as_str()))
        })
    }

    fn runs_on_insert(&self, table: &Name) -> bool {
        let dialect = self.scope.dialect;
        let is = |name: &Name| name.key(dialect) == table.key(dialect);
        self.now.bodies().any(|body| {
            let has_table = body.table.as_ref().is_none_or(is);
            matches!(body.kind, BodyKind::Trigger | BodyKind::Rule)
                && has_table
                && body.mentions("insert")
        })
    }

    /// The sequence of a column goes beyond all its values.
    pub(super) fn advance(&mut self, table: &Name, column: &str) -> Finding {
        let dialect = self.scope.dialect;
        self.collisions
            .retain(|one| one.table.key(dialect) != table.key(dialect) || one.column != column);
        Finding::Silent
    }

    /// What collides at the end of the script.
    pub(super) fn colliding(&self) -> Vec<(Finding, Position)> {
        let colliding =
            self.collisions.iter().map(|Collision { table, column, position, cause }| {
                let what = match cause {
                    Cause::Written => format!(
                        "gives {table}.{column} values that its sequence will give again to the \
                     previous version"
                    ),
                    Cause::Numbered => format!(
                        "numbers {table}.{column} anew, and gives the previous version values that \
                     are there"
                    ),
                };
                (unclear(format!("{what}: set the sequence behind them (setval)")), *position)
            });
        colliding.collect()
    }
}
