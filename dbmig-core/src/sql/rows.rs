//! What SQLite refuses where a table has rows: it writes no row to add a column.

use super::object::ObjectKind;
use super::reader::Reader;
use super::token::{Token, TokenKind};
use super::{Position, Statement};
use crate::Dialect;

/// Why a column cannot be added to a table that has rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `DEFAULT CURRENT_TIMESTAMP`, `DEFAULT (..)`
    ComputedDefault,
    /// `GENERATED ALWAYS AS (..) STORED`
    Stored,
}

/// The columns that `statements`, a script, adds to tables that it has not made, and that SQLite
/// refuses where those have rows.
pub fn refused(dialect: Dialect, statements: &[Statement<'_>]) -> Vec<(Position, Refusal)> {
    if dialect != Dialect::Sqlite {
        return Vec::new();
    }
    let mut made = Vec::new();
    let mut refused = Vec::new();
    for statement in statements {
        let mut reader = Reader::new(statement);
        if reader.word("CREATE") {
            made.extend(created(&mut reader));
        } else if reader.phrase(&["ALTER", "TABLE"]) {
            let Some(table) = reader.object(ObjectKind::Table) else { continue };
            let is_made = made.contains(&table.name.to_ascii_lowercase());
            if !is_made && let Some(refusal) = added(&mut reader) {
                refused.push((statement.position, refusal));
            }
        }
    }
    refused
}

fn created(reader: &mut Reader<'_>) -> Option<String> {
    reader.any(&["TEMP", "TEMPORARY"]);
    reader.word("TABLE").then_some(())?;
    reader.phrase(&["IF", "NOT", "EXISTS"]);
    reader.object(ObjectKind::Table).map(|table| table.name.to_ascii_lowercase())
}

/// `ADD COLUMN a ..`
fn added(reader: &mut Reader<'_>) -> Option<Refusal> {
    reader.word("ADD").then_some(())?;
    reader.word("COLUMN");
    reader.name()?;
    while !reader.is_at_end() {
        if reader.word("DEFAULT") {
            if !is_constant(reader) {
                return Some(Refusal::ComputedDefault);
            }
        } else if reader.word("STORED") {
            return Some(Refusal::Stored);
        } else if !reader.group() {
            reader.skip();
        }
    }
    None
}

/// A literal with its sign, in however many parentheses.
fn is_constant(reader: &mut Reader<'_>) -> bool {
    let start = reader.clone();
    let mut depth = 0;
    while reader.symbol("(") {
        depth += 1;
    }
    if !reader.symbol("-") {
        reader.symbol("+");
    }
    let constant = reader.take().is_some_and(|token| is_literal(&token));
    let closed = (0..depth).all(|_| reader.symbol(")"));
    if depth > 0 && !(constant && closed) {
        *reader = start;
        reader.group();
    }
    constant && closed
}

fn is_literal(token: &Token<'_>) -> bool {
    const NOW: [&str; 3] = ["CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"];
    match token.kind {
        TokenKind::Number | TokenKind::String | TokenKind::Name => true,
        TokenKind::Word => !NOW.iter().any(|now| token.text.eq_ignore_ascii_case(now)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::split;

    fn found(script: &str) -> Vec<Refusal> {
        let statements = split(Dialect::Sqlite, script).unwrap();
        refused(Dialect::Sqlite, &statements).into_iter().map(|(_, refusal)| refusal).collect()
    }

    #[test]
    fn columns_that_sqlite_refuses_where_there_are_rows() {
        for default in [
            "CURRENT_TIMESTAMP",
            "(1+1)",
            "(datetime('now'))",
            "(CURRENT_DATE)",
            "((1)+2) NOT NULL",
        ] {
            let sql = format!("ALTER TABLE t ADD COLUMN b DEFAULT {default}");
            assert_eq!(found(&sql), [Refusal::ComputedDefault], "{sql}");
        }
        for default in ["-5", "(-5)", "('x')", "TRUE", "(NULL)", "x", "+3", "X'00'", "((4))"] {
            let sql = format!("ALTER TABLE t ADD b DEFAULT {default} NOT NULL CHECK (b = 1 + 1)");
            assert_eq!(found(&sql), [], "{sql}");
        }
        assert_eq!(found("ALTER TABLE t ADD b AS (a + 1) STORED"), [Refusal::Stored]);
        assert_eq!(found("ALTER TABLE t ADD b AS (a + 1) VIRTUAL; ALTER TABLE t RENAME TO u"), []);
        assert_eq!(
            found("ALTER TABLE t ADD b CHECK (b <> 'stored'); ALTER TABLE t DROP stored"),
            []
        );
        let made = "CREATE TABLE T (a); ALTER TABLE t ADD COLUMN b DEFAULT CURRENT_TIMESTAMP";
        assert_eq!(found(made), []);
    }
}
