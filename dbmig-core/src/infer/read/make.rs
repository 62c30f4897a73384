//! `CREATE`, and what only concerns the session.

use sqlparser::ast::{self, ColumnOption, CreateIndex, CreateTable, SchemaName};

use super::{Made, Reader, column};
use crate::Dialect;
use crate::infer::change::{
    Act, Certainty, Constraint, How, Kind, Nullable, Nulls, Rows, Uniqueness,
};
use crate::infer::name::{Name, folded};
use crate::sql::token::Kind as Lexical;
use crate::sql::{Statement, kind};

impl Reader<'_, '_> {
    pub(super) fn create_table(&mut self, create: &CreateTable) {
        let Some(table) = self.name(&create.name) else { return self.not_understood() };
        let how = match (create.or_replace, create.if_not_exists) {
            (true, _) => How::Replace,
            (_, true) => How::IfAbsent,
            _ => How::New,
        };
        self.add(Act::MakeTable { table, how });
    }

    pub(super) fn create_index(&mut self, create: &CreateIndex) {
        let Some(table) = self.name(&create.table_name) else { return self.not_understood() };
        let index = create.name.as_ref().and_then(|name| self.name(name));
        let uniqueness = if create.unique {
            let nulls = match create.nulls_distinct {
                Some(false) => Nulls::Same,
                Some(true) | None => Nulls::Distinct,
            };
            let columns = column::keys(self.dialect(), &create.columns);
            Uniqueness::Unique { columns, nulls }
        } else {
            Uniqueness::None
        };
        let how = how(false, create.if_not_exists);
        let indexed = table.clone();
        self.add(Act::AddIndex { table, index, how, uniqueness });
        let mut expressions = column::computed(self.dialect(), &create.columns);
        expressions.extend(create.predicate.clone());
        self.compute(indexed, expressions);
    }

    /// What an index computes of each row.
    pub(super) fn compute(&mut self, table: Name, expressions: Vec<ast::Expr>) {
        if !expressions.is_empty() {
            self.add(Act::Compute { table, expressions });
        }
    }

    pub(super) fn make(&mut self, tree: &ast::Statement) {
        use ast::Statement as S;
        match tree {
            S::CreateView(view) => {
                let kind = if view.materialized { Kind::MaterializedView } else { Kind::View };
                let replace = view.or_replace || view.or_alter;
                self.made(kind, &view.name, how(replace, view.if_not_exists));
            }
            S::CreateVirtualTable { name, if_not_exists, .. } => match self.name(name) {
                Some(table) => {
                    self.add(Act::MakeTable { table, how: how(false, *if_not_exists) });
                }
                None => self.not_understood(),
            },
            S::CreateType { name, .. } => self.made(Kind::Type, name, How::New),
            S::CreateDomain(domain) => self.made(Kind::Domain, &domain.name, How::New),
            S::CreateSequence { name, if_not_exists, .. } => {
                self.made(Kind::Sequence, name, how(false, *if_not_exists));
            }
            S::CreateAggregate(aggregate) => {
                self.made(Kind::Aggregate, &aggregate.name, how(aggregate.or_replace, false));
            }
            S::CreateCollation(collation) => {
                self.made(Kind::Collation, &collation.name, how(false, collation.if_not_exists));
            }
            S::CreateOperator(operator) => self.made(Kind::Operator, &operator.name, How::New),
            S::CreateExtension(extension) => {
                let name = Name::single(folded(self.dialect(), &extension.name));
                let how = how(false, extension.if_not_exists);
                self.add(Act::Make { kind: Kind::Extension, name, how });
            }
            S::CreateSchema { schema_name, if_not_exists, or_replace, .. } => {
                let name = match schema_name {
                    SchemaName::Simple(name) | SchemaName::NamedAuthorization(name, _) => {
                        self.name(name)
                    }
                    SchemaName::UnnamedAuthorization(name) => {
                        Some(Name::single(folded(self.dialect(), name)))
                    }
                };
                let Some(name) = name else { return self.not_understood() };
                let how = how(*or_replace, *if_not_exists);
                self.add(Act::Make { kind: Kind::Schema, name, how });
            }
            S::CreateDatabase { db_name, if_not_exists, or_replace, .. } => {
                self.made(Kind::Database, db_name, how(*or_replace, *if_not_exists));
            }
            S::CreateRole(role) => {
                for name in &role.names {
                    self.made(Kind::Role, name, how(false, role.if_not_exists));
                }
            }
            S::CreateUser(user) => {
                let name = Name::single(folded(self.dialect(), &user.name));
                let how = how(user.or_replace, user.if_not_exists);
                self.add(Act::Make { kind: Kind::Role, name, how });
            }
            S::CreatePolicy(policy) => {
                let table = self.name(&policy.table_name);
                let what = format!("new policy {} on {}", policy.name, policy.table_name);
                let (certainty, rows) = (Certainty::Plain, Rows::Kept);
                self.add(Act::Other { table, what, certainty, rows });
            }
            S::CreateRule(rule) => {
                let table = self.name(&rule.table_name);
                let what = format!("new rule {} on {}", rule.name, rule.table_name);
                self.unclear(table, what);
            }
            S::Comment { .. } | S::RefreshMaterializedView(_) => self.add(Act::Nothing),
            S::Grant(_) | S::GrantRole(_) => self.harmless("new privileges"),
            S::Revoke(_) | S::RevokeRole(_) => self.breaks("takes privileges away".to_owned()),
            _ => self.session(tree),
        }
    }

