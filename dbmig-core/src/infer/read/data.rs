//! Statements about rows.

use sqlparser::ast::{
    self, AssignmentTarget, Delete, Expr, FromTable, Insert, ObjectName, OnConflictAction,
    OnInsert, Query, SelectInto, SetExpr, SqliteOnConflict, TableFactor, TableObject,
    TableWithJoins, Truncate, Update,
};

use super::alter::position_of;
use super::{Reader, rows};
use crate::Dialect;
use crate::infer::change::{Act, Certainty, How, Rows, Write};
use crate::infer::name::{Name, folded};
use crate::sql::calls;

impl Reader<'_, '_> {
    pub(super) fn data(&mut self, tree: &ast::Statement) {
        match tree {
            ast::Statement::Insert(insert) => self.insert(insert),
            ast::Statement::Update(update) => self.update(update),
            ast::Statement::Delete(delete) => self.delete(delete),
            ast::Statement::Query(query) => match rows::advanced(self.dialect(), query) {
                Some(act) => self.add(act),
                None => {
                    self.query(query);
                    self.calls();
                }
            },
            ast::Statement::Merge(merge) => self.changes_rows(&merge.table.to_string()),
            _ => self.not_understood(),
        }
    }

    fn changes_rows(&mut self, tables: &str) {
        let what = format!("changes rows of {tables}");
        let (certainty, rows) = (Certainty::Unclear, Rows::Uncountable);
        self.add(Act::Other { table: None, what, certainty, rows });
    }

    fn write(&mut self, table: &ObjectName, write: Write) {
        match self.name(table) {
            Some(table) => self.add(Act::Write { table, write }),
            None => self.not_understood(),
        }
    }

    fn insert(&mut self, insert: &Insert) {
        if let Some(source) = &insert.source {
            self.query(source);
        }
        let TableObject::TableName(table) = &insert.table else { return self.not_understood() };
        let updates = match &insert.on {
            Some(OnInsert::DuplicateKeyUpdate(_)) => true,
            Some(OnInsert::OnConflict(conflict)) => {
                matches!(conflict.action, OnConflictAction::DoUpdate(_))
            }
            _ => false,
        };
        let replaces = insert.replace_into || insert.or == Some(SqliteOnConflict::Replace);
        let write = if updates || replaces {
            Write::InsertOrUpdate
        } else {
            rows::spelled(self.dialect(), insert).unwrap_or(Write::Insert)
        };
        self.write(table, write);
    }

    fn update(&mut self, update: &Update) {
        let table = match &update.table {
            TableWithJoins { relation: TableFactor::Table { name, .. }, joins }
                if joins.is_empty() =>
            {
                name
            }
            several => return self.changes_rows(&several.to_string()),
        };
        let mut columns = Vec::new();
        for assignment in &update.assignments {
            let names = match &assignment.target {
                AssignmentTarget::ColumnName(name) => std::slice::from_ref(name),
                AssignmentTarget::Tuple(names) => names,
            };
            let names = names.iter().filter_map(|name| self.name(name));
            columns.extend(names.map(|name| name.last().to_owned()));
        }
        self.write(table, Write::Update(columns));
    }

    fn delete(&mut self, delete: &Delete) {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        match &from[..] {
            [TableWithJoins { relation: TableFactor::Table { name, .. }, joins }]
                if joins.is_empty() && delete.tables.is_empty() =>
            {
                self.write(name, Write::Delete);
            }
            several => {
                let tables: Vec<_> = several.iter().map(ToString::to_string).collect();
                self.changes_rows(&tables.join(", "));
            }
        }
    }

    pub(super) fn truncate(&mut self, truncate: &Truncate) {
        if truncate.cascade == Some(ast::CascadeOption::Cascade) {
            let what = "empties tables, and those that refer to them";
            let (certainty, rows) = (Certainty::Plain, Rows::Uncountable);
            return self.add(Act::Other { table: None, what: what.to_owned(), certainty, rows });
        }
        for target in &truncate.table_names {
            let position = position_of(self, &target.name);
            match self.name(&target.name) {
                Some(table) => self.add_at(position, Act::Write { table, write: Write::Truncate }),
                None => self.not_understood(),
            }
        }
    }

    /// `COPY`, `LOAD DATA`
    pub(super) fn load(&mut self, tree: &ast::Statement) {
        match tree {
            ast::Statement::Copy {
                source: ast::CopySource::Table { table_name, .. },
                to: false,
                ..
            } => self.write(table_name, Write::Insert),
            ast::Statement::Copy { to: true, .. } => {}
            _ => self.not_understood(),
        }
    }

    /// What a query changes: its `WITH` may, and `INTO` makes a table.
    fn query(&mut self, query: &Query) {
        for table in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.query(&table.query);
        }
        self.set_expr(&query.body);
    }

    fn set_expr(&mut self, body: &SetExpr) {
        match body {
            SetExpr::Select(select) => select.into.iter().for_each(|into| self.into(into)),
            SetExpr::Query(query) => self.query(query),
            SetExpr::SetOperation { left, right, .. } => {
                self.set_expr(left);
                self.set_expr(right);
            }
            SetExpr::Insert(inner)
            | SetExpr::Update(inner)
            | SetExpr::Delete(inner)
            | SetExpr::Merge(inner) => self.data(inner),
            SetExpr::Values(_) | SetExpr::Table(_) => {}
        }
    }

    fn into(&mut self, into: &SelectInto) {
        let ident = |ident| folded(self.dialect(), ident);
        let table = match (&into.targets[..], self.dialect()) {
            ([Expr::Identifier(name)], Dialect::Postgres) => Name::single(ident(name)),
            ([Expr::CompoundIdentifier(parts)], Dialect::Postgres) => {
                Name(parts.iter().map(ident).collect())
            }
            _ => return self.not_understood(),
        };
        self.add(Act::MakeTable { table, how: How::New, shape: None });
    }

    /// Functions may do anything.
    fn calls(&mut self) {
        if let Some((function, text)) = calls::unknown(self.statement) {
            // As pg_dump begins; one pair of parentheses is one call.
            let calls = self.statement.tokens().filter(|token| token.is("(")).count();
            if function.eq_ignore_ascii_case("set_config") && calls == 1 {
                return self.add(Act::MoveNames);
            }
            self.add(Act::Call { function, text });
        }
    }

    pub(super) fn call(&mut self, call: &ast::Function) {
        let what = format!("calls {}, and what that does is not known", call.name);
        let (certainty, rows) = (Certainty::Unclear, Rows::Uncountable);
        self.add(Act::Other { table: None, what, certainty, rows });
    }
}
