//! `cargo dbmig new`

mod identifier;
mod name;
mod template;
mod version;

use std::fs;
use std::path::{Path, PathBuf};

use dbmig_core::Version;
use dbmig_runtime::cli::Exit;
use jiff::Timestamp;
use serde_json::json;

use crate::Invocation;
use crate::args::New;
use crate::exclusive::exclusively;
use crate::failure::{Failure, Result};
use crate::lock::{self, OnDisk, Update};
use name::Intent;
use template::Files;
use version::Choice;

/// Creates the files of a migration and shows them.
pub(crate) fn run(args: &New, session: &Invocation) -> Result<Exit> {
    let project = &session.project;
    let name = name::normalise(&args.name)?;
    let directory = project.migrations_dir(args.backend.or(project.dialect()?))?;
    let dialect = args.backend.or(directory.dialect).or(project.dialect()?);
    let intent = name::intent(&name);
    let files = match dialect {
        Some(dialect) => template::files(dialect, &intent),
        None => {
            if intent != Intent::Plain {
                session.output.warning(NO_DIALECT);
            }
            template::plain()
        }
    };
    fs::create_dir_all(&directory.path).map_err(Failure::io("create", &directory.path))?;
    let created = create(&directory.path, &name, args, files)?;
    let lock = lock::refresh(session, &directory.path, dialect);
    report(&created, lock.as_ref(), session);
    Ok(Exit::Done)
}

const NO_DIALECT: &str = "nothing says which database this is for, so the files hold only a comment \
                          (pass --backend postgres|mysql|sqlite, or set DATABASE_URL)";

/// A migration that has just been written.
struct Created {
    version: Version,
    directory: PathBuf,
    files: Vec<PathBuf>,
    note: Option<String>,
}

fn create(folder: &Path, name: &str, args: &New, files: Files) -> Result<Created> {
    // Two at once would choose the same version.
    exclusively(folder, || created(folder, name, args, files))
}

fn created(folder: &Path, name: &str, args: &New, files: Files) -> Result<Created> {
    let existing = directories(folder)?;
    let Choice { spelling, note } = match &args.version {
        Some(version) => version::explicit(version, &existing)?,
        None => version::choose(&existing, Timestamp::now()),
    };
    let version = Version::of_directory(&spelling)
        .map_err(|error| Failure::usage(error.to_string()).help("choose one with --version"))?;
    let directory = folder.join(format!("{spelling}_{name}"));
    fs::create_dir(&directory).map_err(Failure::io("create", &directory))?;
    let files = write(&directory, args, files)?;
    Ok(Created { version, directory, files, note })
}

fn write(directory: &Path, args: &New, files: Files) -> Result<Vec<PathBuf>> {
    let metadata =
        files.metadata.or_else(|| args.no_transaction.then(|| template::NO_TRANSACTION.to_owned()));
    let texts = [
        ("up.sql", Some(files.up)),
        ("down.sql", (!args.no_down).then_some(files.down)),
        ("metadata.toml", metadata),
    ];
    let mut written = Vec::new();
    for (name, text) in texts {
        let Some(text) = text else { continue };
        let path = directory.join(name);
        fs::write(&path, text).map_err(Failure::io("write", &path))?;
        written.push(path);
    }
    Ok(written)
}

/// The names of the migrations in `folder`; hidden folders and `seeds` are none.
fn directories(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Failure::io("read", folder))? {
        let entry = entry.map_err(Failure::io("read", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && !name.starts_with('.') && name != "seeds" {
            names.push(name);
        }
    }
    Ok(names)
}

fn report(created: &Created, lock: Option<&Update>, session: &Invocation) {
    let Invocation { project, output, .. } = session;
    if let Some(note) = &created.note {
        output.warning(note);
    }
    for file in &created.files {
        output.line(format_args!("created {}", project.shown(file).display()));
    }
    if let Some(lock) = lock {
        let verb = if matches!(lock.found, OnDisk::Missing) { "created" } else { "updated" };
        output.line(format_args!("{verb} {}", project.shown(&lock.path).display()));
    }
    let shown = |path: &Path| project.shown(path).display().to_string();
    output.json(&json!({
        "version": created.version.as_str(),
        "name": created.directory.file_name().map(|name| name.to_string_lossy()),
        "directory": shown(&created.directory),
        "files": created.files.iter().map(|file| shown(file)).collect::<Vec<_>>(),
        "lock": lock.map(|lock| shown(&lock.path)),
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use dbmig_core::Dialect;

    fn args(name: &str) -> New {
        New {
            name: name.to_owned(),
            no_down: false,
            no_transaction: false,
            version: None,
            backend: Some(Dialect::Sqlite),
        }
    }

    fn made(folder: &Path, args: &New) -> Created {
        create(
            folder,
            &args.name,
            args,
            template::files(Dialect::Sqlite, &name::intent(&args.name)),
        )
        .unwrap()
    }

    fn names(created: &Created) -> Vec<String> {
        let names = created.files.iter().filter_map(|file| file.file_name());
        names.map(|name| name.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn the_files_are_those_that_were_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(names(&made(folder.path(), &args("create_a"))), ["up.sql", "down.sql"]);
        let bare = New { no_down: true, no_transaction: true, ..args("create_b") };
        let created = made(folder.path(), &bare);
        assert_eq!(names(&created), ["up.sql", "metadata.toml"]);
        let metadata = fs::read_to_string(&created.files[1]).unwrap();
        assert!(metadata.ends_with("run_in_transaction = false\n"));
    }

    #[test]
    fn many_at_once_get_versions_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("seeds")).unwrap();
        std::thread::scope(|scope| {
            for number in 0..16 {
                let path = folder.path();
                scope.spawn(move || made(path, &args(&format!("create_t{number}"))));
            }
        });
        let mut names = directories(folder.path()).unwrap();
        names.sort();
        let versions: std::collections::BTreeSet<_> =
            names.iter().map(|name| Version::of_directory(name).unwrap()).collect();
        assert_eq!((names.len(), versions.len()), (16, 16), "{names:?}");
    }
}
