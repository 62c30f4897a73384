//! Objects other than tables and columns.

/// Objects other than tables and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::infer) enum Kind {
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
    pub(in crate::infer) const fn word(self) -> &'static str {
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
