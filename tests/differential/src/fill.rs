//! Rows for the tables: what is in them before the old app begins.

use dbmig_tests::{Backend, Session};

use crate::catalogue::{Absent, Access, Catalogue, Column, ForeignKey, Table, quote};
use crate::kind::Kind;
use crate::values;

/// How many rows a table is to have, if it can.
pub const ROWS: usize = 3;

/// How often it is tried to find one.
const ATTEMPTS: usize = 60;

/// The value of each column, as far as it is written; in the order of the columns.
pub type Written = Vec<(usize, Option<String>)>;

/// What is known of the rows of a table.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// Rows that are there, their values as text.
    pub existing: Vec<Vec<Option<String>>>,
    /// A row that could be inserted.
    pub spare: Option<Written>,
    /// The error of the last attempt, where none could.
    pub refusal: Option<String>,
}

/// Fills the tables, as far as that can be done; one sample for each.
pub fn fill(
    backend: Backend,
    session: &mut Session,
    catalogue: &Catalogue,
    rows: usize,
) -> Vec<Sample> {
    let mut open: Vec<_> = catalogue.tables.iter().filter(|t| t.access == Access::Table).collect();
    // Each round fills those whose parents were filled in the round before.
    for round in 0..4 {
        let before = open.len();
        open.retain(|table| {
            let there = existing(backend, session, table).len();
            let mut missing = (there..wanted(table, rows))
                .filter(|number| find(backend, session, table, *number, Keep::Row).is_err());
            missing.next().is_some()
        });
        if open.is_empty() || (round > 0 && open.len() == before) {
            break;
        }
    }
    samples(backend, session, catalogue)
}

/// What is known of the rows as they are.
pub fn samples(backend: Backend, session: &mut Session, catalogue: &Catalogue) -> Vec<Sample> {
    catalogue.tables.iter().map(|table| sample(backend, session, table)).collect()
}

/// Where there is one for each parent at most, a parent is left for the old app.
fn wanted(table: &Table, rows: usize) -> usize {
    let refers = |name| table.foreign_keys.iter().any(|key| key.columns.contains(name));
    let bound = table.keys.iter().any(|key| key.columns.iter().all(refers));
    if bound { rows.min(ROWS - 1) } else { rows }
}

fn sample(backend: Backend, session: &mut Session, table: &Table) -> Sample {
    let existing = existing(backend, session, table);
    if table.access == Access::ReadOnly {
        return Sample { existing, ..Sample::default() };
    }
    match find(backend, session, table, ROWS + 4, Keep::Nothing) {
        Ok(spare) => Sample { existing, spare: Some(spare), refusal: None },
        Err(error) => Sample { existing, spare: None, refusal: Some(error) },
    }
}

fn existing(backend: Backend, session: &mut Session, table: &Table) -> Vec<Vec<Option<String>>> {
    let columns = table.columns.iter().map(|column| {
        let name = quote(backend, &column.name);
        match (&column.ty.kind, backend) {
            (Kind::Bytes(_), Backend::MariaDb) => format!("HEX({name})"),
            _ => name,
        }
    });
    let columns: Vec<_> = columns.collect();
    let order = table.key().map(|key| {
        let names: Vec<_> = key.columns.iter().map(|name| quote(backend, name)).collect();
        format!(" ORDER BY {}", names.join(", "))
    });
    let order = order.unwrap_or_default();
    let sql = format!("SELECT {} FROM {}{order} LIMIT {ROWS}", columns.join(", "), table.name);
    session.try_query(&sql).unwrap_or_default()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Row,
    Nothing,
}

/// Inserts a row; the error is that of the last attempt.
fn find(
    backend: Backend,
    session: &mut Session,
    table: &Table,
    number: usize,
    keep: Keep,
) -> Result<Written, String> {
    let parents = parents(backend, session, table);
    let dice = Dice(0x9e37_79b9 + number as u64);
    let mut guess = Guess { backend, table, number, keep, parents, dice };
    let mut last = String::new();
    for attempt in 0..ATTEMPTS {
        let written = guess.row(attempt);
        match keep.play(session, &insert(backend, table, &written)) {
            Ok(()) => return Ok(written),
            Err(error) => last = error,
        }
    }
    Err(last)
}

impl Keep {
    fn play(self, session: &mut Session, insert: &str) -> Result<(), String> {
        match self {
            Self::Row => session.try_query(insert).map(drop),
            Self::Nothing => {
                let _ = session.try_query("BEGIN");
                let result = session.try_query(insert).map(drop);
                let _ = session.try_query("ROLLBACK");
                result
            }
        }
    }
}

/// For each foreign key, rows that it can refer to.
type Parents<'t> = Vec<(&'t ForeignKey, Vec<Vec<Option<String>>>)>;

