//! MySQL and MariaDB: stored programs and compound statements, also without `DELIMITER`.
//!
//! Words such as `IF`, `REPEAT`, `END` or `BEGIN` mean something else as functions, clauses or
//! names; they count only where a statement can begin.

mod stage;

use stage::{Begins, Frame, Opener, Parameters, Returns, Routine, RoutineKind, Shape, Stage};

use super::{Grammar, Semicolon, is_any};
use crate::sql::Unterminated;
use crate::sql::token::{Token, TokenKind};

#[derive(Debug, Default)]
pub(super) struct Mysql<'t> {
    stage: Stage,
    /// What is open, outermost first.
    frames: Vec<Frame>,
    /// Whether the next token can begin a statement.
    begins: Begins,
    /// Whether this is a stored program or a compound statement.
    shape: Shape,
    previous: &'t str,
}

impl<'t> Grammar<'t> for Mysql<'t> {
    fn see(&mut self, token: &Token<'t>) {
        self.token(token);
        self.previous = token.text;
    }

    fn semicolon(&self) -> Semicolon {
        match (self.frames.iter().any(|f| f.opener != Opener::CaseExpression), self.shape) {
            (true, _) => Semicolon::Belongs,
            (false, Shape::Compound) => Semicolon::EndsUnlessDelimited,
            (false, Shape::Plain) => Semicolon::Ends,
        }
    }

    fn open(&self) -> Option<(Unterminated, usize)> {
        let mut frames = self.frames.iter().rev();
        let frame = frames.find(|frame| frame.opener != Opener::CaseExpression)?;
        Some((Unterminated::Body(frame.opener.keyword()), frame.offset))
    }
}

impl<'t> Mysql<'t> {
    fn token(&mut self, token: &Token<'t>) {
        let word = token.word().unwrap_or_default();
        match self.stage {
            Stage::Start if is_any(word, &["CREATE", "ALTER"]) => {
                self.stage = Stage::Create { definer: false };
            }
            Stage::Start if is_any(word, &["SET"]) => self.stage = Stage::Set,
            Stage::Set if is_any(word, &["STATEMENT"]) => {
                self.stage = Stage::SetStatement { depth: 0 };
            }
            Stage::Set => {
                self.plain();
                self.statements(token);
            }
            Stage::SetStatement { depth } => self.set_statement(token, depth),
            Stage::Start if is_any(word, &["BEGIN"]) => self.stage = Stage::Begin(token.offset),
            Stage::Start => self.body(token),
            Stage::Begin(_) if is_any(word, &["WORK"]) => self.plain(),
            Stage::Begin(offset) => {
                self.push(Opener::Begin, offset, Begins::Statement);
                self.body(token);
            }
            Stage::Create { definer } => self.create(token, definer),
            Stage::Routine(routine) => self.routine(token, routine),
            Stage::Trigger if is_any(word, &["ROW"]) && is_any(self.previous, &["EACH"]) => {
                self.stage = Stage::TriggerOrder;
            }
            Stage::TriggerOrder if is_any(word, &["FOLLOWS", "PRECEDES"]) => {}
            Stage::TriggerOrder if is_any(self.previous, &["FOLLOWS", "PRECEDES"]) => {}
            Stage::TriggerOrder => self.body(token),
            Stage::Event if is_any(word, &["DO"]) => self.enter(),
            Stage::Package if is_any(word, &["AS", "IS"]) => {
                self.push(Opener::Package, token.offset, Begins::Statement);
            }
            Stage::Package if is_any(word, &["PROCEDURE", "FUNCTION"]) => {
                self.push(Opener::Package, token.offset, Begins::Statement);
                self.statements(token);
            }
            Stage::Trigger | Stage::Event | Stage::Package => {}
            Stage::Declare if is_any(word, &["FOR"]) && is_any(self.previous, &["HANDLER"]) => {
                self.stage = Stage::Handler { due: true };
            }
            Stage::Handler { due } => self.handler(token, due),
            Stage::Declare | Stage::Statements => self.statements(token),
        }
    }

    /// MariaDB's settings for one statement, which follows behind `FOR`.
    fn set_statement(&mut self, token: &Token<'t>, depth: u32) {
        self.stage = if token.is("(") {
            Stage::SetStatement { depth: depth + 1 }
        } else if token.is(")") {
            Stage::SetStatement { depth: depth.saturating_sub(1) }
        } else if depth == 0 && token.word().is_some_and(|word| is_any(word, &["FOR"])) {
            Stage::Start
        } else {
            Stage::SetStatement { depth }
        };
    }

    /// Statements follow.
    fn enter(&mut self) {
        (self.stage, self.begins) = (Stage::Statements, Begins::Statement);
    }

    /// The first token of a body.
    fn body(&mut self, token: &Token<'t>) {
        self.enter();
        self.statements(token);
    }

    /// The rest of the statement holds no other.
    fn plain(&mut self) {
        (self.stage, self.begins) = (Stage::Statements, Begins::Nothing);
    }

    fn push(&mut self, opener: Opener, offset: usize, begins: Begins) {
        if opener != Opener::CaseExpression {
            self.shape = Shape::Compound;
        }
        self.frames.push(Frame { opener, offset });
        (self.stage, self.begins) = (Stage::Statements, begins);
    }

    fn top(&self) -> Option<Opener> {
        self.frames.last().map(|frame| frame.opener)
    }

