//! Rows that a statement spells out, and sequences that follow them.

use sqlparser::ast::{
    self, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Insert, Query, Select, SelectItem,
    SetExpr, TableFactor, UnaryOperator,
};

use crate::Dialect;
use crate::infer::change::{Act, Write};
use crate::infer::name::{Name, folded};

/// Functions without arguments that are as good as a literal: no two rows depend on them.
const PLAIN: [&str; 6] =
    ["now", "current_timestamp", "current_date", "gen_random_uuid", "uuid_generate_v4", "uuid"];

/// The rows of an `INSERT` that has literals for all columns.
pub(super) fn spelled(dialect: Dialect, insert: &Insert) -> Option<Write> {
    let query = insert.source.as_deref()?;
    let SetExpr::Values(values) = &*query.body else { return None };
    if query.with.is_some() {
        return None;
    }
    let width = values.rows.first()?.len();
    let mut texts = vec![Vec::new(); width];
    for row in &values.rows {
        if row.len() != width {
            return None;
        }
        for (texts, value) in texts.iter_mut().zip(row.iter()) {
            texts.push(literal(value)?);
        }
    }
    if insert.columns.is_empty() {
        return Some(Write::Placed(texts));
    }
    let names = insert.columns.iter().map(|column| match &column.0[..] {
        [part] => part.as_ident().map(|ident| folded(dialect, ident)),
        _ => None,
    });
    let names = names.collect::<Option<Vec<_>>>()?;
    (names.len() == width).then(|| Write::Rows(names.into_iter().zip(texts).collect()))
}

/// The text of a literal, or no text for what is none of a text; nothing for anything else.
fn literal(value: &Expr) -> Option<Option<String>> {
    match value {
        Expr::Value(value) => match &value.value {
            ast::Value::Placeholder(_) => None,
            ast::Value::SingleQuotedString(text) => Some(Some(text.clone())),
            _ => Some(None),
        },
        Expr::TypedString(_) => Some(None),
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => literal(inner),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => literal(expr),
        Expr::Identifier(ident) if ident.value.eq_ignore_ascii_case("default") => Some(None),
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            let is_empty = arguments(function).is_none_or(|arguments| arguments.is_empty());
            (PLAIN.contains(&name.as_str()) && is_empty).then_some(None)
        }
        _ => None,
    }
}

/// `SELECT setval('t_id_seq', (SELECT max(id) FROM t))`, in its usual forms.
pub(super) fn advanced(dialect: Dialect, query: &Query) -> Option<Act> {
    let (item, select) = only_item(query)?;
    let Expr::Function(function) = item else { return None };
    let name = function.name.to_string().to_lowercase();
    if name != "setval" && name != "pg_catalog.setval" {
        return None;
    }
    let arguments = arguments(function)?;
    let (sequence, value) = match arguments[..] {
        [sequence, value] => (sequence, value),
        // With `false`, it is the value itself that comes next.
        [sequence, value, Expr::Value(called)] => {
            let is_next = called.value == ast::Value::Boolean(false);
            if is_next && !matches!(value, Expr::BinaryOp { .. }) {
                return None;
            }
            (sequence, value)
        }
        _ => return None,
    };
    let (table, column) = greatest(dialect, value, select)?;
    let is_own = match sequence {
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            let of = self::arguments(function)?;
            let [of_table, of_column] = of[..] else { return None };
            let is = |value: &Expr, name: &str| {
                literal(value).is_some_and(|text| {
                    let text = text.map(|text| text.replace('"', ""));
                    text.is_some_and(|text| text.rsplit('.').next() == Some(name))
                })
            };
            name == "pg_get_serial_sequence" && is(of_table, table.last()) && is(of_column, &column)
        }
        other => {
            let text = literal(other)??.replace('"', "");
            let own = format!("{}_{column}_seq", table.last());
            text.rsplit('.').next() == Some(own.as_str())
        }
    };
    is_own.then_some(Act::Advance { table, column })
}

fn arguments(function: &ast::Function) -> Option<Vec<&Expr>> {
    let FunctionArguments::List(list) = &function.args else { return None };
    let only = |arg| match arg {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expr)) => Some(expr),
        _ => None,
    };
    list.args.iter().map(only).collect()
}

fn only_item(query: &Query) -> Option<(&Expr, &Select)> {
    let SetExpr::Select(select) = &*query.body else { return None };
    let is_plain = query.with.is_none()
        && query.limit_clause.is_none()
        && select.selection.is_none()
        && select.having.is_none()
        && select.from.len() <= 1;
    match &select.projection[..] {
        [SelectItem::UnnamedExpr(item) | SelectItem::ExprWithAlias { expr: item, .. }]
            if is_plain =>
        {
            Some((item, select))
        }
        _ => None,
    }
}

/// The table and the column whose greatest value, or one beyond it, this is.
fn greatest(dialect: Dialect, value: &Expr, select: &Select) -> Option<(Name, String)> {
    match value {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => greatest(dialect, inner, select),
        Expr::Subquery(query) => {
            let (item, select) = only_item(query)?;
            greatest(dialect, item, select)
        }
        Expr::BinaryOp { left, op: ast::BinaryOperator::Plus, right } => {
            matches!(&**right, Expr::Value(_)).then(|| greatest(dialect, left, select)).flatten()
        }
        Expr::Function(function) => {
            let arguments = arguments(function)?;
            match (function.name.to_string().to_lowercase().as_str(), &arguments[..]) {
                ("max", [Expr::Identifier(column)]) => {
                    let [from] = &select.from[..] else { return None };
                    let TableFactor::Table { name, .. } = &from.relation else { return None };
                    let is_alone = from.joins.is_empty();
                    let table = Name::of(dialect, name).filter(|_| is_alone)?;
                    Some((table, folded(dialect, column)))
                }
                ("coalesce" | "greatest", [first, ..]) => greatest(dialect, first, select),
                _ => None,
            }
        }
        _ => None,
    }
}
