//! Probes: what Kubernetes, a load balancer or a person may ask over HTTP while the app starts.
//!
//! | path | 200 | 503 |
//! | --- | --- | --- |
//! | `/livez` | always: a restart would only begin the migration again | a restart is what it needs, and [`WhenStale::Restart`] says so |
//! | `/startupz` | it connects, waits, migrates or is done | it has failed or was refused |
//! | `/readyz` | the schema is what the app needs, or a later one | everything else |
//!
//! So a liveness probe needs no startup probe before it, and none of them kills a pod in a long
//! migration. `GET` and `HEAD`; the bodies are JSON and hold neither SQL nor a word of the database
//! ([`Probes::with_details`] adds the whole error).

mod body;
mod gate;
#[cfg(feature = "probe-server")]
mod server;
mod service;

use http::{Method, Response, StatusCode, header};

use crate::startup::{Startup, StartupState, WhenStale};

pub use gate::{Gate, Gated, GatedFuture};
#[cfg(feature = "probe-server")]
pub use server::ProbeServer;

/// The answers to probes, as a `tower` service: `axum::Router::new().merge(startup.probes())` with
/// the feature `axum`, `route_service("/readyz", startup.probes())` and the like without it.
#[derive(Clone, Debug)]
pub struct Probes {
    startup: Startup,
    detail: Detail,
}

/// How much the answers tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Detail {
    /// What everybody may know.
    Gist,
    /// The whole error: SQL, and what the database said.
    All,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Live,
    Started,
    Ready,
}

/// The paths that are answered, and no others: a router that has them elsewhere strips what goes before
/// (`nest`).
pub const PATHS: [&str; 3] = ["/livez", "/readyz", "/startupz"];

impl Startup {
    /// The answers to probes about it.
    pub fn probes(&self) -> Probes {
        Probes { startup: self.clone(), detail: Detail::Gist }
    }

    /// A layer that answers requests with 503 until the app may serve: around the routes that need
    /// the database, not around the probes.
    pub fn gate(&self) -> Gate {
        Gate::new(self.probes())
    }
}

impl Probes {
    /// Tells also the whole error, with the SQL and what the database said: only where nobody from
    /// outside may ask.
    #[must_use]
    pub const fn with_details(mut self) -> Self {
        self.detail = Detail::All;
        self
    }

    /// The answer to a request.
    pub fn answer(&self, method: &Method, path: &str) -> Response<String> {
        let Some(question) = Question::at(path) else {
            let text = format!("{{\"paths\":[\"{}\"]}}\n", PATHS.join("\",\""));
            return response(StatusCode::NOT_FOUND, text);
        };
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut refused = response(StatusCode::METHOD_NOT_ALLOWED, String::new());
            let allowed = header::HeaderValue::from_static("GET, HEAD");
            refused.headers_mut().insert(header::ALLOW, allowed);
            return refused;
        }
        let mut answer = self.say(question);
        if *method == Method::HEAD {
            let length = header::HeaderValue::from(answer.body().len());
            answer.headers_mut().insert(header::CONTENT_LENGTH, length);
            answer.body_mut().clear();
        }
        answer
    }

    fn say(&self, question: Question) -> Response<String> {
        let now = self.startup.status();
        let text = body::body(&now, self.detail);
        answer(status(question, &now.state), &now.state, text)
    }

    /// What the gate says to everybody.
    fn refuse(&self) -> Response<String> {
        let state = self.startup.status().state;
        let text = format!("{{\"state\":\"{}\"}}\n", state.name());
        answer(StatusCode::SERVICE_UNAVAILABLE, &state, text)
    }
}

fn answer(status: StatusCode, state: &StartupState, text: String) -> Response<String> {
    let mut answer = response(status, text);
    if status == StatusCode::SERVICE_UNAVAILABLE && !state.is_final() {
        answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
    }
    answer
}

impl Question {
    fn at(path: &str) -> Option<Self> {
        match path {
            "/livez" => Some(Self::Live),
            "/startupz" => Some(Self::Started),
            "/readyz" => Some(Self::Ready),
            _ => None,
        }
    }
}

fn status(question: Question, state: &StartupState) -> StatusCode {
    let service = if let StartupState::Stale(stale) = state { Some(stale.service) } else { None };
    let well = match question {
        Question::Live => service != Some(WhenStale::Restart),
        Question::Started => service.is_some() || state.is_ready() || !state.is_final(),
        Question::Ready => state.is_ready(),
    };
    if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

fn response(status: StatusCode, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

#[cfg(feature = "axum")]
impl<S: Clone + Send + Sync + 'static> From<Probes> for axum::Router<S> {
    fn from(probes: Probes) -> Self {
        PATHS.iter().fold(Self::new(), |router, path| router.route_service(path, probes.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::error::Error;
    use crate::startup::Stale;

    #[test]
    fn a_long_migration_kills_no_pod() {
        let failed = StartupState::Failed(Arc::new(Error::Panicked { message: String::new() }));
        let waiting = StartupState::Waiting { holder: None };
        let stale = |service| {
            let (restart, unknown, breaking) = (Vec::new(), Vec::new(), Vec::new());
            StartupState::Stale(Stale { restart, unknown, breaking, service })
        };
        for (state, codes) in [
            (StartupState::Connecting { problem: None }, [200, 200, 503]),
            (waiting, [200, 200, 503]),
            (StartupState::Ready, [200, 200, 200]),
            (StartupState::Ahead { unknown: Vec::new(), breaking: Vec::new() }, [200, 200, 200]),
            (failed, [200, 503, 503]),
            (stale(WhenStale::Serve), [200, 200, 200]),
            (stale(WhenStale::NotReady), [200, 200, 503]),
            (stale(WhenStale::Restart), [503, 200, 503]),
            (StartupState::Stopped, [200, 503, 503]),
        ] {
            let asked = [Question::Live, Question::Started, Question::Ready];
            let found = asked.map(|question| status(question, &state).as_u16());
            assert_eq!(found, codes, "{}", state.name());
        }
    }
}
