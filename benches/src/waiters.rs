//! What fifty who wait cost the one who works.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dbmig_tests::{Backend, Project, TestDatabase, database};

use crate::Settings;
use crate::figure::{Aim, Figure, Unit};
use crate::tools::{self, Linking};

const COUNT: usize = 1000;
const WAITERS: usize = 50;

pub(crate) fn run(settings: &Settings) -> Vec<Figure> {
    let cli = tools::cargo_dbmig(Linking::Bundled);
    let measure = |backend| {
        let project = tools::project(&cli, COUNT);
        // Time for the others to come and to find their pace.
        let sleep = match backend {
            Backend::Postgres => "SELECT pg_sleep(6);\n",
            _ => "DO SLEEP(6);\n",
        };
        project.migration("2025-01-01-000000-0000_wait_for_all", sleep, "");
        let (mut alone, mut watched) = (Vec::new(), Vec::new());
        for round in 0..=settings.rounds(5) {
            let times = [(&mut alone, 0), (&mut watched, WAITERS)];
            for (times, waiters) in times {
                let time = work(backend, &cli, &project, waiters);
                if round > 0 {
                    times.push(time);
                }
            }
        }
        Figure {
            bench: "waiters",
            case: format!("{backend:?}, {COUNT} migrations while {WAITERS} wait"),
            unit: Unit::Milliseconds,
            ours: median(watched),
            peer: Some(("alone", median(alone))),
            aim: Aim::Ratio(1.1),
        }
    };
    [Backend::Postgres, Backend::MariaDb].map(measure).into()
}

/// How long the migrations take behind the first one, by the clock of the server.
fn work(backend: Backend, cli: &std::path::Path, project: &Project, waiters: usize) -> f64 {
    let db = database(backend);
    let leader = start(tools::dbmig(cli, project, db.url()));
    under_way(&db);
    let waiting: Vec<_> =
        (0..waiters).map(|_| start(tools::dbmig(cli, project, db.url()))).collect();
    for mut child in waiting.into_iter().chain([leader]) {
        assert!(child.wait().expect("a process that was started").success());
    }
    let between = match backend {
        Backend::Postgres => "EXTRACT(EPOCH FROM MAX(ended_at) - MIN(started_at)) * 1000",
        _ => "TIMESTAMPDIFF(MICROSECOND, MIN(started_at), MAX(ended_at)) / 1000",
    };
    let sql = format!("SELECT {between} FROM __dbmig_history WHERE version NOT LIKE '2025%'");
    db.column(&sql)[0].parse().expect("milliseconds")
}

fn start(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it was built")
}

/// Waits until the leader has begun.
fn under_way(db: &TestDatabase) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while db.try_query("SELECT id FROM __dbmig_history").is_err() {
        assert!(Instant::now() < deadline, "the leader does not begin");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
