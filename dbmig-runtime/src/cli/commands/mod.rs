//! What each command does: one file per command.

pub(super) mod baseline;
pub(super) mod history;
pub(super) mod pending;
pub(super) mod plan;
pub(super) mod redo;
pub(super) mod repair;
pub(super) mod revert;
pub(super) mod run;
pub(super) mod status;
pub(super) mod sync;
pub(super) mod verify;
pub(super) mod wait;
