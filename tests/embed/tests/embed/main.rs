//! Real crates that embed migrations, built by the real cargo.

mod app;
mod lints;
mod living;
mod module;
mod refused;
mod same;
mod templates;
