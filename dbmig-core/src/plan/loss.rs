//! What a way back would lose, before anything is touched.

mod names;

use super::blocked::Blocked;
use super::{
    Action, Counted, DataLoss, DataLossReport, DownScript, History, LossProgress, Lossy, Plan,
};
use crate::impact::{Loss, Losses, ReversalVerdict};
pub use names::moves;

impl Plan<'_> {
    /// The steps that lose something, or may: what to count before the plan is executed.
    pub fn lossy(&self, history: &History) -> Vec<Lossy> {
        let of = |step: &super::Step<'_>| {
            let Action::Revert { version, name, script } = &step.action else { return None };
            let reversibility = match script {
                DownScript::InSet(migration) => migration.reversibility(),
                DownScript::Stored => history.find(version)?.impact.reversibility().clone(),
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
