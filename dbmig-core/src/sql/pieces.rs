//! The significant tokens of a script and the ends of its statements.

use super::client::{self, Copy, Line, Rows};
use super::error::{SplitError, Unfit};
use super::grammar::{Grammar, Semicolon, grammar};
use super::lexer::Lexer;
use super::reading::{Follower, Reading};
use super::token::{Token, TokenKind};
use super::{Position, Unterminated};
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
    text: &'t str,
    /// How the statement is read that is under way.
    reading: Reading,
    lexer: Lexer<'t>,
    grammar: Box<dyn Grammar<'t> + 't>,
    follower: Follower<'t>,
    copy: Copy,
    /// Where the statement begins that is under way.
    start: usize,
    state: State,
    faults: Vec<SplitError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    BetweenStatements,
    InStatement,
    Done,
}

impl<'t> Pieces<'t> {
    pub(crate) fn new(reading: Reading, text: &'t str) -> Self {
        Self {
            text,
            reading,
            lexer: Lexer::new(reading, text),
            grammar: grammar(reading.dialect),
            follower: Follower::new(reading),
            copy: Copy::default(),
            start: 0,
            state: State::BetweenStatements,
            faults: Vec::new(),
        }
    }

    /// How the statement was read that the piece belongs to.
    pub(crate) fn reading(&self) -> Reading {
        self.reading
    }

    /// What was found that is not for a server, in its order.
    pub(crate) fn into_faults(self) -> Vec<SplitError> {
        self.faults
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
            self.grammar = grammar(self.reading.dialect);
            self.end_copy();
            // The next statement is read as this one leaves the session.
            self.reading = self.follower.end();
            self.lexer.read_as(self.reading);
        }
        self.state = State::BetweenStatements;
        Piece::StatementEnd
    }

    /// Takes the next token of a statement.
    fn see(&mut self, token: &Token<'t>) {
        if self.state != State::InStatement {
            (self.start, self.state) = (token.offset, State::InStatement);
        }
        if token.is_mark() {
            return;
        }
        self.grammar.see(token);
        if self.reading.dialect == Dialect::Postgres {
            self.copy.see(token);
        }
        if let Err((setting, offset)) = self.follower.see(token) {
            let string = Position::at(self.text, token.offset);
            self.refuse(Unfit::UnknownReading { setting, string }, offset);
        }
    }

    /// A line for a client: nothing, or what cannot be executed.
    fn client_line(&mut self, token: &Token<'t>) -> Option<Line> {
        let place = match self.state {
            State::InStatement => client::Clause::InStatement,
            State::BetweenStatements | State::Done => client::Clause::BetweenStatements,
        };
        client::line(self.reading.dialect, token, self.lexer.rest(), place)
    }

    fn end_copy(&mut self) {
        let what = match std::mem::take(&mut self.copy) {
            Copy::Client(Rows::FromClient) => {
                self.lexer.skip_rows();
                Unfit::CopyFromStdin
            }
            Copy::Client(Rows::ToClient) => Unfit::CopyToStdout,
            Copy::Start | Copy::Head { .. } | Copy::Other => return,
        };
        self.refuse(what, self.start);
    }

    fn refuse(&mut self, what: Unfit, offset: usize) {
        self.faults.push(SplitError { what, position: Position::at(self.text, offset) });
    }

    /// `DELIMITER` is for the client; it stands where a statement could begin.
    fn is_client_command(&mut self, token: &Token<'t>) -> bool {
        self.reading.dialect == Dialect::Mysql
            && self.state == State::BetweenStatements
            && token.word().is_some_and(|word| word.eq_ignore_ascii_case("delimiter"))
            && self.lexer.read_delimiter()
    }
}

impl<'t> Iterator for Pieces<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        while let Some(token) = self.lexer.next() {
            if token.kind == TokenKind::Delimiter || (token.is(";") && self.ends_here()) {
                return Some(self.end_statement());
            }
            let counts = token.is_significant() || token.open.is_some();
            if !counts || self.is_client_command(&token) {
                continue;
            }
            match self.client_line(&token) {
                None => {}
                Some(Line::Skip) => {
                    self.lexer.skip_line();
                    continue;
                }
                Some(Line::Refuse(command)) => {
                    self.refuse(Unfit::ClientCommand(command), token.offset);
                    return Some(Piece::Token(self.lexer.with_its_line(token)));
                }
            }
            self.see(&token);
            return Some(Piece::Token(token));
        }
        if self.state == State::InStatement {
            self.end_copy();
        }
        let ended = std::mem::replace(&mut self.state, State::Done);
        (ended != State::Done).then_some(Piece::StatementEnd)
    }
}
