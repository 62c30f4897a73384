//! SQLite's way to change a table: another one is made, gets its rows, and takes its name.

mod compare;
mod copy;
mod rest;

use super::{Finding, Judge, unclear};
use crate::Dialect;
use crate::infer::change::{Act, How};
use crate::infer::name::Name;
use crate::infer::schema::Schema;
use crate::infer::shape::Action;
use crate::infer::step::Step;
use crate::migration::{Execution, ForeignKeys};
use crate::sql::kind;

/// A table that is made anew, by the numbers of the changes that do so.
#[derive(Clone)]
pub(super) struct Rebuild {
    pub(super) table: Name,
    /// What the new one is called before, or the old one afterwards.
    other: Name,
    form: Form,
    make: usize,
    drop: usize,
    rename: usize,
}

/// Which of the two tables has another name for a while.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    New,
    Old,
}

/// What breaks, if anything does.
type Tried<T> = Result<T, Finding>;

impl Rebuild {
    /// All of a script whose old table is known as a whole.
    pub(super) fn all(past: &Schema<'_, '_>, steps: &[Step<'_>]) -> Vec<Self> {
        if past.dialect() != Dialect::Sqlite {
            return Vec::new();
        }
        let acts: Vec<_> =
            steps.iter().flat_map(|step| &step.changes).map(|change| &change.act).collect();
        let renames = acts.iter().enumerate().filter_map(|(at, act)| match act {
            Act::RenameTable { from, to } => Some((at, from, to)),
            _ => None,
        });
        let is_new = |table: &Name, how: How| match how {
            How::New => true,
            How::IfAbsent => past.has_none(table),
            How::Replace => false,
        };
        let all = renames.filter_map(|(at, from, to)| Self::around(&acts, (at, from, to), &is_new));
        all.filter(|one| past.table(&one.table).is_some_and(|old| old.is_complete())).collect()
    }

    fn around(
        acts: &[&Act],
        (rename, from, to): (usize, &Name, &Name),
        is_new: &dyn Fn(&Name, How) -> bool,
    ) -> Option<Self> {
        let key = |name: &Name| name.key(Dialect::Sqlite);
        let makes = |act: &&Act| match act {
            Act::MakeTable { table, how, .. } => key(table) == key(from) && is_new(table, *how),
            _ => false,
        };
        let drops = |act: &&Act| match act {
            Act::DropTable(table) => key(table) == key(to),
            _ => false,
        };
        let before = acts.get(..rename)?;
        if let Some(make) = before.iter().rposition(makes) {
            let drop = make + before.get(make..)?.iter().position(drops)?;
            let (table, other, form) = (to.clone(), from.clone(), Form::New);
            return Some(Self { table, other, form, make, drop, rename });
        }
        let make = rename + acts.get(rename..)?.iter().position(makes)?;
        let drop = make + acts.get(make..)?.iter().position(drops)?;
        let (table, other, form) = (from.clone(), to.clone(), Form::Old);
        Some(Self { table, other, form, make, drop, rename })
    }

    /// Where the old table is no longer what it was.
    pub(super) const fn number(&self) -> usize {
        match self.form {
            Form::New => self.drop,
            Form::Old => self.rename,
        }
    }

    fn has(&self, number: usize) -> bool {
        [self.make, self.drop, self.rename].contains(&number)
    }
}

impl Judge<'_, '_> {
    /// Whether the change that is being judged is a part of a rebuild.
    pub(super) fn is_rebuilding(&self) -> bool {
        self.rebuilds.iter().any(|one| one.has(self.number))
    }

    /// Whether the script makes the table anew: what is about it is judged as a whole.
    pub(super) fn is_rebuilt(&self, table: &Name) -> bool {
        let key = table.key(self.scope.dialect);
        self.rebuilds.iter().any(|one| one.table.key(self.scope.dialect) == key)
    }

