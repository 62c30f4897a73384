//! `cargo dbmig init`

mod app;
mod build_script;
mod dependencies;
mod module;

use std::path::{Path, PathBuf};

use dbmig_core::Dialect;
use dbmig_core::history::inference::INFERENCE;
use dbmig_core::lockfile::{self, LockFile, Section};
use dbmig_runtime::cli::Exit;
use serde_json::json;

use crate::args::Init;
use crate::change::{FileChange, SetupStep};
use crate::failure::{Failure, Result};
use crate::lock::Update;
use crate::project::{Manifest, Project, relative, with_slashes};
use crate::{Invocation, output};

/// What is to be set up, and where.
pub(crate) struct Target<'p> {
    /// The package's Cargo.toml.
    manifest: &'p Manifest,
    dialect: Dialect,
    /// The migrations folder.
    migrations: PathBuf,
    /// Where our crates come from.
    source: CrateSource,
    extent: Extent,
}

/// How much is set up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// The crate embeds its migrations.
    Embed,
    /// It is a program that applies them, too.
    App,
}

/// Where our crates come from.
enum CrateSource {
    Registry,
    /// A checkout.
    Path(PathBuf),
}

impl Target<'_> {
    fn folder(&self) -> &Path {
        self.manifest.folder()
    }

    /// The migrations folder as the package's own code names it.
    fn migrations_from_package(&self) -> String {
        with_slashes(&relative(&self.migrations, self.folder()))
    }
}

/// Shows what is missing, asks, and adds it.
pub(crate) fn run(args: &Init, session: &Invocation) -> Result<Exit> {
    let Invocation { project, output, confirmation, .. } = session;
    let target = target(args, project)?;
    let mut steps = steps(&target)?;
    steps.insert(1, lock_file(&target, session)?);
    let changes: Vec<&FileChange> = steps.iter().filter_map(SetupStep::change).collect();
    let by_hand: Vec<&str> = steps.iter().filter_map(SetupStep::by_hand).collect();
    changes.iter().for_each(|change| output::show(change, session));
    by_hand.iter().for_each(|what| output.note(format_args!("by hand: {what}\n")));
    let applied = !changes.is_empty() && !args.dry_run;
    if applied {
        output::confirm(*output, *confirmation, &format!("Make {}?", counted(changes.len())))?;
        changes.iter().try_for_each(|change| change.apply())?;
    }
    output.line(match (changes.len(), applied) {
        (0, _) if by_hand.is_empty() => "nothing to do".to_owned(),
        (0, _) => "nothing left to do but what is to be done by hand".to_owned(),
        (count, false) => format!("would make {}; nothing was changed", counted(count)),
        (count, true) => format!("made {}", counted(count)),
    });
    if applied {
        let next = match target.extent {
            Extent::Embed => NEXT.to_owned(),
            Extent::App => app::next(&target),
        };
        output.note(format_args!("\n{}", next.trim_end()));
    }
    let shown = |change: &&FileChange| json!({ "path": project.shown(&change.path).display().to_string(), "action": change.verb() });
    output.json(&json!({
        "backend": target.dialect.name(),
        "changes": changes.iter().map(shown).collect::<Vec<_>>(),
        "by_hand": by_hand,
        "applied": applied,
    }));
    Ok(Exit::Done)
}

/// A template with the database and the folder filled in.
fn rendered(template: &str, target: &Target<'_>) -> String {
    let database = match target.dialect {
        Dialect::Postgres => "Postgres",
        Dialect::Mysql => "Mysql",
        Dialect::Sqlite => "Sqlite",
    };
    template
        .replace("{backend}", database)
        .replace("{migrations}", &target.migrations_from_package())
}

/// What to do after it.
const NEXT: &str = include_str!("../../templates/init/next.txt");

fn counted(changes: usize) -> String {
    if changes == 1 { "1 change".to_owned() } else { format!("{changes} changes") }
}

fn target<'p>(args: &Init, project: &'p Project) -> Result<Target<'p>> {
    let Some(manifest) = &project.package else {
        return Err(Failure::usage(format!("{} is in no crate", project.base.display())).help(
            "create one with `cargo new NAME`, or name a member of the workspace with -p NAME",
        ));
    };
    let Some(dialect) = args.backend.or(project.dialect()?) else {
        return Err(Failure::usage("nothing says which database the migrations are for")
            .help("pass --backend postgres, --backend mysql or --backend sqlite"));
    };
    let migrations = project.migrations_dir(Some(dialect))?.path;
    let source = match &args.dbmig_path {
        None => CrateSource::Registry,
        Some(path) => CrateSource::Path(checkout(&project.current.join(path))?),
    };
    let extent = if args.app { Extent::App } else { Extent::Embed };
    Ok(Target { manifest, dialect, migrations, source, extent })
}

