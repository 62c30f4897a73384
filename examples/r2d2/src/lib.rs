//! `main.rs` is the whole program. This only lends its `main` to the suite that runs it.

#[path = "main.rs"]
mod program;

pub use program::main;
