//! Diesel on PostgreSQL.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::Arc;

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::data_types::{PgDate, PgInterval, PgNumeric, PgTime, PgTimestamp};
use diesel::deserialize::{self, FromSql};
use diesel::expression::QueryMetadata;
use diesel::pg::{Pg, PgConnection, PgTypeMetadata, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{self, HasSqlType};

use super::{Client, Decode, Dynamic, DynamicRow, Outcome, VALUE, hex, label, unhex};
use crate::kind::{Kind, SqlType, Wire};
use crate::statement::{Bind, Expect, Read, Statement};

/// A connection, and what it has found out about values.
pub(super) struct Postgres {
    conn: PgConnection,
    encoded: HashMap<(String, String), Option<Vec<u8>>>,
}

pub(super) fn connect(url: &str) -> Result<Postgres, String> {
    let mut conn = PgConnection::establish(url).map_err(|error| error.to_string())?;
    // A function of a project may wait for ever; compiling a large view takes longer than all else.
    let limits = "SET statement_timeout = '10s'; SET lock_timeout = '5s'; SET jit = off; \
                  SET client_min_messages = error";
    conn.batch_execute(limits).map_err(|error| error.to_string())?;
    Ok(Postgres { conn, encoded: HashMap::new() })
}

impl Client for Postgres {
    fn run(&mut self, statement: &Statement) -> Result<Outcome, String> {
        super::run(&mut self.conn, statement).map_err(|error| error.to_string())
    }

    fn batch(&mut self, sql: &str) -> Result<(), String> {
        self.conn.batch_execute(sql).map_err(|error| error.to_string())
    }

    /// The server converts the text of a value once; what comes back is what a client would send.
    fn encode(&mut self, bind: &mut Bind) -> bool {
        let Some(text) = bind.text.clone() else { return true };
        let key = (bind.ty.name.clone(), text);
        if !self.encoded.contains_key(&key) {
            let bytes = self.ask(&bind.ty, &key.1);
            self.encoded.insert(key.clone(), bytes);
        }
        bind.wire.clone_from(&self.encoded[&key]);
        bind.wire.is_some()
    }
}

impl Postgres {
    fn ask(&mut self, ty: &SqlType, text: &str) -> Option<Vec<u8>> {
        if let Kind::Text(_) | Kind::Enum(_) = ty.kind {
            return Some(text.as_bytes().to_vec());
        }
        let quoted = text.replace('\'', "''");
        let mut ask = Statement::new(Expect::Works);
        ask = ask.sql(format!("SELECT CAST('{quoted}' AS {})", ty.name));
        let raw = SqlType { kind: Kind::Other(String::new()), ..ty.clone() };
        let (name, ty) = (String::new(), Arc::new(raw));
        ask.reads.push(Read { name, ty, nullable: true, compared: false });
        match self.run(&ask).ok()? {
            Outcome::Rows(rows) => rows[0][0].as_deref().map(unhex),
            Outcome::Count(_) => None,
        }
    }
}

impl HasSqlType<Dynamic> for Pg {
    fn metadata(lookup: &mut Self::MetadataLookup) -> PgTypeMetadata {
        let ty = VALUE.with_borrow(|ty| ty.clone().expect("a type is noted before each value"));
        match ty.wire {
            Wire::Fixed { oid, array } => PgTypeMetadata::new(oid, array),
            Wire::Named { schema, name } => lookup.lookup_type(&name, schema.as_deref()),
            Wire::None => PgTypeMetadata::new(0, 0),
        }
    }
}

impl QueryMetadata<DynamicRow> for Pg {
    fn row_metadata(_: &mut Self::MetadataLookup, out: &mut Vec<Option<PgTypeMetadata>>) {
        out.push(None);
    }
}

impl ToSql<Dynamic, Pg> for Bind {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let Some(bytes) = &self.wire else { return Ok(IsNull::Yes) };
        out.write_all(bytes)?;
        Ok(IsNull::No)
    }
}

