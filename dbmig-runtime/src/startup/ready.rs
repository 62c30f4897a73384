//! The end of a start-up migration as a future.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::shared::SharedState;
use super::state::StartupOutcome;

/// Resolves when the migration has ended: see [`Startup::ready`](super::Startup::ready).
#[derive(Debug)]
#[must_use = "a future does nothing until it is awaited"]
pub struct Ready {
    shared: Arc<SharedState>,
    /// Under which it waits.
    number: Option<u64>,
}

impl Ready {
    pub(super) fn new(shared: &Arc<SharedState>) -> Self {
        Self { shared: Arc::clone(shared), number: None }
    }
}

impl Future for Ready {
    type Output = StartupOutcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<StartupOutcome> {
        let Self { shared, number } = &mut *self;
        shared.poll(number, context.waker()).map_or(Poll::Pending, Poll::Ready)
    }
}

/// Whoever gives up, as with a time-out around it, leaves nothing behind.
impl Drop for Ready {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.shared.leave(number);
        }
    }
}
