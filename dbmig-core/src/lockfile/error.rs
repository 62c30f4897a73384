//! What can be wrong with the text of a lock file.

use std::fmt;

use super::{COMMAND, FILE};
use crate::sql::Position;

/// A line that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The place.
    pub position: Position,
    /// What is wrong there.
    pub kind: ParseErrorKind,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// Git has left both sides of a merge in the file.
    Conflict,
    /// A later version of dbmig has written it.
    Format(String),
    /// The last line is not the digest of the others.
    Digest,
    /// There is no digest.
    NoDigest,
    /// Something else, which this says.
    Line(&'static str),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{FILE}:{}: {}", self.position, self.kind)
    }
}

impl std::error::Error for ParseError {}

impl fmt::Display for ParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => write!(
                f,
                "Git has left a merge conflict here: run `{COMMAND}`, which writes the file anew"
            ),
            Self::Format(format) => write!(
                f,
                "the format is {}, which this version of dbmig does not read: use the version that wrote it, or \
                 run `{COMMAND}`",
                format.escape_debug()
            ),
            Self::Digest => write!(
                f,
                "the digest is not that of the lines above: the file was edited, or merged without a conflict; \
                 run `{COMMAND}`"
            ),
            Self::NoDigest => {
                write!(f, "the last line with the digest is missing: run `{COMMAND}`")
            }
            Self::Line(what) => write!(f, "{what}: run `{COMMAND}`"),
        }
    }
}
