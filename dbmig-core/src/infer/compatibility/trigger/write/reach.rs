//! Conditions of a trigger: whether they can fail, and whether they can be true for the previous
//! version.

use sqlparser::ast::{self, BinaryOperator, Expr, UnaryOperator};

use super::super::starts_null;
use super::{Doubt, Run, column};
use crate::Dialect;
use crate::infer::body::trigger::Event;
use crate::infer::expression::Shape;
use crate::infer::name::Name;
use crate::infer::parse;

/// Whether the previous version can make a condition true.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Maybe,
    Never,
}

impl Run<'_> {
    /// Whether a condition can be true for the previous version; it must not fail in any case.
    pub(super) fn reach(&mut self, condition: Option<&str>) -> Result<Reach, Doubt> {
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
