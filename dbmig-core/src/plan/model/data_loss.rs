//! What a way back loses, and whether it may.

use std::fmt;

use crate::impact::{Loss, Losses, Reversibility};

/// A step back that loses something, or may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lossy {
    /// The name of the migration's directory.
    pub name: String,
    /// What goes.
    pub losses: Losses,
    /// How that is known.
    pub reversibility: Reversibility,
    /// Whether an earlier run has begun the step.
    pub progress: LossProgress,
}

/// How far a step is that loses something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossProgress {
    /// It is still to begin.
    New,
    /// An earlier run, which was allowed to, has begun it: what is gone already is not counted.
    Begun,
}

/// How many rows something that would go has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What would go.
    pub loss: Loss,
    /// How many rows have something in it, or why they could not be counted.
    pub rows: Result<u64, String>,
}

/// A migration whose way back would lose data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataLossReport {
    /// The name of its directory.
    pub name: String,
    /// What goes, as far as it can be counted.
    pub counted: Vec<Counted>,
    /// Why more may go that cannot be counted.
    pub uncountable: Option<Reversibility>,
}

/// What to do about a way back that loses data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DataLoss {
    /// Refuse.
    #[default]
    Refuse,
    /// Take it.
    Allow,
}

/// `2_b: table notes (3 rows), column users.nick (2 rows)`
impl fmt::Display for DataLossReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.name)?;
        for (index, Counted { loss, rows }) in self.counted.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            match rows {
                Ok(1) => write!(f, "{comma}{loss} (1 row)")?,
                Ok(rows) => write!(f, "{comma}{loss} ({rows} rows)")?,
                Err(why) => {
                    write!(f, "{comma}{loss} (rows could not be counted: {})", why.trim_end())?
                }
            }
        }
        match &self.uncountable {
            Some(reversibility) => write!(f, "how much is lost cannot be counted: {reversibility}"),
            None => Ok(()),
        }
    }
}
