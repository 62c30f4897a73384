//! The arguments of the commands.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::{Args, Subcommand};
use dbmig_core::Version;
use dbmig_core::plan::{Beyond, DataLoss, Diverged, Extent, OutOfOrder, Policy, Repair, Target};

/// The commands on a database. An app flattens them into its own command line.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Apply pending migrations
    #[command(visible_alias = "up")]
    Run(RunArgs),
    /// Revert the newest applied migration, or more of them
    #[command(visible_alias = "down")]
    Revert(RevertArgs),
    /// Revert the newest applied migration and apply it again, as it is now
    Redo(RedoArgs),
    /// Show where each migration stands
    Status(StatusArgs),
    /// List what is not applied yet
    Pending(PendingArgs),
    /// Show what would be done, with its SQL
    Plan(PlanArgs),
    /// Show the latest runs: what, when, by whom, how it ended
    History(HistoryArgs),
    /// Compare what was applied with what is here, and show the difference
    Verify(VerifyArgs),
    /// Show what an interrupted run or a changed file leaves to be settled, and settle it
    Repair(RepairArgs),
    /// Take migrations as applied without running them, to adopt an existing database
    Baseline(BaselineArgs),
    /// Bring the database to what this build holds: up, down, or nothing
    Sync(SyncArgs),
    /// Wait until another process has applied everything
    Wait(WaitForArgs),
}

/// `run`
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = "Examples:\n  cargo dbmig run\n  cargo dbmig run --dry-run\n  \
    cargo dbmig run --to 2026-11-22-163000-0000_create_users")]
pub struct RunArgs {
    /// Stop after this migration: its version, or the name of its directory
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub to: Option<Version>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// What is applied against a rule.
    #[command(flatten)]
    pub allowed: Allowed,
}

/// What is applied although a rule speaks against it.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Allowed {
    /// Apply pending migrations even if newer ones are already applied
    #[arg(long)]
    pub allow_out_of_order: bool,
    /// Apply pending migrations even if the database holds some that are not here
    #[arg(long)]
    pub allow_diverged: bool,
}

impl Allowed {
    /// `policy`, with these allowed, too.
    pub fn over(&self, mut policy: Policy) -> Policy {
        if self.allow_out_of_order {
            policy.out_of_order = OutOfOrder::Allow;
        }
        if self.allow_diverged {
            policy.diverged = Diverged::Allow;
        }
        policy
    }
}

/// How many of the newest migrations.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct HowMany {
    /// So many of the newest [default: 1]
    #[arg(short = 'n', long, value_name = "N", conflicts_with = "all")]
    pub number: Option<NonZeroUsize>,
    /// All of them
    #[arg(short = 'a', long)]
    pub all: bool,
}

/// `revert`
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = "Examples:\n  cargo dbmig revert\n  cargo dbmig revert -n 3\n  \
    cargo dbmig revert --to 2026-11-22-163000-0000_create_users   (that one stays)")]
pub struct RevertArgs {
    /// How many.
    #[command(flatten)]
    pub how_many: HowMany,
    /// Revert everything newer than this migration
    #[arg(long, value_name = "VERSION", value_parser = version, conflicts_with_all = ["number", "all"])]
    pub to: Option<Version>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `redo`
#[derive(Args, Clone, Debug, Default)]
#[command(
    after_help = "Examples:\n  cargo dbmig redo\n  cargo dbmig redo -n 2\n  cargo dbmig redo --all"
)]
pub struct RedoArgs {
    /// How many.
    #[command(flatten)]
    pub how_many: HowMany,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `status`
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(after_help = "States:\n  applied      applied by dbmig, unchanged since\n  \
    pending      not in the database yet\n  drifted      applied, and changed since\n  \
    missing      in the database, but not here\n  \
    unverified   applied by another tool, so nobody knows which text\n  \
    interrupted  a run began it and did not end\n\n\
    Examples:\n  cargo dbmig status\n  cargo dbmig status --check   (for CI: exit code 3 unless all is as in the directory)")]
pub struct StatusArgs {
    /// End with exit code 3 when something is pending, drifted, interrupted, or gone from the directory
    #[arg(long)]
    pub check: bool,
}

/// `pending`
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(after_help = "Examples:\n  cargo dbmig pending\n  cargo dbmig pending --check")]
pub struct PendingArgs {
    /// End with exit code 3 when something is pending
    #[arg(long)]
    pub check: bool,
}

/// `plan`
#[derive(Args, Clone, Debug, Default)]
#[command(
    after_help = "Examples:\n  cargo dbmig plan\n  cargo dbmig plan --to 20261122\n  cargo dbmig plan --revert -n 2"
)]
pub struct PlanArgs {
    /// Stop after this migration; with --revert, the one that stays
    #[arg(long, value_name = "VERSION", value_parser = version, conflicts_with_all = ["number", "all"])]
    pub to: Option<Version>,
    /// Show what `revert` would do
    #[arg(long)]
    pub revert: bool,
    /// How many, with --revert.
    #[command(flatten)]
    pub how_many: HowMany,
    /// What is applied against a rule.
    #[command(flatten)]
    pub allowed: Allowed,
}

/// `history`
#[derive(Args, Clone, Copy, Debug)]
#[command(after_help = "Examples:\n  cargo dbmig history\n  cargo dbmig history -n 5 --json")]
pub struct HistoryArgs {
    /// So many of the newest runs
    #[arg(short = 'n', long = "limit", value_name = "N", default_value = "20")]
    pub limit: NonZeroUsize,
}

/// `verify`
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(after_help = "Comments, white space, line ends and a byte order mark do not count.\n\
    Exit code 3 when something has changed, or is applied and gone from the directory.\n\nExamples:\n  cargo dbmig verify\n  cargo dbmig verify --json")]
