//! What a statement does, in the few words that matter to a verdict.

mod column;
mod kind;

pub(super) use column::{
    Alteration, Computed, Constraint, Extent, Nullable, Nulls, Numbering, Primary, Traits,
    Uniqueness, Using, Value,
};
pub(super) use kind::Kind;

use super::formula::Formula;
use super::name::Name;
use super::shape::{Bounds, Identity, Published, Shape, Timing};
use crate::sql::Position;

/// One thing that a statement does, and where it says so.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) act: Act,
    /// In the script.
    pub(super) position: Position,
}

/// What is done.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Nobody else sees anything of it: a setting of the session, a query, a comment.
    Nothing,
    /// What the previous version does not notice and the data neither, in words.
    Harmless(String),
    /// From here on, a name without a schema may mean something else.
    MoveNames,
    MakeTable {
        table: Name,
        how: How,
        /// What is in it, where the statement shows that.
        shape: Option<Box<Shape>>,
    },
    DropTable(Name),
    RenameTable {
        from: Name,
        to: Name,
    },
    AddColumn {
        table: Name,
        column: String,
        how: How,
        traits: Traits,
    },
    DropColumn {
        table: Name,
        column: String,
    },
    RenameColumn {
        table: Name,
        from: String,
        to: String,
    },
    AlterColumn {
        table: Name,
        column: String,
        alteration: Alteration,
    },
    AddIndex {
        table: Name,
        index: Option<Name>,
        how: How,
        uniqueness: Uniqueness,
    },
    /// Expressions that are computed for each row of a table from now on: of an index.
    Compute {
        table: Name,
        expressions: Vec<Formula>,
    },
    AddConstraint {
        table: Name,
        name: Option<String>,
        constraint: Constraint,
    },
    /// `VALIDATE CONSTRAINT`
    Validate {
        table: Name,
        constraint: String,
    },
    /// `ALTER CONSTRAINT .. DEFERRABLE`
    Defer {
        table: Name,
        constraint: String,
        timing: Timing,
    },
    /// `ATTACH PARTITION`
    Attach {
        table: Name,
        partition: Name,
        bounds: Bounds,
    },
    /// `REPLICA IDENTITY`
    ReplicaIdentity {
        table: Name,
        identity: Identity,
    },
    /// `CREATE PUBLICATION`, or more tables for one.
    Publish {
        publication: Name,
        tables: Published,
    },
    /// The values of an enum that the same statement makes.
    Values {
        enumeration: Name,
        values: Vec<String>,
    },
    /// `ALTER TYPE .. ADD VALUE`
    AddValue {
        enumeration: Name,
        value: String,
    },
    /// A view, a function and so on.
    Make {
        kind: Kind,
        name: Name,
        how: How,
    },
    /// What it does, its body says.
    MakeTrigger {
        trigger: Name,
        table: Name,
    },
    Drop {
        kind: Kind,
        name: Name,
        /// The table that it belongs to, where the statement names it.
        table: Option<Name>,
        cascade: Cascade,
    },
    Write {
        table: Name,
        write: Write,
    },
    /// Another name for what is no table.
    RenameObject {
        kind: Kind,
        from: Name,
        to: Name,
        /// The table that it belongs to, where the statement names it.
        table: Option<Name>,
    },
    /// What only those notice who use this: whose it is, how it behaves.
    Touch {
        subject: Subject,
        /// What it does, in words.
        what: String,
        certainty: Certainty,
        rows: Rows,
    },
    /// MySQL: columns that the table gets later are in another character set.
    Charset {
        table: Name,
    },
    /// The sequence of a column goes to its greatest value, or beyond.
    Advance {
        table: Name,
        column: String,
    },
    /// A function of somebody's, and the first text among its arguments.
    Call {
        function: String,
        text: Option<String>,
    },
    /// Whatever else is understood.
    Other {
        /// The only table that it touches.
        table: Option<Name>,
        /// What it does, in words.
        what: String,
        certainty: Certainty,
        rows: Rows,
    },
    /// In words, why.
    NotUnderstood(String),
}

/// What a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// A table, or what may stand for one: a view, a sequence.
    Relation(Name),
    Object(Kind, Name),
}

/// What happens where the object is already there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// An error: so it is new.
    New,
    /// Nothing.
    IfAbsent,
    /// It is replaced.
    Replace,
}

/// How sure it is that the previous version cannot live with a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// The statement says so.
    Plain,
    /// It depends on what the script does not show.
    Unclear,
}

/// What becomes of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    Kept,
    /// Some may go or change, and nobody can count them beforehand.
    Uncountable,
}

/// Whether what depends on an object goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cascade {
    No,
    Yes,
}

/// The values of a column, row by row: a text, or nothing for whatever else is written out.
pub(super) type Literals = Vec<Option<String>>;

#[derive(Clone, Debug)]
pub(super) enum Write {
    Insert,
    /// Rows that the statement spells out: each column, with its values.
    Rows(Vec<(String, Literals)>),
    /// Such rows without the names of the columns: the values of the first one, and so on.
    Placed(Vec<Literals>),
    /// `REPLACE`, `ON CONFLICT DO UPDATE`
    InsertOrUpdate,
    /// Of these columns, where the statement shows them.
    Update(Vec<String>),
    Delete,
    Truncate,
}
