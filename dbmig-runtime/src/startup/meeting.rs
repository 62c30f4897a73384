//! Where the thread that migrates meets those who wait for it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use super::state::{Snapshot, StartupState};
use crate::error::Error;
use crate::event::Event;
use crate::report::Report;

pub(super) type Outcome = Result<Report, Arc<Error>>;

#[derive(Debug)]
pub(super) struct Meeting {
    begun: Instant,
    inside: Mutex<Inside>,
    ended: Condvar,
}

#[derive(Debug)]
struct Inside {
    state: StartupState,
    since: Instant,
    outcome: Option<Outcome>,
    wakers: Vec<Waker>,
}

impl Meeting {
    pub(super) fn new() -> Self {
        let begun = Instant::now();
        let state = StartupState::Connecting { problem: None };
        let inside = Inside { state, since: begun, outcome: None, wakers: Vec::new() };
        Self { begun, inside: Mutex::new(inside), ended: Condvar::new() }
    }

    pub(super) fn snapshot(&self, unanswered: Option<Duration>) -> Snapshot {
        let inside = self.inside();
        Snapshot {
            state: inside.state.clone(),
            in_state: inside.since.elapsed(),
            elapsed: self.begun.elapsed(),
            unanswered,
        }
    }

    pub(super) fn is_ready(&self) -> bool {
        self.inside().state.is_ready()
    }

    pub(super) fn outcome(&self) -> Option<Outcome> {
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

    /// The end: those who wait are told.
    pub(super) fn end(&self, outcome: Outcome) {
        let mut inside = self.inside();
        inside.enter(StartupState::of(&outcome));
        inside.outcome = Some(outcome);
        let wakers = std::mem::take(&mut inside.wakers);
        drop(inside);
        self.ended.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }

    /// How it has ended, within `timeout`.
    pub(super) fn wait(&self, timeout: Duration) -> Option<Outcome> {
        let running = |inside: &mut Inside| inside.outcome.is_none();
        let waited = self.ended.wait_timeout_while(self.inside(), timeout, running);
        let inside = waited.unwrap_or_else(PoisonError::into_inner).0;
        inside.outcome.clone()
    }

    /// How it has ended; else `waker` is woken when it has.
    pub(super) fn poll(&self, waker: &Waker) -> Option<Outcome> {
        let mut inside = self.inside();
        if inside.outcome.is_none() && !inside.wakers.iter().any(|known| known.will_wake(waker)) {
            inside.wakers.push(waker.clone());
        }
        inside.outcome.clone()
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
