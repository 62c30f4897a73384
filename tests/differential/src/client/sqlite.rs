//! Diesel on SQLite.

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::deserialize::{self, FromSql};
use diesel::expression::QueryMetadata;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{self, HasSqlType};
use diesel::sqlite::{Sqlite, SqliteConnection, SqliteType};

use super::{Client, Decode, Dynamic, DynamicRow, Outcome, VALUE, hex, unhex};
use crate::kind::{Kind, SqlType};
use crate::statement::{Bind, Statement};

pub(super) fn connect(url: &str) -> Result<SqliteConnection, String> {
    let mut conn = SqliteConnection::establish(url).map_err(|error| error.to_string())?;
    conn.batch_execute("PRAGMA busy_timeout = 5000").map_err(|error| error.to_string())?;
    Ok(conn)
}

impl Client for SqliteConnection {
    fn run(&mut self, statement: &Statement) -> Result<Outcome, String> {
        super::run(self, statement).map_err(|error| error.to_string())
    }

    fn batch(&mut self, sql: &str) -> Result<(), String> {
        self.batch_execute(sql).map_err(|error| error.to_string())
    }

    fn encode(&mut self, bind: &mut Bind) -> bool {
        let Some(text) = &bind.text else { return true };
        match &bind.ty.kind {
            Kind::Tiny(_) | Kind::Small(_) | Kind::Int(_) => text.parse::<i32>().is_ok(),
            Kind::Big(_) => text.parse::<i64>().is_ok(),
            Kind::Float | Kind::Double | Kind::Numeric(_) => text.parse::<f64>().is_ok(),
            _ => true,
        }
    }
}

impl HasSqlType<Dynamic> for Sqlite {
    fn metadata((): &mut ()) -> SqliteType {
        let kind = VALUE.with_borrow(|ty| ty.as_ref().map(|ty| ty.kind.clone()));
        match kind.expect("a type is noted before each value") {
            Kind::Bool | Kind::Int(_) => SqliteType::Integer,
            Kind::Tiny(_) | Kind::Small(_) => SqliteType::SmallInt,
            Kind::Big(_) => SqliteType::Long,
            Kind::Float => SqliteType::Float,
            Kind::Double | Kind::Numeric(_) => SqliteType::Double,
            Kind::Bytes(_) => SqliteType::Binary,
            _ => SqliteType::Text,
        }
    }
}

impl QueryMetadata<DynamicRow> for Sqlite {
    fn row_metadata((): &mut (), out: &mut Vec<Option<SqliteType>>) {
        out.push(None);
    }
}

impl ToSql<Dynamic, Sqlite> for Bind {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        let Some(text) = &self.text else { return Ok(IsNull::Yes) };
        match &self.ty.kind {
            Kind::Bool => out.set_value(i32::from(text == "1" || text == "true")),
            Kind::Tiny(_) | Kind::Small(_) | Kind::Int(_) => out.set_value(text.parse::<i32>()?),
            Kind::Big(_) => out.set_value(text.parse::<i64>()?),
            Kind::Float | Kind::Double | Kind::Numeric(_) => out.set_value(text.parse::<f64>()?),
            Kind::Bytes(_) => out.set_value(unhex(text)),
            _ => out.set_value(text.clone()),
        }
        Ok(IsNull::No)
    }
}

type Value<'v> = <Sqlite as diesel::backend::Backend>::RawValue<'v>;

fn read<ST, T>(value: Value<'_>, show: impl Fn(T) -> String) -> deserialize::Result<String>
where
    T: FromSql<ST, Sqlite>,
{
    T::from_sql(value).map(show)
}

impl Decode for Sqlite {
    fn decode(ty: &SqlType, value: Value<'_>) -> deserialize::Result<String> {
        match &ty.kind {
            Kind::Bool => read::<sql_types::Bool, bool>(value, |v| v.to_string()),
            Kind::Tiny(_) | Kind::Small(_) => {
                read::<sql_types::SmallInt, i16>(value, |v| v.to_string())
            }
            Kind::Int(_) => read::<sql_types::Integer, i32>(value, |v| v.to_string()),
            Kind::Big(_) => read::<sql_types::BigInt, i64>(value, |v| v.to_string()),
            Kind::Float => read::<sql_types::Float, f32>(value, |v| v.to_string()),
            Kind::Double | Kind::Numeric(_) => {
                read::<sql_types::Double, f64>(value, |v| v.to_string())
            }
            Kind::Bytes(_) => read::<sql_types::Binary, Vec<u8>>(value, |v| hex(&v)),
            _ => read::<sql_types::Text, String>(value, |v| v),
        }
    }
}
