//! Bodies that count the columns of a table: `SELECT *`, an `INSERT` without columns, a row type.
//!
//! With another column, they no longer fit. PostgreSQL resolves the `*` of views, rules and
//! `BEGIN ATOMIC` when these are made, MySQL that of views; SQLite and the bodies of routines
//! and triggers are read anew. PostgreSQL fills what an `INSERT` without columns leaves out, and
//! its records take as many columns as there are.

use super::words::{Words, same};
use crate::Dialect;
use crate::infer::schema::{Body, BodyKind};

/// How a body counts the columns of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::infer) enum Counting {
    /// `SELECT *`, `NEW.*`
    Star,
    /// `INSERT INTO t VALUES ..`
    Insert,
    /// `RETURNS SETOF t`
    RowType,
}

impl Counting {
    pub(in crate::infer) const fn words(self) -> &'static str {
        match self {
            Self::Star => "takes columns by *, which may be more from now on",
            Self::Insert => "fills a table without naming its columns, which are more from now on",
            Self::RowType => "returns its rows, which have more columns from now on",
        }
    }
}

/// Whether a body breaks, or may, when `table` gets another column. `called` is the text of the
/// function that a trigger calls.
pub(in crate::infer) fn counts(
    dialect: Dialect,
    body: &Body<'_>,
    called: Option<&Body<'_>>,
    table: &str,
) -> Option<Counting> {
    match (body.kind, dialect) {
        (BodyKind::Trigger, _) => {
            let of_table = body.table.as_ref().is_some_and(|of| same(of.last(), table));
            let texts = [Some(body), called];
            texts.into_iter().flatten().find_map(|body| {
                let is_named = of_table || body.mentions(table);
                is_named
                    .then(|| code(dialect, &Words::opened(&body.statement), table, of_table))
                    .flatten()
            })
        }
        (BodyKind::Routine, _) if body.mentions(table) => {
            routine(dialect, &Words::opened(&body.statement), table)
        }
        (BodyKind::View, Dialect::Sqlite) if body.mentions(table) => {
            view(&Words::of(&body.statement), table)
        }
        (BodyKind::Routine | BodyKind::View | BodyKind::MaterializedView | BodyKind::Rule, _) => {
            None
        }
    }
}

fn routine(dialect: Dialect, words: &Words, table: &str) -> Option<Counting> {
    let is_frozen = (0..words.len()).any(|at| words.phrase(at, &["begin", "atomic"]));
    let returns = dialect == Dialect::Postgres && returns(words, table);
    if is_frozen {
        return returns.then_some(Counting::RowType);
    }
    if returns && gives_all(words, table) {
        return None;
    }
    code(dialect, words, table, false).or_else(|| returns.then_some(Counting::RowType))
}

fn code(dialect: Dialect, words: &Words, table: &str, of_table: bool) -> Option<Counting> {
    if !of_table && !words.mentions(table) {
        return None;
    }
    let inserts = |at: usize| dialect != Dialect::Postgres && inserts(words, at, table);
    if (0..words.len()).any(inserts) {
        return Some(Counting::Insert);
    }
    let counts = |at: usize| {
        let is_other_row = !of_table && is_row(words, at);
        let is_record = dialect == Dialect::Postgres && fills_record(words, at);
        is_star(words, at) && !is_other_row && !is_record
    };
    (0..words.len()).any(counts).then_some(Counting::Star)
}

/// `OLD.*`, which is the row of the trigger's table.
fn is_row(words: &Words, star: usize) -> bool {
    star > 1 && words.symbol(star - 1, ".") && words.any(star - 2, &["old", "new"])
}

/// PL/pgSQL's `SELECT * INTO r`, `FOR r IN SELECT * FROM t LOOP`
fn fills_record(words: &Words, star: usize) -> bool {
    star > 1
        && words.is(star - 1, "select")
        && (words.is(star + 1, "into") || words.is(star - 2, "in"))
}

