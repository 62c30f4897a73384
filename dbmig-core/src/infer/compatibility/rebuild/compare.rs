//! The old table and the new one, part by part.

use std::rc::Rc;

use super::Tried;
use crate::infer::change::{Constraint, Extent, Nullable, Traits, Value};
use crate::infer::compatibility::{Finding, Judge, plain, unclear};
use crate::infer::name::{Name, column_key};
use crate::infer::schema::{Table, mentions};
use crate::infer::scope::NewColumn;
use crate::infer::shape::{Rowid, Typing};

impl Judge<'_, '_> {
    /// What is new in it, in words.
    pub(super) fn compare(&mut self, old: &Table, new: &Table) -> Tried<Vec<String>> {
        for (column, traits) in &old.columns {
            self.same_column(old, new, column, traits)?;
        }
        same_key(old, new, &self.keys())?;
        self.storage(old, new)?;
        let mut added = Vec::new();
        let dialect = self.scope.dialect;
        for (column, traits) in &new.columns {
            if old.column(dialect, column).is_none() {
                let (nullable, default) = (traits.nullable, traits.default.clone());
                let kind = traits.kind.clone();
                self.scope.add_column(&new.name, column, NewColumn { nullable, default, kind });
                match self.new_column(&new.name, column, traits) {
                    breaks @ Finding::Breaks(..) => return Err(breaks),
                    Finding::Adds(what) => added.push(what),
                    Finding::Silent | Finding::AfterRestart(_) => {}
                }
            }
        }
        self.same_order(old, new)?;
        self.uniques(old, new)?;
        self.references(old, new)?;
        self.checks(old, new)?;
        Ok(added)
    }

    fn keys(&self) -> impl Fn(&[Option<String>]) -> Option<Vec<String>> + use<> {
        let dialect = self.scope.dialect;
        move |columns| {
            columns.iter().map(|one| one.as_ref().map(|one| column_key(dialect, one))).collect()
        }
    }

    fn same_column(&self, old: &Table, new: &Table, column: &str, was: &Traits) -> Tried<()> {
        let name = format!("{}.{column}", old.name);
        let Some(is) = new.column(self.scope.dialect, column) else {
            return Err(plain(format!("drops the column {name}")));
        };
        let in_key = old.primary_key.as_ref().is_some_and(|key| {
            key.columns.iter().flatten().any(|one| one.eq_ignore_ascii_case(column))
        });
        if !is_same_type(&was.kind, &is.kind) || (in_key && was.kind != is.kind) {
            let (was, is) = (shown(&was.kind), shown(&is.kind));
            return Err(plain(format!("changes the type of {name} from {was} to {is}")));
        }
        match (was.nullable, is.nullable) {
            (Nullable::Yes, Nullable::No) => {
                return Err(plain(format!("the column {name} becomes NOT NULL")));
            }
            (Nullable::No, Nullable::Yes) => {
                return Err(plain(format!(
                    "the column {name} may be NULL from now on, which the previous version does \
                     not expect"
                )));
            }
            (Nullable::Yes, Nullable::Yes) | (Nullable::No, Nullable::No) => {}
        }
        let is_rowid = was.kind == "integer"
            && old.primary_key.as_ref().is_some_and(|key| key.columns.len() == 1);
        // SQLite takes NULL in a primary key that does not say so, unless it is the rowid.
        let says = |traits: &Traits| traits.said.iter().any(|one| one == "NOT NULL");
        if in_key && !is_rowid && says(was) != says(is) {
            return Err(unclear(format!(
                "the column {name} of the primary key may no longer be NULL, or may be"
            )));
        }
        self.same_default(&old.name, column, was, is)?;
        let conflicts =
            |traits: &Traits| traits.said.iter().any(|one| one.starts_with("ON CONFLICT"));
        let all_the_same = if conflicts(was) || conflicts(is) {
            was.said == is.said
        } else {
            others(was) == others(is)
        };
        if all_the_same { Ok(()) } else { Err(unclear(format!("redefines the column {name}"))) }
    }

