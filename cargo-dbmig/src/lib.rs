//! `cargo dbmig`: the command line around dbmig's crates.
//!
//! What a person types and sees is here: arguments, the search for the project, new files. What
//! talks to a database is the command that apps embed, too: `dbmig_runtime::cli`.

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

mod args;
mod completions;
mod failure;
mod init;
mod new;
mod output;
mod project;

use args::{Cargo, Cli, Command};
use failure::{Failure, Result};
use output::Output;
use project::Project;

/// The whole program.
pub fn main() -> ExitCode {
    let cli = parse(env::args_os().collect());
    let output = Output::new(&cli.common);
    match run(&cli, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            ExitCode::from(failure.exit as u8)
        }
    }
}

/// Takes `cargo-dbmig dbmig run`, as cargo calls it, and `cargo-dbmig run`.
fn parse(arguments: Vec<OsString>) -> Cli {
    if arguments.get(1).is_some_and(|word| word == "dbmig") {
        let Cargo::Dbmig(cli) = Cargo::parse_from(arguments);
        cli
    } else {
        Cli::parse_from(arguments)
    }
}

fn run(cli: &Cli, output: Output) -> Result<()> {
    if let Command::Completions(args) = &cli.command {
        output.raw(&completions::script(args.shell));
        return Ok(());
    }
    let current = env::current_dir()
        .map_err(|error| Failure::failed(format!("the current folder cannot be read: {error}")))?;
    let project = Project::discover(&cli.common.location, &current)?;
    match &cli.command {
        Command::New(args) => new::run(args, &project, output),
        Command::Init(args) => init::run(args, &cli.common, &project, output),
        Command::Completions(_) => Ok(()),
    }
}