    fn made(&mut self, kind: Kind, name: &ast::ObjectName, how: How) {
        match self.name(name) {
            Some(name) => self.add(Act::Make { kind, name, how }),
            None => self.not_understood(),
        }
    }

    fn session(&mut self, tree: &ast::Statement) {
        use ast::Statement as S;
        match tree {
            S::Set(_) if is_for_all(self.statement) => {
                self.unclear(None, "changes a setting for everybody");
            }
            S::Set(_) | S::Use(_) | S::Reset(_)
                if kind::moves_names(self.dialect(), self.statement) =>
            {
                self.add(Act::MoveNames);
            }
            S::Set(_)
            | S::Use(_)
            | S::Reset(_)
            | S::Discard { .. }
            | S::StartTransaction { .. }
            | S::Commit { .. }
            | S::Rollback { .. }
            | S::Savepoint { .. }
            | S::ReleaseSavepoint { .. }
            | S::Analyze(_)
            | S::Vacuum(_)
            | S::Explain { analyze: false, .. }
            | S::ExplainTable { .. }
            | S::ShowVariable { .. }
            | S::ShowVariables { .. }
            | S::ShowTables { .. }
            | S::ShowColumns { .. }
            | S::ShowCreate { .. }
            | S::Lock(_)
            | S::LockTables { .. }
            | S::UnlockTables
            | S::OptimizeTable { .. }
            | S::Flush { .. }
            | S::LISTEN { .. }
            | S::UNLISTEN { .. }
            | S::NOTIFY { .. }
            | S::Deallocate { .. } => self.add(Act::Nothing),
            _ => self.not_understood(),
        }
    }
}

/// What is in a new table, where the statement shows all of it.
pub(super) fn made(dialect: Dialect, create: &CreateTable) -> Option<Made> {
    let elsewhere = create.like.is_some()
        || create.query.is_some()
        || create.if_not_exists
        || create.inherits.is_some()
        || create.partition_of.is_some();
    if elsewhere || create.temporary {
        return None;
    }
    let mut made = Made {
        table: Name::of(dialect, &create.name)?,
        columns: Vec::new(),
        constraints: Vec::new(),
        indexes: Vec::new(),
    };
    for column in &create.columns {
        made.columns.push((folded(dialect, &column.name), column::traits(dialect, column)));
        for option in &column.options {
            if let (Some(name), ColumnOption::Check(check)) = (&option.name, &option.option) {
                let check = Constraint::Check(check.expr.clone());
                made.constraints.push((Some(folded(dialect, name)), check));
            }
        }
    }
    for constraint in &create.constraints {
        match column::constraint(dialect, constraint) {
            Some(constraint) => made.constraints.push(constraint),
            None => made.indexes.extend(column::index_name(dialect, constraint)),
        }
    }
    made.keyed();
    Some(made)
}

impl Made {
    /// The columns of the primary key are not null, whether they say so or not.
    fn keyed(&mut self) {
        let keys = self.constraints.iter().filter_map(|(_, constraint)| match constraint {
            Constraint::PrimaryKey(columns) => Some(columns),
            _ => None,
        });
        for key in keys.flatten().flatten() {
            let own = self.columns.iter_mut().filter(|(name, _)| name == key);
            own.for_each(|(_, traits)| traits.nullable = Nullable::No);
        }
    }
}

const fn how(replace: bool, if_absent: bool) -> How {
    match (replace, if_absent) {
        (true, _) => How::Replace,
        (_, true) => How::IfAbsent,
        _ => How::New,
    }
}

/// `SET GLOBAL`, `SET @@PERSIST.x`, `SET PASSWORD`
fn is_for_all(statement: &Statement<'_>) -> bool {
    let beyond = ["GLOBAL", "PERSIST", "PERSIST_ONLY", "PASSWORD"];
    let is_beyond = |word: &str| beyond.iter().any(|one| one.eq_ignore_ascii_case(word));
    statement.tokens().any(|token| {
        let mut parts = token.text.trim_start_matches('@').split('.');
        token.kind != Lexical::String && parts.next().is_some_and(is_beyond)
    })
}