/// `INSERT INTO t` without its columns.
fn inserts(words: &Words, at: usize, table: &str) -> bool {
    if !words.any(at, &["into", "insert", "replace"]) {
        return false;
    }
    let Some((name, mut next)) = words.object(at + 1) else { return false };
    if !same(name, table) {
        return false;
    }
    if words.is(next, "as") {
        next += 2;
    }
    words.any(next, &["values", "value", "select", "with", "table", "overriding"])
        || words.symbol(next, "(") && words.any(next + 1, &["select", "with", "values"])
}

/// A `*` that stands for columns and whose number matters.
fn is_star(words: &Words, at: usize) -> bool {
    if !words.symbol(at, "*") {
        return false;
    }
    let Some(before) = at.checked_sub(1) else { return false };
    if words.symbol(before, ".") {
        return !is_whole_row(words, at);
    }
    let selects = words.any(before, &["select", "distinct", "all", "returning"]);
    let exists = before > 1 && words.symbol(before - 1, "(") && words.is(before - 2, "exists");
    (selects && !exists) || words.symbol(before, ",")
}

/// `to_jsonb(NEW.*)`, `NEW.* IS DISTINCT FROM OLD.*`: as many columns as there are.
fn is_whole_row(words: &Words, star: usize) -> bool {
    let Some(name) = star.checked_sub(2) else { return false };
    let Some(before) = name.checked_sub(1) else { return false };
    let takes = ["to_json", "to_jsonb", "row_to_json", "hstore"];
    let is_argument = words.symbol(before, "(")
        && before > 0
        && words.any(before - 1, &takes)
        && words.symbol(star + 1, ")");
    let is_compared = words.phrase(star + 1, &["is", "distinct", "from"])
        || words.phrase(star + 1, &["is", "not", "distinct", "from"])
        || before > 0 && words.phrase(before - 1, &["distinct", "from"]);
    is_argument || is_compared
}

/// `RETURNS t`, `RETURNS SETOF t`
fn returns(words: &Words, table: &str) -> bool {
    (0..words.len()).any(|at| {
        let next = at + if words.is(at + 1, "setof") { 2 } else { 1 };
        words.is(at, "returns") && words.object(next).is_some_and(|(name, _)| same(name, table))
    })
}

/// `RETURNS SETOF t`, and all it does is to select all of `t`.
fn gives_all(words: &Words, table: &str) -> bool {
    let others = ["insert", "union", "intersect", "except", "join", "execute", "update", "delete"];
    let stars: Vec<_> = (0..words.len()).filter(|at| is_star(words, *at)).collect();
    let selects = (0..words.len()).filter(|at| words.is(*at, "select")).count();
    let [star] = stars[..] else { return false };
    let of_table = words.is(star + 1, "from")
        && words
            .object(star + 2)
            .is_some_and(|(name, next)| same(name, table) && !words.symbol(next, ","));
    selects == 1 && of_table && !others.iter().any(|word| words.is_anywhere(word))
}

/// SQLite's, which is read anew by whoever uses it.
fn view(words: &Words, table: &str) -> Option<Counting> {
    let has_star = (0..words.len()).any(|at| is_star(words, at));
    if !has_star || !words.mentions(table) {
        return None;
    }
    let selects = (0..words.len()).filter(|at| words.is(*at, "select")).count();
    let joins = words.is_anywhere("join") || words.is_anywhere("values");
    let from = (0..words.len()).find(|at| words.is(*at, "from"))?;
    let lists = words.object(from + 1).is_none_or(|(_, next)| {
        words.symbol(next, ",") || words.name(next).is_some() && words.symbol(next + 1, ",")
    });
    let view = (0..words.len()).find(|at| words.is(*at, "view"))?;
    let as_ = (view..words.len()).find(|at| words.is(*at, "as"))?;
    let names = (view..as_).any(|at| words.symbol(at, "("));
    (selects != 1 || joins || lists || names).then_some(Counting::Star)
}
