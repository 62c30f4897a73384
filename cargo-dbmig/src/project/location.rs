//! What the command line says of where the project and its database are.

use std::path::PathBuf;

use clap::Args;
use dbmig_runtime::url::Unread;

/// Where the project and its database are.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Location {
    /// The migrations folder [default: MIGRATION_DIRECTORY, Cargo.toml's metadata.dbmig,
    /// diesel.toml, then `migrations` here or in a folder above].
    #[arg(long, global = true, value_name = "DIR", visible_alias = "migration-dir")]
    pub(crate) migrations_dir: Option<PathBuf>,
    /// The database [default: MIGRATION_DATABASE_URL, then DATABASE_URL, from the environment or
    /// from `.env`].
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) database_url: Option<Unread>,
    /// The schema of the ledger, wherever search_path leads [default: DBMIG_LEDGER_SCHEMA, from the
    /// environment or from `.env`, then Cargo.toml's metadata.dbmig].
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) ledger_schema: Option<String>,
    /// The workspace member to work on [default: the one around the current folder].
    #[arg(long, short, global = true, value_name = "NAME")]
    pub(crate) package: Option<String>,
    /// The Cargo.toml of the project to work on.
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,
}