    /// `DROP TABLE`, the old one: with foreign keys, it deletes its rows first.
    pub(super) fn drop_rebuilt(&self, table: &Name) -> Finding {
        let Some(rebuild) = self.rebuilds.iter().find(|one| one.drop == self.number) else {
            return Finding::Silent;
        };
        let dialect = self.scope.dialect;
        let key = table.key(dialect);
        let others = self.now.tables().filter(|other| other.name.key(dialect) != key);
        let child = others
            .filter(|other| {
                other.foreign_keys.iter().any(|(_, own)| {
                    // Where rows point to it that would not go, neither does the table.
                    let refuses = matches!(own.on_delete, Action::Nothing | Action::Restrict)
                        && rebuild.form == Form::New;
                    own.target.key(dialect) == key && !refuses
                })
            })
            .min_by_key(|other| other.name.to_string());
        let own = &rebuild.table;
        match (child, rebuild.form) {
            (Some(child), Form::Old) => unclear(format!(
                "rebuilds the table {own}, and the foreign key of {} goes with the old one to its \
                 new name",
                child.name
            )),
            (Some(child), Form::New) if !self.spares_children() => unclear(format!(
                "rebuilds the table {own} while {} refers to it: DROP TABLE deletes its rows \
                 first, and those that refer to them (PRAGMA foreign_keys = OFF)",
                child.name
            )),
            (None, Form::New)
                if !self.now.doubtful_tables().is_empty() && !self.spares_children() =>
            {
                unclear(format!(
                    "rebuilds the table {own}, and whether others refer to it is not known (PRAGMA \
                     foreign_keys = OFF)"
                ))
            }
            (None, Form::Old) if !self.now.doubtful_tables().is_empty() => unclear(format!(
                "rebuilds the table {own}, and whether others refer to it is not known"
            )),
            _ => Finding::Silent,
        }
    }

    /// Whether foreign keys are off at the statement: within a transaction of the script's own,
    /// the pragma has no effect.
    fn spares_children(&self) -> bool {
        let statements =
            self.steps.iter().take(self.step).filter_map(|step| step.statement.as_ref());
        let by_settings = self.settings.execution == Execution::Transaction
            && self.settings.foreign_keys == ForeignKeys::Off;
        if by_settings {
            return true;
        }
        let mut off = false;
        for statement in statements {
            if kind::ends_transaction(self.scope.dialect, statement) && !off {
                return false;
            }
            let is_about = statement.begins_with(&["PRAGMA"])
                && crate::infer::schema::mentions(statement.text, "foreign_keys");
            if is_about {
                off = kind::turns_foreign_keys_off(statement);
            }
        }
        off
    }

    /// Whether one transaction is around all of it.
    fn is_at_once(&self, rebuild: &Rebuild) -> bool {
        let dialect = self.scope.dialect;
        let statements = || self.steps.iter().filter_map(|step| step.statement.as_ref());
        let mut open = self.settings.execution == Execution::Transaction
            && !statements().any(|statement| kind::ends_transaction(dialect, statement));
        let first = rebuild.make.min(rebuild.rename);
        let last = rebuild.drop.max(rebuild.rename);
        let mut number = 0;
        for step in self.steps {
            let opens = step.statement.as_ref().and_then(|it| kind::opens_transaction(dialect, it));
            if let Some(opens) = opens.filter(|_| number <= last) {
                if number > first {
                    return false;
                }
                open = opens;
            }
            number += step.changes.len();
        }
        open
    }

    /// What the rebuilds of the script mean, by the numbers of their changes.
    pub(super) fn rebuilt(&mut self) -> Vec<(usize, Finding, Vec<String>)> {
        let all = self.rebuilds.clone();
        let judged = all.iter().map(|one| {
            let table = &one.table;
            match self.try_rebuild(one) {
                Ok(added) => {
                    let what = format!("rebuilds the table {table} with all that was in it");
                    (one.number(), Finding::Adds(what), added)
                }
                Err(verdict) => (one.number(), verdict, Vec::new()),
            }
        });
        judged.collect()
    }

    /// What there is from now on, in words.
    fn try_rebuild(&mut self, rebuild: &Rebuild) -> Tried<Vec<String>> {
        let table = &rebuild.table;
        let doubt = |why: &str| Err(unclear(format!("rebuilds the table {table}: {why}")));
        let Some(old) = self.past.table(table) else { return doubt("what it was is not known") };
        let Some(new) = self.now.table(table).filter(|new| new.is_complete()).cloned() else {
            return doubt("what the new one is like is not known");
        };
        let added = self.compare(old, &new)?;
        if !self.is_at_once(rebuild) {
            return doubt("what is written meanwhile is lost outside a transaction");
        }
        self.copies(rebuild, old, &new)?;
        self.follows_itself(rebuild)?;
        self.keeps_bodies(rebuild)?;
        self.nothing_else(rebuild)?;
        Ok(added)
    }
}
