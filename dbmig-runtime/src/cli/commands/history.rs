//! `history`: the newest runs.

use dbmig_core::Build;
use dbmig_core::history::RunState;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::json;
use crate::cli::output::{Output, Tone};
use crate::database::Database;
use crate::error::Error;
use crate::report::{HistoryRow, Word};

pub(in crate::cli) fn history(
    db: &mut dyn Database,
    context: &Context<'_>,
    limit: usize,
) -> Result<Exit, Error> {
    let rows = context.runner().history(db, limit)?;
    context.output.json(&json::Runs::new(&rows));
    show(&context.output, &rows);
    Ok(Exit::Done)
}

fn show(output: &Output, rows: &[HistoryRow]) {
    if rows.is_empty() {
        output.line("no runs yet");
    }
    for row in rows {
        let state = match row.state {
            Word::Known(RunState::Done | RunState::Baselined) => Tone::Good,
            Word::Known(RunState::Failed) => Tone::Bad,
            Word::Known(
                RunState::Running | RunState::Resumed | RunState::Forgotten | RunState::WentOn,
            )
            | Word::Unknown(_) => Tone::Warning,
        };
        output.line(format!(
            "{}  {:<4}  {}  {}",
            row.started_at,
            row.direction.as_str(),
            state.paint(format_args!("{:<9}", row.state.as_str())),
            row.name,
        ));
        let app = Build { app: row.app.clone(), id: row.build.clone() }.to_string();
        let by = [app.as_str(), row.host.as_str(), row.database_user.as_deref().unwrap_or("")];
        let by: Vec<_> = by.into_iter().filter(|part| !part.is_empty()).collect();
        let statements = format!("{} of {} statements", row.statements_done, row.statements_total);
        output.line(Tone::Faint.paint(format!("    {statements}, by {}", by.join(", "))));
        if let Some(error) = &row.error {
            output.line(format!("    {}", error.trim_end().replace('\n', "\n    ")));
        }
        if let Some(note) = &row.note {
            output.line(format!("    {note}"));
        }
    }
}
