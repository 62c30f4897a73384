//! Whether an expression over a row can fail, whatever the previous version writes there.
//!
//! What is on the lists here was tried on the databases (PostgreSQL 15 and 18, MariaDB 10.11,
//! SQLite 3.40); all else may fail. Sizes are left out: a text of more than a megabyte that
//! `to_tsvector` refuses, a key that is longer than a page of a B-tree holds.

mod function;
mod kind;
mod operator;
#[cfg(test)]
mod tests;

use sqlparser::ast::{self, Expr, InTarget, UnaryOperator};

use super::name::folded;
use crate::Dialect;
pub(super) use kind::{Length, Shape, fits, is_time};

/// Why an expression may fail, in words that quote nothing of it.
pub(super) type Doubt = String;

/// A row that the expression is about.
pub(super) struct Row<'a> {
    pub(super) dialect: Dialect,
    /// The type of a column as the parser writes it, in lower case, where it is known.
    pub(super) kind: &'a dyn Fn(&str) -> Option<String>,
    pub(super) names: Names,
    pub(super) clock: Clock,
    pub(super) own: Own<'a>,
}

/// What a function of the migrations' own gives of its arguments, where that is one expression.
type Expand<'a> = &'a dyn Fn(&str, &[&Expr]) -> Option<Expr>;

/// Functions that are not the database's.
#[derive(Clone, Copy)]
pub(super) struct Own<'a> {
    expand: Option<Expand<'a>>,
    /// How many may stand in one another.
    depth: u8,
}

impl<'a> Own<'a> {
    /// Nothing is known of any.
    pub(super) const NONE: Self = Self { expand: None, depth: 0 };

    pub(super) fn known(expand: Expand<'a>) -> Self {
        Self { expand: Some(expand), depth: 4 }
    }
}

/// How an expression names a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// `a`, `t.a`
    Any,
    /// `NEW.a`, `OLD.a`: a bare name is a variable.
    Qualified,
}

/// Whether the expression may ask for the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    Asked,
    /// In an index or a generated column: SQLite fails there when it is asked.
    Refused,
}

