//! The rows of the old table: each must be in the new one, as it was.

use sqlparser::ast::{
    self, Expr, GroupByExpr, Query, SelectItem, SetExpr, TableFactor, TableObject,
};

use super::{Form, Rebuild, Tried};
use crate::infer::change::{Act, Write};
use crate::infer::compatibility::{Judge, unclear};
use crate::infer::name::{Name, column_key, folded};
use crate::infer::parse;
use crate::infer::schema::Table;

impl Judge<'_, '_> {
    pub(super) fn copies(&self, rebuild: &Rebuild, old: &Table, new: &Table) -> Tried<()> {
        let table = &rebuild.table;
        let doubt = |why: String| Err(unclear(format!("rebuilds the table {table}: {why}")));
        let (from, into) = match rebuild.form {
            Form::New => (&rebuild.table, &rebuild.other),
            Form::Old => (&rebuild.other, &rebuild.table),
        };
        let key = |name: &Name| name.key(self.scope.dialect);
        let mut number = 0;
        let mut found = Vec::new();
        for step in self.steps {
            for change in &step.changes {
                let writes = match &change.act {
                    Act::Write { table, write: Write::Insert } => key(table) == key(into),
                    _ => false,
                };
                if writes && (rebuild.make..rebuild.drop).contains(&number) {
                    found.extend(&step.statement);
                }
                number += 1;
            }
        }
        let [copy] = &found[..] else {
            return doubt(match found.len() {
                0 => "its rows are not copied".to_owned(),
                _ => "its rows are copied in several statements".to_owned(),
            });
        };
        let tree = parse::parse(copy).ok();
        let Some(ast::Statement::Insert(insert)) = &tree else {
            return doubt("how its rows are copied is not understood".to_owned());
        };
        let dialect = self.scope.dialect;
        let Some(pairs) = self.pairs(insert, (from, into), (old, new)) else {
            return doubt("it may not copy all rows as they are".to_owned());
        };
        for (column, traits) in &old.columns {
            let is = |name: &str| column_key(dialect, name) == column_key(dialect, column);
            let copied = pairs.iter().find(|(into, _)| is(into));
            match copied {
                Some((_, Some(from))) if is(from) => {}
                None if traits.generated.is_some() => {}
                Some(_) => return doubt(format!("it changes {column} where it copies it")),
                None => return doubt(format!("it does not copy {column}")),
            }
        }
        Ok(())
    }

    /// Each column that is written, and the one that it gets, where it gets one.
    fn pairs(
        &self,
        insert: &ast::Insert,
        (from, into): (&Name, &Name),
        (old, new): (&Table, &Table),
    ) -> Option<Vec<(String, Option<String>)>> {
        let dialect = self.scope.dialect;
        let is_plain = insert.or.is_none()
            && insert.on.is_none()
            && !insert.replace_into
            && matches!(&insert.table, TableObject::TableName(name)
                if Name::of(dialect, name).is_some_and(|name| name.key(dialect) == into.key(dialect)));
        let query = insert.source.as_deref().filter(|_| is_plain)?;
        let values = self.values(query, from, old)?;
        let named =
            insert.columns.iter().map(|name| Some(Name::of(dialect, name)?.last().to_owned()));
        let mut columns: Vec<String> = named.collect::<Option<_>>()?;
        if columns.is_empty() {
            if new.columns.iter().any(|(_, traits)| traits.generated.is_some()) {
                return None;
            }
            columns.extend(new.columns.iter().map(|(name, _)| name.as_ref().to_owned()));
        }
        (columns.len() == values.len()).then(|| columns.into_iter().zip(values).collect())
    }

    /// The columns that a query gives of all rows of the table, or nothing for an expression.
    pub(in crate::infer::compatibility) fn values(
        &self,
        query: &Query,
        from: &Name,
        old: &Table,
    ) -> Option<Vec<Option<String>>> {
        let dialect = self.scope.dialect;
        let SetExpr::Select(select) = &*query.body else { return None };
        let is_whole = query.with.is_none()
            && query.limit_clause.is_none()
            && query.fetch.is_none()
            && select.distinct.is_none()
            && select.top.is_none()
            && select.selection.as_ref().is_none_or(|filter| self.is_always(filter, old))
            && select.having.is_none()
            && select.qualify.is_none()
            && matches!(&select.group_by, GroupByExpr::Expressions(by, _) if by.is_empty());
        let [only] = &select.from[..] else { return None };
        let TableFactor::Table { name, alias, args: None, .. } = &only.relation else {
            return None;
        };
        let is_it = Name::of(dialect, name)?.key(dialect) == from.key(dialect);
        if !is_whole || !is_it || !only.joins.is_empty() {
            return None;
        }
        let alias = alias.as_ref().map(|alias| folded(dialect, &alias.name));
        let called = alias.unwrap_or_else(|| from.last().to_owned());
        let mut values = Vec::new();
        for item in &select.projection {
            let (SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) = item
            else {
                // A `*` of whatever kind: there is one table only.
                let is_star = matches!(item, SelectItem::Wildcard(_));
                values.extend(old.columns.iter().map(|(name, _)| Some(name.as_ref().to_owned())));
                is_star.then_some(())?;
                continue;
            };
            values.push(match expr {
                Expr::Identifier(ident) => Some(folded(dialect, ident)),
                Expr::CompoundIdentifier(parts) => match &parts[..] {
                    [table, column] if folded(dialect, table).eq_ignore_ascii_case(&called) => {
                        Some(folded(dialect, column))
                    }
                    _ => None,
                },
                // An aggregate would make one row of all.
                Expr::Value(_) => None,
                _ if self.has_aggregate(expr) => return None,
                _ => None,
            });
        }
        Some(values)
    }

    /// Whether a condition holds for each row of the table: `id IS NOT NULL`.
    fn is_always(&self, filter: &Expr, old: &Table) -> bool {
        let dialect = self.scope.dialect;
        let Expr::IsNotNull(inner) = filter else { return false };
        let Expr::Identifier(name) = &**inner else { return false };
        let name = folded(dialect, name);
        let is_key = matches!(old.primary_key.as_ref().map(|key| &key.columns[..]),
            Some([Some(only)]) if column_key(dialect, only) == column_key(dialect, &name));
        old.column(dialect, &name).is_some_and(|own| {
            // SQLite takes NULL in a primary key that does not say so, unless it is the rowid.
            let says = own.said.iter().any(|one| one == "NOT NULL");
            says || is_key && own.kind == "integer"
        })
    }

    fn has_aggregate(&self, expr: &Expr) -> bool {
        const AGGREGATES: [&str; 12] = [
            "count(",
            "sum(",
            "total(",
            "avg(",
            "min(",
            "max(",
            "group_concat(",
            "string_agg(",
            "json_group_array(",
            "json_group_object(",
            "median(",
            "percentile",
        ];
        let text = expr.to_string().to_lowercase();
        AGGREGATES.iter().any(|name| text.contains(name))
    }
}
