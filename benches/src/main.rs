//! The benchmarks of cargo-dbmig. `benches/README.md` says how to run them and what they found.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot go on panics, and its results are its output"
)]

mod app;
mod baseline;
mod bulk;
mod candidates;
mod compile;
mod counts;
mod embed;
mod figure;
mod fresh;
mod peers;
mod plots;
mod race;
mod report;
mod revert;
mod round_trips;
mod scripts;
mod settings;
mod start;
mod svg;
mod tools;
mod waiters;
mod wire;

use std::process::ExitCode;

use figure::Figure;
use settings::Settings;

type Benchmark = fn(&Settings) -> Vec<Figure>;

/// What is measured where no name is given.
const USUAL: [(&str, Benchmark); 11] = [
    ("counts", counts::run),
    ("app", counts::app),
    ("wire", wire::run),
    ("trips", round_trips::run),
    ("start", start::run),
    ("status", start::status),
    ("fresh", fresh::run),
    ("latency", fresh::latency),
    ("revert", revert::run),
    ("scripts", bulk::scripts),
    ("statements", bulk::statements),
];

/// What takes long, and changes seldom.
const BY_NAME: [(&str, Benchmark); 6] = [
    ("peers", peers::run),
    ("plots", plots::run),
    ("waiters", waiters::run),
    ("embed", embed::run),
    ("compile", compile::run),
    ("cli", compile::cli),
];

fn main() -> ExitCode {
    let known = || USUAL.iter().chain(&BY_NAME);
    let settings = Settings::parse(&|name| known().any(|(known, _)| *known == name))
        .unwrap_or_else(|message| usage(&message));
    let mut figures = Vec::new();
    for (name, run) in known() {
        let is_usual = USUAL.iter().any(|(usual, _)| usual == name);
        if settings.is_chosen(name, is_usual) {
            eprintln!("{name} ..");
            figures.extend(run(&settings));
        }
    }
    if settings.json {
        println!("{:#}", report::json(&figures));
    } else {
        print!("{}", report::table(&figures));
    }
    let refused: Vec<_> = figures.iter().filter(|figure| figure.is_refused()).collect();
    for figure in &refused {
        eprintln!("worse than the last landed build: {}: {}", figure.bench, figure.case);
    }
    if refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn usage(message: &str) -> ! {
    let names = |all: &[(&str, Benchmark)]| {
        all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    };
    eprintln!(
        "{message}\nusage: cargo run --release -p dbmig-benches -- [--json] [--rounds N] \
         [--baseline PROGRAM|REVISION] [NAME..]\nwithout a name: {}\nbeside them: {}",
        names(&USUAL),
        names(&BY_NAME)
    );
    std::process::exit(2)
}
