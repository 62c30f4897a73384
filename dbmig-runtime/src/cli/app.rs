//! The `migrate` command of an app: what `cargo dbmig` does, on the set that the app embeds.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgMatches, Args, Command as Clap, FromArgMatches};
use dbmig_core::Version;
use dbmig_core::plan::BreakingAhead;

use super::args::Command;
use super::common::CommonArgs;
use super::context::{Context, MigrationsOrigin};
use super::execute::execute;
use super::exit::Exit;
use super::output::end_with;
use super::program::{executable, program};
use super::signals::stop_on_signals;
use crate::database::Backend;
use crate::error::Error;
use crate::migrator::Migrator;
use crate::url::{DatabaseUrl, Unread, UrlError};

/// Where the URL is looked for, in this order: the role that migrates may be another one than the
/// app's own.
const VARIABLES: [&str; 2] = ["MIGRATION_DATABASE_URL", "DATABASE_URL"];

/// The `migrate` command, for an app's own command line. It needs no files beside the binary.
///
/// An app whose own options go down to its subcommands (`global = true`) must not call one of them
/// `--json`, `--quiet`, `--verbose`, `--color`, `--yes`, `--database-url`, `--ledger-schema`, `--breaking-ahead`, or like those of waiting;
/// [`Migrate::from_args`] has no such limit. Short names (`-v`) are the app's.
///
/// ```
/// use dbmig_runtime::cli::Migrate;
///
/// #[derive(clap::Parser)]
/// struct Shop {
///     #[command(subcommand)]
///     command: Option<Command>,
/// }
///
/// #[derive(clap::Subcommand)]
/// enum Command {
///     /// Look after the database: `shop migrate up`, `down`, `status`, `wait`, ..
///     Migrate(Migrate),
/// }
/// # use clap::Parser as _;
/// # assert!(Shop::try_parse_from(["shop", "migrate", "up", "--dry-run"]).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Migrate {
    inside: Inside,
    program: String,
}

/// What clap derives; [`Migrate`] adapts its help to the app.
#[derive(Args, Clone, Debug)]
struct Inside {
    #[command(flatten)]
    common: CommonArgs,
    /// The database [default: MIGRATION_DATABASE_URL, then DATABASE_URL, then the app's own]
    #[arg(
        id = "dbmig_database_url",
        long = "database-url",
        global = true,
        value_name = "URL",
        help_heading = "Common options"
    )]
    database_url: Option<Unread>,
    /// The schema of the ledger, wherever search_path leads [default: the program's own, then
    /// DBMIG_LEDGER_SCHEMA]
    #[arg(
        id = "dbmig_ledger_schema",
        long = "ledger-schema",
        global = true,
        value_name = "NAME",
        help_heading = "Common options"
    )]
    ledger_schema: Option<String>,
    /// What to do where a breaking migration is ahead of this program: `refuse`, or `warn` and go on
    /// [default: DBMIG_BREAKING_AHEAD, then the program's own]
    #[arg(
        id = "dbmig_breaking_ahead",
        long = "breaking-ahead",
        global = true,
        value_name = "WHAT",
        value_parser = breaking_ahead,
        help_heading = "Common options"
    )]
    breaking_ahead: Option<BreakingAhead>,
    #[command(subcommand)]
    command: Command,
}

impl Migrate {
    /// The command, where the first argument of the process is `migrate`: for an app without a
    /// command line of its own. What is wrong with the other arguments ends the process, and so does
    /// `--help`.
    ///
    /// ```no_run
    /// # use dbmig_runtime::{Migrations, Migrator, Sqlite};
    /// # static ALL: Migrations<Sqlite> = Migrations::from_static(&[]);
    /// use dbmig_runtime::cli::Migrate;
    ///
    /// let migrator = Migrator::new(&ALL).app("shop", "1.4.0");
    /// if let Some(migrate) = Migrate::from_args() {
    ///     std::process::exit(migrate.run(migrator).into());
    /// }
    /// let migrations = migrator.start("sqlite://shop.db");
    /// ```
    pub fn from_args() -> Option<Self> {
        let mut arguments = std::env::args_os().skip(1).peekable();
        arguments.peek().filter(|first| *first == "migrate")?;
        let name = format!("{} migrate", executable());
        Some(Self::parse(name, arguments))
    }

    /// `arguments` begin with how the command is called.
    fn parse(name: String, arguments: impl Iterator<Item = OsString>) -> Self {
        let command = in_words_of(Inside::augment_args(Clap::new("migrate")), &name)
            .about("Look after the database: migrations up and down, and where they stand")
            .bin_name(&name);
        let matches = command.try_get_matches_from(arguments);
        match matches.and_then(|matches| Inside::from_arg_matches(&matches)) {
            Ok(inside) => Self { inside, program: name },
            Err(error) => end_with(&error),
        }
    }

    /// Does what was asked for on the migrations of `migrator`: results on standard output, what goes
    /// on and errors on standard error.
    ///
    /// The database is that of `--database-url`, `MIGRATION_DATABASE_URL` or `DATABASE_URL`. SIGTERM
    /// and Ctrl-C stop it cleanly.
    pub fn run<B: Backend, V: Into<Version>>(&self, migrator: Migrator<'_, B, V>) -> Exit {
        self.execute(migrator, self.database_url())
    }

