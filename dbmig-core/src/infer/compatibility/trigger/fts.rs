//! SQLite's triggers, which run after a row was written: they change it again, or keep a new
//! full-text table in step.

use super::{Judge, Trigger};
use crate::Dialect;
use crate::infer::body::trigger::{Action, Event, Step};
use crate::infer::change::{Act, Write};
use crate::infer::expression::{Clock, Names, Own, Row};
use crate::infer::name::{Name, column_key};
use crate::infer::parse;
use crate::infer::schema::{Body, BodyKind};
use crate::infer::words::Words;

type Doubt = Option<String>;

/// A full-text table that the script makes.
struct Index {
    name: String,
    columns: Vec<String>,
}

/// What a statement does to a full-text table.
#[derive(PartialEq, Eq)]
enum Sync {
    Puts,
    Takes,
    Changes,
}

impl Judge<'_, '_> {
    pub(super) fn writes_tables(
        &mut self,
        table: &Name,
        trigger: &Trigger,
        steps: &[Step],
    ) -> Result<(), Doubt> {
        let is_own = |step: &Step| match step {
            Step::Update { table: of, .. } => column_key(Dialect::Sqlite, of) == lower(table),
            _ => false,
        };
        if steps.iter().all(is_own) {
            return self.writes_itself(table, trigger, steps);
        }
        self.keeps_in_step(table, trigger, steps)
    }

