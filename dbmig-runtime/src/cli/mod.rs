//! The `migrate` command: arguments, execution, tables, JSON, exit codes.
//!
//! `cargo dbmig` is this with the files as its source; an app puts [`Migrate`] into its own command
//! line and gives it the set that it embeds.

mod app;
mod args;
mod commands;
mod common;
mod confirm;
mod context;
mod effect;
mod execute;
mod exit;
mod explanation;
mod json;
mod lasting;
mod outlined;
mod output;
mod program;
mod progress;
mod qovery;
mod show;
mod signals;
mod step;
mod waits;

pub use app::{Migrate, main};
pub use args::{
    Allowed, BaselineArgs, Command, HistoryArgs, HowMany, PendingArgs, PlanArgs, RedoArgs,
    RepairArgs, RevertArgs, RunArgs, StatusArgs, SyncArgs, VerifyArgs, WaitForArgs,
};
pub use common::{Color, CommonArgs};
pub use confirm::{Confirmation, ConfirmedDatabases, confirm};
pub use context::{Context, MigrationsOrigin};
pub use execute::execute;
pub use exit::Exit;
pub use outlined::{Opened, Outlined, execute_on, may_be_outlined, try_outlined};
pub use output::{Format, Output, Verbosity, end_with};
pub use progress::to_stderr;
pub use signals::stop_on_signals;
pub use waits::{LockArg, WaitArgs};
