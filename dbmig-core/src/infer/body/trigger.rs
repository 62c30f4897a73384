//! A trigger, from its text: when it runs, and the statements of its body.

mod code;

use crate::Dialect;
use crate::infer::words::Words;
use crate::sql::Statement;
use code::Code;

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
    /// `variable := NEW.column`
    Save {
        variable: String,
        column: String,
    },
    /// `OLD.column := NEW.column`, of the same column: for a comparison of the rows.
    Align,
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