    fn same_default(&self, table: &Name, column: &str, was: &Traits, is: &Traits) -> Tried<()> {
        let text = |traits: &Traits| {
            let default = traits.said.iter().find(|one| one.starts_with("DEFAULT "));
            default.filter(|_| traits.default != Value::Null).cloned()
        };
        let (old, new) = (text(was), text(is));
        if old == new {
            return Ok(());
        }
        if new.is_none() {
            return Err(plain(format!("the column {table}.{column} loses its default")));
        }
        match self.new_default(table, column, &is.default) {
            breaks @ Finding::Breaks(..) => Err(breaks),
            Finding::Adds(_) | Finding::Silent | Finding::AfterRestart(_) => Ok(()),
        }
    }

    fn storage(&self, old: &Table, new: &Table) -> Tried<()> {
        let name = &old.name;
        match (old.storage.typing, new.storage.typing) {
            (was, is) if was == is => {}
            (Typing::Loose, _) => {
                return Err(plain(format!("makes the table {name} STRICT")));
            }
            (Typing::Strict, _) => {
                return Err(plain(format!("the table {name} is no longer STRICT")));
            }
        }
        match (old.storage.rowid, new.storage.rowid) {
            (was, is) if was == is => Ok(()),
            (Rowid::With, _) => Err(plain(format!("makes the table {name} WITHOUT ROWID"))),
            (Rowid::Without, _) => {
                Err(plain(format!("the table {name} is no longer WITHOUT ROWID")))
            }
        }
    }

    /// Who reads `*` by position finds each column where it was.
    fn same_order(&self, old: &Table, new: &Table) -> Tried<()> {
        let dialect = self.scope.dialect;
        let key = |(name, _): &(Rc<str>, Rc<Traits>)| column_key(dialect, name);
        let (was, is): (Vec<_>, Vec<_>) =
            (old.columns.iter().map(key).collect(), new.columns.iter().map(key).collect());
        match self.counted_by(&old.name) {
            Some(counted) if !is.starts_with(&was) => Err(unclear(format!(
                "the columns of {} are in another order, and that is in the way: {counted}",
                old.name
            ))),
            _ => Ok(()),
        }
    }

    fn uniques(&self, old: &Table, new: &Table) -> Tried<()> {
        let (name, keys) = (&old.name, self.keys());
        let sorted = |columns: &[Option<String>]| {
            let mut columns = keys(columns)?;
            columns.sort();
            Some(columns)
        };
        let has = |table: &Table, columns: &[Option<String>]| {
            let wanted = sorted(columns);
            table.uniques.iter().any(|one| {
                wanted.is_some() && one.extent == Extent::All && sorted(&one.columns) == wanted
            })
        };
        for unique in &old.uniques {
            if unique.extent != Extent::All || !has(new, &unique.columns) {
                let of = words(&unique.columns);
                return Err(unclear(format!(
                    "rebuilds the table {name} without its UNIQUE {of}, which ON CONFLICT and \
                     upserts may need"
                )));
            }
        }
        // An index may compare in another way than its column, and nobody has noted that.
        let is_text = |column: &String| {
            old.column(self.scope.dialect, column).is_none_or(|own| own.kind != "integer")
        };
        let primary = old.primary_key.iter().map(|key| &key.columns);
        let mut all = old.uniques.iter().map(|one| &one.columns).chain(primary).flatten().flatten();
        if self.mentions("collate") && all.any(is_text) {
            return Err(unclear(format!(
                "rebuilds the table {name}, and whether its keys compare as before (COLLATE) is not \
                 known"
            )));
        }
        let is_free = |column: &String| {
            old.column(self.scope.dialect, column).is_none()
                && new
                    .column(self.scope.dialect, column)
                    .is_some_and(|own| matches!(own.default, Value::Null | Value::Fresh))
        };
        for unique in &new.uniques {
            let is_old = unique.extent == Extent::All && has(old, &unique.columns);
            if !is_old && !unique.columns.iter().flatten().any(is_free) {
                let of = words(&unique.columns);
                return Err(plain(format!(
                    "new UNIQUE {of} on what was in the table {name} before"
                )));
            }
        }
        Ok(())
    }

