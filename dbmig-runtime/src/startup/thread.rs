//! The thread that migrates.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::Startup;
use super::shared::SharedState;
use super::state::StartupOutcome;
use super::watch::{Notice, Watch, Watching};
use crate::backoff::Pause;
use crate::control::Control;
use crate::error::Error;
use crate::event::{self, Event, Observe, SendObserve};
use crate::report::Report;
use crate::url::DatabaseUrl;

/// What becomes of the process when the migration fails for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OnFailure {
    /// It lives on, without being ready.
    #[default]
    Stay,
    /// It exits with the code of the failure.
    Exit,
}

/// What is to be done on the thread.
pub(crate) struct Task {
    pub(crate) url: Result<DatabaseUrl, Error>,
    pub(crate) control: Control,
    pub(crate) on_failure: OnFailure,
    pub(crate) watch: Watch,
    pub(crate) observe: Option<Box<SendObserve<'static>>>,
}

impl Task {
    /// Calls `run` on a thread of its own until that has ended for good; if it has ended well, what
    /// `watching` makes of its report goes on looking at the database.
    pub(crate) fn start<N: Notice>(
        self,
        run: impl StartupRun,
        watching: impl FnOnce(&Report) -> N + Send + 'static,
    ) -> Startup {
        let shared = Arc::new(SharedState::new());
        let control = self.control.clone();
        let (on_thread, on_failure) = (Arc::clone(&shared), self.on_failure);
        let thread = std::thread::Builder::new().name("dbmig".to_owned());
        if let Err(error) = thread.spawn(move || self.work(on_thread, run, watching)) {
            let message = format!("no thread could be started: {error}");
            let failed = Err(Arc::new(Error::Panicked { message }));
            end(&shared, failed, on_failure, &mut None);
        }
        Startup { shared, control }
    }

    fn work<N: Notice>(
        self,
        shared: Arc<SharedState>,
        run: impl StartupRun,
        watching: impl FnOnce(&Report) -> N,
    ) {
        let Self { url, control, on_failure, watch, mut observe } = self;
        let on_which = url.as_ref().ok().cloned();
        let mut tell = |event: &Event<'_>| {
            shared.observe(event);
            observe.iter_mut().for_each(|observe| observe(event));
        };
        // A panic, be it of the app's own observer, must not look like a migration that goes on.
        let work = || url.and_then(|url| persist(&url, &control, &mut tell, run));
        let ended = catch_unwind(AssertUnwindSafe(work))
            .unwrap_or_else(|panic| Err(Error::Panicked { message: words(&*panic) }));
        let ended = ended.map_err(Arc::new);
        let report = ended.as_ref().ok().cloned();
        end(&shared, ended, on_failure, &mut observe);
        // Nobody looks any more once all handles are gone.
        let shared = { Arc::downgrade(&shared) };
        if let (Some(url), Some(report)) = (&on_which, report) {
            let (control, notice) = (&control, watching(&report));
            Watching { watch, url, control, notice, observe }.go_on(&shared, &report);
        }
    }
}

/// One run.
pub(crate) trait StartupRun:
    FnMut(&DatabaseUrl, &mut Observe<'_>) -> Result<Report, Error> + Send + 'static
{
}

impl<F> StartupRun for F where
    F: FnMut(&DatabaseUrl, &mut Observe<'_>) -> Result<Report, Error> + Send + 'static
{
}

/// Tries again for as long as the error is transient: nobody else would do it for an app that
/// lives on.
fn persist(
    url: &DatabaseUrl,
    control: &Control,
    observe: &mut Observe<'_>,
    mut run: impl StartupRun,
) -> Result<Report, Error> {
    let mut pause = Pause::between_runs();
    loop {
        match run(url, observe) {
            Err(error @ Error::Cancelled(_)) => return Err(error),
            Err(error) if error.may_pass(url.dialect()) => {
                if control.is_cancelled() {
                    return Err(Error::Cancelled(Box::default()));
                }
                let pause = pause.next(Duration::MAX);
                let event = Event::StartingOver { error: &error, pause };
                event::trace(&event);
                observe(&event);
                control.sleep(pause);
            }
            ended => return ended,
        }
    }
}

fn end(
    shared: &SharedState,
    outcome: StartupOutcome,
    on_failure: OnFailure,
    observe: &mut Option<Box<SendObserve<'static>>>,
) {
    let event = match &outcome {
        Ok(report) => Event::Ready { report, elapsed: shared.elapsed() },
        Err(error) => Event::Failed { error },
    };
    shared.conclude(&outcome);
    event::trace(&event);
    let told = observe.is_some();
    // It may be the one that has panicked.
    let _ = catch_unwind(AssertUnwindSafe(|| observe.iter_mut().for_each(|it| it(&event))));
    match &outcome {
        Err(error) if on_failure == OnFailure::Exit && !matches!(**error, Error::Cancelled(_)) => {
            if !told {
                last_words(error);
            }
            // Before anybody is woken who might end the process with another code.
            std::process::exit(error.class().exit_code().into());
        }
        _ => shared.end(outcome),
    }
}

/// The process is over, and nobody else is there to say why.
#[expect(clippy::print_stderr, reason = "the last words of a process")]
fn last_words(error: &Error) {
    eprintln!("error: {error}");
    if let Some(remedy) = error.remedy("cargo dbmig") {
        eprintln!("next: {remedy}");
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}
