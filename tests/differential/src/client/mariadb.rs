//! Diesel on MariaDB.

use std::io::Write as _;

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::data_types::MysqlTime;
use diesel::deserialize::{self, FromSql};
use diesel::expression::QueryMetadata;
use diesel::mysql::data_types::MysqlTimestampType;
use diesel::mysql::{Mysql, MysqlConnection, MysqlType, MysqlValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{self, HasSqlType, Unsigned};

use super::{Client, Decode, Dynamic, DynamicRow, Outcome, ROW, VALUE, hex, label, unhex};
use crate::kind::{Kind, Sign, SqlType};
use crate::statement::{Bind, Statement};

pub(super) fn connect(url: &str) -> Result<MysqlConnection, String> {
    let mut conn = MysqlConnection::establish(url).map_err(|error| error.to_string())?;
    let limits = "SET max_statement_time = 10, lock_wait_timeout = 5, innodb_lock_wait_timeout = 5";
    conn.batch_execute(limits).map_err(|error| error.to_string())?;
    Ok(conn)
}

impl Client for MysqlConnection {
    /// What a procedure gives Diesel's prepared statements do not take: the next one would find the
    /// connection "out of sync". So a CALL is sent as it is.
    fn run(&mut self, statement: &Statement) -> Result<Outcome, String> {
        let text = statement.to_string();
        if text.starts_with("CALL ") {
            return self.batch(&text).map(|()| Outcome::Count(0));
        }
        super::run(self, statement).map_err(|error| error.to_string())
    }

    fn batch(&mut self, sql: &str) -> Result<(), String> {
        self.batch_execute(sql).map_err(|error| error.to_string())
    }

    fn encode(&mut self, bind: &mut Bind) -> bool {
        let Some(text) = &bind.text else { return true };
        match &bind.ty.kind {
            Kind::Tiny(_) | Kind::Small(_) | Kind::Int(_) | Kind::Big(_) => {
                text.parse::<i128>().is_ok()
            }
            Kind::Float | Kind::Double => text.parse::<f64>().is_ok(),
            Kind::Date | Kind::Time | Kind::Timestamp | Kind::Timestamptz => {
                time(&bind.ty.kind, text).is_some()
            }
            _ => true,
        }
    }
}

/// What Diesel's own SQL types name.
fn wire(ty: &SqlType) -> MysqlType {
    match &ty.kind {
        Kind::Bool | Kind::Tiny(Sign::Signed) => MysqlType::Tiny,
        Kind::Tiny(Sign::Unsigned) => MysqlType::UnsignedTiny,
        Kind::Small(Sign::Signed) => MysqlType::Short,
        Kind::Small(Sign::Unsigned) => MysqlType::UnsignedShort,
        Kind::Int(Sign::Signed) => MysqlType::Long,
        Kind::Int(Sign::Unsigned) => MysqlType::UnsignedLong,
        Kind::Big(Sign::Signed) => MysqlType::LongLong,
        Kind::Big(Sign::Unsigned) => MysqlType::UnsignedLongLong,
        Kind::Float => MysqlType::Float,
        Kind::Double => MysqlType::Double,
        Kind::Numeric(_) => MysqlType::Numeric,
        Kind::Date => MysqlType::Date,
        Kind::Time => MysqlType::Time,
        Kind::Timestamp => MysqlType::DateTime,
        Kind::Timestamptz => MysqlType::Timestamp,
        Kind::Bytes(_) => MysqlType::Blob,
        Kind::Enum(_) => MysqlType::Enum,
        Kind::Text(_)
        | Kind::Interval
        | Kind::Uuid
        | Kind::Json
        | Kind::Jsonb
        | Kind::Array(_)
        | Kind::Other(_) => MysqlType::String,
    }
}

impl HasSqlType<Dynamic> for Mysql {
    fn metadata((): &mut ()) -> MysqlType {
        VALUE.with_borrow(|ty| wire(ty.as_ref().expect("a type is noted before each value")))
    }
}

/// The client library converts into these types, as it does for an app's.
impl QueryMetadata<DynamicRow> for Mysql {
    fn row_metadata((): &mut (), out: &mut Vec<Option<MysqlType>>) {
        ROW.with_borrow(|row| out.extend(row.iter().map(|ty| Some(wire(ty)))));
    }
}

impl ToSql<Dynamic, Mysql> for Bind {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Mysql>) -> serialize::Result {
        let Some(text) = &self.text else { return Ok(IsNull::Yes) };
        match &self.ty.kind {
            Kind::Bool => out.write_all(&[u8::from(text == "1" || text == "true")])?,
            // Cut to size, as a number with the sign or without has the same bytes.
            Kind::Tiny(_) => out.write_all(&text.parse::<i128>()?.to_le_bytes()[..1])?,
            Kind::Small(_) => out.write_all(&text.parse::<i128>()?.to_le_bytes()[..2])?,
            Kind::Int(_) => out.write_all(&text.parse::<i128>()?.to_le_bytes()[..4])?,
            Kind::Big(_) => out.write_all(&text.parse::<i128>()?.to_le_bytes()[..8])?,
            Kind::Float => out.write_all(&text.parse::<f32>()?.to_ne_bytes())?,
            Kind::Double => out.write_all(&text.parse::<f64>()?.to_ne_bytes())?,
            kind @ (Kind::Date | Kind::Time | Kind::Timestamp | Kind::Timestamptz) => {
                let time = time(kind, text).ok_or("not a time")?;
                let out = &mut out.reborrow();
                return ToSql::<sql_types::Datetime, Mysql>::to_sql(&time, out);
            }
            Kind::Bytes(_) => out.write_all(&unhex(text))?,
            _ => out.write_all(text.as_bytes())?,
        }
        Ok(IsNull::No)
    }
}

