//! What an old app of a schema does.

mod routines;
mod upserts;

use std::collections::HashSet;

use dbmig_tests::Backend;

use crate::catalogue::{Absent, Access, Catalogue, Column, Key, Rank, Table, quote};
use crate::fill::{Sample, Written};
use crate::kind::Kind;
use crate::statement::{Expect, Read, Statement};
use crate::values;

/// How much is said to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breadth {
    /// Each column with each variant of its values.
    Full,
    /// One statement of each form.
    Basic,
}

/// All statements, each once. An app may write any value, those in the migration as well.
pub fn all(
    backend: Backend,
    (catalogue, samples): (&Catalogue, &[Sample]),
    migration: &str,
    breadth: impl Fn(&str) -> Breadth,
) -> Vec<Statement> {
    let mut all = Vec::new();
    for (table, sample) in catalogue.tables.iter().zip(samples) {
        let breadth = breadth(&table.plain);
        all.extend(App { backend, table, sample, migration, breadth }.statements());
    }
    all.extend(catalogue.routines.iter().filter_map(|routine| routines::call(backend, routine)));
    all.extend(catalogue.sequences.iter().map(|sequence| routines::next(sequence)));
    let mut seen = HashSet::new();
    all.retain(|statement| seen.insert(statement.to_string()));
    all
}

/// The old app, as far as it uses one table.
struct App<'a> {
    backend: Backend,
    table: &'a Table,
    sample: &'a Sample,
    migration: &'a str,
    breadth: Breadth,
}

/// Which columns of a written row must come back the same.
#[derive(Clone, Copy)]
enum Compared<'a> {
    All,
    Only(&'a [usize]),
}

