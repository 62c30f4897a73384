//! Plans for people.

use dbmig_core::migration::Execution;
use dbmig_core::plan::{Direction, Plan};

use super::output::{Output, Tone};
use super::step::ShownStep;

pub(super) fn plan(output: &Output, plan: &Plan<'_>, shown: &[ShownStep]) {
    if plan.is_empty() {
        output.line("nothing to do");
        return;
    }
    for (step, shown) in plan.steps.iter().zip(shown) {
        let verb = match step.direction() {
            Direction::Up => Tone::Good.paint("apply"),
            Direction::Down => Tone::Warning.paint("revert"),
        };
        let how = match shown.execution {
            Execution::Transaction => "in one transaction",
            Execution::Statements => "statement by statement",
        };
        output.line(format!("{verb} {} {}", step.name(), Tone::Faint.paint(format!("({how})"))));
        for judged in [
            shown.compatibility.as_ref().map(ToString::to_string),
            shown.reversibility.as_ref().map(ToString::to_string),
        ] {
            judged.iter().for_each(|judged| output.line(format!("  {judged}")));
        }
        for (index, (position, sql)) in shown.statements.iter().enumerate() {
            let place = Tone::Faint.paint(format!("-- {}:{position}", shown.path));
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
