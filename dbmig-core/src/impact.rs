//! What a migration means for others: for the previous version of the app, which may meet the
//! schema after it, and for the data, if it is reverted.
//!
//! In a program it is [`Impact`]. Stored, an [`ImpactText`], it is one text, the same in generated
//! code and in the history: an app embeds it without a cost, and an older app reads it out of the
//! database; it is read where it comes in, once. Its first line is about the way
//! up, its second about the way back, each further one names something that the way back drops, its
//! parts behind a tab (`⇥`):
//!
//! ```text
//! breaking inferred 3:1 drops the column users.nick
//! lossy inferred 1:1 drops the column users.email
//! column⇥users⇥email
//! ```

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use crate::escape::escape;
use crate::sql::Position;

mod loss;
mod text;

pub use loss::Loss;

/// What a migration means for others, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImpactText(Cow<'static, str>);

/// What a migration means for others, read out of an [`ImpactText`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impact {
    /// As it is stored. It may say more than is understood here.
    text: ImpactText,
    compatibility: Compatibility,
    reversibility: Reversibility,
}

/// Whether the previous version of the app can live with the schema after a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compatibility {
    /// Whether it can.
    pub verdict: Verdict,
    /// How that is known, and from what.
    pub reason: Reason,
}

/// What the way back does to the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversibility {
    /// What it does.
    pub reversal: ReversalVerdict,
    /// How that is known, and from what.
    pub reason: Reason,
}

/// Whether the previous version of the app can live with the schema after a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It can.
    Compatible,
    /// It can once it has been started anew: what runs now fails on the connections that it has.
    /// PostgreSQL refuses a prepared statement whose result has another type than before, each time
    /// that it is tried; Diesel keeps such statements with their connection.
    CompatibleAfterRestart,
    /// It cannot, or nobody knows.
    Breaking,
}

/// What the way back does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReversalVerdict {
    /// It restores what was there.
    Restores,
    /// It works, but this goes.
    Lossy(Losses),
    /// There is none.
    Impossible,
}

/// What a way back drops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Losses {
    /// All of it: how many rows are in it can be counted beforehand.
    Known(Vec<Loss>),
    /// Something that cannot be counted.
    Unknown,
}

/// What a judgement rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// How it came about.
    pub basis: Basis,
    /// Why, in words.
    pub text: String,
    /// The statement in the script that it is about, where it is about one.
    pub position: Option<Position>,
}

/// How a judgement came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Basis {
    /// `metadata.toml` says so, or a person did with `repair`.
    Declared,
    /// The SQL was read.
    Inferred,
    /// Nobody has said anything, and the SQL was not read.
    Assumed,
}

impl Verdict {
    /// All of them, the best one first.
    pub const ALL: [Self; 3] = [Self::Compatible, Self::CompatibleAfterRestart, Self::Breaking];

    /// The word for it in tables, in JSON and in the text of an [`ImpactText`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::CompatibleAfterRestart => "compatible_after_restart",
            Self::Breaking => "breaking",
        }
    }

    /// The word for it in the column `compatible` of the history, which MySQL's table has no more
    /// than sixteen characters for. Who knows only two answers takes every other word for breaking.
    pub const fn stored(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::CompatibleAfterRestart => "after_restart",
            Self::Breaking => "breaking",
        }
    }

    /// Whether a version of the app that does not know the migration must not start: the floor.
    pub const fn raises_floor(self) -> bool {
        match self {
            Self::Compatible | Self::CompatibleAfterRestart => false,
            Self::Breaking => true,
        }
    }

    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::CompatibleAfterRestart => "compatible after a restart",
            Self::Breaking => "breaking",
        }
    }
}

impl ReversalVerdict {
    /// The word for it in tables, JSON, the history and `metadata.toml`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Restores => "yes",
            Self::Lossy(_) => "lossy",
            Self::Impossible => "no",
        }
    }
}

impl Basis {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Declared, Self::Inferred, Self::Assumed];

    /// The word for it in JSON and the history.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Inferred => "inferred",
            Self::Assumed => "assumed",
        }
    }
}

impl Reason {
    /// What nobody knows.
    pub fn assumed(reason: &str) -> Self {
        Self { basis: Basis::Assumed, text: reason.to_owned(), position: None }
    }

    /// What somebody has said.
    pub fn declared(reason: &str) -> Self {
        Self { basis: Basis::Declared, text: reason.to_owned(), position: None }
    }

    /// What the statement at `position` shows.
    pub fn inferred(reason: impl Into<String>, position: Option<Position>) -> Self {
        Self { basis: Basis::Inferred, text: reason.into(), position }
    }
}

