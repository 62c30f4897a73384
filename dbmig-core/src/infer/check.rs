//! Whether a `CHECK` lets a new column pass in the rows of those who do not know it.

use sqlparser::ast::{self, BinaryOperator, Expr, InTarget, UnaryOperator};

use super::change::Value;
use super::name::{column_key, folded};
use crate::Dialect;

/// What a condition is in a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Truth {
    /// Or NULL, which passes as well, but not where it is negated.
    Null,
    True,
    /// Or not known.
    Other,
}

/// Whether `check` surely holds where `column` has the value `default`.
pub(super) fn passes(
    dialect: Dialect,
    check: &Expr,
    column: &str,
    default: &Value,
    cannot_fail: &dyn Fn(&Expr) -> bool,
) -> bool {
    let column = column_key(dialect, column);
    let case = Case { dialect, column: &column, default, cannot_fail };
    case.truth(check) != Truth::Other
}

/// Whether a condition may be about the column, or about the whole row.
pub(super) fn mentions(dialect: Dialect, check: &Expr, column: &str, table: &str) -> bool {
    let text = check.to_string();
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let key = |name: &str| column_key(dialect, name).to_lowercase();
    let wanted = [key(column), key(table)];
    // A name of several words cannot be found like this.
    let odd = |name: &str| name.contains(|c: char| !(c.is_alphanumeric() || c == '_'));
    odd(column) || odd(table) || words.into_iter().any(|word| wanted.contains(&word.to_lowercase()))
}

/// Whether a condition surely fails where the column is NULL: `x IS NOT NULL`, and more of it.
pub(super) fn refuses_null(dialect: Dialect, check: &Expr, column: &str) -> bool {
    match check {
        Expr::Nested(inner) => refuses_null(dialect, inner, column),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            refuses_null(dialect, left, column) || refuses_null(dialect, right, column)
        }
        Expr::IsNotNull(inner) => {
            let column = column_key(dialect, column);
            let cannot_fail = &|_: &Expr| false;
            Case { dialect, column: &column, default: &Value::Null, cannot_fail }.is_column(inner)
        }
        _ => false,
    }
}

/// A literal text.
pub(super) fn text(value: &ast::Value) -> Option<&str> {
    match value {
        ast::Value::SingleQuotedString(text) => Some(text),
        _ => None,
    }
}

struct Case<'a> {
    dialect: Dialect,
    column: &'a str,
    default: &'a Value,
    /// Of what is about other columns.
    cannot_fail: &'a dyn Fn(&Expr) -> bool,
}