fn parents<'t>(backend: Backend, session: &mut Session, table: &'t Table) -> Parents<'t> {
    let mut rows = |key: &ForeignKey| {
        let names: Vec<_> = key.referenced.iter().map(|name| quote(backend, name)).collect();
        let sql = format!("SELECT {} FROM {} LIMIT 5", names.join(", "), key.table);
        session.try_query(&sql).unwrap_or_default()
    };
    table.foreign_keys.iter().map(|key| (key, rows(key))).collect()
}

/// Rows that the table may take.
struct Guess<'t> {
    backend: Backend,
    table: &'t Table,
    number: usize,
    keep: Keep,
    parents: Parents<'t>,
    dice: Dice,
}

impl Guess<'_> {
    fn row(&mut self, attempt: usize) -> Written {
        let table = self.table;
        let mut row: Vec<Option<Option<String>>> = Vec::new();
        for column in &table.columns {
            let counted = self.keep == Keep::Row && is_numbered(table, column);
            let written = column.absent != Absent::Always && !counted;
            row.push(written.then(|| self.value(column, attempt)));
        }
        self.refer(&mut row, attempt);
        row.into_iter().enumerate().filter_map(|(at, value)| Some((at, value?))).collect()
    }

    /// Puts in what the foreign keys want.
    fn refer(&mut self, row: &mut [Option<Option<String>>], attempt: usize) {
        for (key, rows) in &self.parents {
            let parent = match attempt {
                // The others can still be deleted.
                0 | 2 => rows.get(self.number % rows.len().clamp(1, 2)),
                _ => rows.get(self.dice.below(rows.len())),
            };
            for (position, name) in key.columns.iter().enumerate() {
                let at = self.table.columns.iter().position(|column| column.name == *name);
                let Some(at) = at.filter(|at| row[*at].is_some()) else { continue };
                let value = parent.and_then(|parent| parent.get(position)?.clone());
                let nullable = self.table.columns[at].nullable;
                if nullable && attempt > 3 && self.dice.below(3) == 0 {
                    row[at] = Some(None);
                } else if nullable || value.is_some() {
                    row[at] = Some(value);
                }
            }
        }
    }

    fn value(&mut self, column: &Column, attempt: usize) -> Option<String> {
        let usual = values::usual(self.backend, column, self.number);
        let null = match attempt {
            0 => false,
            1 => true,
            _ => self.dice.below(3) == 0,
        };
        if null && column.nullable {
            return None;
        }
        if attempt < 2 {
            return usual.into_iter().next();
        }
        let wanted = values::wanted(&self.table.wanted, column);
        let mut all: Vec<_> = usual.into_iter().chain(wanted).collect();
        let at = self.dice.below(all.len());
        (at < all.len()).then(|| all.swap_remove(at))
    }
}

/// Whether the database counts: rows that are to stay take the next number, so that it stays free.
fn is_numbered(table: &Table, column: &Column) -> bool {
    let in_key = table.keys.iter().any(|key| key.columns.contains(&column.name));
    let whole = matches!(column.ty.kind, Kind::Small(_) | Kind::Int(_) | Kind::Big(_));
    in_key && whole && column.absent == Absent::Default
}

fn insert(backend: Backend, table: &Table, written: &Written) -> String {
    if written.is_empty() {
        return match backend {
            Backend::MariaDb => format!("INSERT INTO {} () VALUES ()", table.name),
            Backend::Postgres | Backend::Sqlite => {
                format!("INSERT INTO {} DEFAULT VALUES", table.name)
            }
        };
    }
    let names: Vec<_> =
        written.iter().map(|(at, _)| quote(backend, &table.columns[*at].name)).collect();
    let values: Vec<_> = written
        .iter()
        .map(|(at, value)| literal(backend, &table.columns[*at], value.as_deref()))
        .collect();
    format!("INSERT INTO {} ({}) VALUES ({})", table.name, names.join(", "), values.join(", "))
}

fn literal(backend: Backend, column: &Column, value: Option<&str>) -> String {
    let Some(value) = value else { return "NULL".to_owned() };
    match (&column.ty.kind, backend) {
        (Kind::Bytes(_), Backend::MariaDb | Backend::Sqlite) => format!("X'{value}'"),
        (
            Kind::Bool
            | Kind::Tiny(_)
            | Kind::Small(_)
            | Kind::Int(_)
            | Kind::Big(_)
            | Kind::Float
            | Kind::Double,
            Backend::Sqlite,
        ) if value.parse::<f64>().is_ok() => value.to_owned(),
        (_, Backend::MariaDb) => {
            format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
        }
        _ => format!("'{}'", value.replace('\'', "''")),
    }
}

/// The same numbers in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % end.max(1) as u64).unwrap_or(0)
    }
}
