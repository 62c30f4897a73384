//! Tables: made, dropped, called otherwise.

use super::{Finding, Judge, plain, unclear};
use crate::infer::change::{How, Kind};
use crate::infer::name::Name;
use crate::infer::shape::Shape;
use crate::infer::step::Absence;

impl Judge<'_, '_> {
    pub(super) fn make_table(&mut self, table: &Name, how: How, shape: Option<&Shape>) -> Finding {
        for key in shape.into_iter().flat_map(Shape::foreign_keys) {
            self.refers(table, key);
        }
        if let Some(verdict) = shape.and_then(|shape| self.make_child(table, how, shape)) {
            return verdict;
        }
        self.scope.make_table(table, self.is_made(table, how));
        if self.is_rebuilding() {
            return Finding::Silent;
        }
        match how {
            How::New | How::IfAbsent => Finding::Adds(format!("new table {table}")),
            How::Replace => plain(format!("may replace the table {table}")),
        }
    }

    /// `CREATE TABLE IF NOT EXISTS` makes one that earlier migrations do not mention, or have
    /// dropped.
    fn is_made(&self, table: &Name, how: How) -> How {
        match how {
            How::IfAbsent if self.past.has_none(table) => How::New,
            How::New | How::IfAbsent | How::Replace => how,
        }
    }

    /// `DROP .. IF EXISTS x; CREATE x` of what no earlier migration so much as mentions: it never
    /// was.
    pub(super) fn never_was(&self, kind: Option<Kind>, name: &Name) -> bool {
        self.absence == Absence::Ignored
            && !self.past.mentions(name.last())
            && self.scope.is_made_after(self.number, kind, name)
    }

    pub(super) fn drop_table(&mut self, table: &Name) -> Finding {
        if self.never_was(None, table) {
            return Finding::Silent;
        }
        let is_new = self.scope.is_new_table(table);
        self.scope.drop_table(table);
        if self.is_rebuilding() {
            self.drop_rebuilt(table)
        } else if is_new {
            Finding::Silent
        } else if self.scope.is_made_after(self.number, None, table) {
            rebuilds(table)
        } else {
            plain(format!("drops the table {table}"))
        }
    }

    pub(super) fn rename_table(&mut self, from: &Name, to: &Name) -> Finding {
        let is_new = self.scope.is_new_table(from);
        self.scope.rename_table(from, to);
        if self.is_rebuilding() {
            Finding::Silent
        } else if is_new {
            Finding::Adds(format!("new table {to}"))
        } else if self.scope.is_made_after(self.number, None, from) {
            rebuilds(from)
        } else if self.gets_view(from, to) {
            unclear(format!(
                "renames the table {from}, and the view in its place does not take all that a \
                 table does (COPY, TRUNCATE, ON CONFLICT ON CONSTRAINT)"
            ))
        } else {
            plain(format!("renames the table {from}"))
        }
    }
}

fn rebuilds(table: &Name) -> Finding {
    unclear(format!(
        "rebuilds the table {table}, and whether the previous version can live with the new one is \
         not known"
    ))
}
