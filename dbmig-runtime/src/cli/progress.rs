//! What a run tells while it goes on: a moving line on a terminal, plain lines elsewhere.

use std::time::Duration;

use dbmig_core::plan::{Direction, Unknown};
use indicatif::{ProgressBar, ProgressStyle};

use super::output::{Output, Tone};
use super::program::executable;
use crate::error::Error;
use crate::event::Event;
use crate::runner::awaiting;

/// For [`Migrator::on_event`](crate::Migrator::on_event): tells on standard error what happens, line
/// by line, as the commands do; also why the app is not ready. For apps that use no `tracing`.
pub fn to_stderr() -> impl FnMut(&Event<'_>) + Send {
    let output = Output::default();
    let mut progress = ProgressLine { line: None, ..ProgressLine::new(output) };
    move |event| match event {
        Event::Ready { report, .. } => match report.ahead.len() {
            0 => output.note(format!("the schema is ready, {} applied", report.done.len())),
            ahead => output.note(format!("the schema is ready, {ahead} migrations ahead")),
        },
        Event::StartingOver { error, .. } => output.note(format!("{error}\ntrying again")),
        Event::Failed { error } => {
            output.error(error, &format!("{} migrate", executable()));
        }
        event => progress.observe(event),
    }
}

pub(super) struct ProgressLine {
    output: Output,
    line: Option<ProgressBar>,
    told_waiting: Duration,
    waiting_for: String,
    told_connecting: bool,
}

impl ProgressLine {
    pub(super) fn new(output: Output) -> Self {
        let line = output.is_live().then(|| {
            let line = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
                line.set_style(style);
            }
            line
        });
        Self {
            output,
            line,
            told_waiting: Duration::ZERO,
            waiting_for: String::new(),
            told_connecting: false,
        }
    }

    pub(super) fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::Connecting { error, waited, wait } => {
                self.connecting(error, wait.saturating_sub(*waited));
            }
            Event::Clearing { leftover, .. } => {
                let text = format!("  dropping {leftover}, which an interrupted run has left");
                self.say(|output| output.note(&text));
            }
            Event::Cluster { cluster } => {
                let text = format!(
                    "the server is one of a cluster ({}): the lock is the lease, which holds on all of them",
                    cluster.name()
                );
                self.say(|output| output.note(&text));
            }
            Event::Waiting { holder, waited } => {
                let text = format!("waiting for {}", holder.unwrap_or("another runner"));
                self.waiting(&text, *waited);
            }
            Event::Awaiting { pending, of, holder, failed, waited } => {
                self.waiting(&awaiting(*pending, *of, *holder, *failed), *waited);
            }
            Event::BreakingAhead { breaking, unnoted } => {
                let text = going_on(breaking, *unnoted);
                self.say(|output| output.warning(&text));
            }
            Event::Stale { restart, breaking } => {
                let text = stale(restart, breaking);
                self.say(|output| output.warning(&text));
            }
            Event::Planned { .. }
            | Event::Connected
            | Event::StartingOver { .. }
            | Event::Ready { .. }
            | Event::Failed { .. } => {}
            Event::StepStarted { step, number, of } => {
                let verb = match step.direction() {
                    Direction::Up => "applying",
                    Direction::Down => "reverting",
                };
                if let Some(line) = &self.line {
                    line.reset_elapsed();
                }
                self.moving(format!("{verb} {number}/{of} {}", step.name()));
                if step.done_before > 0 {
                    let going_on = format!("  going on after statement {}", step.done_before);
                    self.say(|output| output.note(&going_on));
                }
            }
            Event::StatementStarted { number, of, sql } => {
                let first = sql.lines().next().unwrap_or_default();
                let text = format!("  statement {number}/{of}: {first}");
                self.say(|output| output.detail(Tone::Faint.paint(&text)));
            }
            Event::Retrying { name, attempt, message } => {
                let text = format!("  {name}: {message}; trying again ({attempt})");
                self.say(|output| output.warning(&text));
            }
            Event::StepDone { done, number, of } => {
                let verb = match done.direction {
                    Direction::Up => Tone::Good.paint(" applied"),
                    Direction::Down => Tone::Warning.paint("reverted"),
                };
                let time = Tone::Faint.paint(format!("({})", short(done.elapsed)));
                let text = format!("{verb} {} {time}", done.name);
                self.say(|output| output.note(&text));
                if number == of {
                    self.end();
                }
            }
        }
    }

    pub(super) fn end(&self) {
        if let Some(line) = &self.line {
            line.finish_and_clear();
        }
    }

    /// Once.
    fn connecting(&mut self, error: &Error, left: Duration) {
        self.moving("waiting for the database".to_owned());
        if !std::mem::replace(&mut self.told_connecting, true) {
            // An app that starts tries for as long as it lives.
            let text = match left > Duration::from_secs(86_400) {
                true => format!("{error}\ntrying again"),
                false => format!("{error}\ntrying again for {}", short(left)),
            };
            self.say(|output| output.note(&text));
        }
    }

    /// When it changes, and then every ten seconds.
    fn waiting(&mut self, text: &str, waited: Duration) {
        self.moving(text.to_owned());
        let due = waited >= self.told_waiting + Duration::from_secs(10);
        if due || self.waiting_for != text {
            self.told_waiting = waited;
            text.clone_into(&mut self.waiting_for);
            self.say(|output| output.note(text));
        }
    }

    fn moving(&self, text: String) {
        if let Some(line) = &self.line {
            line.enable_steady_tick(Duration::from_millis(120));
            line.set_message(text);
        }
    }

    fn say(&self, tell: impl FnOnce(&Output)) {
        match &self.line {
            Some(line) => line.suspend(|| tell(&self.output)),
            None => tell(&self.output),
        }
    }
}

/// What is said when a breaking migration is ahead and keeps nobody from going on.
fn going_on(breaking: &[Unknown], unnoted: Option<&Error>) -> String {
    let names: String = breaking.iter().map(|one| format!("\n  {one}")).collect();
    let unnoted = unnoted.map_or_else(String::new, |error| {
        format!("\nthat could not be noted in the history: {error}")
    });
    format!(
        "the database is ahead of this version of the app, which goes on though it may not be able to live \
         with it, because breaking_ahead is `warn`:{names}{unnoted}"
    )
}

/// What is said while an app runs and its schema has changed.
fn stale(restart: &[String], breaking: &[String]) -> String {
    let restart = match restart {
        [] => String::new(),
        names => format!(
            "\n  this process must be restarted, for what it does on its connections fails: {}",
            names.join(", "),
        ),
    };
    let breaking = match breaking {
        [] => String::new(),
        names => format!("\n  this version may not be able to live with it: {}", names.join(", ")),
    };
    format!("the schema has changed while this process runs:{restart}{breaking}")
}

/// A duration as people read it: `3 ms`, `1.4 s`, `2 min 5 s`.
pub(super) fn short(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        1..60 => format!("{:.1} s", duration.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}
