//! What a way back would lose, before anything is touched.

mod names;

use std::fmt;

use super::blocked::Blocked;
use super::{Action, DownScript, History, Plan};
use crate::impact::{Loss, Losses, ReversalVerdict, Reversibility};
pub use names::moves;

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

impl Plan<'_> {
    /// The steps that lose something, or may: what to count before the plan is executed.
    pub fn lossy(&self, history: &History) -> Vec<Lossy> {
        let of = |step: &super::Step<'_>| {
            let Action::Revert { version, name, script } = &step.action else { return None };
            let reversibility = match script {
                DownScript::InSet(migration) => migration.reversibility(),
                DownScript::Stored => history.find(version)?.impact.reversibility(),
            };
            match &reversibility.reversal {
                ReversalVerdict::Lossy(losses) => {
                    let progress =
                        if step.is_begun() { LossProgress::Begun } else { LossProgress::New };
                    Some(Lossy {
                        name: name.clone(),
                        losses: losses.clone(),
                        reversibility,
                        progress,
                    })
                }
                ReversalVerdict::Restores | ReversalVerdict::Impossible => None,
            }
        };
        self.steps.iter().filter_map(of).collect()
    }
}

impl Lossy {
    /// What it comes to where `count` counts; nothing, where nothing is lost.
    pub fn count(
        self,
        mut count: impl FnMut(&Loss) -> Result<u64, String>,
    ) -> Option<DataLossReport> {
        let Self { name, losses, reversibility, progress } = self;
        match losses {
            Losses::Unknown => {
                Some(DataLossReport { name, counted: Vec::new(), uncountable: Some(reversibility) })
            }
            Losses::Known(all) => {
                let rows = all.into_iter().map(|loss| Counted { rows: count(&loss), loss });
                let gone = |one: &Counted| progress == LossProgress::Begun && one.rows.is_err();
                let counted: Vec<_> = rows.filter(|one| one.rows != Ok(0) && !gone(one)).collect();
                (!counted.is_empty()).then_some(DataLossReport { name, counted, uncountable: None })
            }
        }
    }
}

/// Whether what is `doomed` may go.
///
/// # Errors
/// [`Blocked::DataLoss`]
pub fn allow_loss(losses: &[DataLossReport], policy: DataLoss) -> Result<(), Blocked> {
    match policy {
        DataLoss::Refuse if !losses.is_empty() => Err(Blocked::DataLoss(losses.to_vec())),
        DataLoss::Refuse | DataLoss::Allow => Ok(()),
    }
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
