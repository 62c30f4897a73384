//! A cluster whose nodes all take writes, each with named locks of its own.

use dbmig_core::scan::scan;
use dbmig_runtime::{Cluster, Error, Event, Migrations, Migrator, Mysql, Target};
use dbmig_tests::servers::Galera;
use dbmig_tests::{Backend, Project, Running, Session, TestDatabase, eventually};
use diesel::{Connection as _, MysqlConnection};

use crate::faults::{Figure, finish, start, thorough};
use crate::library::Library;
use crate::project;

/// Schema and data; each that changes data counts itself.
fn counting(project: &Project, migrations: usize) {
    for number in 0..migrations {
        let (up, down) = match number % 3 {
            0 => (
                format!(
                    "CREATE TABLE t{number} (id INT PRIMARY KEY, n INT);\n\
                 CREATE TABLE IF NOT EXISTS executed (id INT AUTO_INCREMENT PRIMARY KEY, m INT NOT NULL);\n\
                 INSERT INTO executed (m) VALUES ({number});\n"
                ),
                format!("DROP TABLE t{number};\n"),
            ),
            1 => (format!("INSERT INTO executed (m) VALUES ({number});\n"), String::new()),
            _ => (
                format!(
                    "ALTER TABLE t{} ADD COLUMN c INT;\nINSERT INTO executed (m) VALUES ({number});\n",
                    number - 2
                ),
                format!("ALTER TABLE t{} DROP COLUMN c;\n", number - 2),
            ),
        };
        let down = down + &format!("DELETE FROM executed WHERE m = {number};\n");
        project.migration(&format!("2026-01-01-0000{number:02}-0000_m{number}"), &up, &down);
    }
}

/// Each was executed once, on all nodes, and the history is in the order in which that was done.
#[track_caller]
fn once(cluster: &Galera, database: &TestDatabase, migrations: usize, case: &str) {
    let all: Vec<_> = (0..migrations).map(|number| number.to_string()).collect();
    let executed = "SELECT CAST(m AS CHAR) FROM executed ORDER BY m";
    let versions = "SELECT version FROM __diesel_schema_migrations";
    let order = "SELECT version FROM __dbmig_history WHERE state = 'done' ORDER BY id";
    for number in 0..cluster.size() {
        let on = |sql: &str| -> Vec<String> {
            let rows = session(cluster, number, database).query(sql);
            rows.into_iter().map(|mut row| row.pop().flatten().unwrap()).collect()
        };
        let there = || session(cluster, number, database).try_query(versions);
        let what = format!("{case}: node {number} has all");
        eventually(&what, || there().is_ok_and(|rows| rows.len() >= migrations));
        assert_eq!(on(executed), all, "{case}, node {number}");
        let order = on(order);
        assert!(order.is_sorted() && order.len() == migrations, "{case}: {order:?}");
    }
}

fn session(cluster: &Galera, number: usize, database: &TestDatabase) -> Session {
    Session::connect(Backend::MariaDb, &cluster.url(number, database)).unwrap()
}

/// What becomes of the runner that came first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    Lives,
    IsKilled,
}

/// How many rows `sql` finds on the first node; none, where its table is not there.
fn executed(cluster: &Galera, sql: &str) -> usize {
    cluster.node(0).admin().try_query(sql).map_or(0, |rows| rows.len())
}

/// Twelve at once on all nodes.
fn twelve(cluster: &Galera, migrations: usize, fate: First, case: &str) {
    let (project, database) = (project(), cluster.database());
    counting(&project, migrations);
    let run = |number: usize| {
        start(&project, &cluster.url(number % cluster.size(), &database), &["run", "--quiet"])
    };
    let mut first = run(0);
    if fate == First::IsKilled {
        let begun = format!("SELECT 1 FROM {}.executed", database.name());
        eventually("the first one has done three", || executed(cluster, &begun) >= 3);
        first.kill().unwrap();
    }
    let others: Vec<_> = (1..12).map(run).collect();
    let first = finish(first);
    if fate == First::Lives {
        first.success();
    }
    others.into_iter().for_each(|runner| drop(finish(runner).success()));
    once(cluster, &database, migrations, case);
}

#[test]
fn a_cluster_is_migrated_once() {
    let cluster = Galera::start(2);
    twelve(&cluster, 9, First::Lives, "twelve at once");
    Figure::new("12 at once, Galera of 2", "MariaDb").case();
    what_one_node_has_done_is_seen_on_the_other(&cluster);
    a_connection_that_was_lent_is_refused(&cluster);
    without_the_others_it_is_waited_for(&cluster);
}

