//! What a database holds, as far as an app can use it.

mod mariadb;
mod postgres;
mod sqlite;

use std::sync::Arc;

use dbmig_tests::{Backend, Session};

use crate::kind::SqlType;

/// Tables and routines.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// Tables and views.
    pub tables: Vec<Table>,
    /// Functions and procedures.
    pub routines: Vec<Routine>,
    /// Sequences of their own, quoted as [`Table::name`].
    pub sequences: Vec<String>,
}

/// A table or a view.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name as an app writes it: quoted, with its schema where that must be.
    pub name: String,
    /// The name alone, unquoted.
    pub plain: String,
    /// What can be done with it.
    pub access: Access,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its primary key and its unique ones.
    pub keys: Vec<Key>,
    /// Its foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// The text of its CHECKs and of the bounds of its partitions: the values in it may be wanted.
    pub wanted: String,
}

/// What can be done with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everything.
    Table,
    /// A view that can be written to.
    WritableView,
    /// Only read.
    ReadOnly,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name, unquoted.
    pub name: String,
    /// Its type.
    pub ty: Arc<SqlType>,
    /// Whether NULL may be in it.
    pub nullable: bool,
    /// What stands in it when an INSERT does not name it.
    pub absent: Absent,
}

/// What stands in a column that is not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// NULL, where that is allowed.
    Null,
    /// A default, or the next number.
    Default,
    /// It can never be written.
    Always,
}

/// Columns that are unique together.
#[derive(Clone, Debug)]
pub struct Key {
    /// Their names.
    pub columns: Vec<String>,
    /// Of which kind.
    pub rank: Rank,
}

/// What a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The primary one.
    Primary,
    /// Unique.
    Unique,
    /// Unique, but no `ON CONFLICT` can name it.
    Deferrable,
}

/// Columns that refer to others.
#[derive(Clone, Debug)]
pub struct ForeignKey {
    /// Their names.
    pub columns: Vec<String>,
    /// The other table, quoted as [`Table::name`].
    pub table: String,
    /// Its columns.
    pub referenced: Vec<String>,
}

/// A function or procedure.
#[derive(Clone, Debug)]
pub struct Routine {
    /// Its name as [`Table::name`].
    pub name: String,
    /// How it is called.
    pub call: Call,
    /// Its arguments.
    pub arguments: Vec<Arc<SqlType>>,
}

/// How a routine is called.
#[derive(Clone, Debug)]
pub enum Call {
    /// `CALL`
    Procedure,
    /// In a SELECT, with a result of this type.
    Function(Arc<SqlType>),
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The key that an app finds rows by.
    pub fn key(&self) -> Option<&Key> {
        self.keys.iter().min_by_key(|key| key.rank)
    }
}

/// Reads what a database holds.
///
/// # Errors
/// The database's own text.
pub fn read(backend: Backend, session: &mut Session) -> Result<Catalogue, String> {
    match backend {
        Backend::Postgres => postgres::read(session),
        Backend::MariaDb => mariadb::read(session),
        Backend::Sqlite => sqlite::read(session),
    }
}

/// A name as SQL takes it.
pub fn quote(backend: Backend, name: &str) -> String {
    match backend {
        Backend::MariaDb => format!("`{}`", name.replace('`', "``")),
        Backend::Postgres | Backend::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// A row of a catalogue query; NULL reads as empty.
type Row = Vec<String>;

fn query(session: &mut Session, sql: &str) -> Result<Vec<Row>, String> {
    let rows = session.try_query(sql).map_err(|error| format!("{error}\nin: {sql}"))?;
    let row = |row: Vec<Option<String>>| row.into_iter().map(Option::unwrap_or_default).collect();
    Ok(rows.into_iter().map(row).collect())
}

/// What the catalogue queries put between the parts of a list.
const SEPARATOR: char = '\u{1f}';

fn list(text: &str) -> Vec<String> {
    match text.is_empty() {
        true => Vec::new(),
        false => text.split(SEPARATOR).map(str::to_owned).collect(),
    }
}
