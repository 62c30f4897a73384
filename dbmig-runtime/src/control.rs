//! What goes between a run and those around it: the wish to stop, and whether the database still
//! answers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A handle on a run, from any thread: asks it to stop, and tells for how long the database has
/// not answered. Its clones are the same handle.
///
/// ```
/// use dbmig_runtime::Control;
/// let control = Control::new();
/// let for_the_signal_handler = control.clone();
/// for_the_signal_handler.cancel();
/// assert!(control.is_cancelled());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Control(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    cancelled: AtomicBool,
    state: Mutex<ControlState>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct ControlState {
    /// When each question was asked that is still without an answer.
    asked: Vec<(u64, Instant)>,
    next: u64,
    phase: Phase,
    /// Since when the server has been done with a statement whose answer does not come.
    silent: Option<Instant>,
}

/// What the connection that works is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing that takes long.
    #[default]
    Between,
    /// A statement that may be interrupted: it is rolled back then.
    Interruptible(Instant),
    /// A statement that would leave something half-done.
    Uninterruptible(Instant),
}

impl Control {
    /// A new handle.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the run to stop: what is in a transaction is rolled back, what is not ends with its
    /// statement, waiting ends at once. The run then fails with
    /// [`Error::Cancelled`](crate::Error::Cancelled). It cannot be taken back.
    pub fn cancel(&self) {
        // Under the lock: a sleeper that has just looked would miss it otherwise.
        let state = self.state();
        self.0.cancelled.store(true, Ordering::SeqCst);
        drop(state);
        self.0.wake.notify_all();
    }

    /// Whether [`Control::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    /// For how long the database has not answered a question that it answers at once when it is
    /// well. A migration's own statement is none; but once the server has ended it, its answer is
    /// due, too. Only on connections that dbmig opened itself.
    ///
    /// A network that swallows packets without a word looks like this. The run itself cannot end
    /// then: it waits inside of the database's own library.
    pub fn unanswered(&self) -> Option<Duration> {
        let state = self.state();
        let asked = state.asked.iter().map(|(_, since)| *since);
        asked.chain(state.silent).min().map(|since| since.elapsed())
    }

    /// Sleeps, but not longer than until the run is to stop.
    pub(crate) fn sleep(&self, duration: Duration) {
        let until = Instant::now() + duration;
        let mut state = self.state();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.is_cancelled() {
                return;
            }
            let woken = self.0.wake.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A question that is answered at once, until the value is dropped.
    pub(crate) fn ask(&self) -> OpenQuestion<'_> {
        let mut state = self.state();
        state.next += 1;
        let number = state.next;
        state.asked.push((number, Instant::now()));
        OpenQuestion { control: self, number }
    }

    pub(crate) fn enter(&self, phase: Phase) {
        let mut state = self.state();
        state.phase = phase;
        state.silent = None;
    }

    pub(crate) fn phase(&self) -> Phase {
        self.state().phase
    }

    /// Notes whether the server is at work on the statement that has gone on since `since`.
    pub(crate) fn found(&self, since: Instant, working: bool) {
        let mut state = self.state();
        let same = matches!(state.phase, Phase::Interruptible(s) | Phase::Uninterruptible(s) if s == since);
        if working || !same {
            state.silent = None;
        } else if state.silent.is_none() {
            state.silent = Some(Instant::now());
        }
    }

    fn state(&self) -> MutexGuard<'_, ControlState> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question without an answer.
#[derive(Debug)]
pub(crate) struct OpenQuestion<'c> {
    control: &'c Control,
    number: u64,
}

impl Drop for OpenQuestion<'_> {
    fn drop(&mut self) {
        self.control.state().asked.retain(|(number, _)| *number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleeper_wakes_when_it_is_to_stop() {
        let control = Control::new();
        let other = control.clone();
        let sleeper = std::thread::spawn(move || other.sleep(Duration::from_secs(600)));
        control.cancel();
        sleeper.join().unwrap();
    }

    #[test]
    fn only_what_is_owed_counts() {
        let control = Control::new();
        assert_eq!(control.unanswered(), None);
        let first = control.ask();
        let second = control.ask();
        drop(first);
        assert!(control.unanswered().is_some());
        drop(second);
        assert_eq!(control.unanswered(), None);

        let since = Instant::now();
        control.enter(Phase::Uninterruptible(since));
        control.found(since, true);
        assert_eq!(control.unanswered(), None);
        control.found(since, false);
        assert!(control.unanswered().is_some());
        control.enter(Phase::Between);
        assert_eq!(control.unanswered(), None);
    }
}