    /// Whether this script or an earlier one has the word.
    fn mentions(&self, word: &str) -> bool {
        self.past.mentions(word) || self.steps.iter().any(|step| mentions(step.text, word))
    }

    fn references(&mut self, old: &Table, new: &Table) -> Tried<()> {
        let name = &old.name;
        for (_, was) in &old.foreign_keys {
            if !new.foreign_keys.iter().any(|(_, is)| self.is_no_stricter(name, was, is)) {
                return Err(unclear(format!(
                    "rebuilds the table {name} without its FOREIGN KEY to {}, or with another one, \
                     on which the previous version may rely (cascades)",
                    was.target
                )));
            }
        }
        for (_, is) in &new.foreign_keys {
            let constraint = Constraint::ForeignKey(is.clone());
            if !self.was_there(name, is) && !self.is_about_nulls(name, &constraint) {
                return Err(plain(format!(
                    "new FOREIGN KEY on what was in the table {name} before"
                )));
            }
            self.refers(name, is);
        }
        Ok(())
    }

    fn is_about_nulls(&self, table: &Name, constraint: &Constraint) -> bool {
        let Constraint::ForeignKey(key) = constraint else { return false };
        key.columns.iter().any(|column| self.is_null(table, column))
    }

    fn checks(&self, old: &Table, new: &Table) -> Tried<()> {
        for (_, is) in &new.checks {
            let was_there = old.checks.iter().any(|(_, was)| was.expr == is.expr);
            if !was_there && !self.passes(&old.name, &is.expr) {
                return Err(plain(format!(
                    "new CHECK on what was in the table {} before",
                    old.name
                )));
            }
        }
        Ok(())
    }
}

fn same_key(
    old: &Table,
    new: &Table,
    keys: &impl Fn(&[Option<String>]) -> Option<Vec<String>>,
) -> Tried<()> {
    let of = |table: &Table| table.primary_key.as_ref().map(|key| keys(&key.columns));
    match (of(old), of(new)) {
        (None, None) => Ok(()),
        (Some(Some(was)), Some(Some(is))) if was == is => Ok(()),
        _ => Err(plain(format!("changes the primary key of {}", old.name))),
    }
}

/// What an option says that nothing else is compared by.
fn others(traits: &Traits) -> Vec<&String> {
    let known = [
        "NOT NULL",
        "NULL",
        "DEFAULT ",
        "PRIMARY KEY",
        "UNIQUE",
        "REFERENCES ",
        "CHECK ",
        "CHECK(",
    ];
    let rest = traits.said.iter().filter(|one| !known.iter().any(|word| one.starts_with(word)));
    let mut rest: Vec<_> = rest.collect();
    rest.sort();
    rest
}

/// SQLite only looks for parts of a type's name.
fn is_same_type(was: &str, is: &str) -> bool {
    let collates = |kind: &str| kind.contains("collate");
    was == is || (!collates(was) && !collates(is) && affinity(was) == affinity(is))
}

/// <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>
fn affinity(kind: &str) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    if has(&["int"]) {
        "integer"
    } else if has(&["char", "clob", "text"]) {
        "text"
    } else if kind.is_empty() || has(&["blob"]) {
        "blob"
    } else if has(&["real", "floa", "doub"]) {
        "real"
    } else {
        "numeric"
    }
}

fn shown(kind: &str) -> &str {
    if kind.is_empty() { "none" } else { kind }
}

/// `(a, b)`
fn words(columns: &[Option<String>]) -> String {
    let columns = columns.iter().map(|one| one.as_deref().unwrap_or("an expression"));
    format!("({})", columns.collect::<Vec<_>>().join(", "))
}
