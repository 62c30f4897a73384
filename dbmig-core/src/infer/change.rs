//! What a statement does, in the few words that matter to a verdict.

use super::formula::Formula;
use super::name::Name;
use super::shape::{Bounds, Check, ForeignKey, Identity, Published, Shape, Timing};
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

/// Objects other than tables and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    View,
    MaterializedView,
    Function,
    Procedure,
    Aggregate,
    Type,
    Domain,
    Sequence,
    Index,
    Constraint,
    ForeignKey,
    PrimaryKey,
    Trigger,
    Policy,
    Rule,
    Schema,
    Database,
    Extension,
    Role,
    Collation,
    Operator,
    TextSearch,
    Statistics,
    Publication,
    Subscription,
    Event,
    Other,
}

impl Kind {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Aggregate => "aggregate",
            Self::Type => "type",
            Self::Domain => "domain",
            Self::Sequence => "sequence",
            Self::Index => "index",
            Self::Constraint => "constraint",
            Self::ForeignKey => "foreign key",
            Self::PrimaryKey => "primary key",
            Self::Trigger => "trigger",
            Self::Policy => "policy",
            Self::Rule => "rule",
            Self::Schema => "schema",
            Self::Database => "database",
            Self::Extension => "extension",
            Self::Role => "role",
            Self::Collation => "collation",
            Self::Operator => "operator",
            Self::TextSearch => "text search object",
            Self::Statistics => "statistics",
            Self::Publication => "publication",
            Self::Subscription => "subscription",
            Self::Event => "event",
            Self::Other => "object",
        }
    }
}

/// What a column's definition says beside its name.
#[derive(Clone, Debug, Default)]
pub(super) struct Traits {
    /// The type as the parser writes it, in lower case.
    pub(super) kind: String,
    pub(super) nullable: Nullable,
    pub(super) default: Value,
    pub(super) unique: Option<Uniqueness>,
    /// What it refers to.
    pub(super) references: Option<ForeignKey>,
    pub(super) checks: Vec<Formula>,
    /// What it is computed of.
    pub(super) generated: Option<Formula>,
    pub(super) numbering: Numbering,
    pub(super) primary: Primary,
    /// Each option, as the parser writes it.
    pub(super) said: Vec<String>,
}

/// Whether a column is the primary key, by its own definition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Primary {
    #[default]
    No,
    Yes,
}

/// Whether a sequence on the side gives the values that nobody names: it does not see those that
/// somebody does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Numbering {
    #[default]
    None,
    Sequence,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Nullable {
    #[default]
    Yes,
    No,
}

/// What a column holds in a row whose writer does not name it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Value {
    #[default]
    Null,
    Literal(sqlparser::ast::Value),
    /// Another one for each row.
    Fresh,
    /// Some expression, which may be NULL where it is computed of other columns.
    Computed(Computed),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Computed {
    /// `DEFAULT now()`
    Default,
    /// `GENERATED ALWAYS AS (..)`
    Generated,
}

#[derive(Clone, Debug)]
pub(super) enum Alteration {
    SetNotNull,
    DropNotNull,
    SetDefault(Value),
    DropDefault,
    /// `ADD GENERATED BY DEFAULT AS IDENTITY`
    Number,
    /// The new type, as the parser writes it, in lower case.
    Type {
        kind: String,
        using: Using,
    },
    /// MySQL says all of it again, and maybe another name.
    Redefine {
        name: String,
        traits: Box<Traits>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Using {
    /// As the database converts it.
    Cast,
    /// As an expression says.
    Expression,
}

#[derive(Clone, Debug)]
pub(super) enum Uniqueness {
    None,
    /// The columns, or nothing for an expression.
    Unique {
        columns: Vec<Option<String>>,
        nulls: Nulls,
        extent: Extent,
    },
}

/// Which rows an index is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    All,
    /// `WHERE ..`
    Some,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nulls {
    Distinct,
    /// `NULLS NOT DISTINCT`
    Same,
}

#[derive(Clone, Debug)]
pub(super) enum Constraint {
    Unique(Uniqueness),
    PrimaryKey(Vec<Option<String>>),
    ForeignKey(ForeignKey),
    Check(Check),
    Exclude,
    /// `UNIQUE USING INDEX`: the index was unique before.
    UniqueUsingIndex,
}

/// The values of a column, row by row: a text, or nothing for whatever else is written out.
pub(super) type Literals = Vec<Option<String>>;

#[derive(Clone, Debug)]
pub(super) enum Write {
    Insert,
    /// The same of rows that the statement spells out: each column, with its values.
    Rows(Vec<(String, Literals)>),
    /// The same without the names of the columns: the values of the first one, and so on.
    Placed(Vec<Literals>),
    /// `REPLACE`, `ON CONFLICT DO UPDATE`
    InsertOrUpdate,
    /// Of these columns, where the statement shows them.
    Update(Vec<String>),
    Delete,
    Truncate,
}
