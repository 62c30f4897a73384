//! The significant tokens of a script and the ends of its statements.

use super::Unterminated;
use super::grammar::{Grammar, Semicolon, grammar};
use super::lexer::Lexer;
use super::token::{Kind, Token};
use crate::Dialect;

/// A step through a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    /// A significant token or one that the text leaves open.
    Token(Token<'t>),
    /// A terminator or the end of the text.
    StatementEnd,
}

/// Walks through a script; the splitter and the checksum both see it this way.
pub(crate) struct Pieces<'t> {
    dialect: Dialect,
    lexer: Lexer<'t>,
    grammar: Box<dyn Grammar<'t> + 't>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    BetweenStatements,
    InStatement,
    Done,
}

impl<'t> Pieces<'t> {
    pub(crate) fn new(dialect: Dialect, text: &'t str) -> Self {
        Self {
            dialect,
            lexer: Lexer::new(dialect, text),
            grammar: grammar(dialect),
            state: State::BetweenStatements,
        }
    }

    /// What the text leaves open at its end, and where that was opened.
    pub(crate) fn open(&self) -> Option<(Unterminated, usize)> {
        let comment = self.lexer.executable_comment();
        comment.map(|offset| (Unterminated::ExecutableComment, offset)).or_else(|| {
            // Under a delimiter of the author's choice their word counts, not our reading.
            self.lexer.delimiter().is_none().then(|| self.grammar.open()).flatten()
        })
    }

    fn ends_here(&self) -> bool {
        self.lexer.executable_comment().is_none()
            && match self.grammar.semicolon() {
                Semicolon::Ends => true,
                Semicolon::EndsUnlessDelimited => self.lexer.delimiter().is_none(),
                Semicolon::Belongs => false,
            }
    }

    fn end_statement(&mut self) -> Piece<'t> {
        if self.state == State::InStatement {
            self.grammar = grammar(self.dialect);
        }
        self.state = State::BetweenStatements;
        Piece::StatementEnd
    }

    /// `DELIMITER` is for the client; it stands where a statement could begin.
    fn is_client_command(&mut self, token: &Token<'t>) -> bool {
        self.dialect == Dialect::Mysql
            && self.state == State::BetweenStatements
            && token.word().is_some_and(|word| word.eq_ignore_ascii_case("delimiter"))
            && self.lexer.read_delimiter()
    }
}

impl<'t> Iterator for Pieces<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        while let Some(token) = self.lexer.next() {
            if token.kind == Kind::Delimiter || (token.is(";") && self.ends_here()) {
                return Some(self.end_statement());
            }
            let counts = token.is_significant() || token.open.is_some();
            if !counts || self.is_client_command(&token) {
                continue;
            }
            self.state = State::InStatement;
            if !token.is_mark() {
                self.grammar.see(&token);
            }
            return Some(Piece::Token(token));
        }
        let ended = std::mem::replace(&mut self.state, State::Done);
        (ended != State::Done).then_some(Piece::StatementEnd)
    }
}
