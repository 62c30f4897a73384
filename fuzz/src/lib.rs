//! What is fuzzed: a function per target, which takes any bytes and panics where a law is broken.
//!
//! cargo-fuzz calls it with what it thinks of, `tests/corpus.rs` with what was kept of that.
#![expect(clippy::unwrap_used, reason = "a broken law is a panic")]

mod dialect;
mod history;
mod metadata;
mod scan;
mod split;
mod tree;
mod verdicts;

pub use history::history;
pub use metadata::metadata;
pub use scan::scan;
pub use split::split;
pub use verdicts::verdicts;

/// One target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name of its binary and of its folder in `corpus/`.
    pub name: &'static str,
    /// What it does with an input.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "history", run: history },
    Target { name: "metadata", run: metadata },
    Target { name: "scan", run: scan },
    Target { name: "split", run: split },
    Target { name: "verdicts", run: verdicts },
];
