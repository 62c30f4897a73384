//! `cargo dbmig deploy`

mod app;
mod args;
mod libraries;
mod package;
mod templates;
mod words;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use dbmig_runtime::cli::Exit;
use serde_json::{Value, json};

use crate::change::{FileChange, SetupStep};
use crate::failure::{Failure, Result};
use crate::{Invocation, output};
use app::App;
pub(crate) use args::Deploy;
use templates::{DeployTemplate, Renderer};

/// A file of the target, and what is to be done about it.
struct File {
    path: PathBuf,
    step: SetupStep,
}

/// Writes what deploys the app, or shows it.
pub(crate) fn run(args: &Deploy, session: &Invocation) -> Result<Exit> {
    let Invocation { project, output, .. } = session;
    let Some(manifest) = &project.package else {
        return Err(Failure::usage(format!("{} is in no crate", project.base.display()))
            .help("name a member of the workspace with -p NAME"));
    };
    let app = App::find(args, project, manifest)?;
    app.check(args.target)?;
    let renderer = Renderer::new(app.values(project))?;
    let files = files(args, &app, &renderer)?;
    let changes: Vec<&FileChange> = files.iter().filter_map(|file| file.step.change()).collect();
    let by_hand = app.by_hand(args.target);
    if args.diff {
        changes.iter().for_each(|change| output::show(change, session));
    } else {
        refuse_existing(args, &changes, session)?;
        changes.iter().try_for_each(|change| change.apply())?;
    }
    tell(args, &changes, session);
    by_hand.iter().for_each(|what| output.warning(what));
    if !args.diff && !changes.is_empty() {
        output.note(format_args!("\n{}", renderer.text(templates::next(args.target))?.trim_end()));
    }
    output.json(&json!({
        "target": target_name(args),
        "backend": app.dialect.name(),
        "files": files.iter().map(|file| in_json(file, args, session)).collect::<Vec<_>>(),
        "by_hand": by_hand,
        "applied": !args.diff && !changes.is_empty(),
    }));
    Ok(Exit::Done)
}

fn files(args: &Deploy, app: &App, renderer: &Renderer) -> Result<Vec<File>> {
    let file = |template: &DeployTemplate| {
        let path = app.folder.join(renderer.text(template.path)?);
        let text = renderer.file(template)?;
        let step = match fs::read(&path) {
            Ok(before) => edit(&path, &before, text),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                SetupStep::create(path.clone(), text)
            }
            Err(error) => return Err(Failure::io("read", &path)(error)),
        };
        Ok(File { path, step })
    };
    templates::of(args.target, app.dialect).map(file).collect()
}

/// git may have given the lines another end: that is no difference.
fn edit(path: &Path, before: &[u8], text: String) -> SetupStep {
    let before = String::from_utf8_lossy(before);
    if before.replace("\r\n", "\n") == text {
        return SetupStep::Nothing;
    }
    SetupStep::edit(path, &before, text)
}

/// All or nothing: half of a target is of no use, and nobody reads a list of what was left out.
fn refuse_existing(args: &Deploy, changes: &[&FileChange], session: &Invocation) -> Result<()> {
    let differing: Vec<String> = changes
        .iter()
        .filter(|change| change.verb() == "edit")
        .map(|change| session.project.shown(&change.path).display().to_string())
        .collect();
    if args.force || differing.is_empty() {
        return Ok(());
    }
    let (these, they) =
        if differing.len() == 1 { ("this file is", "it") } else { ("these files are", "them") };
    Err(Failure::refused(format!(
        "{these} there already, with other contents, so nothing was written: {}",
        differing.join(", ")
    ))
    .help(format!(
        "`cargo dbmig deploy {} --diff` with the same options shows what would change, --force \
         replaces {they}",
        target_name(args)
    )))
}

fn tell(args: &Deploy, changes: &[&FileChange], session: &Invocation) {
    let Invocation { output, project, .. } = session;
    if changes.is_empty() {
        return output.line("nothing to do");
    }
    if args.diff {
        let files = if changes.len() == 1 { "1 file" } else { &format!("{} files", changes.len()) };
        return output.line(format_args!("would write {files}; nothing was changed"));
    }
    for change in changes {
        let done = if change.verb() == "edit" { "replaced" } else { "created" };
        output.line(format_args!("{done} {}", project.shown(&change.path).display()));
    }
}

fn in_json(file: &File, args: &Deploy, session: &Invocation) -> Value {
    let path = session.project.shown(&file.path).display().to_string();
    let action = file.step.change().map_or("none", FileChange::verb);
    match (args.diff, file.step.change()) {
        (true, Some(change)) => json!({ "path": path, "action": action, "diff": change.diff() }),
        _ => json!({ "path": path, "action": action }),
    }
}

/// As it is typed.
fn target_name(args: &Deploy) -> String {
    use clap::ValueEnum as _;

    args.target.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}