fn what_one_node_has_done_is_seen_on_the_other(cluster: &Galera) {
    let (project, database) = (project(), cluster.database());
    counting(&project, 6);
    let on = |number: usize, args: &[&str]| {
        let args = [args, &["--json"]].concat();
        finish(start(&project, &cluster.url(number, &database), &args)).success()
    };
    let mut clusters = Vec::new();
    let observe = |event: &Event<'_>| {
        if let Event::Cluster { cluster } = event {
            clusters.push(*cluster);
        }
    };
    let first = Library::at(&project, &cluster.url(0, &database)).run(&Target::Latest, observe);
    assert_eq!((first.unwrap().done.len(), clusters), (6, vec![Cluster::Galera]));
    assert_eq!(on(1, &["status"]).counts(), ["6 applied"]);
    let names = |direction: &str, numbers: [usize; 2]| {
        numbers.map(|number| format!("{direction} 2026-01-01-0000{number:02}-0000_m{number}"))
    };
    assert_eq!(on(1, &["revert", "-n", "2"]).done(), names("down", [5, 4]));
    // At once: an answer of its own node alone would be that there is nothing to do.
    assert_eq!(on(0, &["run"]).done(), names("up", [4, 5]));
    assert_eq!(on(1, &["run"]).done(), [""; 0]);
    // The command line tells it, too.
    let told = finish(start(&project, &cluster.url(0, &database), &["redo"])).success().stderr;
    assert!(told.contains("(Galera)"), "{told}");
    assert_eq!(on(0, &["status"]).counts(), ["6 applied"]);
}

fn a_connection_that_was_lent_is_refused(cluster: &Galera) {
    let (project, database) = (project(), cluster.database());
    counting(&project, 1);
    let set = scan(&project.path("migrations"), dbmig_core::Dialect::Mysql).unwrap().set;
    let all = Migrations::<Mysql>::from_static(set.as_slice().to_vec().leak());
    let conn = &mut MysqlConnection::establish(&cluster.url(0, &database)).unwrap();
    let error = Migrator::new(&all).run(conn).unwrap_err();
    assert!(matches!(error, Error::ClusterNeedsUrl(Cluster::Galera)), "{error}");
    assert!(error.remedy("app").unwrap().contains("run_at"));
    assert_eq!(database.tables(), [""; 0]);
    let url = cluster.url(0, &database);
    assert_eq!(Migrator::new(&all).run_at(url.as_str()).unwrap().done.len(), 1);
}

/// One that has lost the others lets sessions in, and answers nothing.
fn without_the_others_it_is_waited_for(cluster: &Galera) {
    let (project, database) = (project(), cluster.database());
    counting(&project, 3);
    cluster.kill(1);
    cluster.await_status(0, "wsrep_ready", "OFF");
    let words = "WSREP has not yet prepared node";
    for args in [&["run"][..], &["wait", "--timeout", "2s"]] {
        let output = finish(start(&project, database.url(), args)).expect(75);
        assert!(output.stderr.contains(words), "{args:?}: {}", output.stderr);
    }
    let begin = |args: &[&str]| Running::listen(start(&project, database.url(), args));
    let (wait, run) = (begin(&["wait", "--timeout", "60s"]), begin(&["run"]));
    wait.says(words);
    run.says(words);
    cluster.node(0).admin().execute("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'");
    run.finish().success();
    wait.finish().success();
}

/// The long form: three nodes, the first runner killed, a node killed under its runners.
#[test]
fn a_cluster_of_three_in_the_long_form() {
    if !thorough() {
        return;
    }
    let cluster = Galera::start(3);
    for round in 0..12 {
        twelve(&cluster, 15, First::Lives, &format!("round {round}"));
        Figure::new("12 at once, Galera of 3", "MariaDb").case();
    }
    for round in 0..6 {
        twelve(&cluster, 15, First::IsKilled, &format!("round {round}, the first one killed"));
        Figure::new("12 at once, Galera of 3, the first one killed", "MariaDb").case();
    }
    a_node_is_cut_off(&cluster);
}

/// Its runners end with 75, or well; those of the others go on.
fn a_node_is_cut_off(cluster: &Galera) {
    let (project, database) = (project(), cluster.database());
    counting(&project, 30);
    let run = |number: usize| {
        let args = ["run", "--quiet", "--lock-wait", "120s"];
        (number % 3, start(&project, &cluster.url(number % 3, &database), &args))
    };
    let mut runners = vec![run(2)];
    let begun = format!("SELECT 1 FROM {}.executed", database.name());
    eventually("five are done", || executed(cluster, &begun) >= 5);
    runners.extend((0..11).map(run));
    cluster.kill(2);
    for (node, runner) in runners {
        let output = finish(runner);
        match node {
            2 => assert!(matches!(output.code, Some(0 | 75)), "{output:?}"),
            _ => drop(output.success()),
        }
    }
    let executed = database.column("SELECT CAST(m AS CHAR) FROM executed ORDER BY m");
    assert_eq!(executed, (0..30).map(|number| number.to_string()).collect::<Vec<_>>());
    Figure::new("12 at once, Galera of 3, a node killed", "MariaDb").case();
}
