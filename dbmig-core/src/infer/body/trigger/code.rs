//! The statements of a trigger's body.

use super::Step;
use crate::Dialect;
use crate::infer::words::Words;

/// A body, and how it is read.
pub(super) struct Code<'w> {
    pub(super) dialect: Dialect,
    pub(super) words: &'w Words,
}

impl Code<'_> {
    /// All of a body that begins there and ends where the words do.
    pub(super) fn body(&self, at: usize) -> Option<Vec<Step>> {
        let words = self.words;
        let at = self.declared(at)?;
        if !words.is(at, "begin") {
            let (step, next) = self.step(at)?;
            return (next >= words.len()).then_some(vec![step]);
        }
        let (steps, mut next) = self.steps(at + 1)?;
        if !words.is(next, "end") {
            return None;
        }
        next += 1;
        next += usize::from(words.symbol(next, ";"));
        (next == words.len()).then_some(steps)
    }

    /// Behind PL/pgSQL's variables, which begin with nothing.
    fn declared(&self, at: usize) -> Option<usize> {
        let words = self.words;
        if self.dialect != Dialect::Postgres || !words.is(at, "declare") {
            return Some(at);
        }
        let begin = words.find(at, words.len(), |at| words.is(at, "begin"))?;
        let given = |at| words.any(at, &["default", "constant"]) || words.symbol(at, "=");
        let given = |at| given(at) || words.symbol(at, ":=") || words.symbol(at, ":");
        (!(at..begin).any(given)).then_some(begin)
    }

    /// Statements up to a word that ends their block.
    fn steps(&self, mut at: usize) -> Option<(Vec<Step>, usize)> {
        let mut steps = Vec::new();
        while !self.words.any(at, &["end", "else", "elsif", "elseif"]) {
            let (step, next) = self.step(at)?;
            steps.push(step);
            at = next;
        }
        Some((steps, at))
    }

    fn step(&self, at: usize) -> Option<(Step, usize)> {
        let words = self.words;
        if words.is(at, "if") {
            return self.branches(at);
        }
        let end = words.find(at, words.len(), |at| words.symbol(at, ";")).unwrap_or(words.len());
        let step = match self.dialect {
            Dialect::Postgres if words.phrase(at, &["return", "new"]) && end == at + 2 => {
                Step::ReturnNew
            }
            Dialect::Postgres
                if words.is(at, "return")
                    && words.any(at + 1, &["null", "old"])
                    && end == at + 2 =>
            {
                Step::ReturnOther
            }
            Dialect::Postgres if words.is(at, "null") && end == at + 1 => Step::Nothing,
            Dialect::Postgres if self.notifies(at, end) => Step::Nothing,
            // The table of that name in another schema is another one.
            Dialect::Postgres if words.is(at, "insert") && !words.symbol(at + 3, ".") => {
                self.insert(at, end)?
            }
            Dialect::Postgres => self.assignment(at, end)?,
            Dialect::Mysql if words.is(at, "set") => {
                let mut steps = Vec::new();
                for (from, to) in words.list(at + 1, end) {
                    steps.push(self.assignment(from, to)?);
                }
                Step::If(vec![(None, steps)])
            }
            Dialect::Mysql => self.insert(at, end)?,
            Dialect::Sqlite if words.is(at, "update") => self.update(at, end)?,
            Dialect::Sqlite if words.is(at, "delete") => self.delete(at, end)?,
            Dialect::Sqlite => self.insert(at, end)?,
        };
        Some((step, end + 1))
    }

    /// `NOTIFY channel`, `PERFORM pg_notify('channel', 'text')`: its text may be too long.
    fn notifies(&self, at: usize, end: usize) -> bool {
        const LONGEST: usize = 1000;
        let words = self.words;
        let is_short = |at| words.string(at).is_some_and(|text| text.len() < LONGEST);
        let is_name = |at| words.string(at).is_some_and(|text| (1..64).contains(&text.len()));
        let says = words.is(at, "notify") && words.name(at + 1).is_some();
        let calls = words.phrase(at, &["perform", "pg_notify"]) && words.symbol(at + 2, "(");
        let comma = |at| words.symbol(at, ",");
        says && end == at + 2
            || says && comma(at + 2) && is_short(at + 3) && end == at + 4
            || calls && is_name(at + 3) && comma(at + 4) && is_short(at + 5) && end == at + 7
    }

    /// `NEW.column := value`
    fn assignment(&self, at: usize, end: usize) -> Option<Step> {
        let words = self.words;
        if let Some(kept) = self.kept(at, end) {
            return Some(kept);
        }
        if !words.is(at, "new") || !words.symbol(at + 1, ".") {
            return None;
        }
        let column = words.name(at + 2)?.to_owned();
        let value = match () {
            () if words.symbol(at + 3, ":=") || words.symbol(at + 3, "=") => at + 4,
            () if words.symbol(at + 3, ":") && words.symbol(at + 4, "=") => at + 5,
            () => return None,
        };
        let value = words.slice(value, end).to_owned();
        Some(Step::Assign { column, value })
    }

    /// `x := NEW.column`, `OLD.column := NEW.column`
    fn kept(&self, at: usize, end: usize) -> Option<Step> {
        let words = self.words;
        let is_set = |at| match () {
            () if words.symbol(at, ":=") || words.symbol(at, "=") => Some(at + 1),
            () if words.symbol(at, ":") && words.symbol(at + 1, "=") => Some(at + 2),
            () => None,
        };
        let new = |at: usize| {
            let whole = words.is(at, "new") && words.symbol(at + 1, ".") && at + 3 == end;
            words.name(at + 2).filter(|_| whole).map(str::to_owned)
        };
        if self.dialect != Dialect::Postgres {
            return None;
        }
        if words.is(at, "old") && words.symbol(at + 1, ".") {
            let column = words.name(at + 2)?;
            let value = new(is_set(at + 3)?)?;
            return (value == column).then_some(Step::Align);
        }
        let column = new(is_set(at + 1)?)?;
        Some(Step::Save { variable: words.name(at)?.to_owned(), column })
    }

    fn branches(&self, mut at: usize) -> Option<(Step, usize)> {
        let words = self.words;
        let mut branches = Vec::new();
        loop {
            let condition = if words.is(at, "else") {
                at += 1;
                None
            } else {
                let then = words.find(at + 1, words.len(), |at| words.is(at, "then"))?;
                let condition = words.slice(at + 1, then).to_owned();
                at = then + 1;
                Some(condition)
            };
            let (steps, next) = self.steps(at)?;
            branches.push((condition, steps));
            at = next;
            if words.is(at, "end") {
                break;
            }
        }
        let ends = words.phrase(at, &["end", "if"]) && words.symbol(at + 2, ";");
        ends.then_some((Step::If(branches), at + 3))
    }

    /// `WHERE key = NEW.key` up to the end.
    fn key(&self, at: usize, end: usize) -> Option<(String, String)> {
        let words = self.words;
        let (key, next) = words.object(at + 1)?;
        let is_row = words.any(next + 1, &["new", "old"]) && words.symbol(next + 2, ".");
        let row = words.name(next + 3)?;
        let whole = words.is(at, "where") && words.symbol(next, "=") && next + 4 == end;
        (whole && is_row).then(|| (key.to_owned(), row.to_owned()))
    }

    fn update(&self, at: usize, end: usize) -> Option<Step> {
        let words = self.words;
        let (table, set) = words.object(at + 1)?;
        let filter = words.find(set, end, |at| words.is(at, "where"))?;
        if !words.is(set, "set") {
            return None;
        }
        let mut assignments = Vec::new();
        for (from, to) in words.list(set + 1, filter) {
            let column = words.name(from)?.to_owned();
            if !words.symbol(from + 1, "=") {
                return None;
            }
            assignments.push((column, words.slice(from + 2, to).to_owned()));
        }
        let (table, key) = (table.to_owned(), self.key(filter, end)?);
        Some(Step::Update { table, assignments, key })
    }

    fn delete(&self, at: usize, end: usize) -> Option<Step> {
        let words = self.words;
        let (table, filter) = words.object(at + 2)?;
        let from = words.is(at + 1, "from");
        let (table, key) = (table.to_owned(), self.key(filter, end)?);
        from.then_some(Step::Delete { table, key })
    }

    fn insert(&self, at: usize, end: usize) -> Option<Step> {
        let words = self.words;
        if !words.phrase(at, &["insert", "into"]) {
            return None;
        }
        let (table, open) = words.object(at + 2)?;
        let close = words.closed(open).filter(|close| *close > open + 2)?;
        let columns = words.list(open + 1, close - 1);
        let columns = columns.into_iter().map(|(from, to)| {
            (to == from + 1).then(|| words.name(from).map(str::to_owned)).flatten()
        });
        let columns = columns.collect::<Option<Vec<_>>>()?;
        let last = words.closed(close + 1)?;
        let values = words.list(close + 2, last - 1).into_iter();
        let values: Vec<_> = values.map(|(from, to)| words.slice(from, to).to_owned()).collect();
        let whole = words.is(close, "values") && last == end && values.len() == columns.len();
        whole.then(|| Step::Insert { table: table.to_owned(), columns, values })
    }
}
