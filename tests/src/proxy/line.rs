//! What the owner of a proxy and the thread of one connection tell each other.

use std::io::{PipeReader, PipeWriter, Write as _};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use super::fault::Traffic;

/// One connection, seen from outside.
#[derive(Debug)]
pub(super) struct Line {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug)]
struct State {
    traffic: Traffic,
    turns: usize,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// The thread waits for its sockets and for this pipe.
    Open(PipeWriter),
    /// It has been told to reset the connection.
    Cut(PipeWriter),
    Ended,
}

impl Line {
    /// A new connection, and what its thread waits for beside its sockets.
    pub(super) fn new() -> (Self, PipeReader) {
        let (woken, waker) = std::io::pipe().unwrap();
        let phase = Phase::Open(waker);
        let state = State { traffic: Traffic::default(), turns: 0, phase };
        (Self { state: Mutex::new(state), ended: Condvar::new() }, woken)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn traffic(&self) -> Traffic {
        self.state().traffic
    }

    /// Passes bytes on and counts them: whoever has received them finds them counted.
    pub(super) fn count<T>(&self, pass: impl FnOnce(&mut Traffic) -> T) -> T {
        pass(&mut self.state().traffic)
    }

    pub(super) fn turns(&self) -> usize {
        self.state().turns
    }

    pub(super) fn count_turn(&self) {
        self.state().turns += 1;
    }

    /// Makes the thread look again at what it was told.
    pub(super) fn wake(&self) {
        if let Phase::Open(waker) | Phase::Cut(waker) = &mut self.state().phase {
            // It may be about to end by itself.
            let _ = waker.write_all(&[0]);
        }
    }

    /// Has the connection reset.
    pub(super) fn cut(&self) {
        let mut state = self.state();
        state.phase = match std::mem::replace(&mut state.phase, Phase::Ended) {
            Phase::Open(waker) => Phase::Cut(waker),
            phase => phase,
        };
        drop(state);
        self.wake();
    }

    pub(super) fn is_cut(&self) -> bool {
        matches!(self.state().phase, Phase::Cut(_))
    }

    /// Told by the thread, whose sockets are closed.
    pub(super) fn end(&self) {
        self.state().phase = Phase::Ended;
        self.ended.notify_all();
    }

    pub(super) fn await_end(&self, patience: Duration) {
        let is_open = |state: &mut State| !matches!(state.phase, Phase::Ended);
        let waited = self.ended.wait_timeout_while(self.state(), patience, is_open).unwrap();
        assert!(!waited.1.timed_out(), "still open after {patience:?}: {:?}", waited.0.traffic);
    }
}
