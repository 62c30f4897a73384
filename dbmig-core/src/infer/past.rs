//! What earlier migrations have made, where it matters what something was.
//!
//! They are walked back from the newest to the oldest, and only statements that mention the name
//! are read. At the first thing that is not understood there, nothing is known.

use super::change::{Act, Alteration, Constraint, How, Kind, Nullable, Traits, Uniqueness, Value};
use super::name::{Name, column_key};
use super::read::{self, Made};
use crate::sql::{Statement, kind};
use crate::{Dialect, Migration};

/// The earlier migrations, the oldest first.
#[derive(Clone, Copy)]
pub(super) struct Past<'a> {
    dialect: Dialect,
    migrations: &'a [Migration],
}

/// What an index was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IndexKind {
    Plain,
    Unique,
}

/// What a constraint was, where it is harmless to be without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PastConstraint {
    Check,
}

/// What one statement says of what is looked for.
enum Said<T> {
    Nothing,
    /// This is what it is.
    Answer(T),
    /// Nobody knows from here on.
    Unclear,
}

impl<'a> Past<'a> {
    pub(super) const fn new(dialect: Dialect, migrations: &'a [Migration]) -> Self {
        Self { dialect, migrations }
    }

    /// How a column was defined.
    pub(super) fn column(&self, table: &Name, column: &str) -> Option<Traits> {
        let mut newer = Newer::default();
        self.walk(table.last(), |statement| match read::made(statement) {
            Some(made) if self.same(&made.table, table) => {
                let column = made.columns.iter().find(|(name, _)| self.is_column(name, column));
                column.map_or(Said::Unclear, |(_, traits)| Said::Answer(traits.clone()))
            }
            Some(_) => Said::Nothing,
            None => first(
                read::changes(statement)
                    .iter()
                    .rev()
                    .map(|change| self.of_column(&change.act, table, column, &mut newer)),
            ),
        })
        .map(|older| newer.over(older))
    }

    fn of_column(&self, act: &Act, table: &Name, column: &str, newer: &mut Newer) -> Said<Traits> {
        let is = |of: &Name, name: &str| self.same(of, table) && self.is_column(name, column);
        match act {
            Act::AddColumn { table: of, column: name, traits, .. } if is(of, name) => {
                Said::Answer(traits.clone())
            }
            Act::AlterColumn { table: of, column: name, alteration } if is(of, name) => {
                match alteration {
                    Alteration::Redefine { name: to, traits } if self.is_column(to, column) => {
                        return Said::Answer(traits.clone());
                    }
                    Alteration::Redefine { .. } => return Said::Unclear,
                    other => newer.heed(other),
                }
                Said::Nothing
            }
            Act::AlterColumn {
                table: of, alteration: Alteration::Redefine { name, .. }, ..
            } if is(of, name) => Said::Unclear,
            Act::DropColumn { table: of, column: name } if is(of, name) => Said::Unclear,
            Act::RenameColumn { table: of, from, to } if is(of, from) || is(of, to) => {
                Said::Unclear
            }
            Act::DropTable(of) if self.same(of, table) => Said::Unclear,
            Act::RenameTable { from, to } if self.same(from, table) || self.same(to, table) => {
                Said::Unclear
            }
            Act::AddConstraint { table: of, constraint: Constraint::PrimaryKey(_), .. }
                if self.same(of, table) =>
            {
                Said::Unclear
            }
            Act::NotUnderstood(_) | Act::MakeTable { .. } => Said::Unclear,
            // Of other tables and columns, or of what a column is not made of.
            Act::Nothing
            | Act::Harmless(_)
            | Act::MoveNames
            | Act::DropTable(_)
            | Act::RenameTable { .. }
            | Act::AddColumn { .. }
            | Act::DropColumn { .. }
            | Act::RenameColumn { .. }
            | Act::AlterColumn { .. }
            | Act::AddIndex { .. }
            | Act::AddConstraint { .. }
            | Act::Make { .. }
            | Act::RenameObject { .. }
            | Act::Touch { .. }
            | Act::Drop { .. }
            | Act::Write { .. }
            | Act::Call { .. }
            | Act::Other { .. } => Said::Nothing,
        }
    }

    /// What an index of a table is; PostgreSQL and SQLite need no table.
    pub(super) fn index(&self, index: &Name, table: Option<&Name>) -> Option<IndexKind> {
        let of = |other: &Name| match self.dialect {
            Dialect::Mysql => table.is_some_and(|table| self.same(other, table)),
            Dialect::Postgres | Dialect::Sqlite => true,
        };
        let is = |other: &Name, name: &str| {
            of(other) && column_key(self.dialect, name) == column_key(self.dialect, index.last())
        };
        self.walk(index.last(), |statement| {
            if let Some(made) = read::made(statement) {
                return made
                    .index(|name| is(&made.table, name))
                    .map_or(Said::Nothing, Said::Answer);
            }
            first(read::changes(statement).iter().rev().map(|change| match &change.act {
                Act::AddIndex { table, index: Some(name), how: How::New, uniqueness }
                    if is(table, name.last()) =>
                {
                    Said::Answer(match uniqueness {
                        Uniqueness::None => IndexKind::Plain,
                        Uniqueness::Unique { .. } => IndexKind::Unique,
                    })
                }
                Act::AddConstraint { table, name: Some(name), .. } if is(table, name) => {
                    Said::Answer(IndexKind::Unique)
                }
                Act::Nothing | Act::AddColumn { .. } | Act::AddIndex { how: How::New, .. } => {
                    Said::Nothing
                }
                _ => Said::Unclear,
            }))
        })
    }

