//! Tenants in schemas of their own.

use dbmig_tests::{Backend, database, eventually};

use crate::faults::{finish, start};
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
    assert!(refused.contains("1 row, 1 of them known here"), "{refused}");
    assert!(refused.contains("(or `Tenant b`)"), "{refused}");

    // The leader waits inside of its migration for as long as this session wants it to.
    project.migration("2_slow", "SELECT pg_advisory_lock(77);", "");
    let mut holds = db.session();
    holds.execute("SELECT pg_advisory_lock(77)");
    let leader = start(&project, &a, &["run", "--ledger-schema", "tenant_a"]);
    let waits = "SELECT pid::text FROM pg_locks WHERE objid = 77 AND NOT granted";
    eventually("the leader waits", || !db.column(waits).is_empty());
    let in_b = ["run", "--to", "1", "--ledger-schema", "Tenant b", "--lock-wait", "100ms"];
    assert!(finish(start(&project, &b, &in_b)).success().stdout.contains("applied 1 migration"));
    // The same tenant does wait.
    let in_a = ["run", "--ledger-schema", "tenant_a", "--lock-wait", "100ms"];
    finish(start(&project, &a, &in_a)).expect(75);
    drop(holds);
    finish(leader).success();
    project.remove("migrations/2_slow");

    let status = finish(start(&project, &b, &["status", "--ledger-schema", "Tenant b"])).success();
    assert_eq!(
        status.states(),
        "applied      1_a\n1 applied\n\
         the ledger is \"Tenant b\".\"__diesel_schema_migrations\", as the setting ledger-schema says\n"
    );
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
    let refused = finish(start(&project, &a, &["run"])).expect(4).stderr;
    assert!(refused.contains("several schemas of the search_path"), "{refused}");
}
