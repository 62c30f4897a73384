//! What can be wrong with the text of a lock file.

use std::fmt;

use super::FILE;
use crate::remedy;
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
        f.write_str(&match self {
            Self::Conflict => remedy::lock_conflict(),
            Self::Format(format) => remedy::lock_format(format),
            Self::Digest => remedy::lock_digest(),
            Self::NoDigest => remedy::lock_anew("the last line with the digest is missing"),
            Self::Line(what) => remedy::lock_anew(what),
        })
    }
}
