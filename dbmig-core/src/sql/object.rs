//! What has a name in the catalogue.

/// Something in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// The schema or database, where the statement names it.
    pub schema: Option<String>,
    /// Its name, without quotes, in the case that the database gives it.
    pub name: String,
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// A table, view or sequence: there or not.
    Table,
    /// How a table is made: its columns, indexes and constraints.
    Definition,
    /// The same and its partitions, which others may add and drop at any time.
    Partitions,
    /// The indexes of a table, each with its state.
    Indexes,
    /// One index: there or not.
    Index,
    /// A trigger.
    Trigger,
    /// A stored function or procedure.
    Routine,
    /// A scheduled event.
    Event,
    /// A database, which MySQL calls a schema as well.
    Database,
}
