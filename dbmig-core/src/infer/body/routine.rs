//! A routine of PostgreSQL's, from its text: what it promises, and what it is made of.

use sqlparser::ast::Expr;

use crate::Dialect;
use crate::infer::parse;
use crate::infer::words::Words;
use crate::sql::Statement;

/// What begins a part of the definition behind the arguments.
const PARTS: [&str; 20] = [
    "returns",
    "language",
    "immutable",
    "stable",
    "volatile",
    "not",
    "leakproof",
    "strict",
    "called",
    "external",
    "security",
    "parallel",
    "cost",
    "rows",
    "support",
    "set",
    "as",
    "window",
    "transform",
    "begin",
];

/// What only the planner looks at.
const PLANNED: [&str; 2] = ["cost", "rows"];

/// Functions of PostgreSQL's, and keywords before a parenthesis, that work as well in a process of
/// their own: all that may stand in a body that becomes `PARALLEL SAFE`.
const PARALLEL: [&str; 27] = [
    "and",
    "array_to_string",
    "btrim",
    "case",
    "coalesce",
    "concat",
    "else",
    "greatest",
    "in",
    "least",
    "left",
    "length",
    "lower",
    "not",
    "nullif",
    "or",
    "replace",
    "right",
    "select",
    "split_part",
    "string_to_array",
    "strpos",
    "substr",
    "substring",
    "then",
    "trim",
    "upper",
];

/// Types whose values are all there is to them: no check, no length that is left out.
const PLAIN: [&str; 15] = [
    "text",
    "varchar",
    "character varying",
    "citext",
    "integer",
    "int",
    "int4",
    "bigint",
    "int8",
    "smallint",
    "int2",
    "boolean",
    "bool",
    "jsonb",
    "uuid",
];

const TEXTS: [&str; 3] = ["text", "varchar", "character varying"];

/// A definition, part by part.
struct Routine {
    words: Words,
    /// The arguments, between their parentheses.
    arguments: (usize, usize),
    /// Each with its first word; none of them is the body.
    parts: Vec<(usize, usize)>,
    body: Words,
}

impl Routine {
    fn of(statement: &Statement<'_>) -> Option<Self> {
        if statement.dialect() != Dialect::Postgres || !statement.is_read_as_usual() {
            return None;
        }
        let words = Words::of(statement);
        let start = (0..words.len()).find(|at| words.any(*at, &["function", "procedure"]))?;
        if !(1..start).all(|at| words.any(at, &["or", "replace"])) {
            return None;
        }
        let (_, open) = words.object(start + 1)?;
        let close = words.closed(open)?;
        let mut starts: Vec<_> = (close..words.len()).filter(|at| words.any(*at, &PARTS)).collect();
        if starts.first() != Some(&close) {
            return None;
        }
        starts.push(words.len());
        let (mut parts, mut body) = (Vec::new(), None);
        for pair in starts.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            match words.is(from, "as").then(|| words.string(from + 1)).flatten() {
                Some(text) if to == from + 2 && body.is_none() => body = Some(text),
                Some(_) => return None,
                None => parts.push((from, to)),
            }
        }
        let body = Words::read(statement, &body?);
        Some(Self { words, arguments: (open + 1, close - 1), parts, body })
    }

    fn part(&self, first: &str) -> Option<(usize, usize)> {
        self.parts.iter().copied().find(|part| self.words.is(part.0, first))
    }

    /// The language: of the two whose texts do not depend on where lines end.
    fn language(&self) -> Option<String> {
        let (from, _) = self.part("language")?;
        let name = self.words.name(from + 1).map(str::to_owned);
        let name = name.or_else(|| self.words.string(from + 1))?.to_ascii_lowercase();
        ["sql", "plpgsql"].contains(&name.as_str()).then_some(name)
    }

    /// All that it promises, but for what only the planner looks at.
    fn promises(&self) -> Vec<String> {
        let words = &self.words;
        let is_plain = |part: &&(usize, usize)| {
            !words.any(part.0, &PLANNED) && !words.any(part.0, &["language", "parallel"])
        };
        let parts = self.parts.iter().filter(is_plain);
        let mut all: Vec<_> = parts.map(|(from, to)| words.keys(*from, *to)).collect();
        all.sort();
        all
    }

    fn parallel(&self) -> Option<&str> {
        let (from, _) = self.part("parallel")?;
        self.words.name(from + 1).filter(|name| *name != "unsafe")
    }

    /// Whether it computes one value of its arguments, by functions that run anywhere.
    fn runs_anywhere(&self) -> bool {
        let body = &self.body;
        let calls = |at: &usize| body.symbol(at + 1, "(") && body.name(*at).is_some();
        let is_known = |at: usize| body.any(at, &PARALLEL);
        self.language().is_some_and(|language| language == "sql")
            && body.is(0, "select")
            && !body.is_anywhere("from")
            && (0..body.len()).filter(calls).all(is_known)
    }
}

