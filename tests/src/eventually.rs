//! Waits for something, not for so long as it mostly takes.

use std::time::{Duration, Instant};

/// Longer than anything takes that is waited for, on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until `holds`; panics with `what` if it never does.
#[track_caller]
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
