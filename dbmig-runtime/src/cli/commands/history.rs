//! `history`: the newest runs.

use dbmig_core::Build;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::json;
use crate::cli::output::{Output, Tone};
use crate::database::Database;
use crate::error::Error;
use crate::report::HistoryRow;

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
        let state = match row.state.as_str() {
            "done" | "baselined" => Tone::Good,
            "failed" => Tone::Bad,
            _ => Tone::Warning,
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
        output.line(Tone::Faint.paint(format!("    {statements}, by {}", by.join(", "))));
        if let Some(error) = &row.error {
            output.line(format!("    {}", error.trim_end().replace('\n', "\n    ")));
        }
        if let Some(note) = &row.note {
            output.line(format!("    {note}"));
        }
    }
}