    /// What is created: a stored program or something plain.
    fn create(&mut self, token: &Token<'t>, definer: bool) {
        let Some(word) = token.word() else {
            if !definer {
                self.plain();
            }
            return;
        };
        self.stage = match word {
            _ if is_any(word, &["PROCEDURE"]) => Stage::routine(RoutineKind::Procedure),
            _ if is_any(word, &["FUNCTION"]) => Stage::routine(RoutineKind::Function),
            _ if is_any(word, &["TRIGGER"]) => Stage::Trigger,
            _ if is_any(word, &["EVENT"]) => Stage::Event,
            _ if is_any(word, &["PACKAGE"]) => Stage::Package,
            _ if is_any(word, &["OR", "REPLACE", "AGGREGATE"]) => self.stage,
            _ if is_any(word, &["DEFINER"]) => Stage::Create { definer: true },
            _ if definer && !is_any(word, &["VIEW", "SQL"]) => self.stage,
            _ => return self.plain(),
        };
        if !matches!(self.stage, Stage::Create { .. }) {
            self.shape = Shape::Compound;
        }
    }

    fn routine(&mut self, token: &Token<'t>, mut routine: Routine) {
        let in_parameters = routine.depth > 0;
        if token.is("(") {
            routine.depth += 1;
        } else if token.is(")") && in_parameters {
            routine.depth -= 1;
            routine.parameters = Parameters::Read;
        } else if token.is(";") {
            // Within a package: declared here, defined later.
            return self.enter_after_semicolon();
        } else if !in_parameters && matches!(token.kind, TokenKind::Word | TokenKind::Name) {
            if is_any(token.text, &["AS", "IS"]) {
                return self.push(Opener::Declarations, token.offset, Begins::Statement);
            }
            if routine.begins_body(token) {
                return self.body(token);
            }
            if is_any(token.text, &["RETURN", "RETURNS"]) {
                routine.returns = Returns::Read;
            }
        }
        self.stage = Stage::Routine(routine);
    }

    fn enter_after_semicolon(&mut self) {
        while self.top() == Some(Opener::CaseExpression) {
            self.frames.pop();
        }
        self.enter();
    }

    /// The conditions of a handler, then its statement.
    fn handler(&mut self, token: &Token<'t>, due: bool) {
        let due = match token.kind {
            TokenKind::Symbol => token.is(","),
            TokenKind::Word if !due => return self.body(token),
            TokenKind::Word => is_any(token.text, &["SQLSTATE", "VALUE", "NOT"]),
            _ => false,
        };
        self.stage = Stage::Handler { due };
    }

    fn statements(&mut self, token: &Token<'t>) {
        if token.is(";") {
            return self.enter_after_semicolon();
        }
        let begins = std::mem::replace(&mut self.begins, Begins::Nothing);
        match (token.word(), begins) {
            (Some(word), Begins::Statement) => self.first_word(word, token.offset),
            (Some(word), _) if self.previous != "." => self.later_word(word, token.offset),
            (None, Begins::Statement) if token.kind == TokenKind::Name => {
                self.begins = Begins::Label
            }
            (None, Begins::Label) if token.is(":") => self.begins = Begins::Statement,
            _ => {}
        }
    }

    fn first_word(&mut self, word: &str, offset: usize) {
        match word.to_ascii_uppercase().as_str() {
            "BEGIN" => {
                if matches!(self.top(), Some(Opener::Declarations | Opener::Package)) {
                    self.frames.pop();
                }
                self.push(Opener::Begin, offset, Begins::Statement);
            }
            // The latter two in MariaDB's BEGIN NOT ATOMIC.
            "ELSE" | "NOT" | "ATOMIC" => self.begins = Begins::Statement,
            "IF" => self.push(Opener::If, offset, Begins::Nothing),
            "CASE" => self.push(Opener::Case, offset, Begins::Nothing),
            "WHILE" => self.push(Opener::While, offset, Begins::Nothing),
            "FOR" => self.push(Opener::For, offset, Begins::Nothing),
            "LOOP" => self.push(Opener::Loop, offset, Begins::Statement),
            "REPEAT" => self.push(Opener::Repeat, offset, Begins::Statement),
            "END" => _ = self.frames.pop(),
            "UNTIL" => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.opener = Opener::Until;
                }
            }
            "DECLARE" if self.frames.is_empty() => {
                self.push(Opener::Declarations, offset, Begins::Statement);
            }
            "DECLARE" => self.stage = Stage::Declare,
            "PROCEDURE" if self.in_package() => self.stage = Stage::routine(RoutineKind::Procedure),
            "FUNCTION" if self.in_package() => self.stage = Stage::routine(RoutineKind::Function),
            _ => self.begins = Begins::Label,
        }
    }

    fn in_package(&self) -> bool {
        matches!(self.top(), Some(Opener::Package | Opener::Declarations))
    }

    fn later_word(&mut self, word: &str, offset: usize) {
        match word.to_ascii_uppercase().as_str() {
            "CASE" if !is_any(self.previous, &["END"]) => {
                self.push_expression(offset);
            }
            "END" if self.ends_expression() => _ = self.frames.pop(),
            "THEN" | "ELSE" if !matches!(self.top(), None | Some(Opener::CaseExpression)) => {
                self.begins = Begins::Statement;
            }
            "DO" | "LOOP" if matches!(self.top(), Some(Opener::While | Opener::For)) => {
                self.begins = Begins::Statement;
            }
            _ => {}
        }
    }

    fn push_expression(&mut self, offset: usize) {
        self.frames.push(Frame { opener: Opener::CaseExpression, offset });
    }

    /// Whether an `END` here closes an expression; after an operator it would be a column.
    fn ends_expression(&self) -> bool {
        matches!(self.top(), Some(Opener::CaseExpression | Opener::Until))
            && !self.previous.ends_with(['(', ',', '=', '<', '>', '+', '-', '*', '/', '%'])
    }
}
