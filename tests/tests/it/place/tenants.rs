//! Tenants in schemas of their own.

use dbmig_tests::{Backend, database, eventually};
use serde_json::json;

use super::{ledger, seen};
use crate::faults::{finish, start};
use crate::library::Library;
use crate::project;

/// Each has its ledger, its history and its lock, though all look into the same shared schema.
#[test]
fn tenants_migrate_beside_each_other() {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration("1_a", "CREATE TABLE a (id INTEGER);", "DROP TABLE a;");
    // What all share, by another set, with a ledger of its own.
    let shared = crate::project();
    shared.migration("1_shared", "CREATE TABLE shared (id INTEGER);", "DROP TABLE shared;");
    shared.dbmig_on(&db, &["run"]).success();
    db.execute("CREATE SCHEMA tenant_a; CREATE SCHEMA \"Tenant b\"");
    let url = |schema: &str| {
        format!("{}?options=-csearch_path%3D{},public", db.url(), schema.replace(' ', "%5C%20"))
    };
    let (a, b) = (url("tenant_a"), url("\"Tenant b\"").replace('"', "%22"));
    let refused = finish(start(&project, &b, &["run"])).expect(4).stderr;
    assert!(refused.contains("(or `Tenant b`)"), "{refused}");
    let doubt = Library::at(&project, &b).doubt();
    assert_eq!((doubt.first.as_str(), seen(&doubt)), ("Tenant b", vec![("public", Some(1), 1)]));

    // The leader waits inside of its migration for as long as this session wants it to.
    project.migration("2_slow", "SELECT pg_advisory_lock(77);", "");
    let mut holds = db.session();
    holds.execute("SELECT pg_advisory_lock(77)");
    let leader = start(&project, &a, &["run", "--ledger-schema", "tenant_a"]);
    let waits = "SELECT pid::text FROM pg_locks WHERE objid = 77 AND NOT granted";
    eventually("the leader waits", || !db.column(waits).is_empty());
    let in_b =
        ["run", "--to", "1", "--ledger-schema", "Tenant b", "--lock-wait", "100ms", "--json"];
    assert_eq!(finish(start(&project, &b, &in_b)).success().done(), ["up 1_a"]);
    // The same tenant does wait.
    let in_a = ["run", "--ledger-schema", "tenant_a", "--lock-wait", "100ms"];
    finish(start(&project, &a, &in_a)).expect(75);
    drop(holds);
    finish(leader).success();
    project.remove("migrations/2_slow");

    let status = ["status", "--ledger-schema", "Tenant b", "--json"];
    let status = finish(start(&project, &b, &status)).success();
    assert_eq!(status.counts(), ["1 applied"]);
    let ledger = ledger(&status);
    assert_eq!((&ledger["schema"], &ledger["chosen"]), (&json!("Tenant b"), &json!("setting")));
    let places = "SELECT schemaname || '.' || tablename FROM pg_tables \
                  WHERE tablename IN ('a', 'shared', '__dbmig_history') ORDER BY 1";
    assert_eq!(
        db.column(places),
        [
            "Tenant b.__dbmig_history",
            "Tenant b.a",
            "public.__dbmig_history",
            "public.shared",
            "tenant_a.__dbmig_history",
            "tenant_a.a",
        ]
    );
    // Both have one now, and so have all: without the setting it is refused as before.
    finish(start(&project, &a, &["run"])).expect(4);
    let doubt = Library::at(&project, &a).doubt();
    // The leader's migration is not here any more.
    assert_eq!(seen(&doubt), [("tenant_a", Some(2), 1), ("public", Some(1), 1)]);
}
