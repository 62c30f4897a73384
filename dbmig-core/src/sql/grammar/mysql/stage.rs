//! How far a statement of MySQL or MariaDB has been read.

use crate::sql::grammar::is_any;
use crate::sql::token::Token;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    #[default]
    Start,
    /// `SET`, perhaps of MariaDB's `SET STATEMENT .. FOR`.
    Set,
    /// Until `FOR`, with as many parentheses open.
    SetStatement {
        depth: u32,
    },
    /// A `BEGIN` that opens a transaction or, if more follows, a block.
    Begin(usize),
    /// `CREATE` or `ALTER`; a definer can be any name.
    Create {
        definer: bool,
    },
    Routine(Routine),
    /// Until `FOR EACH ROW`.
    Trigger,
    /// `FOLLOWS` or `PRECEDES` and a name can stand before the body.
    TriggerOrder,
    /// Until `DO`.
    Event,
    /// Until `AS`, `IS` or the first member.
    Package,
    /// `DECLARE`, perhaps of a handler.
    Declare,
    /// After `HANDLER FOR`: whether a condition is still due before the handler's statement.
    Handler {
        due: bool,
    },
    Statements,
}

/// The part of a procedure or function before its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Routine {
    pub(super) kind: RoutineKind,
    pub(super) depth: u32,
    pub(super) parameters: Parameters,
    pub(super) returns: Returns,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RoutineKind {
    Procedure,
    Function,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parameters {
    Ahead,
    Read,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Returns {
    Ahead,
    Read,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Begins {
    #[default]
    Statement,
    /// A name there was, and a `:` would make it a label.
    Label,
    Nothing,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shape {
    #[default]
    Plain,
    Compound,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) opener: Opener,
    pub(super) offset: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opener {
    Begin,
    If,
    Case,
    /// The expression: no statement begins within.
    CaseExpression,
    Loop,
    While,
    For,
    Repeat,
    /// The condition behind it ends with the `END` of `END REPEAT`.
    Until,
    /// MariaDB in Oracle mode: declarations before a `BEGIN`.
    Declarations,
    Package,
}

impl Opener {
    pub(super) const fn keyword(self) -> &'static str {
        match self {
            Self::Begin => "BEGIN",
            Self::If => "IF",
            Self::Case | Self::CaseExpression => "CASE",
            Self::Loop => "LOOP",
            Self::While => "WHILE",
            Self::For => "FOR",
            Self::Repeat | Self::Until => "REPEAT",
            Self::Declarations => "declaration section",
            Self::Package => "PACKAGE",
        }
    }
}

/// What can stand between the parameters of a procedure and its body.
const CHARACTERISTICS: &[&str] = &[
    "COMMENT",
    "LANGUAGE",
    "SQL",
    "NOT",
    "DETERMINISTIC",
    "CONTAINS",
    "NO",
    "READS",
    "MODIFIES",
    "DATA",
    "SECURITY",
    "DEFINER",
    "INVOKER",
];
/// With what the body of a function begins, after a type that can be many words.
const FUNCTION_BODY: &[&str] = &["BEGIN", "IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR", "RETURN"];

impl Stage {
    pub(super) fn routine(kind: RoutineKind) -> Self {
        Self::Routine(Routine {
            kind,
            depth: 0,
            parameters: Parameters::Ahead,
            returns: Returns::Ahead,
        })
    }
}

impl Routine {
    /// Whether the body begins with this word or name.
    pub(super) fn begins_body(&self, token: &Token<'_>) -> bool {
        match (self.kind, self.parameters) {
            (_, Parameters::Ahead) => false,
            (RoutineKind::Procedure, Parameters::Read) => !is_any(token.text, CHARACTERISTICS),
            // In Oracle mode RETURN gives the type.
            (RoutineKind::Function, Parameters::Read) => {
                is_any(token.text, FUNCTION_BODY)
                    && (self.returns == Returns::Read || !is_any(token.text, &["RETURN"]))
            }
        }
    }
}
