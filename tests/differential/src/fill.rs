//! Rows for the tables: what is in them before the old app begins.

use dbmig_tests::{Backend, Session};

use crate::catalogue::{Absent, Access, Catalogue, Column, Table, quote};
use crate::kind::Kind;
use crate::values;

/// How many rows a table is to have.
const ROWS: usize = 3;

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
pub fn fill(backend: Backend, session: &mut Session, catalogue: &Catalogue) -> Vec<Sample> {
    let mut open: Vec<_> = catalogue.tables.iter().filter(|t| t.access == Access::Table).collect();
    // Each round fills those whose parents were filled in the round before.
    for round in 0..4 {
        let before = open.len();
        open.retain(|table| {
            let there = existing(backend, session, table).len();
            let mut missing = (there..wanted(table)).filter(|number| {
                find(backend, session, table, *number, Keep::Row).is_err()
            });
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
fn wanted(table: &Table) -> usize {
    let refers = |name| table.foreign_keys.iter().any(|key| key.columns.contains(name));
    let bound = table.keys.iter().any(|key| key.columns.iter().all(refers));
    if bound { ROWS - 1 } else { ROWS }
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
    let parents: Vec<_> = table
        .foreign_keys
        .iter()
        .map(|key| {
            let names: Vec<_> = key.referenced.iter().map(|name| quote(backend, name)).collect();
            let sql = format!("SELECT {} FROM {} LIMIT 5", names.join(", "), key.table);
            (key, session.try_query(&sql).unwrap_or_default())
        })
        .collect();
    let mut dice = Dice(0x9e37_79b9 + number as u64);
    let mut last = String::new();
    for attempt in 0..ATTEMPTS {
        let mut row: Vec<Option<Option<String>>> = Vec::new();
        for column in &table.columns {
            let written = match keep {
                Keep::Row => !is_numbered(table, column),
                Keep::Nothing => true,
            };
            row.push((column.absent != Absent::Always && written).then(|| {
                choose(backend, table, column, number, attempt, &mut dice)
            }));
        }
        for (key, rows) in &parents {
            let parent = match attempt {
                // The others can still be deleted.
                0 | 2 => rows.get(number % rows.len().clamp(1, 2)),
                _ => rows.get(dice.below(rows.len().max(1))),
            };
            for (position, name) in key.columns.iter().enumerate() {
                let Some(at) = table.columns.iter().position(|column| column.name == *name) else {
                    continue;
                };
                let value = parent.and_then(|parent| parent.get(position).cloned()).flatten();
                let nullable = table.columns[at].nullable;
                if row[at].is_some() && !(value.is_none() && !nullable) {
                    let none = attempt > 3 && nullable && dice.below(3) == 0;
                    row[at] = Some(if none { None } else { value });
                }
            }
        }
        let written: Written =
            row.into_iter().enumerate().filter_map(|(at, value)| Some((at, value?))).collect();
        let insert = insert(backend, table, &written);
        let result = match keep {
            Keep::Row => session.try_query(&insert).map(drop),
            Keep::Nothing => {
                let _ = session.try_query("BEGIN");
                let result = session.try_query(&insert).map(drop);
                let _ = session.try_query("ROLLBACK");
                result
            }
        };
        match result {
            Ok(()) => return Ok(written),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Whether the database counts: rows that are to stay take the next number, so that it stays free.
fn is_numbered(table: &Table, column: &Column) -> bool {
    let in_key = table.keys.iter().any(|key| key.columns.contains(&column.name));
    let whole = matches!(column.ty.kind, Kind::Small(_) | Kind::Int(_) | Kind::Big(_));
    in_key && whole && column.absent == Absent::Default
}

fn choose(
    backend: Backend,
    table: &Table,
    column: &Column,
    number: usize,
    attempt: usize,
    dice: &mut Dice,
) -> Option<String> {
    let usual = values::usual(backend, column, number);
    let wanted = values::wanted(table, column);
    let null = match attempt {
        0 => false,
        1 => true,
        _ => dice.below(3) == 0,
    };
    if null && column.nullable {
        return None;
    }
    match attempt {
        0 | 1 => usual.into_iter().next(),
        _ => {
            let all: Vec<_> = usual.into_iter().chain(wanted).collect();
            let at = dice.below(all.len().max(1));
            all.into_iter().nth(at)
        }
    }
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
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % end.max(1) as u64).unwrap_or(0)
    }
}
