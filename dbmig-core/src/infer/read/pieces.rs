//! An `ALTER TABLE` of which the parser knows some parts only.

use sqlparser::ast;

use super::{Reader, head, operation};
use crate::infer::change::{Act, Change, How};
use crate::infer::name::Name;
use crate::infer::parse;
use crate::sql::effect::ObjectKind;
use crate::sql::{Position, Statement};

/// What each part between two commas does.
pub(super) fn alter_table(statement: &Statement<'_>) -> Vec<Change> {
    let position = statement.position;
    let not_understood = || {
        let act = Act::NotUnderstood(head::shown(statement));
        vec![Change { act, position }]
    };
    let Some((table, start)) = table(statement) else { return not_understood() };
    let mut changes = Vec::new();
    for (from, to) in parts(statement, start) {
        let text = &statement.text[from..to];
        let Some(part) = statement.part(text) else { return not_understood() };
        let place = after(position, &statement.text[..from + part.offset]);
        if let Some(act) = operation::operation(statement.dialect(), &table, &part) {
            changes.push(Change { act, position: place });
            continue;
        }
        let (text, how) = without_if(&part);
        let whole = format!("{}{text}", &statement.text[..start]);
        let Some(alone) = statement.part(&whole) else { return not_understood() };
        let Ok(ast::Statement::AlterTable(alter)) = parse::parse(&alone) else {
            return not_understood();
        };
        let mut reader = Reader { statement: &alone, found: Vec::new() };
        reader.alter_table(&alter);
        changes.extend(reader.found.into_iter().map(|change| {
            let mut act = change.act;
            if let Act::AddColumn { how: found, .. } = &mut act {
                *found = how;
            }
            Change { act, position: place }
        }));
    }
    changes
}

/// MariaDB's `ADD COLUMN IF NOT EXISTS`, without the `IF NOT EXISTS` that sqlparser does not know.
fn without_if(part: &Statement<'_>) -> (String, How) {
    let tokens: Vec<_> = part.tokens().take(6).collect();
    let is = |at: usize, word: &str| {
        let token = tokens.get(at).and_then(|token| token.word());
        token.is_some_and(|token| token.eq_ignore_ascii_case(word))
    };
    let at = if is(1, "COLUMN") { 2 } else { 1 };
    match (tokens.get(at), tokens.get(at + 2)) {
        (Some(first), Some(last))
            if is(0, "ADD") && is(at, "IF") && is(at + 1, "NOT") && is(at + 2, "EXISTS") =>
        {
            let text = format!("{}{}", &part.text[..first.offset], &part.text[last.end()..]);
            (text, How::IfAbsent)
        }
        _ => (part.text.to_owned(), How::New),
    }
}

/// The table, and the byte behind its name.
fn table(statement: &Statement<'_>) -> Option<(Name, usize)> {
    let dialect = statement.dialect();
    let mut reader = crate::sql::reader::Reader::new(dialect, statement);
    reader.phrase(&["ALTER", "TABLE"]).then_some(())?;
    reader.phrase(&["IF", "EXISTS"]);
    reader.word("ONLY");
    let object = reader.object(ObjectKind::Table)?;
    let start = reader.offset()?;
    Some((Name(object.schema.into_iter().chain([object.name]).collect()), start))
}

/// From where to where the parts go, seen from `start` on.
fn parts(statement: &Statement<'_>, start: usize) -> Vec<(usize, usize)> {
    let (mut parts, mut begun, mut depth) = (Vec::new(), start, 0_i32);
    for token in statement.tokens().filter(|token| token.offset >= start) {
        depth += i32::from(token.is("(")) - i32::from(token.is(")"));
        if depth == 0 && token.is(",") {
            parts.push((begun, token.offset));
            begun = token.end();
        }
    }
    parts.push((begun, statement.text.len()));
    parts
}

fn after(start: Position, text: &str) -> Position {
    let inside = Position::at(text, text.len());
    if inside.line == 1 {
        let column = start.column.saturating_add(inside.column - 1);
        Position { line: start.line, column }
    } else {
        Position { line: start.line.saturating_add(inside.line - 1), column: inside.column }
    }
}
