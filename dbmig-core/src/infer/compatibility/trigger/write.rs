//! Triggers that write the row that they run for.

mod reach;

use std::collections::{HashMap, HashSet};

use sqlparser::ast::Expr;

use super::{Judge, takes_null};
use crate::Dialect;
use crate::infer::body::trigger::{Event, Step, Trigger};
use crate::infer::change::{Nullable, Traits};
use crate::infer::expression::{Clock, Names, Own, Row, Shape, fits, is_time};
use crate::infer::name::{Name, column_key};
use crate::infer::parse;
use reach::Reach;

type Doubt = Option<String>;

/// One run of a trigger for a row of the previous version.
pub(super) struct Run<'r> {
    judge: &'r Judge<'r, 'r>,
    table: &'r Name,
    event: Event,
    /// Columns that were assigned before.
    assigned: HashSet<String>,
    /// New columns that conditions rely on.
    guards: HashSet<String>,
    /// Variables that hold what a column was, and that column.
    saved: HashMap<String, String>,
    names: Names,
}

impl Judge<'_, '_> {
    /// Whether the statements only write what the previous version does not.
    pub(super) fn writes_row(
        &mut self,
        table: &Name,
        trigger: &Trigger,
        steps: &[Step],
    ) -> Result<(), Doubt> {
        let names = match self.scope.dialect {
            Dialect::Postgres | Dialect::Mysql => Names::Qualified,
            Dialect::Sqlite => Names::Any,
        };
        let (mut assigned, mut guards) = (HashSet::new(), HashSet::new());
        for event in &trigger.events {
            if !matches!(event, Event::Insert | Event::Update) {
                return Err(None);
            }
            let mut run = Run {
                judge: self,
                table,
                event: *event,
                assigned: HashSet::new(),
                guards: HashSet::new(),
                saved: HashMap::new(),
                names,
            };
            if run.reach(trigger.guard.as_deref())? == Reach::Maybe {
                run.steps(steps)?;
            }
            let at = |name| (*event, name);
            let (own, asked) = (run.assigned, run.guards);
            assigned.extend(own.into_iter().map(at));
            guards.extend(asked.into_iter().map(at));
        }
        self.note(table, assigned, guards)
    }

    /// Conditions about what another trigger changes prove nothing.
    fn note(
        &mut self,
        table: &Name,
        assigned: HashSet<(Event, String)>,
        guards: HashSet<(Event, String)>,
    ) -> Result<(), Doubt> {
        let key = table.key(self.scope.dialect);
        let keyed = |names: HashSet<(Event, String)>| {
            let names = names.into_iter().map(|(event, name)| (key.clone(), event, name));
            names.collect::<HashSet<_>>()
        };
        let (assigned, guards) = (keyed(assigned), keyed(guards));
        let crossed = assigned.iter().any(|one| self.written.guards.contains(one))
            || guards.iter().any(|one| self.written.assigned.contains(one));
        self.written.assigned.extend(assigned);
        self.written.guards.extend(guards);
        if crossed {
            Err(Some("another trigger writes what it asks for".to_owned()))
        } else {
            Ok(())
        }
    }
}

