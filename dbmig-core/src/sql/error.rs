//! What is wrong with a script that cannot be split, or not be sent to a server.

use std::fmt;

use super::Position;
use super::client::ClientCommand;
use super::reading::Setting;

/// Why a script cannot be executed, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitError {
    /// What is wrong, with what to do about it.
    pub what: Unfit,
    /// Where it begins.
    pub position: Position,
}

/// What keeps a script from being executed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfit {
    /// It ends in the middle of something.
    Unterminated(Unterminated),
    /// It holds a NUL character.
    Nul,
    /// `COPY .. FROM STDIN`, whose rows come from a client.
    CopyFromStdin,
    /// `COPY .. TO STDOUT`, whose rows go to a client.
    CopyToStdout,
    /// A line for psql, or for the shell of another database.
    ClientCommand(ClientCommand),
    /// A setting that only the server knows decides how a string is read.
    UnknownReading {
        /// The setting, which the statement at the place of the error changes.
        setting: Setting,
        /// Where the string begins.
        string: Position,
    },
}

/// What can be left open at the end of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unterminated {
    /// `'..`
    String,
    /// `"..`, `` `.. `` or `[..`
    QuotedIdentifier,
    /// `/* ..`
    Comment,
    /// `/*! ..`, whose content MySQL executes.
    ExecutableComment,
    /// `$tag$ ..`
    DollarQuote,
    /// `( ..`
    Parenthesis,
    /// A body without its `END`; holds the keyword that opened it.
    Body(&'static str),
}

impl Unterminated {
    /// What closes it.
    const fn closer(self) -> &'static str {
        match self {
            Self::String => "its closing quote",
            Self::QuotedIdentifier => "its closing quote or bracket",
            Self::Comment | Self::ExecutableComment => "*/",
            Self::DollarQuote => "its closing tag",
            Self::Parenthesis => ")",
            Self::Body(_) => "END",
        }
    }
}

impl fmt::Display for Unterminated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::QuotedIdentifier => f.write_str("quoted name"),
            Self::Comment => f.write_str("comment"),
            Self::ExecutableComment => f.write_str("executable comment"),
            Self::DollarQuote => f.write_str("dollar-quoted string"),
            Self::Parenthesis => f.write_str("parenthesis"),
            Self::Body(keyword) => write!(f, "{keyword}"),
        }
    }
}

impl fmt::Display for SplitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, position } = self;
        match what {
            Unfit::Unterminated(what) => write!(
                f,
                "the {what} that opens at {position} is never closed: {} is missing",
                what.closer()
            ),
            Unfit::Nul => {
                f.write_str("a NUL character, which no database accepts in SQL: remove it")
            }
            Unfit::CopyFromStdin => f.write_str(
                "COPY FROM STDIN takes its rows from a client such as psql, but a migration is sent \
                 to the server as SQL only: write the rows as INSERT (`pg_dump --inserts` does), or \
                 copy from a file of the server or a PROGRAM, or load them outside of the migration",
            ),
            Unfit::CopyToStdout => f.write_str(
                "COPY TO STDOUT gives its rows to a client such as psql, and a migration has none: \
                 remove it, or copy to a file of the server or a PROGRAM",
            ),
            Unfit::ClientCommand(command) => write!(
                f,
                "`{}` is a command of {}, which the server does not know: {}",
                command.command,
                command.client,
                command.remedy()
            ),
            Unfit::UnknownReading { setting, string } => write!(
                f,
                "{} gets a value here that only the server knows, and how the string at {string} is \
                 read depends on it: write the value as a text, or the string without a backslash",
                setting.name()
            ),
        }
    }
}

impl SplitError {
    /// What to do in the file at `path`, where the error itself does not say it.
    pub fn remedy(&self, path: &str) -> Option<String> {
        match self.what {
            Unfit::Unterminated(_) => Some(format!("close it in {path}")),
            Unfit::Nul
            | Unfit::CopyFromStdin
            | Unfit::CopyToStdout
            | Unfit::ClientCommand(_)
            | Unfit::UnknownReading { .. } => None,
        }
    }
}

impl std::error::Error for SplitError {}