    /// `UPDATE t SET .. WHERE id = NEW.id` after a row of `t` was written.
    fn writes_itself(
        &mut self,
        table: &Name,
        trigger: &Trigger,
        steps: &[Step],
    ) -> Result<(), Doubt> {
        let mut assignments = Vec::new();
        for step in steps {
            let Step::Update { assignments: own, key: (key, row), .. } = step else {
                return Err(None);
            };
            if !lower_eq(key, row) || !self.tells_apart(table, key) {
                return Err(Some("it may change other rows".to_owned()));
            }
            let own = own.iter().cloned();
            assignments.extend(own.map(|(column, value)| Step::Assign { column, value }));
        }
        let is_other = |body: &Body<'_>| {
            body.kind == BodyKind::Trigger
                && body.table.as_ref().is_some_and(|of| lower(of) == lower(table))
                && Trigger::of(&body.statement)
                    .is_none_or(|other| other.events.contains(&Event::Update))
        };
        if self.past.bodies().any(is_other) {
            return Err(Some("it makes another trigger run".to_owned()));
        }
        self.writes_row(table, trigger, &assignments)
    }

    /// Whether a column tells the rows of a table apart.
    fn tells_apart(&self, table: &Name, column: &str) -> bool {
        let key = self.past.table(table).and_then(|table| table.primary_key.as_ref());
        let is =
            |key: &Vec<Option<String>>| matches!(&key[..], [Some(only)] if lower_eq(only, column));
        column.eq_ignore_ascii_case("rowid") || key.is_some_and(|key| is(&key.columns))
    }

    /// Whether a column is another name of the row's number.
    fn is_number(&self, table: &Name, column: &str) -> bool {
        let kind = self.past.column(table, column).map(|traits| traits.kind.as_str());
        column.eq_ignore_ascii_case("rowid")
            || self.tells_apart(table, column) && kind == Some("integer")
    }

    fn keeps_in_step(&self, table: &Name, trigger: &Trigger, steps: &[Step]) -> Result<(), Doubt> {
        let [event] = trigger.events[..] else { return Err(None) };
        if trigger.guard.is_some() {
            return Err(None);
        }
        let mut done: Vec<(String, Sync)> = Vec::new();
        for step in steps {
            let (index, sync) = self.sync(table, step).ok_or(None)?;
            let taken = done.iter().any(|(name, sync)| *name == index.name && *sync == Sync::Takes);
            let fits = match (event, &sync) {
                (Event::Insert, Sync::Puts)
                | (Event::Delete, Sync::Takes)
                | (Event::Update, Sync::Takes | Sync::Changes) => true,
                (Event::Update, Sync::Puts) => taken,
                _ => false,
            };
            if !fits || !self.is_filled(&index.name) || !self.is_whole(table, &index.name) {
                return Err(Some("the full-text table may get out of step".to_owned()));
            }
            done.push((index.name, sync));
        }
        Ok(())
    }

    /// What a statement does, if it is about a full-text table of the script and cannot fail.
    fn sync(&self, table: &Name, step: &Step) -> Option<(Index, Sync)> {
        let kind = |column: &str| self.kind_of(table, column);
        let dialect = Dialect::Sqlite;
        let row = Row {
            dialect,
            kind: &kind,
            names: Names::Qualified,
            clock: Clock::Asked,
            own: Own::NONE,
        };
        let safe = |value: &String| {
            parse::expression(dialect, value).is_some_and(|expr| row.shape(&expr).is_ok())
        };
        match step {
            Step::Insert { table: into, columns, values } => {
                let index = self.index(into)?;
                let known = |column: &String| {
                    column.eq_ignore_ascii_case("rowid")
                        || lower_eq(column, &index.name)
                        || index.columns.iter().any(|own| lower_eq(own, column))
                };
                let command = columns.iter().position(|column| lower_eq(column, &index.name));
                let number = columns.iter().position(|column| lower_eq(column, "rowid"))?;
                let is_number = values[number]
                    .split_once('.')
                    .is_some_and(|(_, column)| self.is_number(table, column.trim()));
                let sync = match command.map(|at| values[at].as_str()) {
                    None => Sync::Puts,
                    Some("'delete'") => Sync::Takes,
                    Some(_) => return None,
                };
                let safe = columns.iter().all(known) && values.iter().all(safe) && is_number;
                safe.then_some((index, sync))
            }
            Step::Delete { table: from, key: (key, row) } => {
                let index = self.index(from)?;
                let safe = key.eq_ignore_ascii_case("rowid") && self.is_number(table, row);
                safe.then_some((index, Sync::Takes))
            }
            Step::Update { table: of, assignments, key: (key, row) } => {
                let index = self.index(of)?;
                let safe = key.eq_ignore_ascii_case("rowid")
                    && self.is_number(table, row)
                    && assignments.iter().all(|(column, value)| {
                        index.columns.iter().any(|own| lower_eq(own, column)) && safe(value)
                    });
                safe.then_some((index, Sync::Changes))
            }
            Step::Assign { .. }
            | Step::Save { .. }
            | Step::Align
            | Step::If(_)
            | Step::ReturnNew
            | Step::ReturnOther
            | Step::Nothing => None,
        }
    }

    /// A full-text table of the script.
    fn index(&self, name: &str) -> Option<Index> {
        let mut statements =
            self.steps[..self.step].iter().filter_map(|step| step.statement.as_ref());
        statements.find_map(|statement| {
            let words = Words::of(statement);
            if !words.phrase(0, &["create", "virtual", "table"]) {
                return None;
            }
            let at = if words.phrase(3, &["if", "not", "exists"]) { 6 } else { 3 };
            let (own, using) = words.object(at)?;
            let is = lower_eq(own, name) && words.phrase(using, &["using", "fts5"]);
            let end = words.closed(using + 2).filter(|_| is)?;
            let arguments = words.list(using + 3, end - 1).into_iter();
            let columns = arguments.filter(|(from, _)| !words.symbol(from + 1, "="));
            let columns = columns.filter_map(|(from, _)| words.name(from).map(str::to_owned));
            Some(Index { name: own.to_owned(), columns: columns.collect() })
        })
    }

    /// Whether the script puts the rows into it that are there: what is not in it cannot be taken
    /// out of it.
    fn is_filled(&self, index: &str) -> bool {
        let mut changes = self.steps.iter().flat_map(|step| &step.changes);
        changes.any(|change| match &change.act {
            Act::Write { table, write: Write::Insert | Write::InsertOrUpdate } => {
                lower_eq(table.last(), index)
            }
            _ => false,
        })
    }

    /// Whether it hears of each change: a row that stayed would be in the way of the next one.
    fn is_whole(&self, table: &Name, index: &str) -> bool {
        let bodies = self.steps.iter().filter_map(|step| step.body.as_deref());
        let own: Vec<_> = bodies
            .filter(|body| {
                body.kind == BodyKind::Trigger
                    && body.table.as_ref().is_some_and(|of| lower(of) == lower(table))
                    && body.mentions(index)
            })
            .filter_map(|body| Trigger::of(&body.statement))
            .filter(|trigger| matches!(trigger.action, Action::Code(_)) && trigger.guard.is_none())
            .flat_map(|trigger| trigger.events)
            .collect();
        [Event::Insert, Event::Update, Event::Delete].iter().all(|event| own.contains(event))
    }
}

fn lower(name: &Name) -> String {
    name.last().to_lowercase()
}

fn lower_eq(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}