/// Whether two definitions do the same: the same words, in whatever lines, and the same promises.
pub(in crate::infer) fn is_same(old: &Statement<'_>, new: &Statement<'_>) -> bool {
    let (Some(old), Some(new)) = (Routine::of(old), Routine::of(new)) else { return false };
    let whole = |words: &Words| (0, words.len());
    let languages = (old.language(), new.language());
    languages.0.is_some()
        && languages.0 == languages.1
        && new.words.same(new.arguments, &old.words, old.arguments)
        && new.body.same(whole(&new.body), &old.body, whole(&old.body))
        && new.promises() == old.promises()
        && (new.parallel() == old.parallel() || new.parallel().is_none() || new.runs_anywhere())
}

/// Whether only triggers can call it.
pub(in crate::infer) fn returns_trigger(words: &Words) -> bool {
    (0..words.len()).any(|at| words.phrase(at, &["returns", "trigger"]))
}

/// The one expression that a function in SQL gives, of these arguments.
pub(in crate::infer) fn inlined(statement: &Statement<'_>, given: &[&Expr]) -> Option<Expr> {
    const QUIET: [&str; 6] = ["returns", "language", "immutable", "parallel", "cost", "strict"];
    let routine = Routine::of(statement)?;
    let words = &routine.words;
    let is_quiet = routine.parts.iter().all(|part| words.any(part.0, &QUIET));
    let returns = routine.part("returns")?;
    let kind = words.keys(returns.0 + 1, returns.1);
    if routine.language()? != "sql" || !is_quiet || !PLAIN.contains(&kind.as_str()) {
        return None;
    }
    let wanted = words.list(routine.arguments.0, routine.arguments.1);
    let mut arguments = Vec::new();
    for ((from, to), given) in wanted.into_iter().zip(given.iter().map(Some).chain([None])) {
        let (name, kind) = argument(words, from, to)?;
        // To a text, the database has converted what it can without a doubt.
        arguments.push((
            name,
            match TEXTS.contains(&kind.as_str()) {
                true => format!("({})", given?),
                false => format!("CAST(({}) AS {kind})", given?),
            },
        ));
    }
    let body = &routine.body;
    let end = body.len() - usize::from(body.symbol(body.len().checked_sub(1)?, ";"));
    let is_value = body.is(0, "select")
        && (arguments.len() == given.len())
        && !(0..end).any(|at| body.symbol(at, ";") || body.any(at, &["from", "where", "limit"]))
        && body.list(1, end).len() == 1;
    let with = |key: &str| {
        let by_place = || key.strip_prefix('$')?.parse::<usize>().ok()?.checked_sub(1);
        let own = arguments.iter().find(|(name, _)| name.as_deref() == Some(key));
        own.or_else(|| arguments.get(by_place()?)).map(|(_, value)| value.as_str())
    };
    let text = is_value.then(|| body.replaced(1, end, &with)).flatten()?;
    parse::expression(Dialect::Postgres, &format!("CAST(({text}) AS {kind})"))
}

/// The name and the type of an argument, where that is one whose values are all there is to it.
fn argument(words: &Words, from: usize, to: usize) -> Option<(Option<String>, String)> {
    let all = words.keys(from, to);
    if PLAIN.contains(&all.as_str()) {
        return Some((None, all));
    }
    let kind = words.keys(from + 1, to);
    let name = words.name(from).map(str::to_owned);
    PLAIN.contains(&kind.as_str()).then_some((name, kind))
}
