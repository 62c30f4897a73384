//! An interrupted run that cannot simply go on.

use std::fmt;

use super::{Direction, StatementPlace};
use crate::Version;

/// A run that did not end and that cannot simply go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresumable {
    /// The migration's version.
    pub version: Version,
    /// The name of its directory.
    pub name: String,
    /// Which way it was going.
    pub direction: Direction,
    /// What is in the way.
    pub reason: UnresumableReason,
}

/// Why an interrupted run cannot simply go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnresumableReason {
    /// The runner vanished while this statement ran, or it failed where it may have done a part of
    /// its work, and the catalogue does not tell.
    InFlight(StatementPlace),
    /// What this statement made or set was part of its session, and is gone with it.
    SessionGone(StatementPlace),
    /// A statement that was already done has changed since.
    Changed(StatementPlace),
    /// The migration is not among the migrations here any more.
    Gone,
    /// What is asked for now is something else.
    OtherWork,
}

impl fmt::Display for Unresumable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.direction {
            Direction::Up => "applying",
            Direction::Down => "reverting",
        };
        write!(f, "an earlier run was interrupted while {verb} {}", self.name)?;
        match &self.reason {
            UnresumableReason::InFlight(place) => write!(
                f,
                "\nit ended during statement {place}\nthat may have taken effect or not, or in part, and the \
                 catalogue does not tell",
            ),
            UnresumableReason::SessionGone(place) => write!(
                f,
                "\nwhat an earlier statement made or set is needed and was part of the session of that run, \
                 which is gone: statement {place}",
            ),
            UnresumableReason::Changed(place) => {
                write!(f, "\nwhat is already done is not the same any more: statement {place}",)
            }
            UnresumableReason::Gone => {
                f.write_str(", which is not among the migrations here any more")
            }
            UnresumableReason::OtherWork => Ok(()),
        }
    }
}