impl Run<'_> {
    fn dialect(&self) -> Dialect {
        self.judge.scope.dialect
    }

    fn key(&self, column: &str) -> String {
        column_key(self.dialect(), column)
    }

    fn steps(&mut self, steps: &[Step]) -> Result<(), Doubt> {
        for step in steps {
            match step {
                Step::ReturnNew => return Ok(()),
                Step::Nothing | Step::Align => {}
                Step::Save { variable, column } => self.save(variable, column)?,
                Step::Assign { column, value } if self.saved.get(value) == Some(column) => {}
                Step::Assign { column, value } => self.assign(column, value)?,
                Step::If(branches) => {
                    for (condition, steps) in branches {
                        if self.reach(condition.as_deref())? == Reach::Maybe {
                            self.steps(steps)?;
                        }
                    }
                }
                Step::ReturnOther
                | Step::Update { .. }
                | Step::Insert { .. }
                | Step::Delete { .. } => {
                    return Err(None);
                }
            }
        }
        Ok(())
    }

    /// What is computed of the row, which must not fail.
    fn shape(&self, expr: &Expr) -> Result<Shape, Doubt> {
        let kind = |column: &str| self.judge.kind_of(self.table, column);
        let (dialect, names) = (self.dialect(), self.names);
        let own = |name: &str, given: &[&Expr]| self.judge.inlined(name, given);
        Row { dialect, kind: &kind, names, clock: Clock::Asked, own: Own::known(&own) }
            .shape(expr)
            .map_err(|doubt| Some(format!("it may fail: {doubt}")))
    }

    pub(super) fn assign(&mut self, column: &str, value: &str) -> Result<(), Doubt> {
        let expr = parse::expression(self.dialect(), value).ok_or(None)?;
        let shape = self.shape(&expr)?;
        let is_clock = is_clock(&expr, &shape);
        let fits = |kind: &str| {
            fits(self.dialect(), &shape, kind) || is_clock && is_time(self.dialect(), kind)
        };
        let name = format!("{}.{column}", self.table);
        if self.judge.scope.column(self.table, column).is_some() {
            let Some(new) = self.judge.free_column(self.table, column) else {
                return Err(Some(format!("what it writes into {name} may be refused")));
            };
            if !fits(&new.kind) || !(takes_null(&new) || self.is_never_null(&expr)) {
                return Err(Some(format!("what it writes into {name} may not fit")));
            }
        } else {
            let old = self.judge.past.column(self.table, column);
            // One that begins with the time is one for it, whatever its type.
            let begins = |old: &Traits| old.said.iter().any(|one| is_default(one, &expr));
            let is_time = old.is_some_and(|old| is_time(self.dialect(), &old.kind) || begins(old));
            if !(is_clock && is_time) {
                return Err(Some(format!(
                    "it writes {name}, which the previous version may write itself"
                )));
            }
        }
        self.assigned.insert(self.key(column));
        Ok(())
    }

    /// A variable of the column's own type: what it gets, it gives back.
    fn save(&mut self, variable: &str, column: &str) -> Result<(), Doubt> {
        let is_integer = |kind: String| ["integer", "int4", "bigint", "text"].contains(&&*kind);
        if self.assigned.contains(&self.key(column))
            || !self.judge.kind_of(self.table, column).is_some_and(is_integer)
        {
            return Err(None);
        }
        self.saved.insert(variable.to_owned(), column.to_owned());
        Ok(())
    }

    fn is_never_null(&self, expr: &Expr) -> bool {
        let kind = |column: &str| self.judge.kind_of(self.table, column);
        let (dialect, names) = (self.dialect(), self.names);
        let full = |column: &str| {
            let old = self.judge.past.column(self.table, column);
            old.is_some_and(|old| old.nullable == Nullable::No)
        };
        let own = |name: &str, given: &[&Expr]| self.judge.inlined(name, given);
        Row { dialect, kind: &kind, names, clock: Clock::Asked, own: Own::known(&own) }
            .is_never_null(expr, &full)
    }
}

/// `NEW.column`
pub(super) fn column(expr: &Expr) -> Option<(String, String)> {
    match expr {
        Expr::Nested(inner) => column(inner),
        Expr::CompoundIdentifier(names) => match &names[..] {
            [row, column] => Some((
                row.value.to_ascii_lowercase(),
                match column.quote_style {
                    None => column.value.to_ascii_lowercase(),
                    Some(_) => column.value.clone(),
                },
            )),
            _ => None,
        },
        _ => None,
    }
}

/// `now()`, maybe in a zone: what else gives a time gives that of a column.
pub(super) fn is_clock(expr: &Expr, shape: &Shape) -> bool {
    match expr {
        Expr::Nested(inner) => is_clock(inner, shape),
        Expr::AtTimeZone { timestamp, .. } => is_clock(timestamp, shape),
        Expr::Function(call) => {
            let name = call.name.to_string().to_ascii_lowercase();
            !name.contains("date_trunc") && name != "coalesce" && matches!(shape, Shape::Time(_))
        }
        _ => false,
    }
}

/// `DEFAULT (strftime('%s', 'now'))`, of the same expression.
fn is_default(option: &str, expr: &Expr) -> bool {
    let plain = |text: &str| {
        let text: String = text.split_whitespace().collect();
        text.trim_start_matches('(').to_owned()
    };
    let own = option.strip_prefix("DEFAULT ").map(plain);
    let wanted = plain(&expr.to_string());
    own.is_some_and(|own| {
        own.strip_prefix(&*wanted).is_some_and(|rest| rest.trim_matches(')').is_empty())
    })
}

/// Whether a text is such an expression.
pub(super) fn is_clock_text(dialect: Dialect, value: &str) -> bool {
    let Some(expr) = parse::expression(dialect, value) else { return false };
    let kind = |_: &str| None;
    let (names, clock, own) = (Names::Qualified, Clock::Asked, Own::NONE);
    let shape = Row { dialect, kind: &kind, names, clock, own }.shape(&expr);
    shape.is_ok_and(|shape| is_clock(&expr, &shape))
}
