//! The shape of `sync --json`.

use dbmig_core::Build;
use dbmig_core::plan::{AheadState, Blocked, DataLossReport, Direction, Plan, Step};
use serde::Serialize;

use super::{FailureRow, Finished, Planned, VerdictRow};
use crate::report::Report;
use crate::runner::Preview;

/// `sync`
#[derive(Serialize)]
pub(in crate::cli) struct Synced<'a> {
    verdict: &'static str,
    action: &'static str,
    pending: Vec<PendingRow<'a>>,
    unknown: Vec<UnknownRow<'a>>,
    losses: Vec<LossRow<'a>>,
    #[serde(flatten)]
    outcome: StartupOutcome<'a>,
}

/// How a sync ended, or would begin.
#[derive(Serialize)]
#[serde(untagged)]
pub(in crate::cli) enum StartupOutcome<'a> {
    Done(#[serde(serialize_with = "finished")] &'a Report),
    Planned(Planned<'a>),
    Failed(&'a FailureRow<'a>),
}

fn finished<S: serde::Serializer>(report: &&Report, serializer: S) -> Result<S::Ok, S::Error> {
    Finished::new(report).with_missing(report).serialize(serializer)
}

#[derive(Serialize)]
struct PendingRow<'a> {
    version: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct UnknownRow<'a> {
    version: &'a str,
    name: &'a str,
    app: String,
    build: Option<String>,
    state: &'static str,
    compatible: VerdictRow<'a>,
}

#[derive(Serialize)]
struct LossRow<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl<'a> Synced<'a> {
    pub(in crate::cli) fn new(preview: &'a Preview<'_>, outcome: StartupOutcome<'a>) -> Self {
        let comparison = &preview.comparison;
        let pending = comparison.pending.iter();
        let unknown = comparison.unknown.iter().map(|one| {
            let Build { app, id: build } = Build::parse(&one.app);
            UnknownRow {
                version: one.version.as_str(),
                name: &one.name,
                app,
                build,
                state: match one.presence {
                    AheadState::Applied => "applied",
                    AheadState::Announced => "announced",
                },
                compatible: VerdictRow::compatibility(&one.compatibility),
            }
        });
        Self {
            verdict: comparison.verdict().name(),
            action: match &outcome {
                StartupOutcome::Failed(_) => "refused",
                StartupOutcome::Done(_) | StartupOutcome::Planned(_) => action(&preview.plan),
            },
            pending: pending
                .map(|m| PendingRow { version: m.version.as_str(), name: &m.name })
                .collect(),
            unknown: unknown.collect(),
            losses: preview.losses.iter().flat_map(losses).collect(),
            outcome,
        }
    }
}

fn losses(losses: &DataLossReport) -> Vec<LossRow<'_>> {
    let name = &losses.name;
    let counted = losses.counted.iter().map(|counted| LossRow {
        name,
        object: Some(counted.loss.to_string()),
        rows: counted.rows.as_ref().ok().copied(),
        reason: counted.rows.as_ref().err().map(String::as_str),
    });
    let uncountable = losses.uncountable.iter().map(|reversibility| LossRow {
        name,
        object: None,
        rows: None,
        reason: Some(&reversibility.reason.text),
    });
    counted.chain(uncountable).collect()
}

/// In a word, what `plan` does.
fn action(plan: &Result<Plan<'_>, Blocked>) -> &'static str {
    match plan {
        Err(_) => "refused",
        Ok(plan) => match plan.steps.first().map(Step::direction) {
            None => "none",
            Some(Direction::Up) => "up",
            Some(Direction::Down) => "down",
        },
    }
}
