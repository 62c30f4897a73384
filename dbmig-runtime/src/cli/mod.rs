//! The `migrate` command: arguments, execution, tables, JSON, exit codes.
//!
//! `cargo dbmig` is this with the files as its source; an app puts [`Migrate`] into its own command
//! line and gives it the set that it embeds.

mod app;
mod args;
mod common;
mod confirm;
mod effect;
mod exit;
mod json;
mod lasting;
mod output;
mod progress;
mod qovery;
mod repair;
mod run;
mod show;
mod signals;
mod sync;
mod verify;
mod waits;

pub use app::{Migrate, main};
pub use args::{
    Allowed, BaselineArgs, Command, HistoryArgs, HowMany, PendingArgs, PlanArgs, RedoArgs,
    RepairArgs, RevertArgs, RunArgs, StatusArgs, SyncArgs, VerifyArgs, WaitForArgs,
};
pub use common::{Color, CommonArgs};
pub use confirm::{Asked, Confirmation, confirm};
pub use exit::Exit;
pub use output::{Format, Output, Verbosity, end_with};
pub use progress::to_stderr;
pub use run::{Context, Origin, execute};
pub use signals::stop_on_signals;
pub use waits::{LockArg, WaitArgs};
