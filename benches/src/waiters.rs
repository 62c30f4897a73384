//! What fifty who wait cost the one who works.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dbmig_tests::{Backend, Project, TestDatabase, database};

use crate::Settings;
use crate::candidates::{Action, Tool};
use crate::figure::{Aim, Figure, Role, Unit};
use crate::race::median;
use crate::tools;

const COUNT: usize = 1000;
const WAITERS: usize = 50;

pub(crate) fn run(settings: &Settings) -> Vec<Figure> {
    let cli = Tool::shipped();
    let measure = |backend| {
        let project = tools::project(cli.program(), COUNT);
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
        let case = format!("{backend:?}, {COUNT} migrations while {WAITERS} wait");
        let alone_role = Role::Other("alone");
        Figure::counted("waiters", case, Unit::Milliseconds, median(watched))
            .beside(alone_role, median(alone))
            .aim(Aim::Ratio(alone_role, 1.1))
    };
    [Backend::Postgres, Backend::MariaDb].map(measure).into()
}

/// How long the migrations take behind the first one, by the clock of the server.
fn work(backend: Backend, cli: &Tool, project: &Project, waiters: usize) -> f64 {
    let db = database(backend);
    let leader = start(cli.command(project, db.url(), Action::Run));
    under_way(&db);
    let waiting: Vec<_> =
        (0..waiters).map(|_| start(cli.command(project, db.url(), Action::Run))).collect();
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