fn read<ST, T>(value: PgValue<'_>, show: impl Fn(T) -> String) -> deserialize::Result<String>
where
    T: FromSql<ST, Pg>,
{
    T::from_sql(value).map(show)
}

impl Decode for Pg {
    fn decode(ty: &SqlType, value: PgValue<'_>) -> deserialize::Result<String> {
        match &ty.kind {
            Kind::Bool => read::<sql_types::Bool, bool>(value, |v| v.to_string()),
            Kind::Tiny(_) | Kind::Small(_) => {
                read::<sql_types::SmallInt, i16>(value, |v| v.to_string())
            }
            Kind::Int(_) => read::<sql_types::Integer, i32>(value, |v| v.to_string()),
            Kind::Big(_) => read::<sql_types::BigInt, i64>(value, |v| v.to_string()),
            Kind::Float => read::<sql_types::Float, f32>(value, |v| v.to_string()),
            Kind::Double => read::<sql_types::Double, f64>(value, |v| v.to_string()),
            Kind::Numeric(_) => read::<sql_types::Numeric, PgNumeric>(value, numeric),
            Kind::Text(_) => read::<sql_types::Text, String>(value, |v| v),
            Kind::Bytes(_) => read::<sql_types::Binary, Vec<u8>>(value, |v| hex(&v)),
            Kind::Date => read::<sql_types::Date, PgDate>(value, |v| format!("{v:?}")),
            Kind::Time => read::<sql_types::Time, PgTime>(value, |v| format!("{v:?}")),
            Kind::Timestamp | Kind::Timestamptz => {
                read::<sql_types::Timestamp, PgTimestamp>(value, |v| format!("{v:?}"))
            }
            Kind::Interval => read::<sql_types::Interval, PgInterval>(value, |v| format!("{v:?}")),
            Kind::Enum(labels) => label(labels, std::str::from_utf8(value.as_bytes())?),
            Kind::Uuid => uuid(value.as_bytes()),
            Kind::Json => json(value.as_bytes()),
            Kind::Jsonb => match value.as_bytes() {
                [1, json_text @ ..] => json(json_text),
                _ => Err("Unsupported JSONB encoding version".into()),
            },
            Kind::Array(element) => array(element, value),
            Kind::Other(_) => Ok(hex(value.as_bytes())),
        }
    }
}

/// The `uuid` crate takes sixteen bytes.
fn uuid(bytes: &[u8]) -> deserialize::Result<String> {
    match bytes.len() {
        16 => Ok(hex(bytes)),
        other => Err(format!("invalid length: expected 16 bytes, found {other}").into()),
    }
}

/// As Diesel does with its feature `serde_json`.
fn json(bytes: &[u8]) -> deserialize::Result<String> {
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| "Invalid Json")?;
    Ok(value.to_string())
}

fn array(element: &Kind, value: PgValue<'_>) -> deserialize::Result<String> {
    use sql_types::{Array, Nullable};
    match element {
        Kind::Text(_) => read::<Array<Nullable<sql_types::Text>>, Vec<Option<String>>>(value, show),
        Kind::Int(_) => read::<Array<Nullable<sql_types::Integer>>, Vec<Option<i32>>>(value, show),
        Kind::Big(_) => read::<Array<Nullable<sql_types::BigInt>>, Vec<Option<i64>>>(value, show),
        _ => Ok(hex(value.as_bytes())),
    }
}

fn show(value: impl std::fmt::Debug) -> String {
    format!("{value:?}")
}

/// The same number is the same text, however many zeros are behind the point.
fn numeric(value: PgNumeric) -> String {
    let (sign, weight, digits) = match value {
        PgNumeric::Positive { weight, digits, .. } => ("", weight, digits),
        PgNumeric::Negative { weight, digits, .. } => ("-", weight, digits),
        PgNumeric::NaN => return "NaN".to_owned(),
    };
    let last = digits.iter().rposition(|digit| *digit != 0).map_or(0, |last| last + 1);
    let weight = if last == 0 { 0 } else { weight };
    format!("{sign}{:?}e{weight}", &digits[..last])
}