    /// What a constraint of a table is.
    pub(super) fn constraint(&self, table: &Name, name: &str) -> Option<PastConstraint> {
        let is = |other: &Option<String>| {
            let key = |name: &str| column_key(self.dialect, name);
            other.as_ref().is_some_and(|other| key(other) == key(name))
        };
        let found = |constraint: &Constraint| match constraint {
            Constraint::Check(_) => Said::Answer(PastConstraint::Check),
            _ => Said::Unclear,
        };
        self.walk(name, |statement| {
            if let Some(made) = read::made(statement) {
                let own = made.constraints.iter().find(|(other, _)| is(other));
                return match own {
                    Some((_, constraint)) if self.same(&made.table, table) => found(constraint),
                    Some(_) | None => Said::Nothing,
                };
            }
            first(read::changes(statement).iter().rev().map(|change| match &change.act {
                Act::AddConstraint { table: of, name: other, constraint }
                    if is(other) && self.same(of, table) =>
                {
                    found(constraint)
                }
                Act::AddConstraint { .. } | Act::AddColumn { .. } | Act::Nothing => Said::Nothing,
                Act::Drop { kind: Kind::Constraint, table: Some(of), .. }
                    if !self.same(of, table) =>
                {
                    Said::Nothing
                }
                _ => Said::Unclear,
            }))
        })
    }

    fn same(&self, a: &Name, b: &Name) -> bool {
        a.key(self.dialect) == b.key(self.dialect)
    }

    fn is_column(&self, a: &str, b: &str) -> bool {
        column_key(self.dialect, a) == column_key(self.dialect, b)
    }

    /// Asks the statements that mention `word`, the newest first.
    fn walk<T>(&self, word: &str, mut ask: impl FnMut(&Statement<'_>) -> Said<T>) -> Option<T> {
        let word = word.to_lowercase();
        let mentions = |text: &str| text.to_lowercase().contains(&word);
        let scripts = self.migrations.iter().rev().map(Migration::up);
        for script in scripts.filter(|script| mentions(&script.text)) {
            let statements = script.statements(self.dialect).ok()?;
            if statements.iter().any(|one| kind::moves_names(self.dialect, one)) {
                return None;
            }
            for statement in statements.iter().rev().filter(|one| mentions(one.text)) {
                match ask(statement) {
                    Said::Nothing => {}
                    Said::Answer(answer) => return Some(answer),
                    Said::Unclear => return None,
                }
            }
        }
        None
    }
}

/// The first that says something.
fn first<T>(said: impl Iterator<Item = Said<T>>) -> Said<T> {
    let mut said = said.skip_while(|one| matches!(one, Said::Nothing));
    said.next().unwrap_or(Said::Nothing)
}

impl Made {
    fn index(&self, is: impl Fn(&str) -> bool) -> Option<IndexKind> {
        let unique =
            |(name, _): &&(Option<String>, Constraint)| name.as_ref().is_some_and(|name| is(name));
        if self.indexes.iter().any(|name| is(name)) {
            Some(IndexKind::Plain)
        } else {
            self.constraints.iter().find(unique).map(|_| IndexKind::Unique)
        }
    }
}

/// What later statements have changed of a column.
#[derive(Default)]
struct Newer {
    kind: Option<String>,
    nullable: Option<Nullable>,
    default: Option<Value>,
}

impl Newer {
    /// What was changed later still has been heeded before.
    fn heed(&mut self, alteration: &Alteration) {
        match alteration {
            Alteration::SetNotNull => _ = self.nullable.get_or_insert(Nullable::No),
            Alteration::DropNotNull => _ = self.nullable.get_or_insert(Nullable::Yes),
            Alteration::SetDefault(value) => _ = self.default.get_or_insert_with(|| value.clone()),
            Alteration::DropDefault => _ = self.default.get_or_insert(Value::Null),
            Alteration::Type { kind, .. } => _ = self.kind.get_or_insert_with(|| kind.clone()),
            Alteration::Redefine { .. } => {}
        }
    }

    fn over(self, older: Traits) -> Traits {
        Traits {
            kind: self.kind.unwrap_or(older.kind),
            nullable: self.nullable.unwrap_or(older.nullable),
            default: self.default.unwrap_or(older.default),
            ..older
        }
    }
}
