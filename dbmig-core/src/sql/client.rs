//! What a dump or a script holds for its client and not for the server: psql's commands, rows
//! behind `COPY`, commands of the shells of MySQL and SQLite.

use super::token::Token;
use crate::Dialect;

/// A line for a client, where a statement could begin or, in PostgreSQL, within one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCommand {
    /// The program that knows it.
    pub client: &'static str,
    /// As it is written, without its arguments: `\connect`
    pub command: String,
}

/// Where a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clause {
    BetweenStatements,
    InStatement,
}

/// What is to be done about a line.
pub(super) enum Line {
    /// It means nothing outside of psql.
    Skip,
    Refuse(ClientCommand),
}

/// What `token` begins, if that is for a client; `rest` is what follows it.
pub(super) fn line(dialect: Dialect, token: &Token<'_>, rest: &str, place: Clause) -> Option<Line> {
    let begins = place == Clause::BetweenStatements;
    let command = |client| {
        let command = format!("{}{}", token.text, name(rest));
        Some(Line::Refuse(ClientCommand { client, command }))
    };
    match dialect {
        Dialect::Postgres if token.is("\\") => {
            let named = ["restrict", "unrestrict"].contains(&name(rest));
            if named && begins { Some(Line::Skip) } else { command("psql") }
        }
        // Within a statement `\N` is NULL.
        Dialect::Mysql if begins && token.is("\\") => command("mysql"),
        Dialect::Mysql if begins && token.word() == Some("source") => {
            Some(Line::Refuse(ClientCommand { client: "mysql", command: "source".to_owned() }))
        }
        Dialect::Sqlite if begins && token.is(".") && !name(rest).is_empty() => command("sqlite3"),
        Dialect::Postgres | Dialect::Mysql | Dialect::Sqlite => None,
    }
}

/// The name of a command: a word, or one sign.
fn name(rest: &str) -> &str {
    let word =
        rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let sign = || rest.chars().next().filter(|c| !c.is_whitespace()).map_or(0, char::len_utf8);
    &rest[..if word > 0 { word } else { sign() }]
}

impl ClientCommand {
    /// What to do in its stead.
    pub fn remedy(&self) -> &'static str {
        let name = self.command.trim_start_matches(['\\', '.']);
        match name {
            "" if self.client == "psql" => {
                "it ends rows of COPY, which cannot be sent: write them as INSERT"
            }
            "copy" | "import" => {
                "write the rows as INSERT (`pg_dump --inserts` does), or load them outside of the \
                 migration"
            }
            "connect" | "c" | "open" | "u" => {
                "a migration runs on the database of the URL: remove the line"
            }
            "" | "i" | "ir" | "include" | "include_relative" | "read" | "source" => {
                "put the SQL of that file here"
            }
            "set" | "unset" | "gset" | "prompt" | "getenv" | "parameter" => {
                "write the values in place of its variables"
            }
            "echo" | "qecho" | "warn" | "print" => {
                "make a comment of the line (`--`), or remove it"
            }
            "gexec" => "run what the query makes with EXECUTE in a DO block",
            "g" | "gx" | "gdesc" | "crosstabview" | "watch" | ";" | "G" => {
                "end the statement with `;`"
            }
            "if" | "elif" | "else" | "endif" => "decide in a DO block",
            "restrict" | "unrestrict" => "move the line between two statements, or remove it",
            "!" | "shell" | "system" => "run it before or after the migration",
            _ => "remove the line",
        }
    }
}

/// Reads a statement for a `COPY` that needs its client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Copy {
    #[default]
    Start,
    /// `COPY`, with as many parentheses open; whether `FROM` or `TO` was the word before.
    Head {
        depth: u32,
        before: Option<Rows>,
    },
    /// It exchanges rows with its client.
    Client(Rows),
    Other,
}

/// Which way rows go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    FromClient,
    ToClient,
}

impl Copy {
    /// Takes the next significant token of the statement.
    pub(super) fn see(&mut self, token: &Token<'_>) {
        let is = |word: &str| token.word().is_some_and(|found| found.eq_ignore_ascii_case(word));
        *self = match *self {
            Self::Start if is("COPY") => Self::Head { depth: 0, before: None },
            Self::Start | Self::Other => Self::Other,
            // The server takes one word for the other.
            Self::Head { depth: 0, before: Some(rows) } if is("STDIN") || is("STDOUT") => {
                Self::Client(rows)
            }
            Self::Head { depth, .. } if token.is("(") => {
                Self::Head { depth: depth + 1, before: None }
            }
            Self::Head { depth, .. } if token.is(")") => {
                Self::Head { depth: depth.saturating_sub(1), before: None }
            }
            Self::Head { depth, .. } => {
                let from = is("FROM").then_some(Rows::FromClient);
                let before = from.or_else(|| is("TO").then_some(Rows::ToClient));
                Self::Head { depth, before }
            }
            Self::Client(rows) => Self::Client(rows),
        };
    }
}
