//! After the start: what others do to the schema while the app runs.
//!
//! One short connection from time to time, never a question of a request: what is noticed then
//! changes the state that the probes tell and the gate asks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Weak;
use std::time::{Duration, Instant};

use super::shared::SharedState;
use super::state::{Stale, StartupState, WhenStale};
use crate::control::Control;
use crate::error::Error;
use crate::event::{self, Event, SendObserve};
use crate::report::Report;
use crate::runner::News;
use crate::url::DatabaseUrl;

/// How an app that runs learns that somebody has changed its schema, and what becomes of it where
/// it must be restarted to live with that.
///
/// ```
/// use std::time::Duration;
/// use dbmig_runtime::{Watch, WhenStale};
///
/// let watch = Watch::every(Duration::from_secs(10))
///     .when_stale(WhenStale::Restart)
///     .spread(Duration::from_secs(300));
/// # assert_ne!(watch, Watch::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    pub(super) every: Option<Duration>,
    pub(super) when_stale: WhenStale,
    pub(super) spread: Duration,
}

/// One look at the database.
pub(crate) trait Notice:
    FnMut(&DatabaseUrl) -> Result<News, Error> + Send + 'static
{
}

impl<F> Notice for F where F: FnMut(&DatabaseUrl) -> Result<News, Error> + Send + 'static {}

impl Default for Watch {
    /// Every 30 seconds; whoever is stale serves on, and says so.
    fn default() -> Self {
        Self {
            every: Some(Duration::from_secs(30)),
            when_stale: WhenStale::default(),
            spread: Duration::from_secs(60),
        }
    }
}

impl Watch {
    /// Looks that often, give or take a quarter.
    #[must_use]
    pub fn every(pause: Duration) -> Self {
        Self { every: Some(pause), ..Self::default() }
    }

    /// Looks at nothing once the app is ready.
    #[must_use]
    pub fn never() -> Self {
        Self { every: None, ..Self::default() }
    }

    /// What becomes of a process that must be restarted. Default: it serves on.
    #[must_use]
    pub const fn when_stale(mut self, what: WhenStale) -> Self {
        self.when_stale = what;
        self
    }

    /// Within which time that happens, at a random moment: so that not all replicas leave at once.
    /// Default: a minute. It should be as long as all of them take to start, one after the other.
    #[must_use]
    pub const fn spread(mut self, spread: Duration) -> Self {
        self.spread = spread;
        self
    }
}

/// What goes on watching.
pub(super) struct Watching<'a, N> {
    pub(super) watch: Watch,
    pub(super) url: &'a DatabaseUrl,
    pub(super) control: &'a Control,
    pub(super) notice: N,
    pub(super) observe: Option<Box<SendObserve<'static>>>,
}

impl<N: Notice> Watching<'_, N> {
    /// Until the run is cancelled, or nobody is left to ask for the state.
    pub(super) fn go_on(mut self, shared: &Weak<SharedState>, report: &Report) {
        // The observer is the app's own, and may panic.
        let _ = catch_unwind(AssertUnwindSafe(|| self.rounds(shared, report)));
    }

    fn rounds(&mut self, shared: &Weak<SharedState>, report: &Report) {
        let Some(every) = self.watch.every else { return };
        let mut known = News {
            unknown: report.ahead.clone(),
            breaking: report.breaking.clone(),
            restart: Vec::new(),
        };
        // When a process that is stale leaves.
        let mut leaves: Option<Instant> = None;
        loop {
            let pause = every.mul_f64(0.75 + fastrand::f64() / 2.0);
            let left = leaves.map(|at| at.saturating_duration_since(Instant::now()));
            self.control
                .sleep(left.filter(|left| !left.is_zero()).map_or(pause, |it| it.min(pause)));
            let Some(shared) = shared.upgrade() else { return };
            if self.control.is_cancelled() {
                return;
            }
            // The error may be transient, and the app's own connections have met it, too.
            if let Ok(mut news) = (self.notice)(self.url) {
                keep(&mut news.breaking, &report.breaking, &news.unknown);
                self.tell(&known, &news);
                known = news;
            }
            if !known.restart.is_empty() {
                let at = leaves.get_or_insert_with(|| {
                    Instant::now() + self.watch.spread.mul_f64(fastrand::f64())
                });
                let service = match *at <= Instant::now() {
                    true => self.watch.when_stale,
                    false => WhenStale::Serve,
                };
                shared.go_on_as(state(&known, service));
            } else {
                shared.go_on_as(state(&known, WhenStale::Serve));
            }
        }
    }

    /// Whatever is new.
    fn tell(&mut self, known: &News, news: &News) {
        let is_new =
            |before: &[String], now: &[String]| now.iter().any(|one| !before.contains(one));
        if !is_new(&known.restart, &news.restart) && !is_new(&known.breaking, &news.breaking) {
            return;
        }
        let event = Event::Stale { restart: &news.restart, breaking: &news.breaking };
        event::trace(&event);
        if let Some(observe) = &mut self.observe {
            observe(&event);
        }
    }
}

/// What the app has gone on beside from its start is breaking for as long as it is there.
fn keep(breaking: &mut Vec<String>, from_start: &[String], unknown: &[String]) {
    let more = from_start.iter().filter(|name| unknown.contains(name));
    let more: Vec<_> = more.filter(|name| !breaking.contains(name)).cloned().collect();
    breaking.extend(more);
}

fn state(news: &News, service: WhenStale) -> StartupState {
    let News { unknown, breaking, restart } = news.clone();
    match (restart.is_empty(), unknown.is_empty()) {
        (false, _) => StartupState::Stale(Stale { restart, unknown, breaking, service }),
        (true, false) => StartupState::Ahead { unknown, breaking },
        (true, true) => StartupState::Ready,
    }
}
