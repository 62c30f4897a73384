//! Triggers that are dropped and made again.

use std::collections::{HashMap, HashSet};

use super::super::Judge;
use super::write::is_clock_text;
use crate::Dialect;
use crate::infer::body::trigger::{self, Action, Event, Level, Step, Timing, Trigger};
use crate::infer::body::{routine, view};
use crate::infer::expression::is_time;
use crate::infer::name::{Name, column_key};
use crate::infer::schema::{Body, BodyKind};
use crate::infer::words::{Words, same};

/// Columns that get the time, and when.
type Times = HashSet<(Event, String)>;

impl Judge<'_, '_> {
    /// Whether the previous version misses nothing of a trigger that goes: it comes again, or it
    /// only wrote the time where one that the script makes does so.
    ///
    /// Between the two, MySQL has none.
    pub(in crate::infer::compatibility) fn is_trigger_renewed(
        &self,
        name: &Name,
        table: Option<&Name>,
    ) -> bool {
        let dialect = self.scope.dialect;
        let same = |a: &Name, b: &Name| a.key(dialect) == b.key(dialect);
        let is_it = |body: &&Body<'_>| {
            body.kind == BodyKind::Trigger
                && same(&body.name, name)
                && table.is_none_or(|table| body.table.as_ref().is_some_and(|of| same(of, table)))
        };
        let mut known = self.past.bodies().filter(is_it);
        let (Some(old), None) = (known.next(), known.next()) else { return false };
        let Some(table) = old.table.as_ref().filter(|_| dialect != Dialect::Mysql) else {
            return false;
        };
        let later = self.steps.get(self.step + 1..).unwrap_or_default();
        let made = later.iter().filter_map(|step| step.body.as_deref()).filter(|body| {
            body.kind == BodyKind::Trigger && body.table.as_ref().is_some_and(|of| same(of, table))
        });
        let made: Vec<_> = made.collect();
        made.iter().any(|new| self.is_same_trigger(old, new))
            || self.times_of(table, old, Told::Before).is_some_and(|before| {
                let after = made.iter().filter_map(|new| self.times_of(table, new, Told::After));
                let after: Times = after.flatten().collect();
                !before.is_empty() && before.is_subset(&after)
            })
    }

    /// Whether a function for triggers that is replaced only wrote the time where it still does,
    /// and does no more that could fail. No code that was not read may have made a trigger of it.
    pub(in crate::infer::compatibility) fn is_function_renewed(&mut self, name: &Name) -> bool {
        let same = |function: &str| Name::single(function).last() == name.last();
        let calling = |body: &&Body<'_>| {
            let trigger = Trigger::of(&body.statement);
            body.kind == BodyKind::Trigger
                && match trigger.map(|trigger| trigger.action) {
                    Some(Action::Call { function, .. }) => same(&function),
                    Some(Action::Code(_)) => false,
                    None => body.mentions(name.last()),
                }
        };
        let users: Vec<_> = self.now.bodies().filter(calling).cloned().collect();
        let is_trigger = |body: &Body<'_>| routine::returns_trigger(body.words());
        let is_other =
            |body: &Body<'_>| body.kind == BodyKind::Routine && body.name.last() != name.last();
        let made_otherwise = self.now.doubts(name.last())
            || self.now.bodies().any(|body| {
                is_other(body) && body.mentions(name.last()) && uses(body.opened(), name.last())
            });
        if self.scope.dialect != Dialect::Postgres
            || users.is_empty()
            || made_otherwise
            || !self.past.has_routine(name)
            || !self.past.routines(name).all(is_trigger)
        {
            return false;
        }
        users.iter().all(|user| {
            let Some(table) = &user.table else { return false };
            let before = self.times_of(table, user, Told::Before);
            let after = self.times_of(table, user, Told::After);
            let (Some(before), Some(after)) = (before, after) else { return false };
            let Some(trigger) = Trigger::of(&user.statement) else { return false };
            let Action::Call { function, arguments } = &trigger.action else { return false };
            let Some(steps) = self.function(function, arguments) else { return false };
            before.is_subset(&after)
                && trigger.timing == Timing::Before
                && trigger.level == Level::Row
                && matches!(steps.last(), Some(Step::ReturnNew))
                && self.writes_row(table, &trigger, &steps).is_ok()
        })
    }

    /// Whether a trigger that the script makes is the one that was there.
    pub(super) fn was_trigger(&self, new: &Body<'_>) -> bool {
        let key = |body: &Body<'_>| {
            let name = |name: &Name| name.key(self.scope.dialect);
            (name(&body.name), body.table.as_ref().map(name))
        };
        let mut known = self.past.bodies().filter(|body| body.kind == BodyKind::Trigger);
        self.scope.dialect != Dialect::Mysql
            && known.any(|old| key(old) == key(new) && self.is_same_trigger(old, new))
    }

    /// One that was made, and then was turned off, is another one.
    fn is_same_trigger(&self, old: &Body<'_>, new: &Body<'_>) -> bool {
        view::is_same(&old.statement, &new.statement)
            && !self.past.mentions("disable")
            && self.keeps_function(new)
    }

    /// Whether what the trigger calls is what it was.
    fn keeps_function(&self, trigger: &Body<'_>) -> bool {
        if self.scope.dialect != Dialect::Postgres {
            return true;
        }
        let Some(Action::Call { function, .. }) =
            Trigger::of(&trigger.statement).map(|trigger| trigger.action)
        else {
            return false;
        };
        let name = Name::single(function);
        let mut known = self.past.routines(&name);
        let (Some(old), None) = (known.next(), known.next()) else { return false };
        let mut made = self
            .steps
            .iter()
            .filter_map(|step| step.body.as_deref())
            .filter(|body| body.kind == BodyKind::Routine && body.name.last() == name.last());
        made.all(|new| routine::is_same(&old.statement, &new.statement))
    }

    /// Where a trigger writes the time, if that is all it does.
    fn times_of(&self, table: &Name, body: &Body<'_>, told: Told) -> Option<Times> {
        let trigger = Trigger::of(&body.statement)?;
        let steps = match &trigger.action {
            Action::Code(steps) => steps.clone(),
            Action::Call { function, arguments } => match told {
                Told::After => self.function(function, arguments)?,
                Told::Before => {
                    let name = Name::single(function);
                    let mut known = self.past.routines(&name);
                    let body = known.next().filter(|_| known.next().is_none())?;
                    trigger::function(&body.statement)?
                }
            },
        };
        let (columns, saved) = (HashSet::new(), HashMap::new());
        let mut all = Timed { columns, saved, spared: Vec::new() };
        is_quiet(trigger.guard.as_deref()).then_some(())?;
        self.timed(table, &steps, &mut all)?;
        let columns = all.columns;
        let events = trigger.events.iter();
        let pairs = events.flat_map(|event| columns.iter().map(|column| (*event, column.clone())));
        Some(pairs.collect())
    }

    fn timed(&self, table: &Name, steps: &[Step], all: &mut Timed) -> Option<()> {
        for step in steps {
            match step {
                Step::ReturnNew | Step::Nothing | Step::Align => {}
                Step::Save { variable, column } if !all.columns.contains(column) => {
                    all.saved.insert(variable.clone(), column.clone());
                }
                // What it was.
                Step::Assign { column, value } if all.saved.get(value) == Some(column) => {}
                // Who writes the column himself must find that there, before and afterwards.
                Step::Assign { column, value } if all.spares(column) => {
                    all.columns.insert(self.time(table, column, value)?);
                }
                Step::If(branches) => {
                    for (condition, steps) in branches {
                        is_quiet(condition.as_deref()).then_some(())?;
                        // What is saved in there is not saved where it does not run.
                        let saves = |step: &Step| matches!(step, Step::Save { .. });
                        (!steps.iter().any(saves)).then_some(())?;
                        all.spared.push(condition.clone().unwrap_or_default());
                        self.timed(table, steps, all)?;
                        all.spared.pop();
                    }
                }
                Step::Assign { .. }
                | Step::Save { .. }
                | Step::Update { .. }
                | Step::ReturnOther
                | Step::Insert { .. }
                | Step::Delete { .. } => return None,
            }
        }
        Some(())
    }

    /// The column, if it is one for the time and gets that.
    fn time(&self, table: &Name, column: &str, value: &str) -> Option<String> {
        let dialect = self.scope.dialect;
        let kind = &self.past.column(table, column)?.kind;
        let is_it = is_time(dialect, kind) && is_clock_text(dialect, value);
        is_it.then(|| column_key(dialect, column))
    }
}

