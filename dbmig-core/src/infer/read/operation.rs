//! Parts of an `ALTER TABLE` that sqlparser does not know, or takes for something else.

mod identity;
mod mysql;
mod option;
mod partition;
mod postgres;

use super::head;
use crate::Dialect;
use crate::infer::change::{Act, Certainty, Rows};
use crate::infer::name::Name;
use crate::sql::Statement;
use crate::sql::reader::Reader;

/// What one part does, where it is one of these.
pub(super) fn operation(dialect: Dialect, table: &Name, part: &Statement<'_>) -> Option<Act> {
    let part = &mut Part { table, reader: Reader::new(part) };
    match dialect {
        Dialect::Postgres => postgres::operation(part),
        Dialect::Mysql => mysql::operation(part),
        Dialect::Sqlite => None,
    }
}

/// A part, and the table that it is about.
#[derive(Clone)]
struct Part<'a, 't> {
    table: &'a Name,
    reader: Reader<'t>,
}

impl Part<'_, '_> {
    fn other(&self, what: impl Into<String>, certainty: Certainty, rows: Rows) -> Act {
        Act::Other { table: Some(self.table.clone()), what: what.into(), certainty, rows }
    }

    fn unclear(&self, what: impl Into<String>) -> Act {
        self.other(what, Certainty::Unclear, Rows::Kept)
    }

    fn plain(&self, what: impl Into<String>) -> Act {
        self.other(what, Certainty::Plain, Rows::Kept)
    }
}
