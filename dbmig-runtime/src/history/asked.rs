//! The columns of a query: its rows are read by their names.

use crate::database::session::Row;
use crate::tables::columns::Column;

/// The columns of a query, in its order.
pub(super) struct Selection {
    /// How many others come before them.
    pub(super) before: usize,
    pub(super) columns: &'static [Column],
}

impl Selection {
    /// What stands behind `SELECT`: an expression for each column.
    pub(super) fn list(&self, expression: impl Fn(Column) -> String) -> String {
        self.columns.iter().copied().map(expression).collect::<Vec<_>>().join(", ")
    }

    /// What `row` holds there. Nothing, where the query does not ask for it.
    pub(super) fn optional<'r>(&self, row: &'r Row, column: Column) -> Option<&'r str> {
        let index = self.columns.iter().position(|one| *one == column)?;
        row.optional(self.before + index)
    }

    /// The text in `column`; empty where it is null.
    pub(super) fn text<'r>(&self, row: &'r Row, column: Column) -> &'r str {
        self.optional(row, column).unwrap_or_default()
    }

    /// The number in `column`; 0 where it is none.
    pub(super) fn number(&self, row: &Row, column: Column) -> usize {
        self.text(row, column).parse().unwrap_or_default()
    }
}
