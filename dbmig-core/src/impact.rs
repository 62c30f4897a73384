//! What a migration means for others: for the previous version of the app, which may meet the
//! schema after it, and for the data, if it is reverted.
//!
//! An [`Impact`] is one text, the same in generated code and in the history: an app embeds it
//! without a cost, and an older app reads it out of the database. Its first line is about the way
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

use crate::Dialect;
use crate::escape::escape;
use crate::sql::Position;

mod text;

/// What a migration means for others, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impact(Cow<'static, str>);

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

/// A table or a column that a way back drops.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Loss {
    /// A table: its name, before it its schema where the script names one; unquoted.
    Table(Vec<String>),
    /// A column of a table.
    Column {
        /// As [`Loss::Table`].
        table: Vec<String>,
        /// Its name, unquoted.
        column: String,
    },
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

    /// The word for it in tables, in JSON and in the text of an [`Impact`].
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

impl Loss {
    /// The table, quoted.
    pub fn table(&self, dialect: Dialect) -> String {
        let (Self::Table(table) | Self::Column { table, .. }) = self;
        let parts: Vec<_> = table.iter().map(|part| dialect.identifier(part)).collect();
        parts.join(".")
    }

    /// A query for the number of rows that would lose something, as text.
    pub fn count(&self, dialect: Dialect) -> String {
        let number = match dialect {
            // Rows that a policy hides are lost all the same.
            Dialect::Postgres => format!(
                "CASE WHEN pg_catalog.row_security_active({}::pg_catalog.text) THEN \
                 'row-level security hides some' ELSE CAST(pg_catalog.count(*) AS pg_catalog.text) END",
                dialect.literal(&self.table(dialect)),
            ),
            Dialect::Mysql => "CAST(COUNT(*) AS CHAR)".to_owned(),
            Dialect::Sqlite => "CAST(COUNT(*) AS TEXT)".to_owned(),
        };
        let from = format!("SELECT {number} FROM {}", self.table(dialect));
        match self {
            Self::Table(_) => from,
            Self::Column { column, .. } => {
                format!("{from} WHERE {} IS NOT NULL", dialect.identifier(column))
            }
        }
    }
}

/// `table users`, `column users.email`
impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(table) => write!(f, "table {}", table.join(".")),
            Self::Column { table, column } => write!(f, "column {}.{column}", table.join(".")),
        }
    }
}

impl Impact {
    /// Of a migration that nobody has looked at.
    pub const UNREAD: Self = Self(Cow::Borrowed(""));

    /// What was found out about both ways.
    pub fn new(compatibility: &Compatibility, reversibility: &Reversibility) -> Self {
        let mut text = String::new();
        let mut line = |word: &str, reason: &Reason| {
            let place = reason.position.map_or_else(|| "-".to_owned(), |at| at.to_string());
            let why = escape(&reason.text);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{word} {} {place} {why}", reason.basis.name());
        };
        line(compatibility.verdict.name(), &compatibility.reason);
        line(reversibility.reversal.name(), &reversibility.reason);
        if let ReversalVerdict::Lossy(Losses::Known(losses)) = &reversibility.reversal {
            losses.iter().for_each(|loss| text.push_str(&text::loss(loss)));
        }
        Self(Cow::Owned(text))
    }

    /// The same out of generated code.
    pub const fn from_static(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// The same out of a history. What is not understood there counts as breaking, and as a loss
    /// that cannot be counted.
    pub fn from_history(text: String) -> Self {
        Self(Cow::Owned(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// About the way up.
    pub fn compatibility(&self) -> Compatibility {
        let unread =
            Compatibility { verdict: Verdict::Breaking, reason: Reason::assumed(NOT_READ) };
        self.read_compatibility().unwrap_or(unread)
    }

    /// The same, where it is understood.
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

const NOT_READ: &str = "nobody has said whether it is, and its SQL was not read";

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(basis: Basis, reason: &str, position: Option<(u32, u32)>) -> Reason {
        let position = position.map(|(line, column)| Position { line, column });
        Reason { basis, text: reason.to_owned(), position }
    }

    #[test]
    fn what_is_written_is_read() {
        let losses = vec![
            Loss::Table(vec!["audit".to_owned(), "a\tb\\n\nc".to_owned()]),
            Loss::Column { table: vec!["users".to_owned()], column: "e mail".to_owned() },
        ];
        let reversals = [
            ReversalVerdict::Restores,
            ReversalVerdict::Impossible,
            ReversalVerdict::Lossy(Losses::Unknown),
            ReversalVerdict::Lossy(Losses::Known(losses)),
        ];
        for reversal in reversals {
            for basis in Basis::ALL {
                for verdict in Verdict::ALL {
                    let because = |why, place| reason(basis, why, place);
                    let why = because("drops\nwhat \\ is there", Some((3, 14)));
                    let compatibility = Compatibility { verdict, reason: why };
                    let reversibility =
                        Reversibility { reversal: reversal.clone(), reason: because("", None) };
                    let impact = Impact::new(&compatibility, &reversibility);
                    assert_eq!(impact.compatibility(), compatibility, "{impact:?}");
                    assert_eq!(impact.reversibility(), reversibility, "{impact:?}");
                }
            }
        }
    }

    #[test]
    fn who_must_restart_is_told_so() {
        let why = reason(Basis::Inferred, "a wider type of a.b", Some((3, 1)));
        let compatibility = Compatibility { verdict: Verdict::CompatibleAfterRestart, reason: why };
        assert_eq!(
            compatibility.to_string(),
            "compatible after a restart: a wider type of a.b (up.sql:3:1); processes that run now must \
             be restarted"
        );
        // MySQL's column.
        assert!(Verdict::ALL.iter().all(|verdict| verdict.stored().len() <= 16));
    }

    #[test]
    fn what_is_not_understood_is_the_worst() {
        let unread = Impact::UNREAD;
        let texts = ["", "fine", "compatible", "Compatible inferred - x\nYes inferred - x", "\n\n"];
        for text in texts {
            let impact = Impact::from_history(text.to_owned());
            assert_eq!(impact.compatibility(), unread.compatibility(), "{text:?}");
            assert_eq!(impact.reversibility(), unread.reversibility(), "{text:?}");
        }
        // A newer dbmig may know of more that can be lost.
        let newer = "compatible inferred - x\nlossy inferred - x\ntable\ta\nrows\tb\n";
        let reversibility = Impact::from_history(newer.to_owned()).reversibility();
        assert_eq!(reversibility.reversal, ReversalVerdict::Lossy(Losses::Unknown));
    }

    #[test]
    fn losses_are_counted_in_the_words_of_the_database() {
        let column = Loss::Column { table: vec!["a b".into(), "c".into()], column: "d".into() };
        let counted = column.count(Dialect::Postgres);
        assert!(
            counted.contains(r#"row_security_active('"a b"."c"'::pg_catalog.text)"#),
            "{counted}"
        );
        assert!(counted.ends_with(r#" FROM "a b"."c" WHERE "d" IS NOT NULL"#), "{counted}");
        let table = Loss::Table(vec!["t".into()]);
        assert_eq!(table.count(Dialect::Mysql), "SELECT CAST(COUNT(*) AS CHAR) FROM `t`");
        assert_eq!(column.to_string(), "column a b.c.d");
    }
}
