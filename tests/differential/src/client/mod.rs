//! The old app's connections: Diesel's, with their statement caches.
//!
//! A statement of Diesel's query builder has its types at compile time; one of the old app's is
//! known at run time only. So it is a [`QueryFragment`] of its own, with one SQL type for all
//! values. Which one is meant is noted just before Diesel asks.

mod mariadb;
mod postgres;
mod sqlite;

use std::cell::RefCell;

use dbmig_tests::Backend;
use diesel::connection::LoadConnection;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::row::{Field as _, Row as _};
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;
use diesel::{QueryResult, backend::Backend as DieselBackend, deserialize};

use crate::kind::SqlType;
use crate::statement::{Bind, Piece, Statement};

/// What a statement gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Rows, their values as text.
    Rows(Vec<Vec<Option<String>>>),
    /// How many rows it was about.
    Count(usize),
}

/// A connection of the old app.
pub trait Client {
    /// Runs one statement through Diesel's cache.
    ///
    /// # Errors
    /// What Diesel says, of the database or of a value that it cannot read.
    fn run(&mut self, statement: &Statement) -> Result<Outcome, String>;

    /// Sends text as it is.
    ///
    /// # Errors
    /// What the database says.
    fn batch(&mut self, sql: &str) -> Result<(), String>;

    /// Finds out how the database takes a value; says whether it does.
    fn encode(&mut self, bind: &mut Bind) -> bool;
}

/// How an app opens its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// As they are.
    Plain,
    /// SQLite with foreign keys, which is the default of the library that comes with Diesel.
    ForeignKeys,
    /// SQLite without, which is the default of SQLite.
    NoForeignKeys,
}

impl Opening {
    /// What apps do.
    pub fn all(backend: Backend) -> &'static [Self] {
        match backend {
            Backend::Sqlite => &[Self::ForeignKeys, Self::NoForeignKeys],
            Backend::Postgres | Backend::MariaDb => &[Self::Plain],
        }
    }
}

/// Opens a connection.
///
/// # Errors
/// What Diesel says.
pub fn open(backend: Backend, url: &str, opening: Opening) -> Result<Box<dyn Client>, String> {
    let mut client: Box<dyn Client> = match backend {
        Backend::Postgres => Box::new(postgres::connect(url)?),
        Backend::MariaDb => Box::new(mariadb::connect(url)?),
        Backend::Sqlite => Box::new(sqlite::connect(url)?),
    };
    match opening {
        Opening::Plain => {}
        Opening::ForeignKeys => client.batch("PRAGMA foreign_keys = ON")?,
        Opening::NoForeignKeys => client.batch("PRAGMA foreign_keys = OFF")?,
    }
    Ok(client)
}

/// The SQL type of every value.
struct Dynamic;

/// The SQL type of every row.
struct DynamicRow;

thread_local! {
    /// What [`Dynamic`] stands for at this moment.
    static VALUE: RefCell<Option<SqlType>> = const { RefCell::new(None) };
    /// What [`DynamicRow`] stands for at this moment.
    static ROW: RefCell<Vec<SqlType>> = const { RefCell::new(Vec::new()) };
}

struct OldQuery<'q>(&'q Statement);

impl Query for OldQuery<'_> {
    type SqlType = DynamicRow;
}

/// Found in the cache by its text and the types of its values, like Diesel's boxed queries.
impl QueryId for OldQuery<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB> QueryFragment<DB> for OldQuery<'_>
where
    DB: DieselBackend + HasSqlType<Dynamic>,
    Bind: ToSql<Dynamic, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.pieces.iter().try_for_each(|piece| match piece {
            Piece::Sql(sql) => {
                out.push_sql(sql);
                Ok(())
            }
            Piece::Bind(bind) => {
                VALUE.replace(Some((*bind.ty).clone()));
                out.push_bind_param::<Dynamic, Bind>(bind)
            }
        })
    }
}

/// Reads a value as the old app does.
trait Decode: DieselBackend {
    fn decode(ty: &SqlType, value: Self::RawValue<'_>) -> deserialize::Result<String>;
}

fn run<C>(conn: &mut C, statement: &Statement) -> QueryResult<Outcome>
where
    C: LoadConnection,
    C::Backend: Decode + HasSqlType<Dynamic> + QueryMetadata<DynamicRow>,
    Bind: ToSql<Dynamic, C::Backend>,
{
    let outcome = match statement.reads.is_empty() {
        true => Outcome::Count(conn.execute_returning_count(&OldQuery(statement))?),
        false => Outcome::Rows(rows(conn, statement)?),
    };
    match &statement.then {
        Some(then) => run(conn, then),
        None => Ok(outcome),
    }
}

fn rows<C>(conn: &mut C, statement: &Statement) -> QueryResult<Vec<Vec<Option<String>>>>
where
    C: LoadConnection,
    C::Backend: Decode + HasSqlType<Dynamic> + QueryMetadata<DynamicRow>,
    Bind: ToSql<Dynamic, C::Backend>,
{
    let types = statement.reads.iter().map(|read| (*read.ty).clone()).collect();
    ROW.replace(types);
    let mut rows = Vec::new();
    for row in conn.load(OldQuery(statement))? {
        let row = row?;
        let mut values = Vec::new();
        for (number, read) in statement.reads.iter().enumerate() {
            let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
                let error = format!("column {}: {error}", read.name);
                diesel::result::Error::DeserializationError(error.into())
            };
            let field = row.get(number);
            let field = field.ok_or_else(|| failed("is not in the row".into()))?;
            let value = field.value().map(|value| C::Backend::decode(&read.ty, value));
            let value = value.transpose().map_err(failed)?;
            if value.is_none() && !read.nullable {
                return Err(failed(Box::new(diesel::result::UnexpectedNullError)));
            }
            values.push(value);
        }
        rows.push(values);
    }
    Ok(rows)
}

/// As hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of hexadecimal digits, which may begin with `\x`.
fn unhex(text: &str) -> Vec<u8> {
    let digits = text.trim_start_matches("\\x").as_bytes();
    let pairs = digits.chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok());
    pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}

/// A label that the old app knows.
fn label(labels: &[String], found: &str) -> deserialize::Result<String> {
    match labels.iter().any(|label| label == found) {
        true => Ok(found.to_owned()),
        false => Err(format!("Unrecognized enum variant: {found}").into()),
    }
}
