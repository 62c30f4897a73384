//! Operators, casts and comparisons.

use sqlparser::ast::{BinaryOperator as Op, CastKind, DataType, Expr};

use super::{Doubt, Row, Shape, doubt, string};
use crate::Dialect;
use crate::infer::expression::Length;

impl Row<'_> {
    pub(super) fn binary(&self, left: &Expr, op: &Op, right: &Expr) -> Result<Shape, Doubt> {
        match op {
            Op::And | Op::Or => {
                self.condition(left)?;
                self.condition(right)
            }
            Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq | Op::Spaceship => {
                self.comparison(left, [right])
            }
            Op::Is | Op::IsNot if self.dialect == Dialect::Sqlite => self.truth([left, right]),
            Op::StringConcat => self.concat(left, right),
            Op::Arrow | Op::LongArrow | Op::HashArrow | Op::HashLongArrow => {
                self.member(left, op, right)
            }
            Op::AtArrow | Op::ArrowAt | Op::Question | Op::QuestionAnd | Op::QuestionPipe => {
                self.contains(left, right)
            }
            Op::Plus | Op::Minus | Op::Multiply | Op::Divide | Op::Modulo => {
                self.arithmetic([left, right])
            }
            _ => Err(doubt("an operator that is not known to be safe")),
        }
    }

    /// SQLite goes over to floating point, and gives NULL for what is divided by zero.
    pub(super) fn arithmetic<'e>(
        &self,
        of: impl IntoIterator<Item = &'e Expr>,
    ) -> Result<Shape, Doubt> {
        if self.dialect != Dialect::Sqlite {
            return Err(doubt("arithmetic, which may overflow or divide by zero"));
        }
        self.truth(of)?;
        Ok(Shape::Number)
    }

    pub(super) fn comparison<'e>(
        &self,
        left: &'e Expr,
        others: impl IntoIterator<Item = &'e Expr>,
    ) -> Result<Shape, Doubt> {
        let left = self.shape(left)?;
        for other in others {
            let shape = self.shape(other)?;
            if !self.compares(&left, &shape) {
                return Err(doubt("a comparison of what may not be comparable"));
            }
        }
        Ok(Shape::Boolean)
    }

    fn compares(&self, left: &Shape, right: &Shape) -> bool {
        use Shape as S;
        let numeric = |shape: &S| matches!(shape, S::Integer(_) | S::Number);
        match self.dialect {
            Dialect::Sqlite => true,
            // It has read a literal when the statement was made. What two composite types are
            // made of need not be comparable.
            Dialect::Postgres => match (left, right) {
                (S::Other(_) | S::Unknown, S::Other(_) | S::Unknown) => {
                    is_plain(left) && is_plain(right)
                }
                _ => true,
            },
            // It reads numbers and dates out of texts, and refuses a row where that fails.
            Dialect::Mysql => match (left, right) {
                (S::Null, _) | (_, S::Null) => true,
                (S::Text(_), S::Text(_)) | (S::Boolean, S::Boolean) => true,
                (S::Boolean, other) | (other, S::Boolean) => numeric(other),
                (S::Time(a), S::Time(b)) => a == b,
                (S::Other(a), S::Text(Length::AtMost(_)))
                | (S::Text(Length::AtMost(_)), S::Other(a)) => a.starts_with("enum"),
                (S::Other(a), S::Other(b)) => a == b,
                (a, b) => numeric(a) && numeric(b),
            },
        }
    }

    pub(super) fn like(&self, value: &Expr, pattern: &Expr) -> Result<Shape, Doubt> {
        // One that ends in a backslash is refused when it is used, a long one by SQLite.
        match string(pattern) {
            Some(pattern) if !pattern.contains('\\') && pattern.len() < 1000 => {}
            _ => return Err(doubt("LIKE with a pattern that may be refused")),
        }
        // Some collations cannot do it: the type says those of a column.
        if self.dialect != Dialect::Sqlite && matches!(self.shape(value)?, Shape::Unknown) {
            return Err(doubt("LIKE on a column whose type is not known"));
        }
        self.text(value)?;
        Ok(Shape::Boolean)
    }

    fn concat(&self, left: &Expr, right: &Expr) -> Result<Shape, Doubt> {
        let (left, right) = (self.shape(left)?, self.shape(right)?);
        match (self.dialect, left, right) {
            (Dialect::Mysql, ..) => Err(doubt("||, which is OR or not by a setting")),
            (Dialect::Sqlite, ..) => Ok(Shape::Text(Length::Any)),
            (_, Shape::Json, Shape::Json) => Ok(Shape::Json),
            (_, Shape::TextSearch, Shape::TextSearch) => Ok(Shape::TextSearch),
            (_, Shape::Text(a), Shape::Text(b)) => Ok(Shape::Text(a.plus(b))),
            (_, Shape::Text(_), Shape::Unknown | Shape::Integer(_) | Shape::Boolean)
            | (_, Shape::Unknown | Shape::Integer(_) | Shape::Boolean, Shape::Text(_)) => {
                Ok(Shape::Text(Length::Any))
            }
            _ => Err(doubt("|| on what may be no text")),
        }
    }

    /// `->` and its like. PostgreSQL's `json` keeps escapes that it cannot make a text of, and
    /// SQLite's is any text.
    fn member(&self, value: &Expr, op: &Op, key: &Expr) -> Result<Shape, Doubt> {
        let value = self.shape(value)?;
        let is_key = matches!(self.shape(key)?, Shape::Text(_) | Shape::Integer(_));
        if self.dialect == Dialect::Sqlite || value != Shape::Json || !is_key {
            return Err(doubt("a member of a document that may be none"));
        }
        match op {
            Op::Arrow | Op::HashArrow => Ok(Shape::Json),
            _ => Ok(Shape::Text(Length::Any)),
        }
    }

    fn contains(&self, value: &Expr, other: &Expr) -> Result<Shape, Doubt> {
        let is_literal = string(other).is_some();
        match self.shape(value)? {
            Shape::Json if self.dialect == Dialect::Postgres && is_literal => Ok(Shape::Boolean),
            _ => Err(doubt("an operator that is not known to be safe")),
        }
    }

    pub(super) fn cast(
        &self,
        kind: &CastKind,
        value: &Expr,
        to: &DataType,
    ) -> Result<Shape, Doubt> {
        let to = to.to_string().to_lowercase();
        let (from, into) = (self.shape(value)?, Shape::of(self.dialect, &to));
        let safe = match (self.dialect, &from, &into) {
            _ if !matches!(kind, CastKind::Cast | CastKind::DoubleColon) => false,
            // Whatever cannot be one becomes something else.
            (Dialect::Sqlite, ..) => true,
            // Of MySQL, the types of CAST are not those of columns.
            (Dialect::Mysql, ..) => false,
            // A literal is read when the statement is made.
            _ if string(value).is_some() => true,
            (_, Shape::Null, _) => true,
            (_, Shape::Unknown, _) => false,
            // What is too long is cut off.
            (_, _, Shape::Text(_)) => true,
            (_, Shape::Integer(bits), Shape::Integer(most)) => bits <= most,
            (_, Shape::Time(from), Shape::Time(into)) => {
                into == "date" && from.starts_with("timestamp") || from == into
            }
            (_, from, into) => from == into,
        };
        if safe { Ok(into) } else { Err(doubt("a cast, which may fail")) }
    }

    /// `now() AT TIME ZONE 'utc'`; times at the ends of their range may leave it.
    pub(super) fn zoned(&self, time: &Expr, zone: &Expr) -> Result<Shape, Doubt> {
        match time {
            Expr::Nested(inner) => self.zoned(inner, zone),
            Expr::Function(_) if string(zone).is_some() && self.dialect == Dialect::Postgres => {
                match self.shape(time)? {
                    Shape::Time(kind) if kind == "timestamptz" => {
                        Ok(Shape::Time("timestamp".to_owned()))
                    }
                    _ => Err(doubt("a time in a zone")),
                }
            }
            _ => Err(doubt("a time in a zone")),
        }
    }
}

/// Types whose values can be compared, other than those with shapes of their own.
fn is_plain(shape: &Shape) -> bool {
    let plain = ["uuid", "bytea", "inet", "cidr", "citext", "interval", "time", "oid", "ltree"];
    matches!(shape, Shape::Other(kind) if plain.contains(&kind.as_str()))
}
