//! `cargo dbmig lock`, and what other commands write to the lock file.

mod update;

use std::path::Path;

use dbmig_core::impact::Verdict;
use dbmig_core::lockfile::{EntryChange, Late, Section, What};
use dbmig_core::{Dialect, lockfile};
use dbmig_runtime::cli::Exit;
use serde_json::{Value, json};

pub(crate) use update::{OnDisk, Update};

use crate::args::Lock;
use crate::failure::{Failure, Result};
use crate::project::MigrationsDir;
use crate::{Invocation, output};

/// Writes the lock file, or says what is stale.
pub(crate) fn run(args: &Lock, session: &Invocation) -> Result<Exit> {
    let project = &session.project;
    let named = args.backend.first().copied();
    let directory = project.migrations_dir(named.or(project.dialect()?))?.existing()?;
    let dialects = dialects(args, session, &directory)?;
    let update = Update::compute(session, &directory.path, &dialects)?;
    let written = if args.check { false } else { update.write()? };
    let path = project.shown(&update.path).display().to_string();
    tell(&update, &path, args.check, written, session);
    session.output.json(&in_json(&update, &path, written));
    let is_stale = args.check && (update.is_stale() || update.is_late());
    Ok(if is_stale { Exit::Found } else { Exit::Done })
}

/// Those that are named, else those that the file has and the one that the project is for.
fn dialects(args: &Lock, session: &Invocation, directory: &MigrationsDir) -> Result<Vec<Dialect>> {
    if !args.backend.is_empty() {
        return Ok(args.backend.clone());
    }
    let mut dialects = update::dialects_of(&directory.path);
    dialects.extend(directory.dialect.or(match dialects.is_empty() {
        true => session.project.dialect()?,
        // What is locked for one database is not for another one only because of today's URL.
        false => None,
    }));
    if dialects.is_empty() {
        return Err(Failure::usage("nothing says which database the migrations are for").help(
            "pass --backend postgres, --backend mysql or --backend sqlite, or set DATABASE_URL",
        ));
    }
    Ok(dialects)
}

/// After a command that has read the migrations anyway, or made one. What goes wrong is told, and
/// is no reason to end that command.
pub(crate) fn refresh(
    session: &Invocation,
    directory: &Path,
    dialect: Option<Dialect>,
) -> Option<Update> {
    let mut dialects = update::dialects_of(directory);
    dialects.extend(dialect.filter(|dialect| !dialects.contains(dialect)));
    if dialects.is_empty() {
        return None;
    }
    let update = Update::compute(session, directory, &dialects);
    let written = update.and_then(|update| {
        if update.is_by_newer_rules() {
            session.output.warning(newer(&update));
            return Ok((update, false));
        }
        let written = update.write()?;
        Ok((update, written))
    });
    match written {
        Ok((update, true)) => {
            let path = session.project.shown(&update.path);
            output::detail(session.output, &format!("wrote {}", path.display()));
            // What stands in one directory only, the database tells better: `run` refuses it if it has
            // to. A merge is seen here, and never again.
            if matches!(update.found, OnDisk::Conflict(_)) {
                late(&update, session);
            }
            Some(update)
        }
        Ok((_, false)) => None,
        Err(failure) => {
            let path = session.project.shown(&directory.join(lockfile::FILE));
            session.output.warning(format_args!("{} was not written: {failure}", path.display()));
            None
        }
    }
}

fn newer(update: &Update) -> String {
    format!(
        "{} was written by a newer version of dbmig, which judges SQL by other rules: it was left as it is \
         (`{}` writes it by the rules of this version)",
        update.path.file_name().unwrap_or_default().display(),
        lockfile::COMMAND,
    )
}

fn tell(update: &Update, path: &str, check: bool, written: bool, session: &Invocation) {
    let output = &session.output;
    if let OnDisk::Unreadable(error) = &update.found {
        output.note(format_args!("{path}:{}: {}", error.position, error.kind));
    }
    if update.is_by_newer_rules() {
        output.warning("a newer version of dbmig has judged the SQL by other rules than this one");
    }
    for change in &update.changes {
        output.line(in_words(change, update));
    }
    late(update, session);
    output.line(match (&update.found, check, written) {
        (OnDisk::Conflict(_), true, _) => {
            format!("{path} has a merge conflict: run `{}`", lockfile::COMMAND)
        }
        (OnDisk::Conflict(_), false, _) => format!("resolved the merge conflict in {path}"),
        (OnDisk::Missing, true, _) => format!("{path} does not exist: run `{}`", lockfile::COMMAND),
        (_, true, _) if update.is_stale() => {
            format!("{path} is stale: run `{}`", lockfile::COMMAND)
        }
        (_, false, true) => format!("wrote {path}"),
        (_, _, _) => format!("{path} is up to date"),
    });
}

/// `added 2_drop_nick: breaking: drops the column users.nick (up.sql:3:1)`
fn in_words(change: &EntryChange, update: &Update) -> String {
    let what = match change.what {
        What::Added => "added",
        What::Removed => "removed",
        What::File(file) => return format!("{file} of {} changed", change.name),
        What::Meaning => "judged anew",
        _ => "changed",
    };
    let entry = update.after.section(change.dialect).and_then(|it| it.entry(&change.name));
    let meaning = entry.map_or_else(String::new, |entry| format!(": {}", entry.compatibility));
    let of = match update.after.sections.len() {
        0 | 1 => String::new(),
        _ => format!(" ({})", change.dialect),
    };
    format!("{what} {}{of}{meaning}", change.name)
}

fn late(update: &Update, session: &Invocation) {
    for Late { name, newest, .. } in &update.late {
        session.output.warning(format_args!(
            "{name} sorts before `{newest}`, which was there without it: where that one is applied, `run` refuses \
             {name} unless --allow-out-of-order is given. Give it a later version (rename its directory) while \
             no database has it"
        ));
    }
}

fn in_json(update: &Update, path: &str, written: bool) -> Value {
    let section = |section: &Section| {
        let breaking = |verdict: Verdict| verdict == Verdict::Breaking;
        let breaking = section.entries.iter().filter(|entry| breaking(entry.compatibility.verdict));
        json!({
            "backend": section.dialect.name(),
            "inference": section.inference,
            "migrations": section.entries.len(),
            "breaking": breaking.map(|entry| &entry.name).collect::<Vec<_>>(),
        })
    };
    let change = |change: &EntryChange| {
        let (what, file) = match change.what {
            What::Added => ("added", None),
            What::Removed => ("removed", None),
            What::File(file) => ("file", Some(file)),
            What::Meaning => ("judged", None),
            _ => ("changed", None),
        };
        let mut value =
            json!({ "backend": change.dialect.name(), "name": change.name, "change": what });
        if let Some(file) = file {
            value["file"] = json!(file);
        }
        value
    };
    let late = |late: &Late| json!({ "backend": late.dialect.name(), "name": late.name, "newest": late.newest });
    json!({
        "path": path,
        "found": update.found.name(),
        "stale": update.is_stale(),
        "written": written,
        "sections": update.after.sections.iter().map(section).collect::<Vec<_>>(),
        "changes": update.changes.iter().map(change).collect::<Vec<_>>(),
        "out_of_order": update.late.iter().map(late).collect::<Vec<_>>(),
    })
}
