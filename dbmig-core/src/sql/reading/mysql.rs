//! `sql_mode`, of which two parts matter, wherever a script can set it.

use std::collections::HashMap;

use super::{Backslash, Change, DoubleQuotes, Reading, Setting, is_symbol, is_word, text};
use crate::sql::token::{Token, TokenKind};

/// With what the statements begin that may change how text is read.
pub(super) const BEGINNINGS: &[&str] = &["SET", "SELECT", "PREPARE", "EXECUTE"];

/// What `sql_mode` would be with a value, as far as it matters; nothing, where only the server
/// knows.
type Value = Option<Modes>;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Modes {
    ansi_quotes: bool,
    no_backslash_escapes: bool,
}

/// The names that hold `ANSI_QUOTES`; most are MariaDB's.
const ANSI_QUOTES: &[&str] =
    &["ANSI_QUOTES", "ANSI", "ORACLE", "POSTGRESQL", "MSSQL", "DB2", "MAXDB"];
const NO_BACKSLASH_ESCAPES: &str = "NO_BACKSLASH_ESCAPES";

/// What variables were given.
pub(super) struct Script {
    /// `@@GLOBAL.sql_mode`, which is also the default.
    global: Value,
    variables: HashMap<String, Value>,
}

impl Modes {
    fn of(reading: Reading) -> Self {
        Self {
            ansi_quotes: reading.double_quotes == DoubleQuotes::Name,
            no_backslash_escapes: reading.backslash == Backslash::Literal,
        }
    }

    fn reading(self, reading: Reading) -> Reading {
        let double_quotes =
            if self.ansi_quotes { DoubleQuotes::Name } else { DoubleQuotes::String };
        let backslash =
            if self.no_backslash_escapes { Backslash::Literal } else { Backslash::Escapes };
        Reading { backslash, double_quotes, ..reading }
    }

    /// `'STRICT_ALL_TABLES,ANSI'`; not known where a piece could be half a name that matters.
    fn in_list(list: &str) -> Value {
        let mut modes = Self::default();
        for name in list.split(',').map(|name| name.trim().to_ascii_uppercase()) {
            if ANSI_QUOTES.contains(&name.as_str()) {
                modes.ansi_quotes = true;
            } else if name == NO_BACKSLASH_ESCAPES {
                modes.no_backslash_escapes = true;
            } else if !name.is_empty() && matters(&name) {
                return None;
            }
        }
        Some(modes)
    }

    fn with(self, other: Self) -> Self {
        Self {
            ansi_quotes: self.ansi_quotes || other.ansi_quotes,
            no_backslash_escapes: self.no_backslash_escapes || other.no_backslash_escapes,
        }
    }
}

/// Whether it is a part of a name that matters.
fn matters(part: &str) -> bool {
    NO_BACKSLASH_ESCAPES.contains(part) || ANSI_QUOTES.iter().any(|name| name.contains(part))
}

impl Script {
    pub(super) fn new(reading: Reading) -> Self {
        Self { global: Some(Modes::of(reading)), variables: HashMap::new() }
    }

