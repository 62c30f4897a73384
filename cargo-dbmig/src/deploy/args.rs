//! The arguments of `deploy`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use dbmig_core::Dialect;

use crate::args::dialect;

/// Write what deploys the app, with its migrations as a step of their own.
///
/// Plain files for your repository, which say in comments why they are as they are. They call the
/// app's own `migrate` command (docs/start-up.md), so that one image serves and migrates. A file
/// that is there and differs is left alone, and then nothing is written at all.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo dbmig deploy docker                     Dockerfile
  cargo dbmig deploy kubernetes --diff          only show what would be written
  cargo dbmig deploy helm --image registry.example.com/shop:1.4.0 --port 8080
  cargo dbmig deploy compose -p api --env HOST=0.0.0.0 --env PORT=3000
  cargo dbmig deploy systemd --force            also over files that were edited")]
pub(crate) struct Deploy {
    /// What it is deployed with.
    pub(crate) target: Target,
    /// Only show what would change.
    #[arg(long, visible_alias = "dry-run")]
    pub(crate) diff: bool,
    /// Replace files that are there and differ.
    #[arg(long)]
    pub(crate) force: bool,
    /// The folder to write to [default: where the target looks for it].
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// What the service is called [default: as the program].
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The image, with its tag [default: the name and the version in Cargo.toml].
    #[arg(long, value_name = "IMAGE")]
    pub(crate) image: Option<String>,
    /// The port that the app listens on.
    #[arg(long, default_value_t = 3000, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: u16,
    /// A variable of the app; repeat it for more [default: ADDRESS=0.0.0.0:PORT, which is what the
    /// program of `init --app` listens on].
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) env: Vec<String>,
    /// The words that make the app serve [default: none].
    #[arg(long, value_name = "WORDS", default_value = "", hide_default_value = true)]
    pub(crate) serve: String,
    /// The words before `sync` and `wait`; empty for a program that does nothing but migrate.
    #[arg(long, value_name = "WORDS", default_value = "migrate")]
    pub(crate) migrate: String,
    /// The program of the package, where it has several.
    #[arg(long, value_name = "NAME")]
    pub(crate) bin: Option<String>,
    /// Features of the package to build it with, beside its defaults.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) features: Vec<String>,
    /// The database [default: from the settings, the URL or Cargo.toml].
    #[arg(long, value_name = "NAME", value_parser = dialect())]
    pub(crate) backend: Option<Dialect>,
}

/// What an app is deployed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// An image: a Dockerfile.
    Docker,
    /// A database, the migrations and the app on one machine, with `docker compose`.
    Compose,
    /// Manifests: a job that migrates, a deployment that waits for it.
    Kubernetes,
    /// A chart, with the migrations as a hook before each release.
    Helm,
    /// A lifecycle job and the service, for Terraform; the same for the console.
    Qovery,
    /// Units for a service on a machine of your own.
    Systemd,
    /// A check of the migrations on each pull request.
    GithubActions,
}
