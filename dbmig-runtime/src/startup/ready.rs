//! The end of a start-up migration as a future.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::meeting::{Meeting, Outcome};

/// Resolves when the migration has ended: see [`Startup::ready`](super::Startup::ready).
#[derive(Debug)]
#[must_use = "a future does nothing until it is awaited"]
pub struct Ready(Arc<Meeting>);

impl Ready {
    pub(super) fn new(meeting: &Arc<Meeting>) -> Self {
        Self(Arc::clone(meeting))
    }
}

impl Future for Ready {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        self.0.poll(context.waker()).map_or(Poll::Pending, Poll::Ready)
    }
}