/// `2020-01-02 03:04:05`, or one half of it.
fn time(kind: &Kind, text: &str) -> Option<MysqlTime> {
    let numbers = text.split(['-', ' ', ':', '.']).map(str::parse);
    let numbers: Vec<u32> = numbers.collect::<Result<_, _>>().ok()?;
    use MysqlTimestampType as T;
    let (date, clock, ty) = match (kind, &numbers[..]) {
        (Kind::Date, [y, m, d]) => ([*y, *m, *d], [0; 3], T::MYSQL_TIMESTAMP_DATE),
        (Kind::Time, [h, m, s]) => ([0; 3], [*h, *m, *s], T::MYSQL_TIMESTAMP_TIME),
        (_, [y, mo, d, h, m, s, ..]) => ([*y, *mo, *d], [*h, *m, *s], T::MYSQL_TIMESTAMP_DATETIME),
        _ => return None,
    };
    let ([year, month, day], [hour, minute, second]) = (date, clock);
    Some(MysqlTime::new(year, month, day, hour, minute, second, 0, false, ty, 0))
}

fn read<ST, T>(value: MysqlValue<'_>, show: impl Fn(T) -> String) -> deserialize::Result<String>
where
    T: FromSql<ST, Mysql>,
{
    T::from_sql(value).map(show)
}

fn moment<ST>(value: MysqlValue<'_>) -> deserialize::Result<String>
where
    MysqlTime: FromSql<ST, Mysql>,
{
    read::<ST, MysqlTime>(value, |t| {
        format!(
            "{}-{}-{} {}:{}:{}.{}",
            t.year, t.month, t.day, t.hour, t.minute, t.second, t.second_part
        )
    })
}

impl Decode for Mysql {
    fn decode(ty: &SqlType, value: MysqlValue<'_>) -> deserialize::Result<String> {
        use sql_types::{BigInt, Integer, SmallInt, TinyInt};
        match &ty.kind {
            Kind::Bool => read::<sql_types::Bool, bool>(value, |v| v.to_string()),
            Kind::Tiny(Sign::Signed) => read::<TinyInt, i8>(value, |v| v.to_string()),
            Kind::Tiny(Sign::Unsigned) => read::<Unsigned<TinyInt>, u8>(value, |v| v.to_string()),
            Kind::Small(Sign::Signed) => read::<SmallInt, i16>(value, |v| v.to_string()),
            Kind::Small(Sign::Unsigned) => {
                read::<Unsigned<SmallInt>, u16>(value, |v| v.to_string())
            }
            Kind::Int(Sign::Signed) => read::<Integer, i32>(value, |v| v.to_string()),
            Kind::Int(Sign::Unsigned) => read::<Unsigned<Integer>, u32>(value, |v| v.to_string()),
            Kind::Big(Sign::Signed) => read::<BigInt, i64>(value, |v| v.to_string()),
            Kind::Big(Sign::Unsigned) => read::<Unsigned<BigInt>, u64>(value, |v| v.to_string()),
            Kind::Float => read::<sql_types::Float, f32>(value, |v| v.to_string()),
            Kind::Double => read::<sql_types::Double, f64>(value, |v| v.to_string()),
            Kind::Numeric(_) => Ok(numeric(std::str::from_utf8(value.as_bytes())?)),
            Kind::Bytes(_) => read::<sql_types::Binary, Vec<u8>>(value, |v| hex(&v)),
            Kind::Date => moment::<sql_types::Date>(value),
            Kind::Time => moment::<sql_types::Time>(value),
            Kind::Timestamp => moment::<sql_types::Datetime>(value),
            Kind::Timestamptz => moment::<sql_types::Timestamp>(value),
            Kind::Enum(labels) => label(labels, std::str::from_utf8(value.as_bytes())?),
            Kind::Text(_)
            | Kind::Interval
            | Kind::Uuid
            | Kind::Json
            | Kind::Jsonb
            | Kind::Array(_)
            | Kind::Other(_) => read::<sql_types::Text, String>(value, |v| v),
        }
    }
}

/// The same number is the same text, however many zeros are behind the point.
fn numeric(text: &str) -> String {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    }
}
