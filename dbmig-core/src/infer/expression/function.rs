//! Functions that take whatever they are given.

use sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments};

use super::{Clock, Doubt, Own, Row, Shape, count, doubt, string};
use crate::Dialect;
use crate::infer::expression::Length;

/// Of `date_trunc`. Weeks and more fail in the first year that PostgreSQL knows, 4714 BC, only.
const UNITS: [&str; 8] = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"];

/// Of `strftime`.
const FORMATS: [&str; 6] = [
    "%s",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%f",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%fZ",
    "%Y-%m-%d",
];

/// In how many characters one may result: `upper('ß')` is `SS`, where ICU does it.
const GROWTH: u64 = 3;

impl Row<'_> {
    pub(super) fn function(&self, call: &Function) -> Result<Shape, Doubt> {
        let name = call.name.to_string().to_ascii_lowercase();
        let name = name.strip_prefix("pg_catalog.").unwrap_or(&name);
        let unknown = || doubt("a function that is not known to be safe");
        if call.over.is_some() || call.filter.is_some() || !call.within_group.is_empty() {
            return Err(unknown());
        }
        let arguments = arguments(call).ok_or_else(unknown)?;
        if let Some(time) = self.time(name, &arguments) {
            return time;
        }
        let common = match (name, &arguments[..]) {
            ("lower" | "upper", [text]) => Some(self.text(text).map(|length| match self.dialect {
                Dialect::Postgres => Shape::Text(length.times(GROWTH)),
                Dialect::Mysql | Dialect::Sqlite => Shape::Text(length),
            })),
            ("trim" | "ltrim" | "rtrim", [text]) => Some(self.text(text).map(Shape::Text)),
            ("length" | "char_length" | "character_length" | "octet_length", [text]) => {
                Some(self.text(text).map(|_| Shape::Integer(32)))
            }
            ("coalesce", [_, ..]) => Some(self.common(arguments.iter().copied())),
            ("nullif", [value, other]) => {
                Some(self.comparison(value, [*other]).and_then(|_| self.shape(value)))
            }
            ("replace", [text, from, to]) => Some(
                self.text(text)
                    .and_then(|_| self.text(from))
                    .and_then(|_| self.text(to))
                    .map(|_| Shape::Text(Length::Any)),
            ),
            ("substr" | "substring", [text, from]) => Some(self.substring(text, Some(from), None)),
            ("substr" | "substring", [text, from, length]) => {
                Some(self.substring(text, Some(from), Some(length)))
            }
            _ => None,
        };
        common
            .or_else(|| match self.dialect {
                Dialect::Postgres => self.of_postgres(name, &arguments),
                Dialect::Mysql => self.of_mysql(name, &arguments),
                Dialect::Sqlite => self.of_sqlite(name, &arguments),
            })
            .or_else(|| self.own(name, &arguments))
            .unwrap_or_else(|| Err(unknown()))
    }

    /// A function of the migrations' own, as if its body stood there.
    fn own(&self, name: &str, arguments: &[&Expr]) -> Option<Result<Shape, Doubt>> {
        let depth = self.own.depth.checked_sub(1)?;
        let expr = self.own.expand?(name, arguments)?;
        Some(Self { own: Own { depth, ..self.own }, ..*self }.shape(&expr))
    }

    /// `now()` and its like.
    fn time(&self, name: &str, arguments: &[&Expr]) -> Option<Result<Shape, Doubt>> {
        let kind = match (self.dialect, name, arguments) {
            (
                Dialect::Postgres,
                "now"
                | "current_timestamp"
                | "clock_timestamp"
                | "statement_timestamp"
                | "transaction_timestamp",
                [],
            ) => "timestamptz",
            (Dialect::Postgres, "localtimestamp", []) => "timestamp",
            (Dialect::Postgres, "timezone", [zone, time]) => {
                return Some(self.zoned(time, zone));
            }
            (
                Dialect::Mysql,
                "now" | "current_timestamp" | "utc_timestamp" | "localtime" | "localtimestamp"
                | "sysdate",
                [],
            ) => "datetime",
            (Dialect::Mysql, "now" | "current_timestamp" | "utc_timestamp", [digits])
                if count(digits).is_some_and(|digits| digits <= 6) =>
            {
                "datetime"
            }
            (Dialect::Sqlite, "current_timestamp", []) => "datetime",
            (Dialect::Sqlite, "datetime", []) => "datetime",
            (Dialect::Sqlite, "datetime", [now]) if string(now) == Some("now") => "datetime",
            // With a format that it does not know, it gives NULL.
            (Dialect::Sqlite, "strftime", [format, now])
                if string(now) == Some("now")
                    && string(format).is_some_and(|format| FORMATS.contains(&format)) =>
            {
                "strftime"
            }
            _ => return None,
        };
        Some(match self.clock {
            Clock::Asked => Ok(Shape::Time(kind.to_owned())),
            Clock::Refused => Err(doubt("the time")),
        })
    }

    fn of_postgres(&self, name: &str, arguments: &[&Expr]) -> Option<Result<Shape, Doubt>> {
        Some(match (name, arguments) {
            ("btrim", [text]) => self.text(text).map(Shape::Text),
            ("btrim" | "ltrim" | "rtrim", [text, what]) => {
                self.text(what).and_then(|_| self.text(text)).map(Shape::Text)
            }
            ("initcap" | "reverse", [text]) => {
                self.text(text).map(|length| Shape::Text(length.times(GROWTH)))
            }
            ("md5", [text]) => self.text(text).map(|_| Shape::Text(Length::of(32))),
            ("left" | "right", [text, length]) => self.cut(text, length),
            ("greatest" | "least", [_, ..]) => self.common(arguments.iter().copied()),
            ("concat", [_, ..]) => {
                self.truth(arguments.iter().copied()).map(|_| Shape::Text(Length::Any))
            }
            ("date", [time]) => self.dated(time).map(|()| Shape::Time("date".to_owned())),
            ("date_trunc", [unit, time]) => self.truncated(unit, time),
            ("to_tsvector", [language, text]) if string(language).is_some() => {
                match self.shape(text) {
                    Ok(Shape::Text(_) | Shape::Json | Shape::Null) => Ok(Shape::TextSearch),
                    Ok(_) => Err(doubt("a column whose type is not known")),
                    Err(doubt) => Err(doubt),
                }
            }
            ("setweight", [words, weight])
                if string(weight).is_some_and(|weight| ["A", "B", "C", "D"].contains(&weight)) =>
            {
                self.shape(words)
            }
            _ => return None,
        })
    }

    fn of_mysql(&self, name: &str, arguments: &[&Expr]) -> Option<Result<Shape, Doubt>> {
        Some(match (name, arguments) {
            ("lcase" | "ucase" | "reverse", [text]) => self.text(text).map(Shape::Text),
            ("ifnull", [_, _]) => self.common(arguments.iter().copied()),
            ("if", [condition, value, other]) => {
                self.condition(condition).and_then(|_| self.common([*value, *other]))
            }
            ("concat", [_, ..]) => arguments
                .iter()
                .try_fold(Length::of(0), |all, one| Ok(all.plus(self.text(one)?)))
                .map(Shape::Text),
            ("md5", [text]) => self.text(text).map(|_| Shape::Text(Length::of(32))),
            ("left" | "right", [text, length]) => self.cut(text, length),
            ("year" | "month" | "day", [time]) => self.dated(time).map(|()| Shape::Integer(16)),
            ("date", [time]) => self.dated(time).map(|()| Shape::Time("date".to_owned())),
            _ => return None,
        })
    }

    fn of_sqlite(&self, name: &str, arguments: &[&Expr]) -> Option<Result<Shape, Doubt>> {
        let safe = match name {
            "ifnull" | "min" | "max" => return Some(self.common(arguments.iter().copied())),
            "ltrim" | "rtrim" | "trim" | "typeof" | "hex" | "quote" => Shape::Text(Length::Any),
            "instr" | "unicode" => Shape::Integer(64),
            "round" => Shape::Number,
            _ => return None,
        };
        Some(self.truth(arguments.iter().copied()).map(|_| safe))
    }

    fn dated(&self, time: &Expr) -> Result<(), Doubt> {
        match self.shape(time)? {
            Shape::Time(_) => Ok(()),
            _ => Err(doubt("a date that may be none")),
        }
    }

    fn cut(&self, text: &Expr, length: &Expr) -> Result<Shape, Doubt> {
        let Some(length) = count(length) else { return Err(doubt("a length that may be refused")) };
        Ok(Shape::Text(self.text(text)?.min(Length::AtMost(length))))
    }

    pub(super) fn substring(
        &self,
        text: &Expr,
        from: Option<&Expr>,
        length: Option<&Expr>,
    ) -> Result<Shape, Doubt> {
        let whole = self.text(text)?;
        let numbers = from.into_iter().chain(length);
        if !numbers.map(count).all(|number| number.is_some()) {
            return Err(doubt("a length that may be refused"));
        }
        let most = length.and_then(count).map_or(Length::Any, Length::AtMost);
        Ok(Shape::Text(whole.min(most)))
    }

    fn truncated(&self, unit: &Expr, time: &Expr) -> Result<Shape, Doubt> {
        let unit = string(unit).map(str::to_ascii_lowercase);
        let is_known = unit.is_some_and(|unit| UNITS.contains(&unit.as_str()));
        match self.shape(time)? {
            Shape::Time(kind) if is_known && kind.starts_with("timestamp") => Ok(Shape::Time(kind)),
            _ => Err(doubt("date_trunc on what may be no timestamp")),
        }
    }

    /// Whether a call never gives NULL.
    pub(super) fn is_full(&self, call: &Function, column: &dyn Fn(&str) -> bool) -> bool {
        let name = call.name.to_string().to_ascii_lowercase();
        let Some(arguments) = arguments(call) else { return false };
        match name.as_str() {
            "coalesce" | "ifnull" => arguments.iter().any(|one| self.is_never_null(one, column)),
            "lower" | "upper" | "trim" => {
                arguments.iter().all(|one| self.is_never_null(one, column))
            }
            name => matches!(self.time(name, &arguments), Some(Ok(_))),
        }
    }
}

/// The arguments without names; none at all for `CURRENT_TIMESTAMP`.
fn arguments(call: &Function) -> Option<Vec<&Expr>> {
    let list = match &call.args {
        FunctionArguments::None => return Some(Vec::new()),
        FunctionArguments::List(list) if list.clauses.is_empty() => list,
        FunctionArguments::List(_) | FunctionArguments::Subquery(_) => return None,
    };
    let argument = |argument| match argument {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expr)) => Some(expr),
        _ => None,
    };
    list.args.iter().map(argument).collect()
}
