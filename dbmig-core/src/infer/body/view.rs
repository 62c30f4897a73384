//! Two definitions of a view, or of a function: whether the newer one only adds columns.
//!
//! Where they come does not matter: who uses a view names its columns. A `*` that is in both gives
//! those that it gave, and what the tables got since.

use sqlparser::ast::Expr;

use crate::infer::parse;
use crate::infer::words::Words;
use crate::sql::Statement;

/// What becomes of a view.
#[derive(Debug)]
pub(in crate::infer) enum Renewal {
    Same,
    /// These come to the others.
    Columns(Vec<Expr>),
}

/// Where the parts of a view's definition are.
struct View {
    words: Words,
    /// `WITH ..`
    prefix: (usize, usize),
    items: Vec<(usize, usize)>,
    /// From the `FROM` on.
    rest: (usize, usize),
}

/// What `new` makes of the view that `old` has made, where that is known to be harmless.
pub(in crate::infer) fn renewal(old: &Statement<'_>, new: &Statement<'_>) -> Option<Renewal> {
    if !old.is_read_like(new) || !new.is_read_as_usual() {
        return None;
    }
    let (old, new) = (Words::of(old), Words::of(new));
    if are_same(&old, &new) {
        return Some(Renewal::Same);
    }
    let (old, new) = (View::of(old)?, View::of(new)?);
    let same = |a, b| new.words.same(a, &old.words, b);
    if !same(new.rest, old.rest) || !same(new.prefix, old.prefix) {
        return None;
    }
    // Another column among them moves those behind it.
    let (mut kept, mut added) = (old.items.iter().peekable(), Vec::new());
    for item in &new.items {
        if kept.next_if(|old| same(*item, **old)).is_none() {
            added.push(new.item(item.0, item.1)?);
        }
    }
    if kept.next().is_some() {
        return None;
    }
    let behind = new.items.get(..old.items.len())?;
    let in_order = behind.iter().zip(&old.items).all(|(new, old)| same(*new, *old));
    (in_order || !new.counts_columns()).then_some(Renewal::Columns(added))
}

/// Whether two statements are the same from the name on.
pub(in crate::infer) fn is_same(old: &Statement<'_>, new: &Statement<'_>) -> bool {
    are_same(&Words::of(old), &Words::of(new))
}

fn are_same(old: &Words, new: &Words) -> bool {
    let start = |words: &Words| {
        let kinds = ["view", "function", "procedure", "trigger"];
        (0..words.len()).find(|at| words.any(*at, &kinds))
    };
    // What stands before is `OR REPLACE`, and what changes nothing or is refused.
    let plain = |words: &Words, at: usize| (1..at).all(|at| words.any(at, &["or", "replace"]));
    match (start(old), start(new)) {
        (Some(a), Some(b)) => {
            plain(old, a) && plain(new, b) && new.same((b, new.len()), old, (a, old.len()))
        }
        _ => false,
    }
}

impl View {
    fn of(words: Words) -> Option<Self> {
        let view = (0..words.len()).find(|at| words.is(*at, "view"))?;
        if !(1..view).all(|at| words.any(at, &["or", "replace"])) {
            return None;
        }
        let (_, names) = words.object(view + 1)?;
        let as_ = words.find(names, words.len(), |at| words.is(at, "as"))?;
        let end = words.len();
        let select = words.find(as_ + 1, end, |at| words.is(at, "select"))?;
        if select != as_ + 1 && !words.is(as_ + 1, "with") {
            return None;
        }
        // Behind DISTINCT, another column means other rows.
        if words.any(select + 1, &["distinct", "all"]) {
            return None;
        }
        // With the names of columns in front, another one changes their number.
        if as_ != names {
            return None;
        }
        let from = words.find(select, end, |at| words.is(at, "from"))?;
        let sets = ["union", "intersect", "except"];
        if words.find(from, end, |at| words.any(at, &sets)).is_some() {
            return None;
        }
        let items = words.list(select + 1, from);
        Some(Self { prefix: (as_ + 1, select), items, rest: (from, end), words })
    }

    /// `ORDER BY 2`
    fn counts_columns(&self) -> bool {
        let (from, to) = self.rest;
        let words = &self.words;
        let by = (from..to).find(|at| words.is(*at, "by"));
        by.is_some_and(|by| (by..to).any(|at| words.is_number(at)))
    }

    /// The expression of a column, without its name.
    fn item(&self, from: usize, to: usize) -> Option<Expr> {
        let words = &self.words;
        let end = match words.find(from, to, |at| words.is(at, "as")) {
            Some(as_) if as_ + 2 == to => as_,
            Some(_) => return None,
            None => to,
        };
        parse::expression(words.dialect(), words.slice(from, end))
    }
}