/// Whether a text may make a trigger of a function; a trigger may be called so, too.
fn uses(words: &Words, function: &str) -> bool {
    let is = |at: usize| words.name(at).is_some_and(|name| same(name, function));
    (0..words.len()).any(|at| is(at) && !(at > 0 && words.is(at - 1, "trigger")))
}

/// What is known of a trigger so far.
struct Timed {
    columns: HashSet<String>,
    /// Variables that hold what a column was, and that column.
    saved: HashMap<String, String>,
    /// Conditions around a statement.
    spared: Vec<String>,
}

impl Timed {
    /// Whether a condition asks that nobody has written the column:
    /// `NEW.c IS NOT DISTINCT FROM OLD.c`.
    fn spares(&self, column: &str) -> bool {
        let column = column.to_lowercase();
        let wanted = format!("new.{column} is not distinct from old.{column}");
        self.spared.iter().any(|condition| {
            let words: Vec<_> = condition.split_whitespace().map(str::to_lowercase).collect();
            let text = words.join(" ");
            let is_or = text.contains(" or ") || text.contains("not (") || text.contains("not(");
            let mut parts = text.split(" and ").map(|part| part.trim_matches(['(', ')', ' ']));
            !is_or && parts.any(|part| part == wanted)
        })
    }
}

/// Whether a condition calls nothing that could do more than tell.
fn is_quiet(condition: Option<&str>) -> bool {
    let Some(condition) = condition else { return true };
    let plain = ["and", "or", "not", "row", "in", "coalesce", "lower", "upper"];
    let before = condition.split('(').rev().skip(1).map(|part| {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let part = part.trim_end().to_lowercase();
        part.rsplit(|c| !word(c)).next().unwrap_or_default().to_owned()
    });
    before.into_iter().all(|word| word.is_empty() || plain.contains(&word.as_str()))
}

/// Which text of a function counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// That of an earlier migration.
    Before,
    /// That which is there after the script.
    After,
}
