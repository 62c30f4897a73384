//! What a migration means for others: for the previous version of the app, which may meet the
//! schema after it, and for the data, if it is reverted.
//!
//! An [`Outlook`] is one text, the same in generated code and in the history: an app embeds it
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
pub struct Outlook(Cow<'static, str>);

/// Whether the previous version of the app can live with the schema after a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// Whether it can.
    pub impact: Impact,
    /// How that is known, and from what.
    pub ground: Ground,
}

/// What the way back does to the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backward {
    /// What it does.
    pub reversal: Reversal,
    /// How that is known, and from what.
    pub ground: Ground,
}

/// Whether the previous version of the app can live with the schema after a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Impact {
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
pub enum Reversal {
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
pub struct Ground {
    /// How it came about.
    pub basis: Basis,
    /// Why, in words.
    pub reason: String,
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

impl Impact {
    /// All of them, the best one first.
    pub const ALL: [Self; 3] = [Self::Compatible, Self::CompatibleAfterRestart, Self::Breaking];

    /// The word for it in tables, in JSON and in the text of an [`Outlook`].
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

impl Reversal {
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

impl Ground {
    /// What nobody knows.
    pub fn assumed(reason: &str) -> Self {
        Self { basis: Basis::Assumed, reason: reason.to_owned(), position: None }
    }

    /// What somebody has said.
    pub fn declared(reason: &str) -> Self {
        Self { basis: Basis::Declared, reason: reason.to_owned(), position: None }
    }

    /// What the statement at `position` shows.
    pub fn inferred(reason: impl Into<String>, position: Option<Position>) -> Self {
        Self { basis: Basis::Inferred, reason: reason.into(), position }
    }
}

impl Ground {
    fn write(&self, f: &mut fmt::Formatter<'_>, word: &str, file: &str) -> fmt::Result {
        write!(f, "{word}: {}", self.reason)?;
        self.position.iter().try_for_each(|position| write!(f, " ({file}:{position})"))
    }
}

/// What follows from [`Impact::CompatibleAfterRestart`], for whoever is told of it.
pub const MUST_BE_RESTARTED: &str = "processes that run now must be restarted";

/// `breaking: drops the column users.nick (up.sql:3:1)`
impl fmt::Display for Forward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ground.write(f, self.impact.in_words(), "up.sql")?;
        match self.impact {
            Impact::CompatibleAfterRestart => write!(f, "; {MUST_BE_RESTARTED}"),
            Impact::Compatible | Impact::Breaking => Ok(()),
        }
    }
}

/// `lossy: drops the column users.email (down.sql:1:1)`
impl fmt::Display for Backward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.reversal {
            Reversal::Restores => "reversible",
            Reversal::Lossy(_) => "lossy",
            Reversal::Impossible => "irreversible",
        };
        self.ground.write(f, word, "down.sql")
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

impl Outlook {
    /// Of a migration that nobody has looked at.
    pub const UNREAD: Self = Self(Cow::Borrowed(""));

    /// What was found out about both ways.
    pub fn new(forward: &Forward, backward: &Backward) -> Self {
        let mut text = String::new();
        let mut line = |word: &str, ground: &Ground| {
            let place = ground.position.map_or_else(|| "-".to_owned(), |at| at.to_string());
            let reason = escape(&ground.reason);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{word} {} {place} {reason}", ground.basis.name());
        };
        line(forward.impact.name(), &forward.ground);
        line(backward.reversal.name(), &backward.ground);
        if let Reversal::Lossy(Losses::Known(losses)) = &backward.reversal {
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
    pub fn forward(&self) -> Forward {
        let unread = Forward { impact: Impact::Breaking, ground: Ground::assumed(NOT_READ) };
        self.read_forward().unwrap_or(unread)
    }

    /// The same, where it is understood.
    pub(crate) fn read_forward(&self) -> Option<Forward> {
        let (word, ground) = self.0.lines().next().and_then(text::line)?;
        let impact = Impact::ALL.into_iter().find(|impact| impact.name() == word)?;
        Some(Forward { impact, ground })
    }

    /// About the way back.
    pub fn backward(&self) -> Backward {
        let mut lines = self.0.lines().skip(1);
        let (reversal, ground) = match lines.next().and_then(text::line) {
            Some(("yes", ground)) => (Reversal::Restores, ground),
            Some(("no", ground)) => (Reversal::Impossible, ground),
            Some(("lossy", ground)) => (Reversal::Lossy(text::losses(lines)), ground),
            _ => (Reversal::Lossy(Losses::Unknown), Ground::assumed(NOT_READ)),
        };
        Backward { reversal, ground }
    }
}

const NOT_READ: &str = "nobody has said whether it is, and its SQL was not read";

#[cfg(test)]
mod tests {
    use super::*;

    fn ground(basis: Basis, reason: &str, position: Option<(u32, u32)>) -> Ground {
        let position = position.map(|(line, column)| Position { line, column });
        Ground { basis, reason: reason.to_owned(), position }
    }

    #[test]
    fn what_is_written_is_read() {
        let losses = vec![
            Loss::Table(vec!["audit".to_owned(), "a\tb\\n\nc".to_owned()]),
            Loss::Column { table: vec!["users".to_owned()], column: "e mail".to_owned() },
        ];
        let reversals = [
            Reversal::Restores,
            Reversal::Impossible,
            Reversal::Lossy(Losses::Unknown),
            Reversal::Lossy(Losses::Known(losses)),
        ];
        for reversal in reversals {
            for basis in Basis::ALL {
                for impact in Impact::ALL {
                    let ground = |reason, place| ground(basis, reason, place);
                    let why = ground("drops\nwhat \\ is there", Some((3, 14)));
                    let forward = Forward { impact, ground: why };
                    let backward =
                        Backward { reversal: reversal.clone(), ground: ground("", None) };
                    let outlook = Outlook::new(&forward, &backward);
                    assert_eq!(outlook.forward(), forward, "{outlook:?}");
                    assert_eq!(outlook.backward(), backward, "{outlook:?}");
                }
            }
        }
    }

    #[test]
    fn who_must_restart_is_told_so() {
        let why = ground(Basis::Inferred, "a wider type of a.b", Some((3, 1)));
        let forward = Forward { impact: Impact::CompatibleAfterRestart, ground: why };
        assert_eq!(
            forward.to_string(),
            "compatible after a restart: a wider type of a.b (up.sql:3:1); processes that run now must \
             be restarted"
        );
        // MySQL's column.
        assert!(Impact::ALL.iter().all(|impact| impact.stored().len() <= 16));
    }

    #[test]
    fn what_is_not_understood_is_the_worst() {
        let unread = Outlook::UNREAD;
        let texts = ["", "fine", "compatible", "Compatible inferred - x\nYes inferred - x", "\n\n"];
        for text in texts {
            let outlook = Outlook::from_history(text.to_owned());
            assert_eq!(outlook.forward(), unread.forward(), "{text:?}");
            assert_eq!(outlook.backward(), unread.backward(), "{text:?}");
        }
        // A newer dbmig may know of more that can be lost.
        let newer = "compatible inferred - x\nlossy inferred - x\ntable\ta\nrows\tb\n";
        let backward = Outlook::from_history(newer.to_owned()).backward();
        assert_eq!(backward.reversal, Reversal::Lossy(Losses::Unknown));
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
