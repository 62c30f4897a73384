//! The build that is compared with: the last one that landed, or one that is named.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dbmig_tests::workspace;

use crate::app::{self, App};
use crate::tools::{self, Linking};

/// An older dbmig.
#[derive(Debug)]
pub(crate) struct Baseline {
    pub(crate) cli: PathBuf,
    /// The folder of its apps, where its sources are known.
    apps: Option<PathBuf>,
}

impl Baseline {
    /// `named` is a program or a revision; without it the last commit of the upstream of `main`.
    pub(crate) fn find(named: Option<&str>) -> Option<Self> {
        if let Some(cli) = named.map(PathBuf::from).filter(|path| path.is_file()) {
            let cli = cli.canonicalize().expect("the path of a file");
            eprintln!("the last landed build: {}; its library is not compared", cli.display());
            return Some(Self { cli, apps: None });
        }
        let revision = commit(named.unwrap_or("main@{upstream}"));
        if revision.is_none() {
            let named = named.map(|named| format!("{named} is neither a program nor a revision"));
            assert!(named.is_none(), "{}", named.unwrap_or_default());
            eprintln!("no last landed build: `main` has no upstream, and no --baseline is given");
        }
        revision.map(|revision| Self::of(&revision))
    }

    /// Built once, and kept.
    fn of(revision: &str) -> Self {
        let kept = tools::target().join("bench-baseline").join(revision);
        let cli = kept.join("cargo-dbmig");
        if !kept.join("complete").is_file() {
            eprintln!("building {revision}, once ..");
            let sources = dbmig_tests::folder();
            check_out(revision, sources.path());
            fs::create_dir_all(&kept).expect("a folder below target");
            fs::copy(build(sources.path(), &kept.join("build")), &cli).expect("a program");
            for app in App::MEASURED {
                let built = app::build(app, sources.path(), &cli, &kept.join("build"));
                fs::copy(built, kept.join(app.name())).expect("a program");
            }
            fs::remove_dir_all(kept.join("build")).expect("a folder that was just made");
            fs::write(kept.join("complete"), "").expect("a file below target");
        }
        eprintln!("the last landed build: {revision}");
        Self { cli, apps: Some(kept) }
    }

    /// A program that embeds migrations with its library.
    pub(crate) fn app(&self, app: App) -> Option<PathBuf> {
        self.apps.as_ref().map(|apps| apps.join(app.name()))
    }
}

fn commit(revision: &str) -> Option<String> {
    let mut git = git();
    git.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
    let output = git.arg(format!("{revision}^{{commit}}")).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The files of a revision, without leaving a trace in the repository.
fn check_out(revision: &str, folder: &Path) {
    let archive = folder.join("sources.tar");
    let mut git = git();
    git.args(["archive", "--format", "tar", "--output"]).arg(&archive).arg(revision);
    succeed(&mut git);
    let mut tar = Command::new("tar");
    succeed(tar.arg("--extract").arg("--file").arg(&archive).arg("--directory").arg(folder));
}

fn build(sources: &Path, target: &Path) -> PathBuf {
    let mut build = Command::new("cargo");
    build.args(["build", "--release", "--quiet", "--locked", "-p", "cargo-dbmig"]);
    build.args(Linking::System.features()).current_dir(sources).env("CARGO_TARGET_DIR", target);
    succeed(&mut build);
    target.join("release/cargo-dbmig")
}

fn git() -> Command {
    let mut git = Command::new("git");
    git.current_dir(workspace());
    git
}

fn succeed(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}
