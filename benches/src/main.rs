//! The benchmarks of cargo-dbmig. `benches/README.md` says how to run them and what they found.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot go on panics, and its results are its output"
)]

mod compile;
mod embed;
mod figure;
mod fresh;
mod race;
mod start;
mod tools;
mod waiters;
mod wire;

use figure::Figure;

type Benchmark = fn(&Settings) -> Vec<Figure>;

/// The benchmarks by name.
const ALL: [(&str, Benchmark); 7] = [
    ("wire", wire::run),
    ("start", start::run),
    ("fresh", fresh::run),
    ("waiters", waiters::run),
    ("embed", embed::run),
    ("compile", compile::run),
    ("cli", compile::cli),
];

/// How much is measured.
struct Settings {
    /// How often each contestant runs; 0: as often as the benchmark thinks right.
    rounds: usize,
}

impl Settings {
    fn rounds(&self, usual: usize) -> usize {
        if self.rounds == 0 { usual } else { self.rounds }
    }
}

fn main() {
    let mut names = Vec::new();
    let (mut json, mut settings) = (false, Settings { rounds: 0 });
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => json = true,
            "--rounds" => {
                let rounds = arguments.next().and_then(|text| text.parse().ok());
                settings.rounds = rounds.unwrap_or_else(|| usage("--rounds takes a number"));
            }
            name if ALL.iter().any(|(known, _)| *known == name) => names.push(argument),
            other => usage(&format!("there is no benchmark or option `{other}`")),
        }
    }
    let chosen = |name: &str| names.is_empty() || names.iter().any(|chosen| chosen == name);
    let mut figures = Vec::new();
    for (name, run) in ALL.into_iter().filter(|(name, _)| chosen(name)) {
        eprintln!("{name} ..");
        figures.extend(run(&settings));
    }
    if json {
        println!("{:#}", figure::json(&figures));
    } else {
        print!("{}", figure::table(&figures));
    }
}

fn usage(message: &str) -> ! {
    let names: Vec<_> = ALL.iter().map(|(name, _)| *name).collect();
    eprintln!(
        "{message}\nusage: cargo run --release -p dbmig-benches -- [--json] [--rounds N] [NAME..]\n\
         the names: {}",
        names.join(", ")
    );
    std::process::exit(2)
}
