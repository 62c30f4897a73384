//! An `ALTER TABLE` of which the parser knows some parts only.

use std::ops::Range;

use sqlparser::ast;

use super::{Reader, head, operation};
use crate::Dialect;
use crate::infer::change::{Act, Certainty, Change, How, Rows};
use crate::infer::name::Name;
use crate::infer::parse;
use crate::sql::token::Token;
use crate::sql::{Statement, reader};

/// The statement part by part, where one of them is not for sqlparser.
pub(super) fn alter_table(statement: &Statement<'_>) -> Option<Vec<Change>> {
    let whole = Whole::of(statement)?;
    let parts = whole.parts();
    let known = |part: &Part| part.kept.len() > 1 || whole.known(part).is_some();
    let is_ours = whole.rows == Rows::Uncountable || parts.iter().any(known);
    is_ours.then(|| whole.changes(&parts))
}

/// What each part between two commas does, where sqlparser has not taken the whole.
pub(super) fn unparsed(statement: &Statement<'_>) -> Option<Vec<Change>> {
    let whole = Whole::of(statement)?;
    Some(whole.changes(&whole.parts()))
}

/// The statement, and what stands before its parts.
struct Whole<'s, 't> {
    statement: &'s Statement<'t>,
    tokens: Vec<Token<'t>>,
    table: Name,
    /// Where `ALTER TABLE t` stands, without what may stand in between.
    head: Vec<Range<usize>>,
    /// The byte at which the parts begin.
    start: usize,
    /// What its `IGNORE` does to those that do not fit.
    rows: Rows,
}

/// What stands between two commas.
struct Part {
    /// From where to where.
    all: Range<usize>,
    /// What of it is to be read, where that is not all.
    kept: Vec<Range<usize>>,
    how: How,
    form: Form,
}

/// Where a part stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Alone,
    /// In the parentheses of an `ADD`.
    Listed,
}

impl<'s, 't> Whole<'s, 't> {
    fn of(statement: &'s Statement<'t>) -> Option<Self> {
        let mut reader = reader::Reader::new(statement);
        let first = reader.take().filter(|token| is(token, "ALTER"))?;
        reader.any(&["ONLINE", "OFFLINE"]);
        let rows = if reader.word("IGNORE") { Rows::Uncountable } else { Rows::Kept };
        let second = reader.take().filter(|token| is(token, "TABLE"))?;
        reader.phrase(&["IF", "EXISTS"]);
        reader.word("ONLY");
        let from = reader.offset()?;
        let table = head::name(&mut reader)?;
        let to = reader.offset()?;
        // All that inherit from it as well, which is meant without it.
        reader.symbol("*");
        if reader.word("WAIT") {
            reader.skip();
        }
        reader.word("NOWAIT");
        let start = reader.offset()?;
        let head = vec![span(&first), span(&second), from..to];
        let tokens = statement.tokens().collect();
        Some(Self { statement, tokens, table, head, start, rows })
    }

    fn parts(&self) -> Vec<Part> {
        let rest = self.tokens.iter().filter(|token| token.offset >= self.start);
        let parts = between_commas(rest.copied(), self.start..self.statement.text.len());
        let mut joined: Vec<Range<usize>> = Vec::new();
        for part in parts {
            match joined.last_mut() {
                Some(last) if is_list(&self.inside(last)) => last.end = part.end,
                _ => joined.push(part),
            }
        }
        joined.into_iter().flat_map(|all| self.single(all)).collect()
    }

