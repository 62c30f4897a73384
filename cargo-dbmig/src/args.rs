//! The command line.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use dbmig_core::Dialect;
use dbmig_runtime::cli;

use crate::deploy::Deploy;
use crate::project::Location;

/// Which databases this binary was built for.
const VERSION: &str = {
    const SQLITE: bool = cfg!(feature = "sqlite-system");
    const POSTGRES: bool = cfg!(feature = "postgres-system");
    const MYSQL: bool = cfg!(feature = "mysql");
    match (SQLITE, POSTGRES, MYSQL) {
        (true, true, true) => concat!(env!("CARGO_PKG_VERSION"), " (sqlite, postgres, mysql)"),
        (true, true, false) => concat!(env!("CARGO_PKG_VERSION"), " (sqlite, postgres)"),
        (true, false, true) => concat!(env!("CARGO_PKG_VERSION"), " (sqlite, mysql)"),
        (false, true, true) => concat!(env!("CARGO_PKG_VERSION"), " (postgres, mysql)"),
        (true, false, false) => concat!(env!("CARGO_PKG_VERSION"), " (sqlite)"),
        (false, true, false) => concat!(env!("CARGO_PKG_VERSION"), " (postgres)"),
        (false, false, true) => concat!(env!("CARGO_PKG_VERSION"), " (mysql)"),
        (false, false, false) => concat!(env!("CARGO_PKG_VERSION"), " (no database)"),
    }
};

/// As cargo calls us: `cargo-dbmig dbmig run ..`.
#[derive(Debug, Parser)]
#[command(name = "cargo", bin_name = "cargo", disable_help_subcommand = true)]
pub(crate) enum Cargo {
    Dbmig(Cli),
}

/// Database migrations for Diesel projects, on PostgreSQL, MySQL, MariaDB and SQLite.
///
/// Works on a directory and a database that Diesel's own tools have used, and they on what this
/// one leaves behind.
#[derive(Debug, Parser)]
#[command(
    name = "cargo-dbmig",
    version = VERSION,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = after_help(),
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

fn after_help() -> String {
    let exits = cli::Exit::TABLE.map(|(exit, meaning)| format!("  {:>2}  {meaning}", exit.code()));
    format!(
        "Examples:
  cargo dbmig init --backend sqlite    make this crate embed its migrations
  cargo dbmig new create_users         a new migration, with SQL to start from
  cargo dbmig run                      apply what is pending
  cargo dbmig lock --check             is dbmig.lock what the files say?
  cargo dbmig status                   where each migration stands
  cargo dbmig revert                   undo the newest one
  cargo dbmig deploy kubernetes        manifests for the app and its migrations

Exit codes:
{}",
        exits.join("\n")
    )
}

/// The names of the databases, for messages and completion.
pub(crate) fn dialect() -> impl TypedValueParser<Value = Dialect> {
    PossibleValuesParser::new([
        PossibleValue::new("postgres").aliases(["postgresql", "pg"]),
        PossibleValue::new("mysql").alias("mariadb"),
        PossibleValue::new("sqlite"),
    ])
    .try_map(|name| name.parse::<Dialect>())
}

/// What every command takes.
#[derive(Args, Debug, Default)]
pub(crate) struct Common {
    #[command(flatten)]
    pub(crate) args: cli::CommonArgs,
    #[command(flatten)]
    pub(crate) location: Location,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(Init),
    New(New),
    Lock(Lock),
    #[command(flatten)]
    Migrate(cli::Command),
    #[command(subcommand)]
    Db(Db),
    Deploy(Deploy),
    Completions(Completions),
}

/// Create, drop or reset the database that the URL names.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum Db {
    /// Create the database, where it does not exist yet.
    #[command(after_help = "Examples:
  cargo dbmig db create
  cargo dbmig db create --database-url postgres://localhost/shop_test")]
    Create,
    /// Drop the database with everything in it.
    ///
    /// Asks first.
    #[command(after_help = "Examples:
  cargo dbmig db drop
  cargo dbmig db drop --yes --force --database-url postgres://localhost/shop_test")]
    Drop(Drop),
    /// Drop the database, create it and run all migrations.
    ///
    /// Asks first. The migrations are checked before.
    #[command(after_help = "Examples:
  cargo dbmig db reset
  cargo dbmig db reset --yes --database-url postgres://db.staging/shop")]
    Reset(Drop),
}

