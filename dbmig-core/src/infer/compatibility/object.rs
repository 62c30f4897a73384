//! What is done to an object of which no row is part: it is nobody's business where the script
//! itself has made it.

use super::{Finding, Judge, plain, unclear};
use crate::infer::change::{Certainty, Kind, Subject};
use crate::infer::name::Name;
use crate::infer::schema::{IndexKind, Known};
use crate::infer::shape::Timing;

/// What PostgreSQL lets stand where a table may.
const RELATIONS: [Kind; 3] = [Kind::View, Kind::MaterializedView, Kind::Sequence];

impl Judge<'_, '_> {
    pub(super) fn touch(&self, subject: &Subject, what: &str, certainty: Certainty) -> Finding {
        let is_new = match subject {
            Subject::Relation(name) => {
                self.scope.is_new_table(name)
                    || RELATIONS.iter().any(|kind| self.scope.is_new(*kind, name))
            }
            Subject::Object(kind, name) => self.scope.is_new(*kind, name),
        };
        if is_new { Finding::Silent } else { Finding::Breaks(certainty, what.to_owned()) }
    }

    /// Who may wait for the COMMIT need not; who must, learns of a fault later than before.
    pub(super) fn defer(&self, table: &Name, constraint: &str, timing: Timing) -> Finding {
        if self.scope.is_new_table(table) {
            return Finding::Silent;
        }
        let before = match self.past.constraint(table, constraint) {
            Some(Known::ForeignKey(key)) => Some(key.timing),
            Some(Known::Check | Known::Unique | Known::PrimaryKey) | None => None,
        };
        let of = format!("the constraint {constraint} of {table}");
        match (before, timing) {
            (Some(before), now) if before == now => Finding::Silent,
            (Some(Timing::Immediate | Timing::Deferrable), Timing::Deferrable) => {
                Finding::Adds(format!("{of} can wait for the COMMIT"))
            }
            (Some(Timing::Deferred), Timing::Immediate | Timing::Deferrable) => {
                plain(format!("checks {of} at once, which waited for the COMMIT before"))
            }
            (_, Timing::Deferred) => {
                unclear(format!("{of} is only checked at the COMMIT, where nobody may expect it"))
            }
            (Some(_), Timing::Immediate) => {
                unclear(format!("{of} can no longer wait for the COMMIT"))
            }
            (None, Timing::Immediate | Timing::Deferrable) => {
                unclear(format!("checks {of} at once, which may have waited for the COMMIT before"))
            }
        }
    }

    pub(super) fn rename_object(
        &mut self,
        kind: Kind,
        (from, to): (&Name, &Name),
        table: Option<&Name>,
    ) -> Finding {
        if self.scope.drop(kind, from) {
            self.scope.make(kind, to);
            return Finding::Silent;
        }
        if table.is_some_and(|table| self.scope.is_new_table(table)) {
            return Finding::Silent;
        }
        let word = kind.word();
        match kind {
            Kind::Index => match self.past.index(from, table) {
                Some(IndexKind::Plain) => Finding::Adds(format!("renames the index {from}")),
                Some(IndexKind::Unique) | None => unclear(format!(
                    "renames the index {from}, which the previous version may name (ON CONFLICT \
                     ON CONSTRAINT, hints, errors)"
                )),
            },
            _ => plain(format!("renames the {word} {from}")),
        }
    }
}