impl Reason {
    fn write(&self, f: &mut fmt::Formatter<'_>, word: &str, file: &str) -> fmt::Result {
        write!(f, "{word}: {}", self.text)?;
        self.position.iter().try_for_each(|position| write!(f, " ({file}:{position})"))
    }
}

/// What follows from [`Verdict::CompatibleAfterRestart`], for whoever is told of it.
pub const MUST_BE_RESTARTED: &str = "processes that run now must be restarted";

/// `breaking: drops the column users.nick (up.sql:3:1)`
impl fmt::Display for Compatibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.write(f, self.verdict.in_words(), "up.sql")?;
        match self.verdict {
            Verdict::CompatibleAfterRestart => write!(f, "; {MUST_BE_RESTARTED}"),
            Verdict::Compatible | Verdict::Breaking => Ok(()),
        }
    }
}

/// `lossy: drops the column users.email (down.sql:1:1)`
impl fmt::Display for Reversibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.reversal {
            ReversalVerdict::Restores => "reversible",
            ReversalVerdict::Lossy(_) => "lossy",
            ReversalVerdict::Impossible => "irreversible",
        };
        self.reason.write(f, word, "down.sql")
    }
}

impl ImpactText {
    /// Of a migration that nobody has looked at.
    pub const UNREAD: Self = Self(Cow::Borrowed(""));

    /// What was found out about both ways.
    pub fn new(compatibility: &Compatibility, reversibility: &Reversibility) -> Self {
        let mut text = String::new();
        let mut line = |word: &str, reason: &Reason| {
            for part in [word, " ", reason.basis.name(), " "] {
                text.push_str(part);
            }
            // Writing to a string cannot fail.
            let _ = match reason.position {
                Some(at) => write!(text, "{at}"),
                None => text.write_char('-'),
            };
            for part in [" ", &escape(&reason.text), "\n"] {
                text.push_str(part);
            }
        };
        line(compatibility.verdict.name(), &compatibility.reason);
        line(reversibility.reversal.name(), &reversibility.reason);
        if let ReversalVerdict::Lossy(Losses::Known(losses)) = &reversibility.reversal {
            losses.iter().for_each(|loss| text.push_str(&text::loss(loss)));
        }
        Self(Cow::Owned(text))
    }

    /// An impact out of generated code.
    pub const fn from_static(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// An impact out of a history. What is not understood there counts as breaking, and as a loss
    /// that cannot be counted.
    pub fn from_history(text: String) -> Self {
        Self(Cow::Owned(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it says.
    pub fn read(self) -> Impact {
        let (compatibility, reversibility) = (self.compatibility(), self.reversibility());
        Impact { text: self, compatibility, reversibility }
    }

    /// About the way up.
    pub fn compatibility(&self) -> Compatibility {
        let unread =
            Compatibility { verdict: Verdict::Breaking, reason: Reason::assumed(NOT_READ) };
        self.read_compatibility().unwrap_or(unread)
    }

    /// The compatibility, where it is understood.
    pub(crate) fn read_compatibility(&self) -> Option<Compatibility> {
        let (word, reason) = self.0.lines().next().and_then(text::line)?;
        let verdict = Verdict::ALL.into_iter().find(|verdict| verdict.name() == word)?;
        Some(Compatibility { verdict, reason })
    }

    /// About the way back.
    pub fn reversibility(&self) -> Reversibility {
        let mut lines = self.0.lines().skip(1);
        let (reversal, reason) = match lines.next().and_then(text::line) {
            Some(("yes", reason)) => (ReversalVerdict::Restores, reason),
            Some(("no", reason)) => (ReversalVerdict::Impossible, reason),
            Some(("lossy", reason)) => (ReversalVerdict::Lossy(text::losses(lines)), reason),
            _ => (ReversalVerdict::Lossy(Losses::Unknown), Reason::assumed(NOT_READ)),
        };
        Reversibility { reversal, reason }
    }
}

impl Impact {
    /// What was found out about both ways.
    pub fn new(compatibility: &Compatibility, reversibility: &Reversibility) -> Self {
        ImpactText::new(compatibility, reversibility).read()
    }

    /// Of a migration that nobody has looked at.
    pub fn unread() -> Self {
        ImpactText::UNREAD.read()
    }

    /// The text of it, to be stored.
    pub const fn text(&self) -> &ImpactText {
        &self.text
    }

    /// About the way up.
    pub const fn compatibility(&self) -> &Compatibility {
        &self.compatibility
    }

    /// About the way back.
    pub const fn reversibility(&self) -> &Reversibility {
        &self.reversibility
    }
}

const NOT_READ: &str = "nobody has said whether it is, and its SQL was not read";

#[cfg(test)]
mod tests;
