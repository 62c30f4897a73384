//! A trigger, from its text: when it runs, and the statements of its body.

use crate::Dialect;
use crate::infer::words::Words;
use crate::sql::Statement;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::infer) enum Timing {
    Before,
    After,
    InsteadOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::infer) enum Event {
    Insert,
    Update,
    Delete,
    Truncate,
}

/// How often a trigger runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::infer) enum Level {
    Row,
    /// Once, and there is no row.
    Statement,
}

/// When a trigger runs, and what.
#[derive(Clone, Debug)]
pub(in crate::infer) struct Trigger {
    pub(in crate::infer) timing: Timing,
    pub(in crate::infer) events: Vec<Event>,
    pub(in crate::infer) level: Level,
    /// `WHEN (..)`
    pub(in crate::infer) guard: Option<String>,
    pub(in crate::infer) action: Action,
}

#[derive(Clone, Debug)]
pub(in crate::infer) enum Action {
    /// `EXECUTE FUNCTION f (arguments)`
    Call {
        function: String,
        arguments: Vec<String>,
    },
    Code(Vec<Step>),
}

/// A statement of a body.
#[derive(Clone, Debug)]
pub(in crate::infer) enum Step {
    /// `NEW.column := value`
    Assign {
        column: String,
        value: String,
    },
    /// The branches of an `IF`, the last maybe without a condition.
    If(Vec<(Option<String>, Vec<Step>)>),
    ReturnNew,
    /// `RETURN NULL`, `RETURN OLD`: the row of a `BEFORE` is not written then.
    ReturnOther,
    Nothing,
    /// `UPDATE table SET .. WHERE key = NEW.key`
    Update {
        table: String,
        assignments: Vec<(String, String)>,
        key: (String, String),
    },
    /// `INSERT INTO table (columns) VALUES (values)`
    Insert {
        table: String,
        columns: Vec<String>,
        values: Vec<String>,
    },
    /// `DELETE FROM table WHERE key = OLD.key`
    Delete {
        table: String,
        key: (String, String),
    },
}

impl Trigger {
    /// A trigger whose text is understood.
    pub(in crate::infer) fn of(statement: &Statement<'_>) -> Option<Self> {
        if !statement.is_read_as_usual() {
            return None;
        }
        let dialect = statement.dialect();
        let words = Words::of(statement);
        let start = (0..words.len()).find(|at| words.is(*at, "trigger"))?;
        let at = (start..words.len()).find(|at| words.any(*at, &["before", "after", "instead"]))?;
        let timing = match () {
            () if words.is(at, "before") => Timing::Before,
            () if words.is(at, "after") => Timing::After,
            () => Timing::InsteadOf,
        };
        let on = (at..words.len()).find(|at| words.is(*at, "on"))?;
        let events = (at..on).filter_map(|at| event(&words, at)).collect::<Vec<_>>();
        let (_, behind) = words.object(on + 1)?;
        match dialect {
            Dialect::Postgres => of_postgres(&words, behind, timing, events),
            Dialect::Mysql => {
                let mut at = each_row(&words, behind)?;
                if words.any(at, &["follows", "precedes"]) {
                    at = words.object(at + 1)?.1;
                }
                let action = Action::Code(Code { dialect, words: &words }.body(at)?);
                Some(Self { timing, events, level: Level::Row, guard: None, action })
            }
            Dialect::Sqlite => {
                let at = each_row(&words, behind).unwrap_or(behind);
                let begin = words.find(at, words.len(), |at| words.is(at, "begin"))?;
                let guard = words.is(at, "when").then(|| words.slice(at + 1, begin).to_owned());
                if guard.is_none() && at != begin {
                    return None;
                }
                let action = Action::Code(Code { dialect, words: &words }.body(begin)?);
                Some(Self { timing, events, level: Level::Row, guard, action })
            }
        }
    }
}

fn event(words: &Words, at: usize) -> Option<Event> {
    if words.is(at, "insert") {
        Some(Event::Insert)
    } else if words.is(at, "update") {
        Some(Event::Update)
    } else if words.is(at, "delete") {
        Some(Event::Delete)
    } else if words.is(at, "truncate") {
        Some(Event::Truncate)
    } else {
        None
    }
}

fn each_row(words: &Words, at: usize) -> Option<usize> {
    words.phrase(at, &["for", "each", "row"]).then_some(at + 3)
}

fn of_postgres(
    words: &Words,
    behind: usize,
    timing: Timing,
    events: Vec<Event>,
) -> Option<Trigger> {
    let (level, mut at) = match () {
        () if words.phrase(behind, &["for", "each", "row"]) => (Level::Row, behind + 3),
        () if words.phrase(behind, &["for", "row"]) => (Level::Row, behind + 2),
        () if words.phrase(behind, &["for", "each", "statement"]) => (Level::Statement, behind + 3),
        () if words.phrase(behind, &["for", "statement"]) => (Level::Statement, behind + 2),
        // Nobody has said it.
        () => (Level::Statement, behind),
    };
    let mut guard = None;
    if words.is(at, "when") {
        let end = words.closed(at + 1)?;
        guard = Some(words.slice(at + 2, end - 1).to_owned());
        at = end;
    }
    if !words.is(at, "execute") || !words.any(at + 1, &["function", "procedure"]) {
        return None;
    }
    let (function, open) = words.object(at + 2)?;
    let end = words.closed(open)?;
    let arguments = words.list(open + 1, end - 1);
    let arguments = arguments.into_iter().map(|(from, to)| words.slice(from, to).to_owned());
    let arguments = arguments.filter(|argument| !argument.is_empty()).collect();
    let action = Action::Call { function: function.to_owned(), arguments };
    (end == words.len()).then_some(Trigger { timing, events, level, guard, action })
}

/// The statements of PostgreSQL's function for a trigger, in PL/pgSQL.
pub(in crate::infer) fn function(statement: &Statement<'_>) -> Option<Vec<Step>> {
    if !statement.is_read_as_usual() {
        return None;
    }
    let words = Words::of(statement);
    let returns = (0..words.len()).find(|at| words.is(*at, "returns"))?;
    let language = (0..words.len()).find(|at| words.is(*at, "language"))?;
    let name = words.name(language + 1).map(str::to_owned);
    let name = name.or_else(|| words.string(language + 1))?;
    if !words.is(returns + 1, "trigger") || !name.eq_ignore_ascii_case("plpgsql") {
        return None;
    }
    let as_ = (0..words.len()).find(|at| words.is(*at, "as") && words.string(*at + 1).is_some())?;
    let body = Words::read(statement, &words.string(as_ + 1)?);
    Code { dialect: Dialect::Postgres, words: &body }.body(0)
}

struct Code<'w> {
    dialect: Dialect,
    words: &'w Words,
}

impl Code<'_> {
    /// All of a body that begins there and ends where the words do.
    fn body(&self, at: usize) -> Option<Vec<Step>> {
        let words = self.words;
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
