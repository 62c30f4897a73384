//! The whole process, where nothing is pending.

use dbmig_tests::{Backend, database};

use crate::Settings;
use crate::figure::{Aim, Figure, Unit};
use crate::race::{Contestant, race};
use crate::tools::{self, Linking};

pub(crate) fn run(settings: &Settings) -> Vec<Figure> {
    let (system, bundled) =
        (tools::cargo_dbmig(Linking::System), tools::cargo_dbmig(Linking::Bundled));
    let mut figures = Vec::new();
    for backend in Backend::ALL {
        for count in [10, 1000] {
            let project = tools::project(&system, count);
            // Each on a database that it has migrated itself.
            let (ours, theirs) = (database(backend), database(backend));
            let mut contestants = [
                Contestant::new("cargo dbmig", || tools::dbmig(&system, &project, ours.url())),
                Contestant::new("cargo dbmig (bundled)", || {
                    tools::dbmig(&bundled, &project, ours.url())
                }),
                Contestant::new("diesel", || tools::diesel(&project, theirs.url())),
            ];
            let medians = race(settings.rounds(25), &mut contestants);
            let [ours, bundled, theirs] = medians[..] else { unreachable!("three contestants") };
            let mut figure = |what: &str, ours, theirs, aim| {
                figures.push(Figure {
                    bench: "start",
                    case: format!("{backend:?}, {count} applied, {what}"),
                    unit: Unit::Milliseconds,
                    ours,
                    peer: Some(("diesel", theirs)),
                    aim,
                });
            };
            figure("wall", ours.wall, theirs.wall, Aim::Ratio(1.0));
            figure("CPU", ours.cpu, theirs.cpu, Aim::None);
            figure("as it ships, wall", bundled.wall, theirs.wall, Aim::Ratio(1.0));
            figure("as it ships, CPU", bundled.cpu, theirs.cpu, Aim::None);
        }
    }
    figures
}