pub struct VerifyArgs {}

/// `repair`
#[derive(Args, Clone, Debug, Default)]
#[command(
    after_help = "Without an option it only explains what there is to settle, with exit code 3 if there is\n\
    anything. It never changes anything but dbmig's own rows, and writes into the history what was\n\
    settled, and by whom.\n\nExamples:\n  cargo dbmig repair\n  \
    cargo dbmig repair --done 2026-11-22-163000-0000_create_users"
)]
pub struct RepairArgs {
    /// What holds.
    #[command(flatten)]
    pub what: RepairWhat,
    /// Show what would be recorded, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// What a person says of a migration.
#[derive(Args, Clone, Debug, Default)]
#[group(multiple = false)]
pub struct RepairWhat {
    /// The statement during which a run of this migration vanished took effect
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub done: Option<Version>,
    /// That statement did not take effect
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub not_done: Option<Version>,
    /// Nothing of the interrupted run is in the database any more: you have undone it
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub forget: Option<Version>,
    /// All of the interrupted run is in the database: you have finished it
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub finish: Option<Version>,
    /// The changed text of an applied migration is what the database holds
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub accept: Option<Version>,
    /// Versions of the app that do not know this applied migration can live with it
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub compatible: Option<Version>,
}

impl RepairWhat {
    /// The repair that is wanted, for the planner; none where it is only to be explained.
    pub fn repair(&self) -> Option<Repair> {
        let wanted = [
            self.done.clone().map(Repair::Done),
            self.not_done.clone().map(Repair::NotDone),
            self.forget.clone().map(Repair::Forget),
            self.finish.clone().map(Repair::Finish),
            self.accept.clone().map(Repair::Accept),
            self.compatible.clone().map(Repair::Compatible),
        ];
        wanted.into_iter().flatten().next()
    }
}

/// `baseline`
#[derive(Args, Clone, Debug, Default)]
#[command(
    after_help = "Nothing is run: the migrations are entered as applied. Versions that another tool has\n\
    applied get a checksum, so that later changes are noticed.\n\nExamples:\n  cargo dbmig baseline\n  \
    cargo dbmig baseline --to 20240101000000 --dry-run"
)]
pub struct BaselineArgs {
    /// Take the migrations up to and with this one
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub to: Option<Version>,
    /// Show what would be entered, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// A version as people type it: with or without dashes, with or without the name behind it.
fn version(text: &str) -> Result<Version, String> {
    let name = text.trim_end_matches('/').rsplit('/').next().unwrap_or(text);
    match Version::of_directory(name) {
        Ok(version) if version.as_str().is_empty() => Err("a version is not empty".to_owned()),
        Ok(version) => Ok(version),
        Err(error) => Err(error.to_string()),
    }
}

impl HowMany {
    /// This number, for the planner.
    pub fn extent(self) -> Extent {
        match (self.all, self.number) {
            (true, _) => Extent::All,
            (false, Some(number)) => Extent::Last(number),
            (false, None) => Extent::ONE,
        }
    }
}

impl RunArgs {
    /// What is wanted.
    pub fn target(&self) -> Target {
        self.to.clone().map_or(Target::Latest, Target::Through)
    }
}

impl RevertArgs {
    /// What is wanted.
    pub fn target(&self) -> Target {
        self.to.clone().map_or_else(|| Target::Revert(self.how_many.extent()), Target::RevertTo)
    }
}

impl PlanArgs {
    /// What is wanted.
    pub fn target(&self) -> Target {
        match (&self.to, self.revert) {
            (Some(version), true) => Target::RevertTo(version.clone()),
            (Some(version), false) => Target::Through(version.clone()),
            (None, true) => Target::Revert(self.how_many.extent()),
            (None, false) => Target::Latest,
        }
    }
}

/// `sync`
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(
    after_help = "For a job that runs once at each deployment, which may be a rollback: nobody tells it, so it\n\
    compares what this build holds with what is applied.\n  \
    the database lacks some of it         applies it\n  \
    the database has more, compatible     does nothing, or goes back with --down\n  \
    the database has more, breaking       refuses (exit code 4), or goes back with --down\n  \
    each has what the other lacks         refuses (exit code 4)\n\
    Back it goes with the scripts that were stored in the database when the migrations were applied, newest\n\
    first, and as a whole or not at all: first it checks that each of them is there, unaltered and reversible.\n\n\
    Examples:\n  cargo dbmig sync\n  cargo dbmig sync --down --dry-run\n  cargo dbmig sync --down --allow-data-loss"
)]
pub struct SyncArgs {
    /// Revert what the database has and this build does not
    #[arg(long)]
    pub down: bool,
    /// Revert it even if tables or columns go that hold rows
    #[arg(long, requires = "down")]
    pub allow_data_loss: bool,
    /// Show what would be done and lost, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

impl SyncArgs {
    /// What is wanted.
    pub fn target(self) -> Target {
        Target::MatchSet(if self.down { Beyond::Revert } else { Beyond::Keep })
    }

    /// `policy`, with what is allowed here, too.
    pub fn over(self, mut policy: Policy) -> Policy {
        if self.allow_data_loss {
            policy.data_loss = DataLoss::Allow;
        }
        policy
    }
}

/// `wait`
#[derive(Args, Clone, Copy, Debug)]
#[command(
    after_help = "Reads only: the right to SELECT is enough, and the database need not be there yet. For an init\n\
    container in front of an app, while a job migrates.\n\
    Exit code 0 when the schema is there or is a later one, 75 at the time-out, 4 when waiting is useless.\n\n\
    Examples:\n  cargo dbmig wait\n  cargo dbmig wait --timeout 5m"
)]
pub struct WaitForArgs {
    /// How long to wait
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, default_value = "10m")]
    pub timeout: Duration,
}