    pub(super) fn change(&mut self, tokens: &[Token<'_>], reading: Reading) -> Option<Change> {
        let tokens: Vec<_> = tokens.iter().filter(|token| !token.is_mark()).copied().collect();
        let mut now = Some(Modes::of(reading));
        let touched = match tokens.as_slice() {
            [set, rest @ ..] if is_word(Some(set), "SET") => self.set(rest, &mut now),
            [select, rest @ ..] if is_word(Some(select), "SELECT") => {
                self.select(rest, now);
                false
            }
            // A statement in a string, which may set anything.
            [_, rest @ ..] => {
                let hidden = rest.iter().any(|token| {
                    token.kind == TokenKind::String
                        && token.text.to_lowercase().contains("sql_mode")
                });
                now = None;
                hidden
            }
            [] => false,
        };
        touched.then(|| {
            now.map_or(Change::Unknown(Setting::SqlMode), |modes| {
                Change::Read(modes.reading(reading))
            })
        })
    }

    /// The assignments of a `SET`; whether one was to the session's `sql_mode`. The server works out
    /// all values before it assigns the first.
    fn set(&mut self, tokens: &[Token<'_>], now: &mut Value) -> bool {
        // Of another statement, or of the one behind FOR alone, which is read before it is set.
        if ["STATEMENT", "PASSWORD"].iter().any(|word| is_word(tokens.first(), word)) {
            return false;
        }
        let mut scope = Scope::Session;
        let mut assigned = Vec::new();
        for part in parts(tokens) {
            scope = Scope::of(part.first()).unwrap_or(scope);
            let Some((to, value)) = Assigned::to(part, scope) else { continue };
            // Nobody should rely on that, and another server may do it one by one.
            let again = assigned.iter().any(|(other, _): &(Assigned, _)| other.is_in(value));
            let value = if again { None } else { self.value(value, *now) };
            assigned.push((to, value));
        }
        let touched = assigned.iter().any(|(to, _)| *to == Assigned::Mode(Scope::Session));
        for (to, value) in assigned {
            match to {
                Assigned::Mode(Scope::Session) => *now = value,
                Assigned::Mode(Scope::Global) => self.global = value,
                Assigned::Variable(name) => _ = self.variables.insert(name, value),
            }
        }
        touched
    }

    /// `SELECT @@sql_mode INTO @old`; all else that a query puts into a variable is not followed.
    fn select(&mut self, tokens: &[Token<'_>], now: Value) {
        let Some(into) = tokens.iter().position(|token| is_word(Some(token), "INTO")) else {
            return;
        };
        let name = variable(&tokens[into + 1..]).filter(|(_, rest)| rest.is_empty());
        if let Some((name, _)) = name {
            let value = self.value(&tokens[..into], now);
            self.variables.insert(name, value);
        }
    }

    /// What an expression makes of the mode.
    fn value(&self, tokens: &[Token<'_>], now: Value) -> Value {
        if let [only] = tokens {
            return match only.kind {
                _ if is_word(Some(only), "DEFAULT") => self.global,
                TokenKind::Number if only.text == "0" => Some(Modes::default()),
                TokenKind::String | TokenKind::Word | TokenKind::Name => {
                    Modes::in_list(text(only)?)
                }
                _ => None,
            };
        }
        if let Some((name, [])) = variable(tokens) {
            return self.variables.get(&name).copied().flatten();
        }
        match system(tokens, Scope::Session) {
            Some((Scope::Session, [])) => return now,
            Some((Scope::Global, [])) => return self.global,
            _ => {}
        }
        let inside =
            |from: usize| Some(&tokens[from..]).filter(|_| closes(tokens, from - 1))?.split_last();
        if is_symbol(tokens.first(), "(") {
            let (_, inside) = inside(1)?;
            let skip = usize::from(is_word(inside.first(), "SELECT"));
            return self.value(&inside[skip..], now);
        }
        if !is_symbol(tokens.get(1), "(") {
            return None;
        }
        let (_, inside) = inside(2)?;
        let arguments: Vec<_> = parts(inside).collect();
        let value = |part: &&[Token<'_>]| self.value(part, now);
        match tokens.first()?.text.to_ascii_uppercase().as_str() {
            "CONCAT" | "CONCAT_WS" => arguments
                .iter()
                .map(value)
                .try_fold(Modes::default(), |all, one| Some(all.with(one?))),
            "IFNULL" | "COALESCE" => value(arguments.first()?),
            "REPLACE" => {
                let [whole, [from], [to]] = arguments.as_slice() else { return None };
                let whole = value(whole)?;
                let from = text(from)?.trim_matches([',', ' ']).to_ascii_uppercase();
                // What it takes away may be what matters.
                let takes = whole != Modes::default() && matters(&from);
                if takes { None } else { Some(whole.with(Modes::in_list(text(to)?)?)) }
            }
            _ => None,
        }
    }
}

/// What a `SET` assigns to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Assigned {
    Mode(Scope),
    Variable(String),
}

impl Assigned {
    /// What the assignment is to, and the value; nothing, where it is of no interest. `scope` is that
    /// of names without one.
    fn to<'a, 't>(part: &'a [Token<'t>], scope: Scope) -> Option<(Self, &'a [Token<'t>])> {
        let (to, rest) = match variable(part) {
            Some((name, rest)) => (Self::Variable(name), rest),
            None => {
                let (scope, rest) = system(part, scope)?;
                (Self::Mode(scope), rest)
            }
        };
        match rest {
            [sign, value @ ..] if sign.is("=") || sign.is(":=") => Some((to, value)),
            _ => None,
        }
    }

    /// Whether the value uses it.
    fn is_in(&self, value: &[Token<'_>]) -> bool {
        (0..value.len()).any(|at| match self {
            Self::Variable(name) => variable(&value[at..]).is_some_and(|(found, _)| found == *name),
            Self::Mode(_) => value[at].is("@@") && system(&value[at..], Scope::Session).is_some(),
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Session,
    Global,
}

impl Scope {
    /// That a keyword names.
    fn of(token: Option<&Token<'_>>) -> Option<Self> {
        match token?.word()?.to_ascii_uppercase().as_str() {
            "SESSION" | "LOCAL" => Some(Self::Session),
            "GLOBAL" | "PERSIST" | "PERSIST_ONLY" => Some(Self::Global),
            _ => None,
        }
    }
}

/// `@name`, and what follows.
fn variable<'a, 't>(tokens: &'a [Token<'t>]) -> Option<(String, &'a [Token<'t>])> {
    match tokens {
        [at, name, rest @ ..] if at.is("@") => Some((text(name)?.to_lowercase(), rest)),
        _ => None,
    }
}

/// `sql_mode`, `@@sql_mode`, `SESSION sql_mode`, `@@global.sql_mode`, and what follows; `scope` is
/// that of the bare name, to which `@@` is always the session's.
fn system<'a, 't>(tokens: &'a [Token<'t>], scope: Scope) -> Option<(Scope, &'a [Token<'t>])> {
    let signs = usize::from(is_symbol(tokens.first(), "@@"));
    let named = Scope::of(tokens.get(signs));
    let words = usize::from(named.is_some());
    let dot = usize::from(words == 1 && is_symbol(tokens.get(signs + 1), "."));
    let scope = named.unwrap_or(if signs == 1 { Scope::Session } else { scope });
    match tokens.get(signs + words + dot..)? {
        [name, rest @ ..] if text(name)?.eq_ignore_ascii_case("sql_mode") => Some((scope, rest)),
        _ => None,
    }
}

/// What stands between commas that are in no parentheses.
fn parts<'a, 't>(tokens: &'a [Token<'t>]) -> impl Iterator<Item = &'a [Token<'t>]> {
    let mut depth = 0_i32;
    tokens.split(move |token| {
        depth += i32::from(token.is("(")) - i32::from(token.is(")"));
        depth == 0 && token.is(",")
    })
}

/// Whether the parenthesis at `open` is closed by the last token.
fn closes(tokens: &[Token<'_>], open: usize) -> bool {
    let mut depth = 0_i32;
    let close = tokens[open..].iter().position(|token| {
        depth += i32::from(token.is("(")) - i32::from(token.is(")"));
        depth == 0
    });
    close.is_some_and(|close| open + close + 1 == tokens.len())
}