impl App<'_> {
    fn statements(&self) -> Vec<Statement> {
        let mut all = vec![self.select()];
        if self.breadth == Breadth::Basic {
            all.extend(self.basic());
            return all;
        }
        let rows = &self.sample.existing;
        for row in rows.iter().take(2) {
            let keys = self.table.keys.iter();
            all.extend(keys.filter_map(|key| self.filter(self.select(), key, row)));
        }
        if self.table.access != Access::ReadOnly {
            all.extend(self.inserts());
            all.extend(self.updates());
            all.extend(self.deletes());
            all.extend(self.upserts());
        }
        all
    }

    /// One of each form.
    fn basic(&self) -> Vec<Statement> {
        if self.table.access == Access::ReadOnly {
            return Vec::new();
        }
        let insert = self.sample.spare.iter().map(|spare| self.insert(spare));
        let update = self.sample.existing.first().and_then(|row| {
            let written = |column: &&Column| column.absent != Absent::Always;
            let at = self.table.columns.iter().rposition(|column| written(&column))?;
            Some(self.update(at, row[at].as_deref(), row))
        });
        insert.chain(update).chain(self.deletes().pop()).collect()
    }

    fn quote(&self, name: &str) -> String {
        quote(self.backend, name)
    }

    fn column(&self, at: usize) -> &Column {
        &self.table.columns[at]
    }

    fn full_name(&self, column: &Column) -> String {
        format!("{}.{}", self.table.name, self.quote(&column.name))
    }

    fn names(&self) -> String {
        let names = self.table.columns.iter().map(|column| self.full_name(column));
        names.collect::<Vec<_>>().join(", ")
    }

    fn reads(&self, compared: Compared<'_>) -> Vec<Read> {
        let read = |(at, column): (usize, &Column)| Read {
            name: column.name.clone(),
            ty: column.ty.clone(),
            // What a view gives may always be NULL, as far as anybody knows.
            nullable: column.nullable,
            compared: match compared {
                Compared::All => true,
                Compared::Only(columns) => columns.contains(&at),
            },
        };
        self.table.columns.iter().enumerate().map(read).collect()
    }

    fn select(&self) -> Statement {
        let sql = format!("SELECT {} FROM {}", self.names(), self.table.name);
        let mut select = Statement::new(Expect::AtLeast).sql(sql);
        select.reads = self.reads(Compared::All);
        select
    }

    /// Only the row that has these values in the key.
    fn filter(&self, mut to: Statement, key: &Key, row: &[Option<String>]) -> Option<Statement> {
        let mut link = " WHERE ";
        for name in &key.columns {
            let at = self.table.columns.iter().position(|column| column.name == *name)?;
            let column = self.column(at);
            let value = row.get(at)?.as_deref()?;
            to = to.sql(format!("{link}{} = ", self.full_name(column)));
            to = to.bind(&column.ty, Some(value));
            link = " AND ";
        }
        Some(to)
    }

    /// Reads what was written, where the database says it.
    fn returning(&self, to: Statement, compared: Compared<'_>) -> Statement {
        match self.backend {
            Backend::MariaDb => to,
            Backend::Postgres | Backend::Sqlite => {
                let mut to = to.sql(format!(" RETURNING {}", self.names()));
                to.reads = self.reads(compared);
                to
            }
        }
    }

    fn insert_into(&self, verb: &str, row: &Written) -> Statement {
        let mut insert = Statement::new(Expect::Same);
        if row.is_empty() {
            let values = match self.backend {
                Backend::MariaDb => "() VALUES ()",
                Backend::Postgres | Backend::Sqlite => "DEFAULT VALUES",
            };
            return insert.sql(format!("{verb} INTO {} {values}", self.table.name));
        }
        let names: Vec<_> = row.iter().map(|(at, _)| self.quote(&self.column(*at).name)).collect();
        insert =
            insert.sql(format!("{verb} INTO {} ({}) VALUES (", self.table.name, names.join(", ")));
        for (number, (at, value)) in row.iter().enumerate() {
            insert = insert.sql(if number == 0 { "" } else { ", " });
            insert = insert.bind(&self.column(*at).ty, value.as_deref());
        }
        let mut insert = insert.sql(")");
        let mut values = vec![None; self.table.columns.len()];
        row.iter().for_each(|(at, value)| values[*at].clone_from(value));
        insert.claims = self.claims(&values);
        insert
    }

    /// For the keys of a row that is written, but those that are there already.
    fn claims(&self, row: &[Option<String>]) -> Vec<Statement> {
        let there = |key: &Key| {
            let own = |name: &String| self.table.columns.iter().position(|c| c.name == *name);
            let columns: Vec<_> = key.columns.iter().filter_map(own).collect();
            self.sample.existing.iter().any(|other| columns.iter().all(|at| other[*at] == row[*at]))
        };
        let keys = self.table.keys.iter().filter(|key| !there(key));
        keys.filter_map(|key| self.filter(self.select(), key, row)).collect()
    }

    fn insert(&self, row: &Written) -> Statement {
        let insert = self.insert_into("INSERT", row);
        let written: Vec<_> = row.iter().map(|(at, _)| *at).collect();
        let mut insert = self.returning(insert, Compared::Only(&written));
        if self.backend == Backend::MariaDb {
            insert.then = self.find_inserted(row, &written).map(Box::new);
        }
        insert
    }

    /// As an app does that gets nothing back.
    fn find_inserted(&self, row: &Written, written: &[usize]) -> Option<Statement> {
        let key = self.table.keys.iter().find(|key| key.rank == Rank::Primary)?;
        let mut select = self.select();
        select.reads = self.reads(Compared::Only(written));
        select.expect = Expect::Same;
        let mut values = vec![None; self.table.columns.len()];
        row.iter().for_each(|(at, value)| values[*at].clone_from(value));
        if let Some(found) = self.filter(select.clone(), key, &values) {
            return Some(found);
        }
        let [name] = &key.columns[..] else { return None };
        let column = self.table.column(name)?;
        Some(select.sql(format!(" WHERE {} = LAST_INSERT_ID()", self.full_name(column))))
    }

    fn inserts(&self) -> Vec<Statement> {
        let Some(spare) = &self.sample.spare else { return Vec::new() };
        let mut all = vec![self.insert(spare)];
        let keep = |wanted: &dyn Fn(&Column) -> bool| -> Written {
            spare.iter().filter(|(at, _)| wanted(self.column(*at))).cloned().collect()
        };
        let key: Vec<_> = self.table.key().map(|key| key.columns.clone()).unwrap_or_default();
        let refers = |column: &Column| {
            self.table.foreign_keys.iter().any(|key| key.columns.contains(&column.name))
        };
        // The next number refers to nothing in the end.
        let needed =
            |column: &Column| !column.nullable && (column.absent == Absent::Null || refers(column));
        let numbered = |column: &Column| {
            key.contains(&column.name) && column.absent == Absent::Default && !refers(column)
        };
        all.push(self.insert(&keep(&|column| !numbered(column))));
        all.push(self.insert(&keep(&needed)));
        // With the key, as an app does that makes it itself.
        all.push(self.insert(&keep(&|column| key.contains(&column.name) || needed(column))));
        all.extend(
            self.sample.existing.iter().take(2).map(|row| self.insert(&self.again(spare, row))),
        );
        // What a migration is about, a range of days say, and in such a row each other value.
        for base in [Some(spare.clone()), self.as_named(spare)].into_iter().flatten() {
            for (position, (at, value)) in base.iter().enumerate() {
                for variant in self.variants(*at).into_iter().filter(|variant| variant != value) {
                    let mut row = base.clone();
                    row[position].1 = variant;
                    all.push(self.insert(&row));
                }
            }
        }
        all
    }

    /// The row with values that the migration names, where it names any for days and times.
    fn as_named(&self, spare: &Written) -> Option<Written> {
        let mut named = spare.clone();
        for (at, value) in &mut named {
            let column = self.column(*at);
            if matches!(column.ty.kind, Kind::Date | Kind::Timestamp | Kind::Timestamptz) {
                let first = values::wanted(self.migration, column).into_iter().next();
                *value = first.or_else(|| value.take());
            }
        }
        (named != *spare).then_some(named)
    }

    /// A row like one that is there, but for what no two rows may have in common.
    fn again(&self, spare: &Written, row: &[Option<String>]) -> Written {
        let mut again = spare.clone();
        for (at, value) in &mut again {
            let name = &self.column(*at).name;
            if !self.table.keys.iter().any(|key| key.columns.contains(name)) {
                value.clone_from(&row[*at]);
            }
        }
        again
    }

    /// Values for a column, with what other rows have in it.
    fn variants(&self, at: usize) -> Vec<Option<String>> {
        let column = self.column(at);
        let mut all: Vec<Option<String>> = Vec::new();
        all.extend(values::extreme(column).into_iter().map(Some));
        let words = [&self.table.wanted, self.migration];
        all.extend(words.iter().flat_map(|text| values::wanted(text, column)).map(Some));
        all.extend(values::usual(self.backend, column, 9).into_iter().take(1).map(Some));
        if let Some(Some(value)) = self.sample.existing.first().and_then(|row| row.get(at)) {
            all.push(Some(value.clone()));
        }
        if column.nullable {
            all.push(None);
        }
        all
    }

    fn update(&self, at: usize, value: Option<&str>, row: &[Option<String>]) -> Statement {
        let column = self.column(at);
        let set = format!("UPDATE {} SET {} = ", self.table.name, self.quote(&column.name));
        let set = Statement::new(Expect::Same).sql(set).bind(&column.ty, value);
        let found = self.table.key().and_then(|key| self.filter(set.clone(), key, row));
        let mut update = self.returning(found.unwrap_or(set), Compared::Only(&[at]));
        let mut written = row.to_vec();
        written[at] = value.map(str::to_owned);
        update.claims = self.claims(&written);
        update
    }

    fn updates(&self) -> Vec<Statement> {
        let Some(row) = self.sample.existing.first() else { return Vec::new() };
        let mut all = Vec::new();
        for (at, column) in self.table.columns.iter().enumerate() {
            // What the database numbers, nobody numbers anew.
            let primary = self.table.key().is_some_and(|key| key.columns.contains(&column.name));
            if column.absent == Absent::Always || (primary && column.absent == Absent::Default) {
                continue;
            }
            all.push(self.update(at, row[at].as_deref(), row));
            all.extend(
                self.variants(at).iter().map(|value| self.update(at, value.as_deref(), row)),
            );
        }
        all
    }

    fn deletes(&self) -> Vec<Statement> {
        let delete =
            || Statement::new(Expect::Same).sql(format!("DELETE FROM {}", self.table.name));
        let Some(key) = self.table.key() else { return vec![delete()] };
        let rows = self.sample.existing.iter();
        rows.filter_map(|row| self.filter(delete(), key, row)).collect()
    }
}