    /// [`Migrate::run`], on `url` where nothing else names a database.
    pub fn run_or<B: Backend, V: Into<Version>>(
        &self,
        migrator: Migrator<'_, B, V>,
        url: &str,
    ) -> Exit {
        self.execute(migrator, self.database_url().or_else(|| Some(DatabaseUrl::parse(url))))
    }

    /// The database that the arguments or the environment name.
    pub fn database_url(&self) -> Option<Result<DatabaseUrl, UrlError>> {
        let from_environment = || {
            let values = VARIABLES.iter().filter_map(|name| std::env::var(name).ok());
            values.into_iter().find(|value| !value.trim().is_empty())
        };
        match &self.inside.database_url {
            Some(given) => Some(DatabaseUrl::parse(given.expose())),
            None => from_environment().map(|text| DatabaseUrl::parse(&text)),
        }
    }

    fn execute<B: Backend, V: Into<Version>>(
        &self,
        migrator: Migrator<'_, B, V>,
        url: Option<Result<DatabaseUrl, UrlError>>,
    ) -> Exit {
        let output = self.inside.common.output();
        let url = match url {
            Some(Ok(url)) if url.dialect() == B::DIALECT => url,
            Some(Ok(url)) => {
                let expected = B::DIALECT.name();
                let error = Error::OtherDatabase { url: url.to_string(), expected };
                return output.error(&error, &self.program);
            }
            Some(Err(error)) => return output.error(&error.into(), &self.program),
            None => {
                let message = "nothing says which database is meant";
                let help =
                    "set DATABASE_URL (or MIGRATION_DATABASE_URL), or pass --database-url URL";
                output.failure(message, Some(help), Exit::Usage);
                return Exit::Usage;
            }
        };
        let (set, mut options) = migrator.into_parts();
        output.detail(format!("database: {url}"));
        output.detail(format!("migrations: {}, embedded in this program", set.as_slice().len()));
        self.inside.common.waits.apply(&mut options);
        if let Some(schema) = &self.inside.ledger_schema {
            options.ledger_schema = Some(schema.clone());
        }
        options.breaking_ahead_now = self.inside.breaking_ahead.or(options.breaking_ahead_now);
        stop_on_signals(&options.control, output);
        let context = Context {
            program: &self.program,
            set,
            origin: MigrationsOrigin::Embedded,
            warnings: &[],
            url: &url,
            options,
            confirmation: self.inside.common.confirmation(),
            output,
            answer_timeout: self.inside.common.waits.answer_timeout,
        };
        execute(&self.inside.command, &context)
    }
}

/// A whole program that only migrates:
///
/// ```no_run
/// # use dbmig_runtime::{Migrations, Migrator, Sqlite};
/// # static ALL: Migrations<Sqlite> = Migrations::from_static(&[]);
/// fn main() -> std::process::ExitCode {
///     dbmig_runtime::cli::main(Migrator::new(&ALL))
/// }
/// ```
pub fn main<B: Backend, V: Into<Version>>(migrator: Migrator<'_, B, V>) -> ExitCode {
    Migrate::parse(executable(), std::env::args_os()).run(migrator).into()
}

impl Args for Migrate {
    fn augment_args(command: Clap) -> Clap {
        let program = program(&command);
        let command = in_words_of(Inside::augment_args(command), &program);
        // The app's own may be called so.
        ["dbmig_quiet", "dbmig_verbose", "dbmig_yes"]
            .into_iter()
            .fold(command, |command, id| command.mut_arg(id, |arg| arg.short(None)))
    }

    fn augment_args_for_update(command: Clap) -> Clap {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Migrate {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let inside = Inside::from_arg_matches(matches)?;
        Ok(Self { inside, program: format!("{} migrate", executable()) })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.inside.update_from_arg_matches(matches)
    }
}

fn breaking_ahead(name: &str) -> Result<BreakingAhead, String> {
    BreakingAhead::of(name).ok_or_else(|| "it is `refuse` or `warn`".to_owned())
}

/// The examples of `cargo dbmig` in the words of this program.
fn in_words_of(command: Clap, program: &str) -> Clap {
    let subcommands: Vec<_> =
        command.get_subcommands().map(|one| one.get_name().to_owned()).collect();
    subcommands.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |one| match one.get_after_help() {
            Some(help) => {
                let help = help.to_string().replace("cargo dbmig", program);
                one.after_help(help)
            }
            None => one,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_speaks_of_the_app() {
        let command = Migrate::augment_args(Clap::new("migrate"));
        command.clone().debug_assert();
        for one in command.get_subcommands() {
            let help = one.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.contains("cargo dbmig"), "{help}");
        }
        // An app with options of its own that look alike.
        let app = Clap::new("app")
            .arg(clap::Arg::new("verbose").short('v').global(true).action(clap::ArgAction::Count))
            .arg(clap::Arg::new("quiet").short('q').global(true).action(clap::ArgAction::SetTrue))
            .subcommand(Migrate::augment_args(Clap::new("migrate")));
        app.clone().debug_assert();
        let matches = app.get_matches_from(["app", "-vv", "migrate", "status", "-q", "--json"]);
        let (_, matches) = matches.subcommand().unwrap();
        assert!(Migrate::from_arg_matches(matches).unwrap().inside.common.json);
        let up = command.find_subcommand("up").unwrap().get_after_help().unwrap().to_string();
        assert!(up.contains(" migrate run --dry-run"), "{up}");
    }
}
