//! PostgreSQL: round trips of the command line tools, as whole processes.

use dbmig_tests::{Backend, Project, TestDatabase, Wire, database};
use diesel::{Connection as _, PgConnection};

use crate::Settings;
use crate::candidates::{self, Action, Tool};
use crate::figure::{Aim, Figure, Role, Unit};
use crate::race::measure;

/// What a tool needs beyond the handshakes of its connections.
struct Trips {
    nothing_pending: f64,
    fixed: f64,
    connections: usize,
    each: f64,
    /// Of 100 in one transaction, where it can be asked to.
    single: Option<f64>,
}

pub(crate) fn run(settings: &Settings) -> Vec<Figure> {
    let connect = connect();
    let tools = candidates::tools(settings);
    let trips: Vec<_> = tools.iter().map(|tool| (tool.role, Trips::of(tool, connect))).collect();
    let (_, ours) = &trips[0];
    let figure = |case: String, most, of: &dyn Fn(&Trips) -> Option<f64>| {
        let figure = Figure::counted("trips", case, Unit::RoundTrips, of(ours)?);
        let others = trips[1..].iter().filter_map(|(role, trips)| Some((*role, of(trips)?)));
        let figure = others.fold(figure, |figure, (role, trips)| figure.beside(role, trips));
        Some(figure.aim(Aim::Count(most)))
    };
    let fixed = format!("the fixed cost of a run with work, on {} connections", ours.connections);
    let single = "100 migrations with --single-transaction, all of it".to_owned();
    let all = [
        figure("nothing pending".to_owned(), 1.0, &|trips| Some(trips.nothing_pending)),
        figure(fixed, 3.0, &|trips| Some(trips.fixed)),
        figure("each migration".to_owned(), 1.0, &|trips| Some(trips.each)),
        figure(single, 4.0, &|trips| trips.single),
    ];
    all.into_iter().flatten().collect()
}

/// The round trips of a handshake, and of what Diesel sets on each connection.
fn connect() -> f64 {
    let wire = Wire::to(&database(Backend::Postgres));
    wire.count(|| PgConnection::establish(wire.url()).unwrap()).0 as f64
}

impl Trips {
    fn of(tool: &Tool, connect: f64) -> Self {
        let (project, db, few) = fresh(tool, 10, connect);
        let (_, _, many) = fresh(tool, 110, connect);
        let each = (many - few) / 100.0;
        let wire = Wire::to(&db);
        let run = || {
            let before = wire.connections();
            let run = || measure(&tool.command(&project, wire.url(), Action::Run));
            let (turns, _) = wire.count(run);
            let connections = wire.connections() - before;
            (turns as f64 - connections as f64 * connect, connections)
        };
        let (nothing_pending, _) = run();
        project.migration("2027_one_more", "CREATE TABLE one_more (id INTEGER);\n", "SELECT 1;\n");
        tool.lock(&project, Backend::Postgres);
        let (with_one, connections) = run();
        let single = single_transaction(tool, connect);
        Self { nothing_pending, fixed: with_one - each, connections, each, single }
    }
}

/// A fresh run of so many, without the handshakes.
fn fresh(tool: &Tool, count: usize, connect: f64) -> (Project, TestDatabase, f64) {
    let project = tool.project(count, Backend::Postgres);
    let db = database(Backend::Postgres);
    let wire = Wire::to(&db);
    let run = || measure(&tool.command(&project, wire.url(), Action::Run));
    let (turns, _) = wire.count(run);
    (project, db, turns as f64 - wire.connections() as f64 * connect)
}

fn single_transaction(tool: &Tool, connect: f64) -> Option<f64> {
    let project = tool.project(100, Backend::Postgres);
    let mut help = tool.command(&project, "", Action::Run);
    let help = dbmig_tests::project::run(help.arg("--help"));
    if tool.role == Role::Diesel || !help.stdout.contains("--single-transaction") {
        return None;
    }
    let wire = Wire::to(&database(Backend::Postgres));
    let mut run = tool.command(&project, wire.url(), Action::Run);
    let (turns, _) = wire.count(|| measure(run.arg("--single-transaction")));
    Some(turns as f64 - wire.connections() as f64 * connect)
}
