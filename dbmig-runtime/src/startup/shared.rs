//! Where the thread that migrates meets those who wait for it.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use super::state::{StartupOutcome, StartupState, StartupStatus};
use crate::event::Event;

#[derive(Debug)]
pub(super) struct SharedState {
    begun: Instant,
    inside: Mutex<Inside>,
    ended: Condvar,
}

#[derive(Debug)]
struct Inside {
    state: StartupState,
    since: Instant,
    outcome: Option<StartupOutcome>,
    waiting: BTreeMap<u64, Waker>,
    next: u64,
}

impl SharedState {
    pub(super) fn new() -> Self {
        let begun = Instant::now();
        let state = StartupState::Connecting { problem: None };
        let inside =
            Inside { state, since: begun, outcome: None, waiting: BTreeMap::new(), next: 0 };
        Self { begun, inside: Mutex::new(inside), ended: Condvar::new() }
    }

    pub(super) fn status(&self, unanswered: Option<Duration>) -> StartupStatus {
        let inside = self.inside();
        StartupStatus {
            state: inside.state.clone(),
            in_state: inside.since.elapsed(),
            elapsed: self.begun.elapsed(),
            unanswered,
        }
    }

    pub(super) fn is_ready(&self) -> bool {
        self.inside().state.is_ready()
    }

    pub(super) fn outcome(&self) -> Option<StartupOutcome> {
        self.inside().outcome.clone()
    }

    pub(super) fn observe(&self, event: &Event<'_>) {
        let mut inside = self.inside();
        if let Some(next) = inside.state.after(event) {
            inside.enter(next);
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// The state that `outcome` means; those who wait are not woken yet.
    pub(super) fn conclude(&self, outcome: &StartupOutcome) {
        self.inside().enter(StartupState::of(outcome));
    }

    /// After the end: what has become of it.
    pub(super) fn go_on_as(&self, state: StartupState) {
        self.inside().enter(state);
    }

    /// The end: those who wait are told.
    pub(super) fn end(&self, outcome: StartupOutcome) {
        let mut inside = self.inside();
        inside.outcome = Some(outcome);
        let waiting = std::mem::take(&mut inside.waiting);
        drop(inside);
        self.ended.notify_all();
        waiting.into_iter().for_each(|(_, waker)| waker.wake());
    }

    /// How it has ended, within `timeout`.
    pub(super) fn wait(&self, timeout: Duration) -> Option<StartupOutcome> {
        let running = |inside: &mut Inside| inside.outcome.is_none();
        let waited = self.ended.wait_timeout_while(self.inside(), timeout, running);
        let inside = waited.unwrap_or_else(PoisonError::into_inner).0;
        inside.outcome.clone()
    }

    /// How it has ended; else `waker` is woken when it has, under the number of who waits.
    pub(super) fn poll(&self, number: &mut Option<u64>, waker: &Waker) -> Option<StartupOutcome> {
        let mut inside = self.inside();
        if inside.outcome.is_none() {
            let number = *number.get_or_insert_with(|| {
                inside.next += 1;
                inside.next
            });
            inside.waiting.insert(number, waker.clone());
        }
        inside.outcome.clone()
    }

    /// Who waited under that number does not any more.
    pub(super) fn leave(&self, number: u64) {
        self.inside().waiting.remove(&number);
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn enter(&mut self, next: StartupState) {
        if std::mem::discriminant(&next) != std::mem::discriminant(&self.state) {
            self.since = Instant::now();
        }
        self.state = next;
    }
}
