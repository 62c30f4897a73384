//! From a statement to a tree, by sqlparser.

use sqlparser::ast;
use sqlparser::dialect::{self, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token};

use crate::Dialect;
use crate::sql::token::Token as SqlToken;
use crate::sql::{Position, Statement};

/// How many tokens may stand in a row without a comma between them. Each can be one level of the
/// tree (`a + b + c`), and a tree is dropped and copied level by level, on the stack.
const LONGEST_RUN: usize = 2000;

/// Bytes. Measured without optimization: 8 MiB for what the parser allows to be nested, and 3 KiB
/// for each level of a longest run. What is not used costs nothing.
pub(super) const STACK: usize = 48 << 20;

/// The tree, or why there is none.
pub(super) fn parse(statement: &Statement<'_>) -> Result<ast::Statement, String> {
    // A token takes a byte at least.
    if statement.text.len() > LONGEST_RUN && depth(statement) > LONGEST_RUN {
        return Err("nested too deeply to be read".to_owned());
    }
    let text = statement.text_as_usual();
    let tree = whole(of(statement.dialect()), &text).or_else(|error| {
        let joined = (statement.dialect() == Dialect::Sqlite).then(|| joined(statement)).flatten();
        joined.map_or(Err(error), |text| whole(of(Dialect::Sqlite), &text))
    });
    tree.map_err(|error| match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text,
        ParserError::RecursionLimitExceeded => "nested too deeply to be read".to_owned(),
    })
}

/// Types of SQLite's that the parser takes for several things.
const TYPES: [&[&str]; 3] =
    [&["unsigned", "big", "int"], &["varying", "character"], &["native", "character"]];

/// The text with such types as one word each, of the same length: places stay what they are.
fn joined(statement: &Statement<'_>) -> Option<String> {
    let mut text = statement.text.to_owned();
    let tokens: Vec<_> = statement.tokens().collect();
    let is = |token: &SqlToken<'_>, word: &str| {
        token.word().is_some_and(|own| own.eq_ignore_ascii_case(word))
    };
    let mut found = false;
    for at in 0..tokens.len() {
        for words in TYPES {
            let Some(own) = tokens.get(at..at + words.len()) else { continue };
            // Behind the name of a column, and not that itself.
            let behind = at.checked_sub(1).and_then(|before| tokens.get(before));
            let is_type = behind.is_some_and(|it| !it.is("(") && !it.is(","));
            if !is_type || !own.iter().zip(words).all(|(token, word)| is(token, word)) {
                continue;
            }
            for pair in own.windows(2) {
                let gap = pair[0].end()..pair[1].offset;
                if text[gap.clone()].bytes().all(|byte| byte == b' ') {
                    text.replace_range(gap.clone(), &"_".repeat(gap.len()));
                    found = true;
                }
            }
        }
    }
    found.then_some(text)
}

/// Such a type as it was written.
pub(super) fn parted(kind: String) -> String {
    let name = kind.split('(').next().unwrap_or_default();
    let words: Vec<_> = name.split('_').filter(|word| !word.is_empty()).collect();
    if TYPES.contains(&&words[..]) { kind.replacen(name, &words.join(" "), 1) } else { kind }
}

/// An expression on its own.
pub(super) fn expression(dialect: Dialect, text: &str) -> Option<ast::Expr> {
    if text.len() > LONGEST_RUN {
        return None;
    }
    let mut parser = Parser::new(of(dialect)).try_with_sql(text).ok()?;
    let expr = parser.parse_expr().ok()?;
    (parser.peek_token().token == Token::EOF).then_some(expr)
}

fn of(dialect: Dialect) -> &'static dyn dialect::Dialect {
    match dialect {
        Dialect::Postgres => &PostgreSqlDialect {},
        Dialect::Mysql => &MySqlDialect {},
        Dialect::Sqlite => &SQLiteDialect {},
    }
}

fn whole(dialect: &dyn dialect::Dialect, text: &str) -> Result<ast::Statement, ParserError> {
    let mut parser = Parser::new(dialect).try_with_sql(text)?;
    let tree = parser.parse_statement()?;
    while parser.consume_token(&Token::SemiColon) {}
    match parser.peek_token().token {
        Token::EOF => Ok(tree),
        _ => parser.expected("the end of the statement", parser.peek_token()),
    }
}

/// The most tokens that are open at one place: those since the last comma, in the parentheses
/// around it as well.
fn depth(statement: &Statement<'_>) -> usize {
    let (mut open, mut total, mut most) = (vec![0_usize], 0_usize, 0);
    for token in statement.tokens() {
        if token.is("(") {
            open.push(0);
        } else if token.is(")") && open.len() > 1 {
            total -= open.pop().unwrap_or_default();
        } else if token.is(",") || token.is(";") {
            total -= open.last_mut().map(std::mem::take).unwrap_or_default();
        } else {
            total += 1;
            open.last_mut().into_iter().for_each(|last| *last += 1);
            most = most.max(total);
        }
    }
    most
}

/// Where in the script a place in the statement is.
pub(super) fn position(statement: &Statement<'_>, place: Location) -> Position {
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let start = statement.position;
    match (small(place.line), small(place.column)) {
        // What the parser made up itself has no place.
        (0, _) | (_, 0) => start,
        (1, column) => {
            Position { line: start.line, column: start.column.saturating_add(column - 1) }
        }
        (line, column) => Position { line: start.line.saturating_add(line - 1), column },
    }
}

/// The place behind `text`, which begins at `start`.
pub(super) fn behind(start: Position, text: &str) -> Position {
    let inside = Position::at(text, text.len());
    if inside.line == 1 {
        let column = start.column.saturating_add(inside.column - 1);
        Position { line: start.line, column }
    } else {
        Position { line: start.line.saturating_add(inside.line - 1), column: inside.column }
    }
}