impl Row<'_> {
    /// What the expression gives, where it cannot fail.
    pub(super) fn shape(&self, expr: &Expr) -> Result<Shape, Doubt> {
        match expr {
            Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => self.shape(inner),
            Expr::Identifier(name) => self.bare(name),
            Expr::CompoundIdentifier(names) => match &names[..] {
                [_, name] | [_, _, name] => Ok(self.column(name)),
                _ => Err(doubt("a name that is not understood")),
            },
            Expr::Value(value) => literal(self.dialect, &value.value),
            Expr::IsNull(inner) | Expr::IsNotNull(inner) => self.truth([&**inner]),
            Expr::IsTrue(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsFalse(inner)
            | Expr::IsNotFalse(inner)
            | Expr::UnaryOp { op: UnaryOperator::Not, expr: inner } => self.condition(inner),
            Expr::UnaryOp { op: UnaryOperator::Plus | UnaryOperator::Minus, expr: inner } => {
                match &**inner {
                    Expr::Value(value) if matches!(value.value, ast::Value::Number(..)) => {
                        Ok(Shape::Number)
                    }
                    _ => self.arithmetic([&**inner]),
                }
            }
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                self.comparison(left, [&**right])
            }
            Expr::In { expr, target: InTarget::List(list), .. } => self.comparison(expr, list),
            Expr::Between { expr, low, high, .. } => self.comparison(expr, [&**low, &**high]),
            Expr::Like { any: false, expr, pattern, escape_char: None, .. }
            | Expr::ILike { any: false, expr, pattern, escape_char: None, .. } => {
                self.like(expr, pattern)
            }
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref())
            }
            Expr::Trim { trim_what, expr, trim_characters: None, .. } => {
                if let Some(what) = trim_what {
                    self.text(what)?;
                }
                self.text(expr).map(Shape::Text)
            }
            Expr::Substring { expr, substring_from, substring_for, .. } => {
                self.substring(expr, substring_from.as_deref(), substring_for.as_deref())
            }
            Expr::Cast { kind, expr, data_type, .. } => self.cast(kind, expr, data_type),
            Expr::AtTimeZone { timestamp, time_zone } => self.zoned(timestamp, time_zone),
            Expr::Function(function) => self.function(function),
            _ => Err(doubt("a form that is not known to be safe")),
        }
    }

    /// A condition that cannot fail.
    pub(super) fn condition(&self, expr: &Expr) -> Result<Shape, Doubt> {
        match (self.dialect, self.shape(expr)?) {
            // Any value is true or not there, but MySQL reads a number out of a text.
            (Dialect::Sqlite, _) | (_, Shape::Boolean | Shape::Null) => Ok(Shape::Boolean),
            (Dialect::Mysql, Shape::Integer(_) | Shape::Number) => Ok(Shape::Boolean),
            // Whatever else it could be, PostgreSQL would not have made it a condition.
            (Dialect::Postgres, Shape::Unknown) => Ok(Shape::Boolean),
            _ => Err(doubt("a condition that is no boolean")),
        }
    }

    fn bare(&self, name: &ast::Ident) -> Result<Shape, Doubt> {
        match self.names {
            Names::Any => Ok(self.column(name)),
            Names::Qualified if name.quote_style.is_some() => Err(doubt("a variable")),
            Names::Qualified => match name.value.to_ascii_uppercase().as_str() {
                "TG_OP" | "TG_NAME" | "TG_TABLE_NAME" => Ok(Shape::Text(Length::of(63))),
                _ => Err(doubt("a variable")),
            },
        }
    }

    fn column(&self, name: &ast::Ident) -> Shape {
        let kind = (self.kind)(&folded(self.dialect, name));
        kind.map_or(Shape::Unknown, |kind| Shape::of(self.dialect, &kind))
    }

    /// What is NULL or a boolean, of values that cannot fail themselves.
    fn truth<'e>(&self, of: impl IntoIterator<Item = &'e Expr>) -> Result<Shape, Doubt> {
        for one in of {
            self.shape(one)?;
        }
        Ok(Shape::Boolean)
    }

    fn case(
        &self,
        operand: Option<&Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&Expr>,
    ) -> Result<Shape, Doubt> {
        for when in conditions {
            match operand {
                Some(operand) => self.comparison(operand, [&when.condition])?,
                None => self.condition(&when.condition)?,
            };
        }
        self.common(conditions.iter().map(|when| &when.result).chain(otherwise))
    }

    /// What holds each of several values of one type.
    fn common<'e>(&self, of: impl IntoIterator<Item = &'e Expr>) -> Result<Shape, Doubt> {
        of.into_iter().try_fold(Shape::Null, |all, one| {
            let one = self.shape(one)?;
            all.or(self.dialect, one).ok_or_else(|| doubt("values of several types"))
        })
    }

    /// A text, and how long it may be.
    fn text(&self, expr: &Expr) -> Result<Length, Doubt> {
        match self.shape(expr)? {
            Shape::Text(length) => Ok(length),
            Shape::Null => Ok(Length::of(0)),
            Shape::Unknown => Ok(Length::Any),
            _ if self.dialect == Dialect::Sqlite => Ok(Length::Any),
            _ => Err(doubt("a function of texts on what may be none")),
        }
    }

    /// Whether the value is never NULL, where a column that it names is not.
    pub(super) fn is_never_null(&self, expr: &Expr, column: &dyn Fn(&str) -> bool) -> bool {
        match expr {
            Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => {
                self.is_never_null(inner, column)
            }
            Expr::Value(value) => value.value != ast::Value::Null,
            Expr::CompoundIdentifier(names) => {
                names.last().is_some_and(|name| column(&folded(self.dialect, name)))
            }
            Expr::Identifier(name) if self.names == Names::Any => {
                column(&folded(self.dialect, name))
            }
            Expr::IsNull(_) | Expr::IsNotNull(_) => true,
            Expr::Function(call) => self.is_full(call, column),
            _ => false,
        }
    }
}

fn literal(dialect: Dialect, value: &ast::Value) -> Result<Shape, Doubt> {
    use ast::Value as V;
    Ok(match value {
        V::Null => Shape::Null,
        V::Boolean(_) => Shape::Boolean,
        V::Number(text, _) if text.len() < 5 && text.bytes().all(|b| b.is_ascii_digit()) => {
            Shape::Integer(16)
        }
        V::Number(..) => Shape::Number,
        V::SingleQuotedString(text) | V::EscapedStringLiteral(text) => {
            Shape::Text(Length::of(text.chars().count()))
        }
        V::DoubleQuotedString(text) if dialect != Dialect::Postgres => {
            Shape::Text(Length::of(text.chars().count()))
        }
        _ => return Err(doubt("a literal that is not understood")),
    })
}

fn string(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(value) => match &value.value {
            ast::Value::SingleQuotedString(text) => Some(text),
            _ => None,
        },
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => string(inner),
        _ => None,
    }
}

/// A whole number that is written out.
fn count(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::Value(value) => match &value.value {
            ast::Value::Number(text, _) => text.parse::<u32>().ok().map(u64::from),
            _ => None,
        },
        _ => None,
    }
}

fn doubt(why: &str) -> Doubt {
    why.to_owned()
}
