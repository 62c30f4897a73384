//! What is done to an object of which no row is part: it is nobody's business where the script
//! itself has made it.

use super::{Judge, Verdict, plain, unclear};
use crate::infer::change::{Certainty, Kind, Subject};
use crate::infer::name::Name;
use crate::infer::schema::IndexKind;

/// What PostgreSQL lets stand where a table may.
const RELATIONS: [Kind; 3] = [Kind::View, Kind::MaterializedView, Kind::Sequence];

impl Judge<'_> {
    pub(super) fn touch(&self, subject: &Subject, what: &str, certainty: Certainty) -> Verdict {
        let is_new = match subject {
            Subject::Relation(name) => {
                self.scope.is_new_table(name)
                    || RELATIONS.iter().any(|kind| self.scope.is_new(*kind, name))
            }
            Subject::Object(kind, name) => self.scope.is_new(*kind, name),
        };
        if is_new { Verdict::Silent } else { Verdict::Breaks(certainty, what.to_owned()) }
    }

    pub(super) fn rename_object(
        &mut self,
        kind: Kind,
        (from, to): (&Name, &Name),
        table: Option<&Name>,
    ) -> Verdict {
        if self.scope.drop(kind, from) {
            self.scope.make(kind, to);
            return Verdict::Silent;
        }
        if table.is_some_and(|table| self.scope.is_new_table(table)) {
            return Verdict::Silent;
        }
        let word = kind.word();
        match kind {
            Kind::Index => match self.past.index(from, table) {
                Some(IndexKind::Plain) => Verdict::Adds(format!("renames the index {from}")),
                Some(IndexKind::Unique) | None => unclear(format!(
                    "renames the index {from}, which the previous version may name (ON CONFLICT \
                     ON CONSTRAINT, hints, errors)"
                )),
            },
            _ => plain(format!("renames the {word} {from}")),
        }
    }
}
