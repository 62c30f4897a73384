//! Triggers that write the row that they run for.

use std::collections::HashSet;

use sqlparser::ast::{self, BinaryOperator, Expr, UnaryOperator};

use super::{Judge, starts_null, takes_null};
use crate::Dialect;
use crate::infer::body::trigger::{Event, Step, Trigger};
use crate::infer::change::{Nullable, Traits};
use crate::infer::expression::{Clock, Names, Own, Row, Shape, fits, is_time};
use crate::infer::name::{Name, column_key};
use crate::infer::parse;

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
    names: Names,
}

/// Whether the previous version can make a condition true.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Maybe,
    Never,
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
                Step::Nothing => {}
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

    /// Whether a condition can be true for the previous version; it must not fail in any case.
    fn reach(&mut self, condition: Option<&str>) -> Result<Reach, Doubt> {
        let Some(condition) = condition else { return Ok(Reach::Maybe) };
        if is_row_comparison(condition) {
            self.rows_compare()?;
            return Ok(Reach::Maybe);
        }
        let expr = parse::expression(self.dialect(), condition).ok_or(None)?;
        self.computes(&expr)?;
        Ok(if self.is_false(&expr) { Reach::Never } else { Reach::Maybe })
    }

    /// Whether a condition cannot fail, also where it compares the rows.
    fn computes(&self, expr: &Expr) -> Result<(), Doubt> {
        match expr {
            Expr::Nested(inner) => self.computes(inner),
            Expr::BinaryOp { left, op: BinaryOperator::And | BinaryOperator::Or, right } => {
                self.computes(left)?;
                self.computes(right)
            }
            Expr::IsDistinctFrom(left, right) if is_row(left) && is_row(right) => {
                self.rows_compare()
            }
            other => self.shape(other).map(|_| ()),
        }
    }

    /// Whether all columns of the table can be compared.
    fn rows_compare(&self) -> Result<(), Doubt> {
        let table = self.judge.past.table(self.table).filter(|table| table.is_complete());
        let all = table
            .map(|table| &table.columns)
            .ok_or_else(|| Some("it compares rows of a table that is not known".to_owned()))?;
        let new = self.judge.scope.columns_of(self.table).map(|(_, column)| &column.kind);
        let mut kinds = all.iter().map(|(_, traits)| &traits.kind).chain(new);
        if kinds.all(|kind| self.compares(kind)) {
            return Ok(());
        }
        Err(Some("it compares rows, and some types cannot be compared".to_owned()))
    }

    /// Whether two values of a type can be compared: of PostgreSQL's `json`, not.
    fn compares(&self, kind: &str) -> bool {
        let element = kind.strip_suffix("[]").unwrap_or(kind);
        let is_enum = || self.judge.past.enumeration(&Name::single(element)).is_some();
        match Shape::of(Dialect::Postgres, element) {
            Shape::Other(_) => COMPARABLE.contains(&element) || is_enum(),
            _ => true,
        }
    }

    /// Whether it is false, or NULL, for a row of the previous version.
    fn is_false(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Nested(inner) => self.is_false(inner),
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
                self.is_false(left) || self.is_false(right)
            }
            Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
                self.is_false(left) && self.is_false(right)
            }
            Expr::BinaryOp { left, op: BinaryOperator::NotEq, right }
            | Expr::IsDistinctFrom(left, right) => self.is_untouched(left, right),
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => match &**expr {
                Expr::Nested(inner) => self.is_equality(inner),
                other => self.is_equality(other),
            },
            Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
                self.is_other_event(left, right)
            }
            Expr::BinaryOp { left, op: BinaryOperator::IsNot, right } => {
                self.is_untouched(left, right)
            }
            Expr::IsNotNull(inner) => {
                // Somebody else may have filled it before an UPDATE.
                self.event == Event::Insert
                    && column(inner).is_some_and(|(row, column)| {
                        row == "new" && self.is_new(&column) && self.starts_null(&column)
                    })
            }
            _ => false,
        }
    }

    /// `NOT (NEW.a <=> OLD.a)`
    fn is_equality(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::IsNotDistinctFrom(left, right)
            | Expr::BinaryOp { left, op: BinaryOperator::Spaceship, right } => {
                self.is_untouched(left, right)
            }
            _ => false,
        }
    }

    /// The same new column before and after: who does not know it leaves it.
    fn is_untouched(&mut self, left: &Expr, right: &Expr) -> bool {
        let (Some((a, left)), Some((b, right))) = (column(left), column(right)) else {
            return false;
        };
        let is_pair = (a == "new" && b == "old") || (a == "old" && b == "new");
        let same = self.key(&left) == self.key(&right);
        is_pair
            && same
            && self.is_new(&left)
            && match self.event {
                Event::Update => true,
                Event::Insert => self.dialect() == Dialect::Postgres && self.starts_null(&left),
                Event::Delete | Event::Truncate => false,
            }
    }

    /// A new column that nothing has written in this run.
    fn is_new(&mut self, column: &str) -> bool {
        let key = self.key(column);
        let is_new = self.judge.scope.column(self.table, column).is_some();
        let kind = self.judge.kind_of(self.table, column).unwrap_or_default();
        let untouched = is_new && !kind.contains("on update") && !self.assigned.contains(&key);
        if untouched {
            self.guards.insert(key);
        }
        untouched
    }

    fn starts_null(&self, column: &str) -> bool {
        self.judge.free_column(self.table, column).is_some_and(|traits| starts_null(&traits))
    }

    /// `TG_OP = 'UPDATE'` on an INSERT.
    fn is_other_event(&self, left: &Expr, right: &Expr) -> bool {
        let is_op =
            matches!(left, Expr::Identifier(name) if name.value.eq_ignore_ascii_case("tg_op"));
        let Expr::Value(value) = right else { return false };
        let ast::Value::SingleQuotedString(word) = &value.value else { return false };
        let own = match self.event {
            Event::Insert => "INSERT",
            Event::Update => "UPDATE",
            Event::Delete => "DELETE",
            Event::Truncate => "TRUNCATE",
        };
        is_op && word != own
    }
}

/// Types without a shape of their own whose values can be compared.
const COMPARABLE: [&str; 7] = ["uuid", "bytea", "inet", "cidr", "interval", "time", "numeric"];

/// `NEW`, in PostgreSQL.
fn is_row(expr: &Expr) -> bool {
    let names = ["new", "old"];
    matches!(expr, Expr::Identifier(name) if name.quote_style.is_none()
        && names.contains(&name.value.to_ascii_lowercase().as_str()))
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

/// `NEW IS DISTINCT FROM OLD` and its like.
fn is_row_comparison(condition: &str) -> bool {
    let text: String = condition.to_lowercase().split_whitespace().collect();
    let text = text.trim_start_matches('(').trim_end_matches(')');
    [
        "newisdistinctfromold",
        "oldisdistinctfromnew",
        "new.*isdistinctfromold.*",
        "old.*isdistinctfromnew.*",
        "row(new.*)isdistinctfromrow(old.*",
        "row(old.*)isdistinctfromrow(new.*",
    ]
    .contains(&text)
}