#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Drop {
    /// End the sessions of others on it (PostgreSQL 13 and newer).
    #[arg(long)]
    pub(crate) force: bool,
}

/// Make an existing crate embed its migrations.
///
/// Adds the migrations folder, a build script, a module and the dependencies. Shows every change
/// and asks before making it; a second run finds nothing to do.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo dbmig init --backend postgres
  cargo dbmig init --app --backend sqlite a whole service, in a new crate
  cargo dbmig init --dry-run              only show what would change
  cargo dbmig init -p api --yes           a member of a workspace, without asking")]
pub(crate) struct Init {
    /// The database [default: from the URL, else from diesel's features in Cargo.toml].
    #[arg(long, value_name = "NAME", value_parser = dialect())]
    pub(crate) backend: Option<Dialect>,
    /// Also write the program of a new crate: an axum service that migrates when it starts, answers
    /// probes, and has the `migrate` command.
    #[arg(long)]
    pub(crate) app: bool,
    /// Only show what would change.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// A checkout of dbmig to depend on; needed until its crates are published.
    #[arg(long, value_name = "DIR")]
    pub(crate) dbmig_path: Option<PathBuf>,
}

/// Create a migration.
///
/// Its name guides the SQL to start from: create_users, drop_users, add_email_to_users,
/// remove_email_from_users, rename_mail_to_email_in_users, rename_users_to_accounts,
/// add_index_to_users_on_email, add_unique_index_to_users_on_email. Any other name gives files
/// with a comment only.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo dbmig new create_users
  cargo dbmig new add_email_to_users
  cargo dbmig new backfill_emails --no-down --no-transaction")]
pub(crate) struct New {
    /// What it does, in a few words.
    pub(crate) name: String,
    /// Without a down.sql: there is no way back.
    #[arg(long)]
    pub(crate) no_down: bool,
    /// Statement by statement instead of in one transaction.
    #[arg(long)]
    pub(crate) no_transaction: bool,
    /// Its version, instead of the time.
    #[arg(long, value_name = "V")]
    pub(crate) version: Option<String>,
    /// The database to write SQL for [default: from the settings, the URL or Cargo.toml].
    #[arg(long, value_name = "NAME", value_parser = dialect())]
    pub(crate) backend: Option<Dialect>,
}

/// Write `dbmig.lock`: what each migration is, and what it means.
///
/// A build reads the file instead of parsing SQL; reviewers read it in the diff. Commit it. `init`,
/// `new` and `run` write it, too; this command also resolves a merge conflict in it, and names a
/// migration that another branch has overtaken.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo dbmig lock
  cargo dbmig lock --check                              for CI: exit code 3 if the file is stale
  cargo dbmig lock --backend mysql --backend sqlite     one directory for two databases")]
pub(crate) struct Lock {
    /// Write nothing; name what is stale.
    #[arg(long)]
    pub(crate) check: bool,
    /// The database that the migrations are for; more than once, if they are for several [default: those
    /// in the file, else from the settings, the URL or Cargo.toml].
    #[arg(long, value_name = "NAME", value_parser = dialect())]
    pub(crate) backend: Vec<Dialect>,
}

/// Print a completion script for a shell.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo dbmig completions bash >> ~/.bash_completion
  cargo dbmig completions zsh > \"${fpath[1]}/_cargo-dbmig\"
  cargo dbmig completions fish > ~/.config/fish/conf.d/cargo-dbmig.fish")]
pub(crate) struct Completions {
    /// The shell.
    pub(crate) shell: Shell,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cargo::command().debug_assert();
        Cli::command().debug_assert();
    }

    #[test]
    fn databases_have_their_usual_names() {
        for (name, expected) in [("pg", "Postgres"), ("mariadb", "Mysql"), ("sqlite", "Sqlite")] {
            let cli = Cli::parse_from(["cargo-dbmig", "new", "x", "--backend", name]);
            assert!(format!("{cli:?}").contains(&format!("Some({expected})")), "{cli:?}");
        }
        let error = Cli::try_parse_from(["cargo-dbmig", "new", "x", "--backend", "oracle"]);
        assert!(error.unwrap_err().to_string().contains("postgres, mysql, sqlite"));
    }
}