    fn inside(&self, range: &Range<usize>) -> Vec<Token<'t>> {
        let own = |token: &&Token<'_>| range.start <= token.offset && token.end() <= range.end;
        self.tokens.iter().filter(own).copied().collect()
    }

    /// `ADD (a INT, b INT)` is two parts.
    fn single(&self, all: Range<usize>) -> Vec<Part> {
        let tokens = self.inside(&all);
        let (without_if, how) = without_if(&tokens);
        let tokens = without_versioning(without_if);
        let open = match &tokens[..] {
            [add, open, ..] if is(add, "ADD") && open.is("(") => Some(1),
            [add, column, open, ..] if is(add, "ADD") && is(column, "COLUMN") && open.is("(") => {
                Some(2)
            }
            _ => None,
        };
        let Some(open) = open else {
            let kept = runs(&tokens, &self.inside(&all));
            return vec![Part { all, kept, how, form: Form::Alone }];
        };
        let inner = &tokens[open + 1..tokens.len().saturating_sub(1).max(open + 1)];
        let range = tokens[open].end()..inner.last().map_or(tokens[open].end(), Token::end);
        let columns = between_commas(inner.iter().copied(), range);
        let part = |column: Range<usize>| {
            let kept = vec![span(&tokens[0]), column.clone()];
            Part { all: column, kept, how, form: Form::Listed }
        };
        columns.into_iter().map(part).collect()
    }

    /// What the part does, where it is not for sqlparser.
    fn known(&self, part: &Part) -> Option<Act> {
        if part.form == Form::Listed {
            return None;
        }
        let text = &self.statement.text[part.all.clone()];
        let alone = self.statement.part(text)?;
        operation::operation(self.statement.dialect(), &self.table, &alone)
    }

    fn changes(&self, parts: &[Part]) -> Vec<Change> {
        let ignored = (self.rows == Rows::Uncountable).then(|| {
            let what = format!("rows of {} that do not fit may go (IGNORE)", self.table);
            let (table, certainty) = (Some(self.table.clone()), Certainty::Unclear);
            let act = Act::Other { table, what, certainty, rows: self.rows };
            Change { act, position: self.statement.position }
        });
        ignored.into_iter().chain(parts.iter().flat_map(|part| self.part(part))).collect()
    }

    fn part(&self, part: &Part) -> Vec<Change> {
        let text = self.statement.text;
        let first = self.inside(&part.all).first().map_or(part.all.start, |token| token.offset);
        let position = parse::behind(self.statement.position, &text[..first]);
        if let Some(act) = self.known(part) {
            return vec![Change { act, position }];
        }
        let found = self.parsed(part).unwrap_or_else(|| {
            let act = Act::NotUnderstood(head::shown(self.statement));
            vec![Change { act, position: self.statement.position }]
        });
        let whole = self.statement.position;
        found
            .into_iter()
            .map(|change| Change {
                position: if change.position == whole { position } else { change.position },
                act: with(change.act, part.how),
            })
            .collect()
    }

    /// The part as the only one of its statement. All else is blank, so that places stay.
    fn parsed(&self, part: &Part) -> Option<Vec<Change>> {
        let kept: Vec<_> = self.head.iter().chain(&part.kept).collect();
        let shown = |at: usize| kept.iter().any(|range| range.contains(&at));
        let end = part.all.end;
        let blank = self.statement.text[..end]
            .char_indices()
            .map(|(at, one)| if one == '\n' || shown(at) { one } else { ' ' });
        let mut text: String = blank.collect();
        if self.statement.dialect() == Dialect::Postgres {
            // sqlparser knows the older form only, which is judged as strictly or more.
            for token in self.inside(&part.all).iter().filter(|token| is(token, "VIRTUAL")) {
                text.replace_range(span(token), "STORED ");
            }
        }
        let mut alone = self.statement.part(&text)?;
        alone.position = parse::behind(self.statement.position, &text[..alone.offset]);
        let Ok(ast::Statement::AlterTable(mut alter)) = parse::parse(&alone) else { return None };
        let mut reader = Reader { statement: &alone, found: Vec::new() };
        reader.alter_table(&mut alter);
        let whole = self.statement.position;
        let at = |position| if position == alone.position { whole } else { position };
        let found = reader.found.into_iter();
        Some(found.map(|one| Change { position: at(one.position), ..one }).collect())
    }
}

fn is(token: &Token<'_>, word: &str) -> bool {
    token.word().is_some_and(|own| own.eq_ignore_ascii_case(word))
}

/// Whether all behind it belongs to it, commas and all: names of partitions, of columns.
fn is_list(tokens: &[Token<'_>]) -> bool {
    match tokens {
        [order, by, ..] if is(order, "ORDER") && is(by, "BY") => true,
        [add, second, ..] => is(second, "PARTITION") && !is(add, "ADD"),
        _ => false,
    }
}

fn span(token: &Token<'_>) -> Range<usize> {
    token.offset..token.end()
}

fn between_commas<'t>(
    tokens: impl Iterator<Item = Token<'t>>,
    all: Range<usize>,
) -> Vec<Range<usize>> {
    let (mut parts, mut begun, mut depth) = (Vec::new(), all.start, 0_i32);
    for token in tokens {
        depth += i32::from(token.is("(")) - i32::from(token.is(")"));
        if depth == 0 && token.is(",") {
            parts.push(begun..token.offset);
            begun = token.end();
        }
    }
    parts.push(begun..all.end);
    parts
}

/// Without MariaDB's `IF [NOT] EXISTS`, which sqlparser knows in few places.
fn without_if<'t>(tokens: &[Token<'t>]) -> (Vec<Token<'t>>, How) {
    let mut depth = 0_i32;
    let mut found = None;
    for (at, token) in tokens.iter().enumerate() {
        depth += i32::from(token.is("(")) - i32::from(token.is(")"));
        let next =
            |distance: usize, word| tokens.get(at + distance).is_some_and(|token| is(token, word));
        if depth == 0 && is(token, "IF") && found.is_none() {
            found = match (next(1, "EXISTS"), next(1, "NOT") && next(2, "EXISTS")) {
                (true, _) => Some((at, 2, How::New)),
                (false, true) => Some((at, 3, How::IfAbsent)),
                (false, false) => None,
            };
        }
    }
    let Some((at, length, how)) = found else { return (tokens.to_vec(), How::New) };
    ([&tokens[..at], &tokens[at + length..]].concat(), how)
}

/// Without MariaDB's `WITH SYSTEM VERSIONING`: whether the history of a column is kept.
fn without_versioning(tokens: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let at = tokens.windows(3).position(|three| {
        (is(&three[0], "WITH") || is(&three[0], "WITHOUT"))
            && is(&three[1], "SYSTEM")
            && is(&three[2], "VERSIONING")
    });
    match at {
        Some(at) => [&tokens[..at], &tokens[at + 3..]].concat(),
        None => tokens,
    }
}

/// Where what is left of `all` stands, in as few ranges as it goes.
fn runs(left: &[Token<'_>], all: &[Token<'_>]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut goes_on = false;
    for token in all {
        let is_left = left.iter().any(|one| one.offset == token.offset);
        match runs.last_mut() {
            Some(run) if is_left && goes_on => run.end = token.end(),
            _ if is_left => runs.push(span(token)),
            _ => {}
        }
        goes_on = is_left;
    }
    runs
}

/// With what happens where it is there already.
fn with(mut act: Act, how: How) -> Act {
    if let Act::AddColumn { how: found, .. } | Act::AddIndex { how: found, .. } = &mut act
        && how == How::IfAbsent
    {
        *found = how;
    }
    act
}
