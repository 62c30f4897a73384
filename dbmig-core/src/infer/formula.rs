//! Expressions out of statements.

use std::ops::Deref;
use std::sync::Arc;

use sqlparser::ast::{Expr, Value};

/// An expression, shared by all who hold it.
///
/// A copy of a tree, or a comparison of two, is code for all that may be in it, once more in many a
/// unit of the compiler: that was more than half of the whole crate. So neither is derived.
#[derive(Clone, Debug)]
pub(super) struct Formula(Arc<Expr>);

impl Formula {
    /// Takes it out of its statement.
    pub(super) fn take(expr: &mut Expr) -> Self {
        Self(Arc::new(std::mem::replace(expr, Expr::Value(Value::Null.into()))))
    }
}

impl Deref for Formula {
    type Target = Expr;

    fn deref(&self) -> &Expr {
        &self.0
    }
}

/// As they are written.
impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.to_string() == other.to_string()
    }
}
