//! What is measured, how often, and against what.

use std::cell::OnceCell;

use crate::baseline::Baseline;

pub(crate) struct Settings {
    pub(crate) json: bool,
    /// How often each contestant runs; 0: as often as the benchmark thinks right.
    rounds: usize,
    /// A program or a revision.
    named: Option<String>,
    baseline: OnceCell<Option<Baseline>>,
    names: Vec<String>,
}

impl Settings {
    /// From the arguments of this program; the error is for people.
    pub(crate) fn parse(is_benchmark: &dyn Fn(&str) -> bool) -> Result<Self, String> {
        let (json, rounds, named) = (false, 0, None);
        let baseline = OnceCell::new();
        let mut settings = Self { json, rounds, named, baseline, names: Vec::new() };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--json" => settings.json = true,
                "--rounds" => {
                    let rounds = arguments.next().and_then(|text| text.parse().ok());
                    settings.rounds = rounds.ok_or("--rounds takes a number")?;
                }
                "--baseline" => {
                    settings.named =
                        Some(arguments.next().ok_or("--baseline takes a program or a revision")?);
                }
                name if is_benchmark(name) => settings.names.push(argument),
                other => return Err(format!("there is no benchmark or option `{other}`")),
            }
        }
        Ok(settings)
    }

    pub(crate) fn rounds(&self, usual: usize) -> usize {
        if self.rounds == 0 { usual } else { self.rounds }
    }

    pub(crate) fn is_chosen(&self, name: &str, is_usual: bool) -> bool {
        if self.names.is_empty() { is_usual } else { self.names.iter().any(|it| it == name) }
    }

    /// The last landed build, built when it is asked for first.
    pub(crate) fn baseline(&self) -> Option<&Baseline> {
        self.baseline.get_or_init(|| Baseline::find(self.named.as_deref())).as_ref()
    }
}
