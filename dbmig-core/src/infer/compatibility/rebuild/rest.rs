//! What is about a rebuilt table beside its rows: triggers, views, and the rest of the script.

use super::{Form, Rebuild, Tried};
use crate::infer::body::view;
use crate::infer::change::{Act, Kind, Write};
use crate::infer::compatibility::{Judge, unclear};
use crate::infer::name::Name;
use crate::infer::schema::{Body, BodyKind, mentions};
use crate::infer::shape::Rowid;

impl Judge<'_, '_> {
    /// Triggers go with the old table, and views with its name.
    pub(super) fn keeps_bodies(&self, rebuild: &Rebuild) -> Tried<()> {
        let (dialect, table) = (self.scope.dialect, &rebuild.table);
        let key = table.key(dialect);
        let is_own = |body: &Body<'_>| body.table.as_ref().is_some_and(|of| of.key(dialect) == key);
        let mut bodies: Vec<_> = self.past.bodies().collect();
        // Which of several is told must not depend on chance.
        bodies.sort_by_key(|body| (!is_own(body), body.name.to_string()));
        for body in bodies {
            if is_own(body) {
                if !self.now.bodies().any(|again| is_own(again) && is_twin(body, again)) {
                    return Err(unclear(format!(
                        "rebuilds the table {table}, and its trigger {} goes with the old one",
                        body.name
                    )));
                }
            } else if rebuild.form == Form::Old
                && mentions(body.statement.text, table.last())
                && !self.is_dropped_before(rebuild.rename, body)
            {
                return Err(unclear(format!(
                    "rebuilds the table {table}, and {} goes with the old one to its new name",
                    body.name
                )));
            }
        }
        self.keeps_rowids(rebuild)
    }

    /// Rows without a key that is their number get other numbers when they are copied.
    fn keeps_rowids(&self, rebuild: &Rebuild) -> Tried<()> {
        let Some(old) = self.past.table(&rebuild.table) else { return Ok(()) };
        let dialect = self.scope.dialect;
        let key = old.primary_key.as_ref().map(|key| &key.columns[..]);
        let is_number = match key {
            Some([Some(column)]) => {
                old.column(dialect, column).is_some_and(|own| own.kind == "integer")
            }
            _ => false,
        };
        let users = ["rowid", "_rowid_", "oid", "fts3", "fts4", "fts5"];
        let has_users = users.iter().any(|word| self.past.mentions(word));
        if is_number || old.storage.rowid == Rowid::Without || !has_users {
            return Ok(());
        }
        Err(unclear(format!(
            "rebuilds the table {}, and its rows get other rowids, which an earlier migration uses",
            rebuild.table
        )))
    }

    fn is_dropped_before(&self, number: usize, body: &Body<'_>) -> bool {
        let dialect = self.scope.dialect;
        let acts = self.steps.iter().flat_map(|step| &step.changes).take(number);
        acts.map(|change| &change.act).any(|act| match act {
            Act::Drop { kind: Kind::View | Kind::Trigger, name, .. } => {
                name.key(dialect) == body.name.key(dialect)
            }
            _ => false,
        })
    }

    /// Whether an index or a trigger is a rebuilt table's: what is not made again is missed there.
    pub(in crate::infer::compatibility) fn is_of_rebuilt(&self, kind: Kind, name: &Name) -> bool {
        let dialect = self.scope.dialect;
        match kind {
            Kind::Index => {
                let mut tables = self.past.tables().filter(|table| self.is_rebuilt(&table.name));
                tables.any(|table| table.index(dialect, name.last()).is_some())
            }
            Kind::Trigger => self.past.bodies().any(|body| {
                body.kind == BodyKind::Trigger
                    && body.name.key(dialect) == name.key(dialect)
                    && body.table.as_ref().is_some_and(|table| self.is_rebuilt(table))
            }),
            _ => false,
        }
    }

    /// The new table's references to itself follow its name, unless the script says otherwise.
    pub(super) fn follows_itself(&self, rebuild: &Rebuild) -> Tried<()> {
        let (dialect, other) = (self.scope.dialect, &rebuild.other);
        let mut acts = self.steps.iter().flat_map(|step| &step.changes).map(|change| &change.act);
        let to_itself = match acts.nth(rebuild.make) {
            Some(Act::MakeTable { shape: Some(shape), .. }) => {
                shape.foreign_keys().any(|own| own.target.key(dialect) == other.key(dialect))
            }
            _ => false,
        };
        let is_legacy = |text| mentions(text, "legacy_alter_table");
        if to_itself && self.steps.iter().any(|step| is_legacy(step.text)) {
            return Err(unclear(format!(
                "rebuilds the table {}: its new foreign key goes to {other}, which PRAGMA \
                 legacy_alter_table leaves there",
                rebuild.table
            )));
        }
        Ok(())
    }

    /// Whatever else the script does to the table, nobody has looked at.
    pub(super) fn nothing_else(&self, rebuild: &Rebuild) -> Tried<()> {
        let mut number = 0;
        for step in self.steps {
            let is_about = [&rebuild.table, &rebuild.other]
                .iter()
                .any(|name| mentions(step.text, name.last()));
            for change in &step.changes {
                if is_about && !rebuild.has(number) {
                    self.is_harmless(rebuild, number, &change.act, step.statement.as_ref())?;
                }
                number += 1;
            }
        }
        Ok(())
    }

    fn is_harmless(
        &self,
        rebuild: &Rebuild,
        number: usize,
        act: &Act,
        statement: Option<&crate::sql::Statement<'_>>,
    ) -> Tried<()> {
        let dialect = self.scope.dialect;
        let (own, other) = (rebuild.table.key(dialect), rebuild.other.key(dialect));
        let is = |name: &Name| name.key(dialect) == own || name.key(dialect) == other;
        let fine = match act {
            Act::Nothing | Act::Harmless(_) | Act::AddIndex { .. } => true,
            Act::Compute { table, expressions } => {
                !is(table) || self.uncomputable(table, expressions).is_none()
            }
            Act::Write { table, write } if is(table) => {
                let copies = matches!(write, Write::Insert)
                    && (rebuild.make..rebuild.drop).contains(&number);
                let into = match rebuild.form {
                    Form::New => &other,
                    Form::Old => &own,
                };
                // As long as the old table has its name, it is looked at as any other.
                let is_old = number < rebuild.number() && table.key(dialect) == own;
                is_old || (copies && table.key(dialect) == *into)
            }
            Act::Write { .. } => true,
            Act::DropTable(table) => !is(table) || number < rebuild.make,
            Act::MakeTable { table, .. } => !is(table),
            Act::RenameTable { from, to } => !is(from) && !is(to),
            Act::Drop { kind: Kind::Index | Kind::Trigger | Kind::View, .. }
            | Act::Make { kind: Kind::View, .. } => true,
            Act::MakeTrigger { .. } => statement.and_then(Body::of).is_some_and(|made| {
                let mut known = self.past.bodies();
                known.any(|old| old.table.is_some() && is_twin(old, &made))
            }),
            Act::AddColumn { table, .. } => !is(table),
            _ => false,
        };
        if fine {
            return Ok(());
        }
        Err(unclear(format!(
            "rebuilds the table {}, and changes it further in the same script",
            rebuild.table
        )))
    }
}

fn is_twin(old: &Body<'_>, new: &Body<'_>) -> bool {
    old.kind == BodyKind::Trigger
        && new.kind == BodyKind::Trigger
        && view::is_same(&old.statement, &new.statement)
}
