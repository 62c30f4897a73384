//! What is wrong with a script that cannot be split.

use std::fmt;

use super::Position;

/// A script that ends in the middle of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitError {
    /// What was opened and never closed.
    pub what: Unterminated,
    /// Where it was opened.
    pub position: Position,
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
        write!(
            f,
            "the {what} that opens at {position} is never closed: {} is missing",
            what.closer()
        )
    }
}

impl std::error::Error for SplitError {}
