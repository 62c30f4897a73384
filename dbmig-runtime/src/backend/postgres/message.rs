//! A script with what goes before and after it, as one message.

use std::fmt::Write as _;

use dbmig_core::sql::{Position, Statement};
use diesel::result::Error;

use super::FailedAt;

pub(super) struct Message<'a> {
    /// Messages before it, where the script itself sets how quotes are read: the server reads a
    /// message as a whole before it executes any of it.
    pub(super) earlier: Vec<String>,
    pub(super) sql: String,
    /// Where each statement begins in `sql`, in characters as PostgreSQL counts.
    starts: Vec<(usize, &'a Statement<'a>)>,
    end: usize,
}

impl<'a> Message<'a> {
    pub(super) fn new(before: &str, statements: &'a [Statement<'a>], after: &str) -> Self {
        let mut sql = before.to_owned();
        let mut at = before.chars().count();
        let mut starts = Vec::with_capacity(statements.len());
        let mut earlier = Vec::new();
        for (index, statement) in statements.iter().enumerate() {
            let changed = index > 0 && !statement.is_read_like(&statements[index - 1]);
            if changed {
                earlier.push(std::mem::take(&mut sql));
                starts.clear();
                at = 0;
            }
            starts.push((at, statement));
            let _ = writeln!(sql, "{};", statement.text);
            at += statement.text.chars().count() + 2;
        }
        sql.push_str(after);
        Self { earlier, sql, starts, end: at }
    }

    /// Which statement the character `position` (from 1) belongs to; nothing, where it may be one of
    /// another message.
    pub(super) fn find(&self, position: usize) -> Option<FailedAt> {
        if !self.earlier.is_empty() {
            return None;
        }
        let at = position.checked_sub(1)?;
        if at >= self.end {
            return Some(FailedAt::Bookkeeping);
        }
        let index = self.starts.partition_point(|(start, _)| *start <= at).checked_sub(1)?;
        let (start, statement) = self.starts.get(index)?;
        Some(FailedAt::Statement(index, Some(place_in(statement, at - start))))
    }
}

pub(super) fn position_of(error: &Error) -> Option<usize> {
    match error {
        Error::DatabaseError(_, info) => usize::try_from(info.statement_position()?).ok(),
        _ => None,
    }
}

/// The place of the character `offset` of `statement`, in the script.
pub(super) fn place_in(statement: &Statement<'_>, offset: usize) -> Position {
    let before: String = statement.text.chars().take(offset).collect();
    let inside = Position::at(&before, before.len());
    match inside.line {
        1 => Position {
            line: statement.position.line,
            column: statement.position.column + inside.column - 1,
        },
        _ => Position { line: statement.position.line + inside.line - 1, column: inside.column },
    }
}
