//! From a statement to what it does.

mod alter;
mod column;
mod data;
mod drop;
mod fallback;
mod head;
mod make;
mod operation;
mod pieces;
mod rows;
mod shape;

use sqlparser::ast::{self, ObjectName};
use sqlparser::tokenizer::Location;

use super::change::{Act, Certainty, Change, Rows};
use super::name::Name;
use super::parse;
use crate::Dialect;
use crate::sql::{Position, Statement};

/// What the statement does, in its order; never nothing.
pub(super) fn changes(statement: &Statement<'_>) -> Vec<Change> {
    let mut reader = Reader { statement, found: Vec::new() };
    if let Some(inner) = fallback::behind_settings(statement) {
        return changes(&inner);
    }
    // Bodies of routines are in languages of their own.
    if let Some(act) = head::opaque(statement) {
        reader.add(act);
    } else if let Some(found) = pieces::alter_table(statement) {
        reader.found = found;
    } else if let Some(acts) = fallback::acts(statement) {
        acts.into_iter().for_each(|act| reader.add(act));
    } else {
        match parse::parse(statement) {
            Ok(mut tree) => reader.tree(&mut tree),
            Err(error) => {
                let parts = pieces::unparsed(statement);
                reader.found = parts.unwrap_or_else(|| head::unparsed(statement, &error));
            }
        }
    }
    if reader.found.is_empty() {
        reader.add(Act::Nothing);
    }
    reader.found
}

struct Reader<'s, 't> {
    statement: &'s Statement<'t>,
    found: Vec<Change>,
}

impl Reader<'_, '_> {
    fn dialect(&self) -> Dialect {
        self.statement.dialect()
    }

    fn add(&mut self, act: Act) {
        self.add_at(self.statement.position, act);
    }

    fn add_at(&mut self, position: Position, act: Act) {
        self.found.push(Change { act, position });
    }

    fn place(&self, location: Location) -> Position {
        parse::position(self.statement, location)
    }

    fn name(&self, name: &ObjectName) -> Option<Name> {
        Name::of(self.dialect(), name)
    }

    /// What touches no rows, but may matter to the previous version.
    fn unclear(&mut self, table: Option<Name>, what: impl Into<String>) {
        let (certainty, rows) = (Certainty::Unclear, Rows::Kept);
        self.add(Act::Other { table, what: what.into(), certainty, rows });
    }

    fn harmless(&mut self, what: impl Into<String>) {
        self.add(Act::Harmless(what.into()));
    }

    fn not_understood(&mut self) {
        self.add(Act::NotUnderstood(head::shown(self.statement)));
    }

    /// Takes out of the tree what is kept of it.
    fn tree(&mut self, tree: &mut ast::Statement) {
        use ast::Statement as S;
        match tree {
            S::CreateTable(table) => self.create_table(table),
            S::CreateIndex(index) => self.create_index(index),
            S::AlterTable(table) => self.alter_table(table),
            S::Insert(_) | S::Update(_) | S::Delete(_) | S::Merge(_) | S::Query(_) => {
                self.data(tree);
            }
            S::Truncate(truncate) => self.truncate(truncate),
            S::Copy { .. } | S::LoadData { .. } => self.load(tree),
            S::Call(call) => self.call(call),
            S::RenameTable(pairs) => self.rename_tables(pairs),
            S::Drop { .. }
            | S::DropFunction(_)
            | S::DropProcedure { .. }
            | S::DropDomain(_)
            | S::DropExtension(_)
            | S::DropTrigger(_)
            | S::DropPolicy(_)
            | S::DropRule(_)
            | S::DropOperator(_) => self.drop(tree),
            S::AlterIndex { .. }
            | S::AlterView(_)
            | S::AlterType(_)
            | S::AlterFunction(_)
            | S::AlterSchema(_)
            | S::AlterPolicy(_)
            | S::AlterTrigger(_)
            | S::AlterDefaultPrivileges(_) => self.alter_other(tree),
            _ => self.make(tree),
        }
    }
}
