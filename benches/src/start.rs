//! The whole process, where nothing is pending, and `status`.

use dbmig_tests::Backend;

use crate::Settings;
use crate::candidates::{self, Action, Tool, race_on_applied};
use crate::figure::{Aim, Figure, Role};
use crate::race::Measure;

/// More than any start needs, however long the history.
const MEMORY: Aim = Aim::Count(12.0);

pub(crate) fn run(settings: &Settings) -> Vec<Figure> {
    let mut tools = candidates::tools(settings);
    tools.push(Tool::shipped());
    let mut figures = Vec::new();
    for backend in Backend::ALL {
        for count in [10, 100, 1000] {
            let most = match (backend, count) {
                (Backend::Sqlite, _) => 0.6,
                (_, 1000) => 0.5,
                (_, _) => 0.9,
            };
            let results = race_on_applied(settings.rounds(21), &tools, count, backend, Action::Run);
            let case = format!("{backend:?}, {count} applied");
            for (measure, aim) in [
                (Measure::Wall, Aim::Ratio(Role::Diesel, most)),
                (Measure::Cpu, Aim::None),
                (Measure::Memory, MEMORY),
            ] {
                figures.push(results.figure("start", &case, measure, aim));
            }
        }
    }
    figures
}

pub(crate) fn status(settings: &Settings) -> Vec<Figure> {
    let tools = candidates::tools(settings);
    let mut figures = Vec::new();
    for backend in [Backend::Postgres, Backend::Sqlite] {
        let results = race_on_applied(settings.rounds(15), &tools, 1000, backend, Action::Status);
        let case = format!("{backend:?}, 1000 applied");
        let aim = Aim::Ratio(Role::Diesel, 0.6);
        figures.push(results.figure("status", &case, Measure::Wall, aim));
        figures.push(results.figure("status", &case, Measure::Cpu, Aim::None));
        figures.push(results.figure("status", &case, Measure::Memory, Aim::None));
    }
    figures
}
