//! Trying again: the pauses between two tries, and how long a database that does not answer yet, or
//! is not ready yet, is waited for.

use std::time::{Duration, Instant};

use crate::control::Control;
use crate::error::{ConnectReason, Error};
use crate::event::{Event, Observe};
use crate::options::Options;

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

/// Opens a connection with `open`, and tries again for as long as `wait` while the database is not
/// there yet or takes no more connections.
pub(crate) fn patiently<T>(
    wait: Duration,
    control: &Control,
    observe: &mut Observe<'_>,
    mut open: impl FnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    let since = Instant::now();
    let mut pause = Pause::new();
    loop {
        let error = match open() {
            Err(error @ Error::Connect { reason: ConnectReason::Unreachable, .. }) => error,
            result => return result,
        };
        let waited = since.elapsed();
        if waited >= wait {
            return Err(error);
        }
        observe(&Event::Connecting { error: &error, waited, wait });
        control.sleep(pause.next(wait.saturating_sub(waited)));
        if control.is_cancelled() {
            return Err(Error::Cancelled(Box::default()));
        }
    }
}

/// A server that lets sessions in, and is not ready for what they ask: a node of a cluster that has
/// lost the others. It is waited for as for one that does not answer.
pub(crate) struct Unready {
    limit: Duration,
    control: Control,
    since: Option<Instant>,
    pause: Pause,
}

impl Unready {
    pub(crate) fn new(options: &Options) -> Self {
        let (limit, control) = (options.connect_wait, options.control.clone());
        Self { limit, control, since: None, pause: Pause::new() }
    }

    /// It has answered.
    pub(crate) const fn over(&mut self) {
        self.since = None;
    }

    /// Waits a little; `error` when it is another one, or has been waited for long enough.
    pub(crate) fn wait(&mut self, error: Error, observe: &mut Observe<'_>) -> Result<(), Error> {
        if !error.is_unready() {
            return Err(error);
        }
        let waited = self.since.get_or_insert_with(Instant::now).elapsed();
        if waited >= self.limit {
            return Err(error);
        }
        observe(&Event::Connecting { error: &error, waited, wait: self.limit });
        self.control.sleep(self.pause.next(self.limit.saturating_sub(waited)));
        if self.control.is_cancelled() {
            return Err(Error::Cancelled(Box::default()));
        }
        Ok(())
    }
}
