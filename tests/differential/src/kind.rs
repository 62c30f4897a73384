//! Types of columns, as an old app knows them.

/// What Diesel makes of a column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `Bool`
    Bool,
    /// `TinyInt`
    Tiny(Sign),
    /// `SmallInt`
    Small(Sign),
    /// `Integer`
    Int(Sign),
    /// `BigInt`
    Big(Sign),
    /// `Float`
    Float,
    /// `Double`
    Double,
    /// `Numeric`, with so many digits before the point.
    Numeric(u32),
    /// `Text`, so many characters long at most.
    Text(Option<u32>),
    /// `Binary`, so many bytes long at most.
    Bytes(Option<u32>),
    /// `Date`
    Date,
    /// `Time`
    Time,
    /// `Timestamp`, and MySQL's `Datetime`.
    Timestamp,
    /// `Timestamptz`, and MySQL's `Timestamp`.
    Timestamptz,
    /// `Interval`
    Interval,
    /// `Uuid`
    Uuid,
    /// `Json`
    Json,
    /// `Jsonb`
    Jsonb,
    /// A type of the app's own with these labels.
    Enum(Vec<String>),
    /// `Array`
    Array(Box<Kind>),
    /// Read as its bytes; the name of the type.
    Other(String),
}

/// Whether an integer has a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// It has.
    Signed,
    /// It has none.
    Unsigned,
}

/// How PostgreSQL is told a type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Wire {
    /// By the number that it has everywhere.
    Fixed {
        /// Its own.
        oid: u32,
        /// That of its array.
        array: u32,
    },
    /// Looked up by name, once per connection.
    Named {
        /// Where it is not in `public`.
        schema: Option<String>,
        /// Its name.
        name: String,
    },
    /// The database does not ask.
    None,
}

/// The type of a column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SqlType {
    /// As a cast names it.
    pub name: String,
    /// What Diesel makes of it.
    pub kind: Kind,
    /// How a bind names it.
    pub wire: Wire,
}
