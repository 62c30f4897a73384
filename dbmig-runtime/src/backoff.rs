//! Pauses between two tries.

use std::time::Duration;

/// The shortest pause; each is lengthened by a random part of itself, so that many who wait do not
/// ask in step.
const SHORTEST: Duration = Duration::from_millis(50);
/// The longest one.
const LONGEST: Duration = Duration::from_secs(2);

/// Pauses that grow.
pub(crate) struct Pause(Duration);

impl Pause {
    pub(crate) const fn new() -> Self {
        Self(SHORTEST)
    }

    /// Those between whole runs, each of which has been patient already.
    pub(crate) const fn between_runs() -> Self {
        Self(LONGEST)
    }

    /// The next one, at most `left`.
    pub(crate) fn next(&mut self, left: Duration) -> Duration {
        let pause = self.0.mul_f64(0.5 + fastrand::f64());
        self.0 = (self.0 * 2).min(LONGEST);
        pause.min(left)
    }
}
