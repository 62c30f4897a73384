//! Triggers on tables that the previous version knows: harmless are those that only write what it
//! does not, and cannot fail.

use std::collections::HashSet;

use super::{Finding, Judge, unclear};
use crate::Dialect;
use crate::infer::body::star;
use crate::infer::body::trigger::{self, Action, Event, Level, Step, Timing, Trigger};
use crate::infer::change::{Act, Constraint, Nullable, Traits, Uniqueness, Value};
use crate::infer::name::{Name, column_key};
use crate::infer::schema::{Body, BodyKind};
use crate::infer::words::same;

mod again;
mod fill;
mod fts;
mod write;

/// What the triggers of a script do to columns that it adds: none may rely on one that another
/// one changes.
#[derive(Default)]
pub(super) struct Written {
    assigned: HashSet<Place>,
    guards: HashSet<Place>,
}

/// A column, at an event of its table.
type Place = (Vec<String>, Event, String);

impl Judge<'_, '_> {
    pub(super) fn make_trigger(&mut self, trigger: &Name, table: &Name) -> Finding {
        if self.scope.is_new_table(table) {
            return Finding::Silent;
        }
        match self.tried_trigger(table) {
            Ok(()) => Finding::Adds(format!("new trigger {trigger} on {table}")),
            Err(None) => unclear(format!(
                "new trigger {trigger} on {table}, and what it does to the writes of the previous \
                 version is not known"
            )),
            Err(Some(doubt)) => unclear(format!("new trigger {trigger} on {table}: {doubt}")),
        }
    }

    /// Why a trigger may not be harmless, where that is known.
    fn tried_trigger(&mut self, table: &Name) -> Result<(), Option<String>> {
        let statement = self.steps.get(self.step).and_then(|step| step.statement.as_ref());
        let statement = statement.ok_or(None)?;
        let made = self.steps.get(self.step).and_then(|step| step.body.as_deref());
        if made.is_some_and(|made| self.was_trigger(made)) {
            return Ok(());
        }
        let trigger = Trigger::of(statement).ok_or(None)?;
        match (&trigger.action, trigger.timing, self.scope.dialect) {
            (Action::Call { function, arguments }, Timing::Before, Dialect::Postgres)
                if trigger.level == Level::Row =>
            {
                let steps = self.function(function, arguments).ok_or(None)?;
                if !matches!(steps.last(), Some(Step::ReturnNew)) {
                    return Err(Some("it may not return the row".to_owned()));
                }
                self.writes_row(table, &trigger, &steps)
            }
            (Action::Call { function, arguments }, Timing::After, Dialect::Postgres) => {
                let steps = self.function(function, arguments).ok_or(None)?;
                self.fills_tables(table, &trigger, &steps)
            }
            (Action::Code(steps), Timing::Before, Dialect::Mysql) => {
                self.writes_row(table, &trigger, steps)
            }
            (Action::Code(steps), Timing::After, Dialect::Sqlite) => {
                self.writes_tables(table, &trigger, steps)
            }
            _ => Err(None),
        }
    }

    /// The statements of a function for triggers, as the script or an earlier one makes it last.
    fn function(&self, name: &str, arguments: &[String]) -> Option<Vec<Step>> {
        if name == "moddatetime" {
            let [column] = arguments else { return None };
            let value = "CURRENT_TIMESTAMP".to_owned();
            let column = column.trim_matches('\'').to_owned();
            return Some(vec![Step::Assign { column, value }, Step::ReturnNew]);
        }
        if name == "diesel_set_updated_at" {
            return Some(of_diesel());
        }
        let name = Name::single(name);
        let mut bodies = self.steps.iter().filter_map(|step| step.body.as_deref());
        let is = |body: &&Body<'_>| body.kind == BodyKind::Routine && body.name == name;
        let own = bodies.rfind(is);
        match own {
            Some(body) => trigger::function(&body.statement),
            None => {
                let mut known = self.now.routines(&name);
                let body = known.next()?;
                known.next().is_none().then(|| trigger::function(&body.statement)).flatten()
            }
        }
    }

    /// `SELECT diesel_manage_updated_at('posts')`
    pub(super) fn manage_updated_at(&mut self, table: &Name) -> Finding {
        let trigger = Trigger {
            timing: Timing::Before,
            events: vec![Event::Update],
            level: Level::Row,
            guard: None,
            action: Action::Code(Vec::new()),
        };
        match self.writes_row(table, &trigger, &of_diesel()) {
            Ok(()) => Finding::Adds(format!("new trigger set_updated_at on {table}")),
            Err(doubt) => unclear(format!(
                "new trigger set_updated_at on {table}: {}",
                doubt.unwrap_or_else(|| "what it does is not known".to_owned())
            )),
        }
    }

