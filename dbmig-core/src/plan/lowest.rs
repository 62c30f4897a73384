//! Which version can run where this one cannot. Never the one that was refused.

use std::fmt;

use super::{AheadState, Unknown};
use crate::Build;

/// Which version can run with migrations that the refused one cannot live with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lowest {
    /// This one; so can those with a higher version.
    OrLater(String),
    /// The one that applied the newest of them. Its version does not say how it stands to others.
    Exactly(String),
    /// The history names none.
    Unknown,
}

impl Lowest {
    /// The lowest one that has all of `breaking`, in the order of their versions, and is not
    /// `refused`.
    pub fn of(breaking: &[Unknown], refused: &Build) -> Self {
        let Some(app) = breaking.last().and_then(Unknown::app) else { return Self::Unknown };
        let other = Build::parse(app);
        if other.app == refused.app {
            return match other.id == refused.id || other.id.is_none() {
                true => Self::Unknown,
                false => Self::Exactly(other.to_string()),
            };
        }
        match other.is_later_than(refused) || other.name() != refused.name() {
            true => Self::OrLater(other.app),
            false => Self::Exactly(other.to_string()),
        }
    }

    /// It in a sentence, for an error.
    pub(super) fn sentence(&self, breaking: &[Unknown], refused: &Build) -> String {
        match (self, breaking.last()) {
            (Self::OrLater(app), _) => format!("the lowest version that can is {app}"),
            (Self::Exactly(build), _) => format!("the build that has applied it can: {build}"),
            (Self::Unknown, None) => "the history does not say which version can".to_owned(),
            (Self::Unknown, Some(newest)) => {
                format!("the history does not say which version can: {}", Trail { newest, refused })
            }
        }
    }
}

/// What is known of how a migration came, where that names no version to deploy.
struct Trail<'a> {
    newest: &'a Unknown,
    refused: &'a Build,
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unknown { name, app, occasion, presence, .. } = self.newest;
        let verb = match presence {
            AheadState::Applied => "was applied",
            AheadState::Announced => "is about to begin",
        };
        match app.as_str() {
            "" if occasion.at.is_empty() => {
                return write!(f, "{name} was not applied by dbmig, so it has no record of it");
            }
            "" => write!(f, "{name} {verb}{occasion}, by an app that has not named itself")?,
            app => write!(f, "{name} {verb} by {app}{occasion}")?,
        }
        if !self.refused.app.is_empty() && Build::parse(app).app == self.refused.app {
            return write!(f, "; this one calls itself {}, too", self.refused);
        }
        Ok(())
    }
}
