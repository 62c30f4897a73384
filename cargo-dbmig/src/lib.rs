//! `cargo dbmig`: the command line around dbmig's crates.
//!
//! What a person types and sees is here: arguments, the search for the project, new files. What
//! works on a database is the command that apps embed, too: `dbmig_runtime::cli`.

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

mod args;
mod change;
mod completions;
mod db;
mod deploy;
mod exclusive;
mod failure;
mod init;
mod lock;
mod migrate;
mod new;
mod output;
mod project;

use args::{Cargo, Cli, Command, Common};
use dbmig_runtime::cli::{CommonArgs, Confirmation, Exit, Output, WaitArgs, end_with};
use failure::{Failure, Result};
use project::Project;

/// How a person calls this program, for messages.
const PROGRAM: &str = "cargo dbmig";

/// The whole program.
pub fn main() -> ExitCode {
    let cli = parse(env::args_os().collect());
    let output = cli.common.args.output();
    let exit = run(cli, output).unwrap_or_else(|failure| {
        output.failure(&failure.message, failure.help.as_deref(), failure.exit);
        failure.exit
    });
    exit.into()
}

/// Takes `cargo-dbmig dbmig run`, as cargo calls it, and `cargo-dbmig run`.
fn parse(arguments: Vec<OsString>) -> Cli {
    let parsed = if arguments.get(1).is_some_and(|word| word == "dbmig") {
        Cargo::try_parse_from(arguments).map(|Cargo::Dbmig(cli)| cli)
    } else {
        Cli::try_parse_from(arguments)
    };
    parsed.unwrap_or_else(|error| end_with(&error))
}

/// What every command has.
struct Invocation {
    project: Project,
    output: Output,
    confirmation: Confirmation,
    waits: WaitArgs,
}

impl Invocation {
    fn open(common: &Common, output: Output) -> Result<Self> {
        let current = env::current_dir().map_err(|error| {
            Failure::failed(format!("the current folder cannot be read: {error}"))
        })?;
        let project = Project::discover(&common.location, &current)?;
        let CommonArgs { waits, .. } = common.args;
        let confirmation = common.args.confirmation();
        Ok(Self { project, output, confirmation, waits })
    }
}

fn run(cli: Cli, output: Output) -> Result<Exit> {
    let open = || Invocation::open(&cli.common, output);
    match &cli.command {
        Command::Init(args) => init::run(args, &open()?),
        Command::New(args) => new::run(args, &open()?),
        Command::Lock(args) => lock::run(args, &open()?),
        Command::Migrate(command) => migrate::run(command, &open()?),
        Command::Db(command) => db::run(command, &open()?),
        Command::Deploy(args) => deploy::run(args, &open()?),
        Command::Completions(args) => {
            output::script(&completions::script(args.shell));
            Ok(Exit::Done)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_repeats_the_name_and_a_person_does_not() {
        for line in ["cargo-dbmig dbmig new dbmig", "cargo-dbmig new dbmig"] {
            let cli = parse(line.split(' ').map(OsString::from).collect());
            let Command::New(new) = cli.command else { panic!("{line}") };
            assert_eq!(new.name, "dbmig");
        }
    }

    #[test]
    fn options_may_stand_before_and_after_the_command() {
        for line in ["cargo-dbmig --json new x", "cargo-dbmig dbmig new x --json"] {
            assert!(parse(line.split(' ').map(OsString::from).collect()).common.args.json);
        }
    }
}
