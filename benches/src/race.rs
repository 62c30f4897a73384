//! Runs processes in turn: A B C, C B A, so that whatever else the machine does meets all alike.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::figure::{Aim, Figure, Peer, Role, Spread, Unit};
use crate::tools;

/// One of those that do the same work.
pub(crate) struct Contestant<'a> {
    role: Role,
    /// Prepares a round, which is not timed, and gives the command, which is.
    prepare: Box<dyn FnMut() -> Command + 'a>,
}

impl<'a> Contestant<'a> {
    pub(crate) fn new(role: Role, prepare: impl FnMut() -> Command + 'a) -> Self {
        Self { role, prepare: Box::new(prepare) }
    }
}

/// What one run of a program took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// Milliseconds.
    wall: f64,
    /// Milliseconds, user and system, of the process and of all that it started and waited for.
    pub(crate) cpu: f64,
    /// MiB at its peak.
    memory: f64,
}

/// What of it is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Measure {
    Wall,
    Cpu,
    Memory,
}

impl Measure {
    fn of(self, sample: &Sample) -> f64 {
        match self {
            Self::Wall => sample.wall,
            Self::Cpu => sample.cpu,
            Self::Memory => sample.memory,
        }
    }

    fn told(self) -> (&'static str, Unit) {
        match self {
            Self::Wall => ("wall", Unit::Milliseconds),
            Self::Cpu => ("CPU", Unit::Milliseconds),
            Self::Memory => ("memory", Unit::Mebibytes),
        }
    }
}

/// The samples of each contestant, round by round.
pub(crate) struct Results(Vec<(Role, Vec<Sample>)>);

/// Runs each contestant `rounds` times, after one round that does not count.
pub(crate) fn race(rounds: usize, contestants: &mut [Contestant<'_>]) -> Results {
    let mut results: Vec<_> = contestants.iter().map(|it| (it.role, Vec::new())).collect();
    for round in 0..=rounds {
        for turn in 0..contestants.len() {
            // Forwards and backwards: who comes first has no advantage for long.
            let index = if round % 2 == 0 { turn } else { contestants.len() - 1 - turn };
            let contestant = &mut contestants[index];
            let sample = measure(&(contestant.prepare)());
            if round > 0 {
                results[index].1.push(sample);
            }
        }
    }
    Results(results)
}

impl Results {
    /// What ours takes beside all others.
    pub(crate) fn figure(
        &self,
        bench: &'static str,
        case: &str,
        measure: Measure,
        aim: Aim,
    ) -> Figure {
        self.figure_of(Role::Ours, bench, case, measure, aim)
    }

    /// What `role` takes beside all others.
    pub(crate) fn figure_of(
        &self,
        role: Role,
        bench: &'static str,
        case: &str,
        measure: Measure,
        aim: Aim,
    ) -> Figure {
        let (word, unit) = measure.told();
        let ours = self.values(role, measure);
        let others = self.0.iter().filter(|(other, _)| *other != role && *other != Role::Ours);
        let peers = others.map(|(other, _)| {
            let theirs = self.values(*other, measure);
            // Of one round each: what disturbs a round disturbs both.
            let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
            Peer { role: *other, amount: median(theirs), ratio: Spread::of(ratios) }
        });
        Figure {
            bench,
            case: format!("{case}, {word}"),
            unit,
            peers: peers.collect(),
            ours: median(ours),
            aim,
        }
    }

    /// The median of what a contestant took.
    pub(crate) fn median(&self, role: Role, measure: Measure) -> f64 {
        median(self.values(role, measure))
    }

    fn values(&self, role: Role, measure: Measure) -> Vec<f64> {
        let (_, samples) = self.0.iter().find(|(it, _)| *it == role).expect("a contestant");
        samples.iter().map(|sample| measure.of(sample)).collect()
    }
}

/// Runs a command that must succeed.
pub(crate) fn measure(command: &Command) -> Sample {
    let folder = dbmig_tests::folder();
    let file = folder.path().join("figures");
    let mut measured = Command::new(measured());
    measured.arg(&file).arg(command.get_program()).args(command.get_args());
    // All that it shall see is set: what a benchmark runs is started with a clean environment.
    measured.env_clear();
    measured.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        measured.current_dir(folder);
    }
    measured.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let output = measured.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{stderr}", output.status);
    let text = std::fs::read_to_string(file).expect("the figures");
    let figures: Vec<f64> = text.split(' ').map(|it| it.parse().expect("a number")).collect();
    let [wall, cpu, memory] = figures[..] else { panic!("three figures: {text}") };
    Sample { wall: wall / 1e6, cpu: cpu / 1e3, memory: memory / 1024.0 }
}

/// The program that measures, built as it is now.
fn measured() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| tools::built("dbmig-benches", "measured", &[]))
}

pub(crate) fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    let middle = of.len() / 2;
    if of.len() % 2 == 1 { of[middle] } else { f64::midpoint(of[middle - 1], of[middle]) }
}
