//! Kills the tool under test at an exact point: between two statements of Diesel's connections,
//! before one is sent or after it was answered.
//!
//! A test counts the events of an undisturbed run first, then has the same run killed at each. An
//! event is the start or the end of a statement, over all connections of the process, counted from
//! 1. What Diesel does to connect is none.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use rustix::process::{Signal, getpid, kill_process};

use crate::project::{Output, run};

/// The number of the event at which the tool kills itself.
const KILL: &str = "DBMIG_TEST_KILL";
/// The file that the events are written to, one a line.
const TRACE: &str = "DBMIG_TEST_TRACE";

/// What the environment of this process asks for.
#[derive(Debug)]
struct Orders {
    kill: Option<usize>,
    trace: Option<PathBuf>,
}

static ORDERS: OnceLock<Orders> = OnceLock::new();

/// Called by the tool under test before anything else; does nothing unless it was started by the
/// functions below.
pub fn install() {
    let kill = std::env::var(KILL).ok().map(|number| number.parse().expect(KILL));
    let trace = std::env::var_os(TRACE).map(PathBuf::from);
    if kill.is_some() || trace.is_some() {
        ORDERS.set(Orders { kill, trace }).expect("installed once");
        set_default_instrumentation(instrumentation).unwrap();
    }
}

fn instrumentation() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(|event: InstrumentationEvent<'_>| match event {
        InstrumentationEvent::StartQuery { query, .. } => happen("start", &query.to_string()),
        InstrumentationEvent::FinishQuery { query, .. } => happen("finish", &query.to_string()),
        _ => {}
    }))
}

fn happen(what: &str, query: &str) {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::SeqCst) + 1;
    let Some(orders) = ORDERS.get() else { return };
    if let Some(file) = &orders.trace {
        let query = query.split_whitespace().collect::<Vec<_>>().join(" ");
        let query: String = query.chars().take(200).collect();
        append(file, &format!("{number} {what} {query}\n"));
    }
    if orders.kill == Some(number) {
        kill_process(getpid(), Signal::KILL).unwrap();
        // Not one step further, should the signal take its time.
        loop {
            std::thread::park();
        }
    }
}

fn append(file: &Path, line: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(file).unwrap();
    file.write_all(line.as_bytes()).unwrap();
}

/// Runs a command of the tool under test to its end; what it did, and its events as lines `NUMBER
/// start|finish STATEMENT`, the statement shortened.
#[track_caller]
pub fn trace(command: &mut Command) -> (Output, Vec<String>) {
    let folder = crate::folder();
    let file = folder.path().join("events");
    let output = run(command.env(TRACE, &file));
    command.env_remove(TRACE);
    // No event, no file.
    let events = std::fs::read_to_string(&file).unwrap_or_default();
    (output, events.lines().map(ToOwned::to_owned).collect())
}

/// The number of events in a run that must succeed.
#[track_caller]
pub fn count(command: &mut Command) -> usize {
    let (output, events) = trace(command);
    output.success();
    events.len()
}

/// How a run ended that was to be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Ended {
    /// It was.
    Killed,
    /// It came to its end, well, before that event: the lock is told that its holder lives as often
    /// as time passes, so that two runs may differ by an event or two.
    Before,
}

/// Runs a command of the tool under test, which is killed at event `number`, as by `kill -9`.
#[track_caller]
pub fn killed_at(command: &mut Command, number: usize) -> Ended {
    let output = command.env(KILL, number.to_string()).output();
    command.env_remove(KILL);
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    if output.status.success() {
        return Ended::Before;
    }
    assert_eq!(output.status.signal(), Some(9), "not killed at event {number}:\n{text}");
    Ended::Killed
}
