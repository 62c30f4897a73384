//! No request is served on a schema that is not there yet.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::Probes;

/// A `tower` layer: until the app may serve, requests are answered with 503, `Retry-After` and
/// the bare state: who asks here is the public. From then on they pass. [`Startup::gate`](crate::Startup::gate) makes one.
#[derive(Clone, Debug)]
pub struct Gate(Probes);

/// What [`Gate`] makes of a service.
#[derive(Clone, Debug)]
pub struct Gated<S> {
    inner: S,
    probes: Probes,
}

impl Gate {
    pub(super) const fn new(probes: Probes) -> Self {
        Self(probes)
    }
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, inner: S) -> Gated<S> {
        Gated { inner, probes: self.0.clone() }
    }
}

impl<S, B, R> Service<Request<B>> for Gated<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: From<String>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = GatedFuture<S::Future, R>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if self.probes.startup.is_ready() {
            return GatedFuture { passed: Some(self.inner.call(request)), refused: None };
        }
        let refused = self.probes.refuse().map(R::from);
        GatedFuture { passed: None, refused: Some(refused) }
    }
}

pin_project! {
    /// The answer of the service behind the gate, or of the gate: one of the two.
    #[derive(Debug)]
    pub struct GatedFuture<F, R> {
        #[pin]
        passed: Option<F>,
        refused: Option<Response<R>>,
    }
}

impl<F, R, E> Future for GatedFuture<F, R>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if let Some(response) = this.refused.take() {
            return Poll::Ready(Ok(response));
        }
        // It is polled once more only against the rules.
        this.passed.as_pin_mut().map_or(Poll::Pending, |future| future.poll(context))
    }
}