    /// A column that the script adds, where a trigger may write whatever its type holds: nothing
    /// else that the script makes refuses it.
    fn free_column(&self, table: &Name, column: &str) -> Option<Traits> {
        let key = |column: &str| column_key(self.scope.dialect, column);
        let of_table = |of: &Name| of.key(self.scope.dialect) == table.key(self.scope.dialect);
        let mut found = None;
        for change in self.steps.iter().flat_map(|step| &step.changes) {
            match &change.act {
                Act::AddColumn { table: of, column: name, traits, .. }
                    if of_table(of) && key(name) == key(column) =>
                {
                    found = Some(traits.clone());
                }
                Act::AlterColumn { table: of, column: name, .. }
                    if of_table(of) && key(name) == key(column) =>
                {
                    return None;
                }
                Act::AddIndex { table: of, uniqueness: Uniqueness::Unique { .. }, .. }
                | Act::AddConstraint { table: of, .. }
                | Act::Compute { table: of, .. }
                    if of_table(of) && !self.is_elsewhere(&change.act, column) =>
                {
                    return None;
                }
                _ => {}
            }
        }
        let traits = found?;
        let is_free = traits.unique.is_none()
            && traits.references.is_none()
            && traits.checks.is_empty()
            && traits.generated.is_none();
        is_free.then_some(traits)
    }

    /// Whether a constraint is about other columns only.
    fn is_elsewhere(&self, act: &Act, column: &str) -> bool {
        let key = |column: &str| column_key(self.scope.dialect, column);
        let all = |columns: &[Option<String>]| {
            columns.iter().all(|one| one.as_ref().is_some_and(|one| key(one) != key(column)))
        };
        match act {
            Act::AddIndex { uniqueness: Uniqueness::Unique { columns, .. }, .. }
            | Act::AddConstraint {
                constraint:
                    Constraint::Unique(Uniqueness::Unique { columns, .. })
                    | Constraint::PrimaryKey(columns),
                ..
            } => all(columns),
            Act::AddConstraint { constraint: Constraint::ForeignKey(key_of), .. } => {
                key_of.columns.iter().all(|one| key(one) != key(column))
            }
            _ => false,
        }
    }

    /// What breaks when a table that was there gets another column.
    pub(super) fn counted_by(&self, table: &Name) -> Option<String> {
        let dialect = self.scope.dialect;
        let all = self.past.bodies().filter_map(|body| {
            // Of a trigger elsewhere, its function is looked at on its own.
            let is_own = body.table.as_ref().is_some_and(|of| same(of.last(), table.last()));
            let called = if is_own { self.called(body) } else { None };
            let counting = star::counts(dialect, body, called, table.last())?;
            let kind = match body.kind {
                BodyKind::Trigger => "trigger",
                BodyKind::Rule => "rule",
                BodyKind::Routine => "routine",
                BodyKind::View | BodyKind::MaterializedView => "view",
            };
            Some(format!("the {kind} {} {}", body.name, counting.words()))
        });
        all.min()
    }

    /// The function of a trigger.
    fn called(&self, body: &Body<'_>) -> Option<&Body<'_>> {
        if body.kind != BodyKind::Trigger || self.scope.dialect != Dialect::Postgres {
            return None;
        }
        let Action::Call { function, .. } = Trigger::of(&body.statement)?.action else {
            return None;
        };
        self.past.routines(&Name::single(function)).next()
    }
}

/// What Diesel's own function does.
fn of_diesel() -> Vec<Step> {
    let condition = "NEW IS DISTINCT FROM OLD".to_owned();
    let (column, value) = ("updated_at".to_owned(), "current_timestamp".to_owned());
    let assign = Step::Assign { column, value };
    vec![Step::If(vec![(Some(condition), vec![assign])]), Step::ReturnNew]
}

/// Whether a column that somebody writes may become NULL where it must not.
fn takes_null(traits: &Traits) -> bool {
    traits.nullable == Nullable::Yes
}

/// Whether it is NULL in rows of those who do not know it.
fn starts_null(traits: &Traits) -> bool {
    traits.default == Value::Null
}
