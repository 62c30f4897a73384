//! The shape of a plan.

use dbmig_core::plan::Plan;
use serde::Serialize;

use super::VerdictRow;
use crate::cli::step::ShownStep;
use crate::execute::ScriptSource;

/// `plan`, and `--dry-run`
#[derive(Serialize)]
pub(in crate::cli) struct Planned<'a> {
    steps: Vec<StepRow<'a>>,
}

#[derive(Serialize)]
struct StepRow<'a> {
    version: &'a str,
    name: &'a str,
    direction: &'a str,
    execution: &'a str,
    script: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    compatible: Option<VerdictRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reversible: Option<VerdictRow<'a>>,
    statements_done_before: usize,
    statements: Vec<StatementRow<'a>>,
}

#[derive(Serialize)]
struct StatementRow<'a> {
    line: u32,
    column: u32,
    sql: &'a str,
}

impl<'a> Planned<'a> {
    pub(in crate::cli) fn new(plan: &'a Plan<'_>, shown: &'a [ShownStep]) -> Self {
        let rows = plan.steps.iter().zip(shown).map(|(step, shown)| StepRow {
            version: step.version().as_str(),
            name: step.name(),
            direction: step.direction().name(),
            execution: shown.execution.name(),
            script: match shown.source {
                ScriptSource::Set => "here",
                ScriptSource::Stored => "stored",
            },
            compatible: shown.compatibility.as_ref().map(VerdictRow::compatibility),
            reversible: shown.reversibility.as_ref().map(VerdictRow::reversibility),
            statements_done_before: shown.done_before,
            statements: shown
                .statements
                .iter()
                .map(|(position, sql)| StatementRow {
                    line: position.line,
                    column: position.column,
                    sql,
                })
                .collect(),
        });
        Self { steps: rows.collect() }
    }
}
