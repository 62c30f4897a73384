//! `verify`: what was applied against what is here.

use dbmig_core::sql::hide_secrets;
use dbmig_core::status::{MigrationState, StatusEntry};
use similar::TextDiff;

use crate::cli::context::{Context, MigrationsOrigin};
use crate::cli::exit::Exit;
use crate::cli::json;
use crate::cli::output::Tone;
use crate::cli::show::plural;
use crate::database::Database;
use crate::error::Error;
use crate::runner::Runner;

struct Drift<'e> {
    entry: &'e StatusEntry,
    path: String,
    diff: String,
}

pub(in crate::cli) fn verify(db: &mut dyn Database, context: &Context<'_>) -> Result<Exit, Error> {
    let Context { output, program, .. } = context;
    let runner = &context.runner();
    let entries = runner.status(db)?;
    let mut drifted = Vec::new();
    for entry in entries.iter().filter(|entry| entry.state == MigrationState::Drifted) {
        drifted.push(drift(runner, db, entry)?);
    }
    let missing = match context.origin {
        MigrationsOrigin::Directory => runner.missing(db)?,
        MigrationsOrigin::Embedded => Vec::new(),
    };
    let of = |state| entries.iter().filter(move |e: &&StatusEntry| e.state == state);
    output.json(&json::Verified {
        unchanged: of(MigrationState::Applied).count(),
        unverified: of(MigrationState::Unverified).map(|e| e.name.as_str()).collect(),
        missing: of(MigrationState::Missing).map(|e| e.name.as_str()).collect(),
        drifted: drifted
            .iter()
            .map(|d| json::DriftRow {
                version: d.entry.version.as_str(),
                name: &d.entry.name,
                path: &d.path,
                diff: &d.diff,
            })
            .collect(),
    });
    for d in &drifted {
        output.line(format!("{} {}", Tone::Bad.paint("drifted"), d.entry.name));
        output.line(paint_diff(&d.diff));
    }
    for one in &missing {
        output.line(format!("{} {}", Tone::Bad.paint("missing"), one.name));
        output.line(format!("  {}", one.advice(program)));
    }
    let unverified = of(MigrationState::Unverified).count();
    output.line(format!(
        "{} unchanged, {} drifted, {unverified} unverified, {} missing here",
        of(MigrationState::Applied).count(),
        drifted.len(),
        of(MigrationState::Missing).count(),
    ));
    if unverified > 0 {
        output.note(format!(
            "{unverified} {} applied by another tool, so there is no text to compare with; \
             `{program} baseline` records what is here now",
            plural(unverified, "migration was", "migrations were"),
        ));
    }
    let found = !(drifted.is_empty() && missing.is_empty());
    Ok(if found { Exit::Found } else { Exit::Done })
}

fn drift<'e>(
    runner: &Runner<'_>,
    db: &mut dyn Database,
    entry: &'e StatusEntry,
) -> Result<Drift<'e>, Error> {
    let before = runner.applied_text(db, &entry.version)?.unwrap_or_default();
    let (path, after) = match runner.set().get(&entry.version) {
        // As it was stored: without passwords.
        Some(migration) => (
            migration.up().path.to_string(),
            hide_secrets(runner.set().dialect(), &migration.up().text).into_owned(),
        ),
        None => (String::new(), String::new()),
    };
    let diff = TextDiff::from_lines(before.as_str(), after.as_str())
        .unified_diff()
        .context_radius(3)
        .header(&format!("{path} as applied"), &format!("{path} now"))
        .to_string();
    Ok(Drift { entry, path, diff })
}

fn paint_diff(diff: &str) -> String {
    let paint = |line: &str| match line.as_bytes().first() {
        Some(b'+') => Tone::Good.paint(line),
        Some(b'-') => Tone::Bad.paint(line),
        Some(b'@') => Tone::Faint.paint(line),
        _ => line.to_owned(),
    };
    diff.lines().map(paint).collect::<Vec<_>>().join("\n")
}