fn checkout(path: &Path) -> Result<PathBuf> {
    if path.join("dbmig-runtime/Cargo.toml").is_file() {
        return Ok(path.to_owned());
    }
    Err(Failure::usage(format!("{} is no checkout of dbmig", path.display()))
        .help("--dbmig-path takes the folder that holds dbmig-runtime/ and dbmig-core/"))
}

fn steps(target: &Target<'_>) -> Result<Vec<SetupStep>> {
    let program = match target.extent {
        Extent::Embed => SetupStep::Nothing,
        Extent::App => app::step(target)?,
    };
    // Whoever has to write the program chooses what it needs.
    let extent = if program.by_hand().is_some() { Extent::Embed } else { target.extent };
    let mut steps = vec![
        migrations_folder(target),
        dependencies::step(target, extent)?,
        build_script::step(target)?,
        module::file_step(target)?,
    ];
    // A program that is written anew declares the module itself.
    let declaration = match &program {
        SetupStep::Change(_) => SetupStep::Nothing,
        SetupStep::Nothing | SetupStep::ByHand(_) => module::declaration_step(target)?,
    };
    steps.extend([program, declaration]);
    Ok(steps)
}

/// git keeps no empty folder; Diesel's CLI puts the same file there.
fn migrations_folder(target: &Target<'_>) -> SetupStep {
    if target.migrations.is_dir() {
        return SetupStep::Nothing;
    }
    SetupStep::create(target.migrations.join(".keep"), String::new())
}

/// What a build reads instead of parsing SQL.
fn lock_file(target: &Target<'_>, session: &Invocation) -> Result<SetupStep> {
    let path = target.migrations.join(lockfile::FILE);
    if path.exists() {
        return Ok(SetupStep::Nothing);
    }
    if !target.migrations.is_dir() {
        let dialect = target.dialect;
        let section = Section { dialect, inference: INFERENCE, entries: Vec::new() };
        return Ok(SetupStep::create(path, LockFile::default().with(section).to_string()));
    }
    Ok(match Update::compute(session, &target.migrations, &[target.dialect]) {
        Ok(update) => SetupStep::create(path, update.after.to_string()),
        Err(failure) => SetupStep::ByHand(format!("{failure}\nthen run `{}`", lockfile::COMMAND)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn package(root: &Path, cargo_toml: &str) {
        fs::create_dir_all(root.join("src")).unwrap();
        fs::write(root.join("Cargo.toml"), cargo_toml).unwrap();
        fs::write(root.join("src/main.rs"), "fn main() {}\n").unwrap();
    }

    fn steps_of(root: &Path) -> Vec<SetupStep> {
        let manifest = Manifest::read(root.join("Cargo.toml")).unwrap();
        let target = Target {
            manifest: &manifest,
            dialect: Dialect::Sqlite,
            migrations: root.join("migrations"),
            source: CrateSource::Registry,
            extent: Extent::Embed,
        };
        steps(&target).unwrap()
    }

    #[test]
    fn a_second_run_finds_nothing_to_do() {
        let root = tempfile::tempdir().unwrap();
        package(root.path(), "[package]\nname = \"app\"\n");
        let first = steps_of(root.path());
        assert_eq!(first.iter().filter_map(SetupStep::change).count(), 5);
        assert_eq!(first.iter().filter_map(SetupStep::by_hand).count(), 0);
        first.iter().filter_map(SetupStep::change).for_each(|change| change.apply().unwrap());
        for path in ["migrations/.keep", "build.rs", "src/migrations.rs"] {
            assert!(root.path().join(path).is_file(), "{path}");
        }
        assert_eq!(steps_of(root.path()), [const { SetupStep::Nothing }; 6]);
    }

    #[test]
    fn the_templates_name_the_folder_and_the_database() {
        let root = tempfile::tempdir().unwrap();
        package(root.path(), "[package]\nname = \"app\"\n");
        let manifest = Manifest::read(root.path().join("Cargo.toml")).unwrap();
        let migrations = root.path().join("db/postgres");
        let target = Target {
            manifest: &manifest,
            dialect: Dialect::Postgres,
            migrations,
            source: CrateSource::Registry,
            extent: Extent::Embed,
        };
        let module = rendered(module::MODULE, &target);
        assert!(module.contains("embed_migrations!(\"db/postgres\", Postgres)"), "{module}");
        let script = rendered(build_script::BUILD, &target);
        assert!(script.contains("watch(\"db/postgres\")"), "{script}");
    }
}
