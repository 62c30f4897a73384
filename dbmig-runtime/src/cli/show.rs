//! Tables and plans for people.

use dbmig_core::Build;
use dbmig_core::migration::Execution;
use dbmig_core::outlook::{Backward, Forward};
use dbmig_core::plan::{Direction, Plan, Step};
use dbmig_core::sql::{Position, Statement};
use dbmig_core::status::{Entry, State};

use super::output::{Look, Output};
use crate::execute::{Resolved, Source};
use crate::report::HistoryRow;

/// A step of a plan, as it is shown.
pub(super) struct ShownStep {
    pub(super) execution: Execution,
    pub(super) source: Source,
    /// Where the script is.
    pub(super) path: String,
    pub(super) statements: Vec<(Position, String)>,
    pub(super) done_before: usize,
    /// What applying it means for the previous version of the app.
    pub(super) forward: Option<Forward>,
    /// What reverting it does to the data.
    pub(super) backward: Option<Backward>,
}

impl ShownStep {
    pub(super) fn of(step: &Step<'_>, resolved: &Resolved<'_>) -> Self {
        let shown = |s: &Statement<'_>| (s.position, s.without_secrets().into_owned());
        let (forward, backward) = match step.direction() {
            Direction::Up => (Some(resolved.outlook.forward()), None),
            Direction::Down => (None, Some(resolved.outlook.backward())),
        };
        Self {
            execution: resolved.execution,
            source: resolved.source,
            path: resolved.script.path.to_string(),
            statements: resolved.statements.iter().map(shown).collect(),
            done_before: resolved.done_before,
            forward,
            backward,
        }
    }
}

pub(super) fn plan(output: &Output, plan: &Plan<'_>, shown: &[ShownStep]) {
    if plan.is_empty() {
        output.line("nothing to do");
        return;
    }
    for (step, shown) in plan.steps.iter().zip(shown) {
        let verb = match step.direction() {
            Direction::Up => Look::Good.paint("apply"),
            Direction::Down => Look::Warning.paint("revert"),
        };
        let how = match shown.execution {
            Execution::Transaction => "in one transaction",
            Execution::Statements => "statement by statement",
        };
        output.line(format!("{verb} {} {}", step.name(), Look::Faint.paint(format!("({how})"))));
        for judged in [
            shown.forward.as_ref().map(ToString::to_string),
            shown.backward.as_ref().map(ToString::to_string),
        ] {
            judged.iter().for_each(|judged| output.line(format!("  {judged}")));
        }
        for (index, (position, sql)) in shown.statements.iter().enumerate() {
            let place = Look::Faint.paint(format!("-- {}:{position}", shown.path));
            let done = if index < shown.done_before { " (done already)" } else { "" };
            output.line(format!("  {place}{done}"));
            output.line(format!("  {};", sql.replace('\n', "\n  ")));
        }
        output.line("");
    }
    let count = plan.steps.len();
    output.line(format!("{count} {}, nothing done yet", plural(count, "step", "steps")));
}

pub(super) const fn plural(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

pub(super) fn status(output: &Output, entries: &[Entry]) {
    for entry in entries {
        let state = look(entry.state).paint(format_args!("{:<11}", entry.state.name()));
        let forward = Look::Faint.paint(&entry.forward);
        output.line(format!("{state}  {}  {forward}", entry.name));
    }
    let counts = State::ALL.iter().filter_map(|state| {
        let count = entries.iter().filter(|entry| entry.state == *state).count();
        (count > 0).then(|| format!("{count} {}", state.name()))
    });
    let counts: Vec<_> = counts.collect();
    output.line(if counts.is_empty() { "no migrations".to_owned() } else { counts.join(", ") });
}

pub(super) const fn look(state: State) -> Look {
    match state {
        State::Applied => Look::Good,
        State::Pending | State::Missing | State::Unverified => Look::Warning,
        State::Drifted | State::Interrupted => Look::Bad,
    }
}

pub(super) fn history(output: &Output, rows: &[HistoryRow]) {
    if rows.is_empty() {
        output.line("no runs yet");
    }
    for row in rows {
        let state = match row.state.as_str() {
            "done" | "baselined" => Look::Good,
            "failed" => Look::Bad,
            _ => Look::Warning,
        };
        output.line(format!(
            "{}  {:<4}  {}  {}",
            row.started_at,
            row.direction,
            state.paint(format_args!("{:<9}", row.state)),
            row.name,
        ));
        let app = Build { app: row.app.clone(), id: row.build.clone() }.to_string();
        let by = [app.as_str(), row.host.as_str(), row.database_user.as_deref().unwrap_or("")];
        let by: Vec<_> = by.into_iter().filter(|part| !part.is_empty()).collect();
        let statements = format!("{} of {} statements", row.statements_done, row.statements_total);
        output.line(Look::Faint.paint(format!("    {statements}, by {}", by.join(", "))));
        if let Some(error) = &row.error {
            output.line(format!("    {}", error.trim_end().replace('\n', "\n    ")));
        }
        if let Some(note) = &row.note {
            output.line(format!("    {note}"));
        }
    }
}
