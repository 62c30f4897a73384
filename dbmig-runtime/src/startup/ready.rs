//! The end of a start-up migration as a future.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::meeting::Meeting;
use super::state::Outcome;

/// Resolves when the migration has ended: see [`Startup::ready`](super::Startup::ready).
#[derive(Debug)]
#[must_use = "a future does nothing until it is awaited"]
pub struct Ready {
    meeting: Arc<Meeting>,
    /// Under which it waits.
    number: Option<u64>,
}

impl Ready {
    pub(super) fn new(meeting: &Arc<Meeting>) -> Self {
        Self { meeting: Arc::clone(meeting), number: None }
    }
}

impl Future for Ready {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let Self { meeting, number } = &mut *self;
        meeting.poll(number, context.waker()).map_or(Poll::Pending, Poll::Ready)
    }
}

/// Whoever gives up, as with a time-out around it, leaves nothing behind.
impl Drop for Ready {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.meeting.leave(number);
        }
    }
}
