//! A schema that a migration itself has put before the ledger's own.

use dbmig_runtime::Target;
use dbmig_tests::project::run;
use dbmig_tests::{Backend, Project, TestDatabase, database};
use serde_json::json;

use super::{as_role, ledger, seen};
use crate::library::Library;
use crate::project;

/// `"$user"` is `dbmig`, whose schema the second migration creates.
fn migrated() -> (Project, TestDatabase) {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration("1_a", "CREATE TABLE a (id INTEGER);", "DROP TABLE a;");
    project.migration(
        "2_schema",
        "CREATE SCHEMA IF NOT EXISTS dbmig; CREATE TABLE dbmig.b (id INTEGER);",
        "DROP TABLE dbmig.b; DROP SCHEMA dbmig;",
    );
    project.dbmig_on(&db, &["run"]).success();
    (project, db)
}

#[test]
fn the_ledger_is_found_where_it_was_when_a_migration_created_the_schema() {
    let (project, db) = migrated();
    assert_eq!(project.done(&db, &["run"]), [""; 0]);
    project.dbmig_on(&db, &["wait", "--timeout", "20s"]).success();
    let status = project.dbmig_on(&db, &["status", "--json"]).success();
    assert_eq!(status.counts(), ["2 applied"]);
    let read = ledger(&status);
    assert_eq!((&read["schema"], &read["chosen"]), (&json!("public"), &json!("origin")));
    // It goes on there, in each way.
    project.migration("3_c", "CREATE TABLE c (id INTEGER);", "DROP TABLE c;");
    project.dbmig_on(&db, &["run"]).success();
    project.dbmig_on(&db, &["redo", "--yes", "--lock", "lease"]).success();
    let places = "SELECT schemaname || '.' || tablename FROM pg_tables \
                  WHERE tablename IN ('a', 'b', 'c', '__diesel_schema_migrations') ORDER BY 1";
    assert_eq!(
        db.column(places),
        ["dbmig.b", "dbmig.c", "public.__diesel_schema_migrations", "public.a"]
    );
    // An older build knows less of it, and takes it for the same.
    project.remove("migrations/3_c");
    project.remove("migrations/2_schema");
    assert_eq!(project.done(&db, &["run"]), [""; 0]);
    project.dbmig_on(&db, &["sync", "--down", "--allow-data-loss"]).success();
    assert_eq!(db.column(places), ["public.__diesel_schema_migrations", "public.a"]);
    assert_eq!(project.dbmig_on(&db, &["revert", "--all", "--yes"]).success().code, Some(0));
}

/// A run that was cut off behind the statement that created the schema.
#[test]
fn it_is_found_when_that_run_did_not_end() {
    let (project, db) = migrated();
    project.dbmig_on(&db, &["revert", "--yes"]).success();
    project.write("migrations/2_schema/metadata.toml", "run_in_transaction = false\n");
    project.write(
        "migrations/2_schema/up.sql",
        "CREATE SCHEMA dbmig; CREATE TABLE dbmig.b (id INTEGER); SELECT 1 / 0;",
    );
    project.dbmig_on(&db, &["run"]).expect(1);
    // Where it was: the failed statement is the one that fails again.
    project.dbmig_on(&db, &["run"]).expect(1);
    let statement = Library::of(&project, &db).failed(&Target::Latest).statement.unwrap();
    assert_eq!((statement.number, statement.of), (3, 3));
    let states = project.states(&db);
    assert!(states.contains(&"interrupted 2_schema".to_owned()), "{states:?}");
}

#[test]
fn another_set_another_text_or_another_owner_is_no_proof() {
    let (project, db) = migrated();
    // A tenant's own set, with what Diesel writes into each.
    let tenant = crate::project();
    tenant.migration("1_t", "CREATE TABLE t (id INTEGER);", "");
    tenant.dbmig_on(&db, &["run"]).expect(4);
    let doubt = Library::of(&tenant, &db).doubt();
    assert_eq!((doubt.first.as_str(), seen(&doubt)), ("dbmig", vec![("public", Some(2), 1)]));
    // The text that is here does not say that it created the schema.
    let up = project.read("migrations/2_schema/up.sql");
    project.write("migrations/2_schema/up.sql", "CREATE TABLE b (id INTEGER);");
    project.dbmig_on(&db, &["run"]).expect(4);
    let verify = ["verify", "--ledger-schema", "public", "--json"];
    let verify = project.dbmig_on(&db, &verify).expect(3).json();
    assert_eq!(verify["drifted"][0]["name"], "2_schema");
    project.write("migrations/2_schema/up.sql", &up);
    project.dbmig_on(&db, &["run"]).success();
    // Without a history nothing says where the schema comes from.
    db.execute("ALTER TABLE public.__dbmig_history RENAME TO gone");
    project.dbmig_on(&db, &["status"]).expect(4);
    db.execute("ALTER TABLE public.gone RENAME TO __dbmig_history");
    // Nor does one whose owner could say anything.
    let role = format!("{}_other", db.name());
    db.execute(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'one'; CREATE SCHEMA {role} AUTHORIZATION {role}; \
         GRANT SELECT ON public.__dbmig_history, public.__diesel_schema_migrations TO {role}"
    ));
    let mut command = project.command(&["run"]);
    run(command.env("DATABASE_URL", as_role(&db, &role))).expect(4);
    assert_eq!(Library::at(&project, &as_role(&db, &role)).doubt().first, role);
}
