//! PostgreSQL's triggers that run after a row was written: they tell others of it, or put a row
//! into a table that the script makes.

use std::collections::HashMap;

use sqlparser::ast::Expr;

use super::super::Judge;
use super::write::{column, is_clock};
use crate::infer::body::trigger::{Event, Level, Step, Trigger};
use crate::infer::change::{Act, Nullable, Uniqueness, Value};
use crate::infer::expression::{Clock, Names, Own, Row, Shape, fits};
use crate::infer::name::Name;
use crate::infer::parse;
use crate::infer::schema::{BodyKind, Table, mentions};
use crate::infer::shape::{Action, ForeignKey, Parent, Partitioning, Timing};

type Doubt = Option<String>;

/// What is put into a column: a column of the row that was written, or something else.
type Source = Option<String>;

impl Judge<'_, '_> {
    pub(super) fn fills_tables(
        &self,
        table: &Name,
        trigger: &Trigger,
        steps: &[Step],
    ) -> Result<(), Doubt> {
        let Some((last, steps)) = steps.split_last() else { return Err(None) };
        let is_safe = match trigger.level {
            Level::Statement => matches!(last, Step::ReturnOther),
            Level::Row => matches!(last, Step::ReturnOther | Step::ReturnNew),
        };
        if !is_safe || trigger.guard.is_some() {
            return Err(None);
        }
        for step in steps {
            match (step, trigger.level, &trigger.events[..]) {
                (Step::Nothing, ..) => {}
                (Step::Insert { table: into, columns, values }, Level::Row, [Event::Insert]) => {
                    let into = self.own_table(into).ok_or(None)?;
                    self.puts(table, into, columns, values)?;
                }
                _ => return Err(None),
            }
        }
        Ok(())
    }

    /// A table of the script, about which it says nothing that could refuse a row later on.
    fn own_table(&self, name: &str) -> Option<&Table> {
        let dialect = self.scope.dialect;
        let name = Name::single(name);
        let is_it = |of: &Name| of.key(dialect) == name.key(dialect);
        let known = self.now.table(&name).filter(|_| self.scope.is_new_table(&name))?;
        let is_harmless = |act: &Act| match act {
            Act::MakeTable { table, .. } => is_it(table),
            Act::AddIndex { uniqueness: Uniqueness::None, .. }
            | Act::Nothing
            | Act::Harmless(_)
            | Act::Make { .. } => true,
            Act::MakeTrigger { table, .. } => !is_it(table),
            _ => false,
        };
        let about = self.steps.iter().filter(|step| mentions(step.text, name.last()));
        let is_plain = about.flat_map(|step| &step.changes).all(|change| is_harmless(&change.act))
            && known.is_complete()
            && known.checks.is_empty()
            && known.others.is_empty()
            && known.parent == Parent::None
            && known.partitioning == Partitioning::None;
        let has_rights = self.past.mentions("grant")
            || self.steps.iter().any(|step| mentions(step.text, "grant"));
        let runs = self.now.bodies().any(|body| {
            matches!(body.kind, BodyKind::Trigger | BodyKind::Rule)
                && body.table.as_ref().is_none_or(is_it)
        });
        (is_plain && !has_rights && !runs).then_some(known)
    }

    /// Whether a row of `table` that was inserted can always be put into another table, too.
    fn puts(
        &self,
        table: &Name,
        into: &Table,
        columns: &[String],
        values: &[String],
    ) -> Result<(), Doubt> {
        let dialect = self.scope.dialect;
        let refused =
            |column: &str| Some(format!("what it writes into {}.{column} may not fit", into.name));
        let mut sources: HashMap<&str, Source> = HashMap::new();
        for (column, value) in columns.iter().zip(values) {
            let traits = into.column(dialect, column).ok_or(None)?;
            let expr = parse::expression(dialect, value).ok_or(None)?;
            let (shape, source) = self.put(table, &expr).ok_or_else(|| refused(column))?;
            let is_full = match &source {
                Some(own) => {
                    self.past.column(table, own).is_some_and(|own| own.nullable == Nullable::No)
                }
                None => shape != Shape::Null,
            };
            let takes = fits(dialect, &shape, &traits.kind)
                && (is_full || traits.nullable == Nullable::Yes)
                && traits.generated.is_none();
            takes.then_some(()).ok_or_else(|| refused(column))?;
            sources.insert(column, source);
        }
        for (column, traits) in &into.columns {
            let is_filled = sources.contains_key(&**column)
                || traits.nullable == Nullable::Yes
                || traits.default != Value::Null;
            is_filled.then_some(()).ok_or_else(|| refused(column))?;
        }
        let keys = into.foreign_keys.iter().map(|(_, key)| key);
        let mut keys =
            keys.filter(|key| key.columns.iter().any(|one| sources.contains_key(&**one)));
        if !keys.all(|key| self.follows(table, key, &sources)) {
            return Err(Some("its rows may keep others from being deleted".to_owned()));
        }
        self.never_collides(table, into, &sources)
            .then_some(())
            .ok_or_else(|| Some("its rows may have a key that is there".to_owned()))
    }

    /// What a value is, and where it comes from; nothing where it may fail.
    fn put(&self, table: &Name, value: &Expr) -> Option<(Shape, Source)> {
        let kind = |column: &str| self.kind_of(table, column);
        let (dialect, names) = (self.scope.dialect, Names::Qualified);
        let row = Row { dialect, kind: &kind, names, clock: Clock::Asked, own: Own::NONE };
        let shape = row.shape(value).ok()?;
        match (column(value), value) {
            (Some((row, column)), _) => (row == "new").then_some((shape, Some(column))),
            (None, Expr::Value(_) | Expr::Identifier(_)) => Some((shape, None)),
            (None, Expr::Function(_)) if is_clock(value, &shape) => Some((shape, None)),
            (None, _) => None,
        }
    }

    /// Whether a key points to the row that was inserted, and goes with it.
    fn follows(&self, table: &Name, key: &ForeignKey, sources: &HashMap<&str, Source>) -> bool {
        let dialect = self.scope.dialect;
        let own = match (&key.target_columns[..], &key.columns[..]) {
            ([target], [_]) => Some(target.clone()),
            ([], [_]) => self.only_key(table),
            _ => None,
        };
        let source = key.columns.first().and_then(|column| sources.get(&**column)?.clone());
        key.target.key(dialect) == table.key(dialect)
            && own.is_some()
            && own == source
            && own == self.only_key(table)
            && key.timing == Timing::Immediate
            && key.on_delete == Action::Cascade
            && (key.on_update == Action::Cascade || self.is_numbered(key))
    }

    /// The only column of the primary key.
    fn only_key(&self, table: &Name) -> Option<String> {
        match &self.past.table(table)?.primary_key.as_ref()?.columns[..] {
            [only] => only.clone(),
            _ => None,
        }
    }

    /// Whether each unique key is numbered by the database, or that of the row that was inserted:
    /// there was none with it before, and what pointed to one has gone with it.
    fn never_collides(&self, table: &Name, into: &Table, sources: &HashMap<&str, Source>) -> bool {
        let dialect = self.scope.dialect;
        let primary = into.primary_key.iter().map(|key| &key.columns);
        let mut keys = primary.chain(into.uniques.iter().map(|unique| &unique.columns));
        keys.all(|key| {
            key.iter().flatten().any(|column| match sources.get(column.as_str()) {
                None => into.numbers(dialect, column),
                Some(_) => into.foreign_keys.iter().any(|(_, own)| {
                    own.columns == [column.clone()] && self.follows(table, own, sources)
                }),
            })
        })
    }
}