impl Case<'_> {
    fn truth(&self, check: &Expr) -> Truth {
        match check {
            Expr::Nested(inner) => self.truth(inner),
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
                match (self.truth(left), self.truth(right)) {
                    (Truth::Other, _) | (_, Truth::Other) => Truth::Other,
                    (Truth::True, Truth::True) => Truth::True,
                    _ => Truth::Null,
                }
            }
            Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
                // Either side may be computed first, whatever the other one is.
                let truth = |side: &Expr| match self.truth(side) {
                    Truth::Other => (self.cannot_fail)(side).then_some(Truth::Other),
                    known => Some(known),
                };
                match (truth(left), truth(right)) {
                    (None, _) | (_, None) => Truth::Other,
                    (Some(Truth::True), _) | (_, Some(Truth::True)) => Truth::True,
                    (Some(Truth::Null), _) | (_, Some(Truth::Null)) => Truth::Null,
                    _ => Truth::Other,
                }
            }
            Expr::IsNull(inner) if self.is_column(inner) && *self.default == Value::Null => {
                Truth::True
            }
            Expr::IsNotNull(inner)
                if self.is_column(inner) && matches!(self.default, Value::Literal(_)) =>
            {
                Truth::True
            }
            other => self.comparison(other),
        }
    }

    /// A comparison of the column: NULL where the column is, else only what is easily told.
    fn comparison(&self, check: &Expr) -> Truth {
        if *self.default == Value::Null {
            return if self.is_strict(check) { Truth::Null } else { Truth::Other };
        }
        let Value::Literal(default) = self.default else { return Truth::Other };
        let holds = match check {
            Expr::In { expr, target: InTarget::List(list), negated: false, .. }
                if self.is_column(expr) =>
            {
                list.iter().any(|one| literal(one).is_some_and(|one| same(one, default)))
            }
            Expr::BinaryOp { left, op, right } if self.is_column(left) => {
                literal(right).and_then(|right| compare(default, op, right)).unwrap_or(false)
            }
            Expr::Between { expr, negated: false, low, high } if self.is_column(expr) => {
                let low = literal(low).and_then(|low| compare(default, &BinaryOperator::GtEq, low));
                let high =
                    literal(high).and_then(|high| compare(default, &BinaryOperator::LtEq, high));
                low == Some(true) && high == Some(true)
            }
            _ => false,
        };
        if holds { Truth::True } else { Truth::Other }
    }

    /// Whether it is NULL where the column is.
    fn is_strict(&self, check: &Expr) -> bool {
        match check {
            Expr::In { expr, target: InTarget::List(list), .. } => {
                !list.is_empty()
                    && self.is_null(expr)
                    && list.iter().all(|one| self.is_computable(one))
            }
            Expr::Between { expr, low, high, .. } => {
                self.is_null(expr) && self.is_computable(low) && self.is_computable(high)
            }
            Expr::Like { expr, pattern, .. } => self.is_null(expr) && self.is_computable(pattern),
            Expr::BinaryOp { left, op, right } => {
                is_comparison(op)
                    && (self.is_null(left) || self.is_null(right))
                    && self.is_computable(left)
                    && self.is_computable(right)
            }
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => self.is_strict(expr),
            Expr::Nested(inner) => self.is_strict(inner),
            _ => false,
        }
    }

    /// Whether it cannot fail.
    fn is_computable(&self, value: &Expr) -> bool {
        self.is_null(value) || (self.cannot_fail)(value)
    }

    /// Whether a value is NULL where the column is.
    fn is_null(&self, value: &Expr) -> bool {
        match value {
            Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => self.is_null(inner),
            Expr::Function(function) => {
                let lengths = ["length", "char_length", "octet_length", "lower", "upper", "abs"];
                let name = function.name.to_string().to_lowercase();
                lengths.contains(&name.as_str())
                    && only_argument(function).is_some_and(|it| self.is_null(it))
            }
            other => self.is_column(other),
        }
    }

    fn is_column(&self, value: &Expr) -> bool {
        match value {
            Expr::Identifier(ident) => {
                column_key(self.dialect, &folded(self.dialect, ident)) == self.column
            }
            Expr::Nested(inner) => self.is_column(inner),
            _ => false,
        }
    }
}

fn only_argument(function: &ast::Function) -> Option<&Expr> {
    let ast::FunctionArguments::List(list) = &function.args else { return None };
    match &list.args[..] {
        [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(only))] => Some(only),
        _ => None,
    }
}

const fn is_comparison(op: &BinaryOperator) -> bool {
    use BinaryOperator as Op;
    matches!(op, Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq)
}

fn literal(value: &Expr) -> Option<&ast::Value> {
    match value {
        Expr::Value(value) => Some(&value.value),
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => literal(inner),
        _ => None,
    }
}

fn same(a: &ast::Value, b: &ast::Value) -> bool {
    a == b || number(a).zip(number(b)).is_some_and(|(a, b)| a == b)
}

fn number(value: &ast::Value) -> Option<f64> {
    match value {
        ast::Value::Number(text, _) => text.parse().ok(),
        _ => None,
    }
}

fn compare(left: &ast::Value, op: &BinaryOperator, right: &ast::Value) -> Option<bool> {
    use BinaryOperator as Op;
    if let (ast::Value::SingleQuotedString(left), ast::Value::SingleQuotedString(right)) =
        (left, right)
    {
        return match op {
            Op::Eq => Some(left == right),
            // Case and accents may not count.
            Op::NotEq if right.is_empty() => Some(!left.trim().is_empty()),
            _ => None,
        };
    }
    let (left, right) = number(left).zip(number(right))?;
    Some(match op {
        Op::Eq => left == right,
        Op::NotEq => left != right,
        Op::Lt => left < right,
        Op::LtEq => left <= right,
        Op::Gt => left > right,
        Op::GtEq => left >= right,
        _ => return None,
    })
}
