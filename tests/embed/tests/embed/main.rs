//! Real crates that embed migrations, built by the real cargo.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod app;
mod declarations;
mod dependencies;
mod lints;
mod living;
mod locked;
mod module;
mod refused;
mod same;
mod size;
mod templates;
