//! Rolling out: old and new replicas serve side by side, while one of the new ones migrates.

use dbmig_tests::{Backend, TestDatabase, database};
use serde_json::json;

use super::client::Clients;
use super::deployment::Deployment;
use super::obstacle::Obstacle;
use super::release::Release::{V1_0, V1_1, V1_2, V2_0};
use super::state::{assert_at, runs};

const REPLICAS: usize = 3;

/// The first new replica, while its migrations are held up, and the old ones serve.
fn the_first_new_one(deployment: &mut Deployment<'_>, clients: &Clients, db: &TestDatabase) {
    let obstacle = Obstacle::to_creating("subscribers", db);
    let new = V1_1.serve(db);
    new.until(|_, told| told["current"].as_str().is_some_and(|name| name.contains("subscribers")));
    clients.go_on_with(V1_0);
    assert_eq!(new.ask("GET", "/products", "").0, 503, "it does not serve on half a schema");
    obstacle.remove();
    deployment.admit(V1_1, new);
}

each_server!(no_request_fails_while_two_releases_are_rolled_out);
fn no_request_fails_while_two_releases_are_rolled_out(backend: Backend) {
    let db = database(backend);
    let mut deployment = Deployment::new(&db, V1_0, REPLICAS);
    let clients = Clients::start(&deployment.endpoints);
    clients.go_on_with(V1_0);

    the_first_new_one(&mut deployment, &clients, &db);
    // Both at the same time.
    clients.go_on_with(V1_0);
    clients.go_on_with(V1_1);
    deployment.roll_to(V1_1);
    deployment.roll_to(V1_2);
    clients.go_on_with(V1_2);

    let seen = clients.stop();
    assert!(seen.failures.is_empty(), "{backend:?}: {:#?}", seen.failures);
    let orders = db.column("SELECT count(*) FROM orders");
    assert_eq!(orders, [seen.placed.to_string()], "{backend:?}");
    assert_at(&db, V1_2);
}

each_server!(a_breaking_migration_is_noticed_by_those_whom_the_old_release_serves);
/// The clients of the other tests see it when a release does not get on with the next one.
fn a_breaking_migration_is_noticed_by_those_whom_the_old_release_serves(backend: Backend) {
    let db = database(backend);
    let deployment = Deployment::new(&db, V1_2, 1);
    let clients = Clients::start(&deployment.endpoints);
    clients.go_on_with(V1_2);
    V2_0.migrate(&db, &["up"]).success();
    let failure = clients.first_failure();
    assert!(failure.starts_with("V1_2: GET /products: Ok(Answer { status: 500"), "{failure}");
}

each_server!(an_old_replica_that_restarts_in_the_middle_of_it_serves_and_reverts_nothing);
/// Nothing tells this start from that of a deployment back to the old release.
fn an_old_replica_that_restarts_in_the_middle_of_it_serves_and_reverts_nothing(backend: Backend) {
    let db = database(backend);
    let mut deployment = Deployment::new(&db, V1_0, REPLICAS);
    let clients = Clients::start(&deployment.endpoints);
    deployment.admit(V1_1, V1_1.serve(&db));
    let before = runs(&db);

    // One was moved to another node, one has crashed, one is started by an autoscaler.
    deployment.retire(V1_0);
    comes_up_ahead(&mut deployment, &db);
    let crashed = deployment.withdraw(V1_0);
    crashed.signal("-KILL");
    assert_eq!(crashed.end().0, None);
    comes_up_ahead(&mut deployment, &db);
    comes_up_ahead(&mut deployment, &db);
    clients.go_on_with(V1_0);
    clients.go_on_with(V1_1);
    // Its init container, where it has one.
    V1_0.migrate(&db, &["wait", "--timeout", "1m"]).success();

    assert_eq!(runs(&db), before, "{backend:?}: nobody has done anything");
    assert_at(&db, V1_1);
    deployment.roll_to(V1_1);
    let seen = clients.stop();
    assert!(seen.failures.is_empty(), "{backend:?}: {:#?}", seen.failures);
}

fn comes_up_ahead(deployment: &mut Deployment<'_>, db: &TestDatabase) {
    deployment.admit(V1_0, V1_0.serve(db));
    let serving = deployment.newest();
    let told = serving.until(|_, _| true);
    assert_eq!((&told["state"], &told["ahead"]), (&json!("ahead"), &json!(V1_1.since(V1_0))));
    serving.wait_for("the schema is 2 migrations ahead of this version");
}
