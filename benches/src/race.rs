//! Times processes in turn: A B A B, so that whatever else the machine does meets all alike.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// One of those that do the same work.
pub(crate) struct Contestant<'a> {
    pub(crate) name: &'static str,
    /// Prepares a round, which is not timed, and gives the command, which is.
    pub(crate) prepare: Box<dyn FnMut() -> Command + 'a>,
}

impl<'a> Contestant<'a> {
    pub(crate) fn new(name: &'static str, prepare: impl FnMut() -> Command + 'a) -> Self {
        Self { name, prepare: Box::new(prepare) }
    }
}

/// Medians of all rounds, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Medians {
    pub(crate) wall: f64,
    /// User and system time of the process and of all that it started and waited for.
    pub(crate) cpu: f64,
}

/// Runs each contestant `rounds` times, after one round that does not count.
pub(crate) fn race(rounds: usize, contestants: &mut [Contestant<'_>]) -> Vec<Medians> {
    let mut walls = vec![Vec::new(); contestants.len()];
    let mut cpus = vec![Vec::new(); contestants.len()];
    for round in 0..=rounds {
        for turn in 0..contestants.len() {
            // Forwards and backwards: who comes first has no advantage for long.
            let index = if round % 2 == 0 { turn } else { contestants.len() - 1 - turn };
            let contestant = &mut contestants[index];
            let (wall, cpu) = timed(contestant.name, &mut (contestant.prepare)());
            if round > 0 {
                walls[index].push(wall);
                cpus[index].push(cpu);
            }
        }
    }
    let medians = |(walls, cpus)| Medians { wall: median(walls), cpu: median(cpus) };
    walls.into_iter().zip(cpus).map(medians).collect()
}

/// The processor time that a command takes, in milliseconds.
pub(crate) fn cpu(name: &str, command: &mut Command) -> f64 {
    timed(name, command).1.as_secs_f64() * 1000.0
}

fn timed(name: &str, command: &mut Command) -> (Duration, Duration) {
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let cpu_before = cpu_of_children();
    let begun = Instant::now();
    let output = command.output().unwrap_or_else(|error| panic!("{name}: {error}"));
    let wall = begun.elapsed();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {}\n{stderr}", output.status);
    (wall, cpu_of_children() - cpu_before)
}

fn cpu_of_children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the usage of child processes");
    let duration = |time: TimeVal| {
        let micros = i128::from(time.tv_sec()) * 1_000_000 + i128::from(time.tv_usec());
        Duration::from_micros(u64::try_from(micros).expect("time goes forwards"))
    };
    duration(usage.user_time()) + duration(usage.system_time())
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    let middle = times.len() / 2;
    let median =
        if times.len() % 2 == 1 { times[middle] } else { (times[middle - 1] + times[middle]) / 2 };
    median.as_secs_f64() * 1000.0
}
