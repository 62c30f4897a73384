//! The way back of all migrations.

use std::cell::RefCell;
use std::process::Command;

use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, TestDatabase};

use crate::Settings;
use crate::candidates::{self, Action, Tool, client_name, feed};
use crate::figure::{Aim, Figure, Role};
use crate::race::{Contestant, Measure, Results, measure, race};
use crate::scripts;
use crate::tools;

pub(crate) fn run(settings: &Settings) -> Vec<Figure> {
    let tools = candidates::tools(settings);
    let mut figures = Vec::new();
    for (engine, most) in [(Engine::Postgres, 0.9), (Engine::MariaDb, 1.1)] {
        let server = Server::start_dedicated(engine, &Options::durable());
        for count in [10, 100] {
            let results = compete(settings, &tools, &server, count);
            let case = format!("{:?}, {count} migrations", Backend::from(engine));
            let aim = Aim::Ratio(Role::Diesel, most);
            figures.push(results.figure("revert", &case, Measure::Wall, aim));
            figures.push(results.figure("revert", &case, Measure::Cpu, Aim::None));
        }
    }
    figures
}

fn compete(settings: &Settings, tools: &[Tool], server: &Server, count: usize) -> Results {
    let backend = server.engine().into();
    let projects: Vec<_> = tools.iter().map(|it| it.project(count, backend)).collect();
    let project = &projects[0];
    let up = scripts::each(project, "up", (0..count).map(tools::create_table));
    let down = scripts::each(project, "down", (0..count).rev().map(tools::drop_table));
    let drops = (0..count).rev().map(tools::drop_table);
    let once = scripts::at_once(project, backend, drops);
    let databases = RefCell::new(Vec::new());
    // Each reverts what it has applied itself.
    let reverts = |apply: &dyn Fn(&TestDatabase) -> Command,
                   revert: &dyn Fn(&TestDatabase) -> Command| {
        let database = server.database();
        measure(&apply(&database));
        let command = revert(&database);
        databases.borrow_mut().push(database);
        command
    };
    let by_client = |script| reverts(&|db| feed(db, &up), &|db| feed(db, script));
    let mut contestants =
        vec![Contestant::new(Role::Limit(client_name(backend)), || by_client(&down))];
    if let Some(once) = &once {
        contestants.push(Contestant::new(Role::Limit(once.name), || by_client(&once.script)));
    }
    for (tool, project) in tools.iter().zip(&projects) {
        let told =
            move |action| move |db: &TestDatabase| tool.command(project, db.client_url(), action);
        let reverts = &reverts;
        let revert = move || reverts(&told(Action::Run), &told(Action::RevertAll));
        contestants.push(Contestant::new(tool.role, revert));
    }
    race(settings.rounds(9), &mut contestants)
}
