//! `CREATE`, and what only concerns the session.

use sqlparser::ast::{self, CreateIndex, CreateTable, SchemaName, UserDefinedTypeRepresentation};

use super::{Reader, column, shape};
use crate::infer::change::{Act, Certainty, Extent, How, Kind, Nulls, Rows, Uniqueness};
use crate::infer::formula::Formula;
use crate::infer::name::{Name, folded};
use crate::sql::token::TokenKind as Lexical;
use crate::sql::{Statement, kind};

impl Reader<'_, '_> {
    pub(super) fn create_table(&mut self, create: &mut CreateTable) {
        let Some(table) = self.name(&create.name) else { return self.not_understood() };
        let how = match (create.or_replace, create.if_not_exists) {
            (true, _) => How::Replace,
            (_, true) => How::IfAbsent,
            _ => How::New,
        };
        let shape = Some(Box::new(shape::of(self.dialect(), create)));
        self.add(Act::MakeTable { table, how, shape });
    }

    pub(super) fn create_index(&mut self, create: &mut CreateIndex) {
        let Some(table) = self.name(&create.table_name) else { return self.not_understood() };
        let index = create.name.as_ref().and_then(|name| self.name(name));
        let uniqueness = if create.unique {
            let nulls = match create.nulls_distinct {
                Some(false) => Nulls::Same,
                Some(true) | None => Nulls::Distinct,
            };
            let columns = column::keys(self.dialect(), &create.columns);
            let extent = if create.predicate.is_some() { Extent::Some } else { Extent::All };
            Uniqueness::Unique { columns, nulls, extent }
        } else {
            Uniqueness::None
        };
        let how = how(false, create.if_not_exists);
        let indexed = table.clone();
        self.add(Act::AddIndex { table, index, how, uniqueness });
        let mut expressions = column::computed(self.dialect(), &mut create.columns);
        expressions.extend(create.predicate.as_mut().map(Formula::take));
        self.compute(indexed, expressions);
    }

    /// What an index computes of each row.
    pub(super) fn compute(&mut self, table: Name, expressions: Vec<Formula>) {
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
                    let how = how(false, *if_not_exists);
                    self.add(Act::MakeTable { table, how, shape: None });
                }
                None => self.not_understood(),
            },
            S::CreateType { name, representation, .. } => {
                self.made(Kind::Type, name, How::New);
                if let Some(UserDefinedTypeRepresentation::Enum { labels }) = representation
                    && let Some(enumeration) = self.name(name)
                {
                    let values = labels.iter().map(|label| label.value.clone()).collect();
                    self.add(Act::Values { enumeration, values });
                }
            }
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
