//! `transaction_timeout`, from version 17: the server ends the session of a transaction that takes
//! longer.

use super::*;

/// So long takes what the limit would end.
const LIMIT: &str = "400ms";
const LONG: &str = "SELECT pg_sleep(1);";
const LONG_ALONE: &str = "DO $$ BEGIN PERFORM pg_sleep(1); END $$;";
const ALONE: &str = "run_in_transaction = false\n";

/// A server whose role has the limit.
fn limited(version: &str) -> Server {
    let server = server(version);
    server.admin().execute(&format!("ALTER ROLE CURRENT_USER SET transaction_timeout = '{LIMIT}'"));
    server
}

#[test]
fn a_limit_of_the_role_does_not_end_a_migration() {
    for version in NEWER {
        let server = limited(version);
        let (project, db) = (project(), server.database());
        project.migration("1_a", LONG, LONG);
        project.migration(
            "2_b",
            &format!("CREATE TABLE t1 (id INT); {LONG} {LONG_ALONE} CREATE INDEX CONCURRENTLY i ON t1 (id);"),
            "DROP TABLE t1;",
        );
        project.write("migrations/2_b/metadata.toml", ALONE);
        project.migration("3_c", &format!("BEGIN; {LONG} COMMIT;"), "");
        project.write("migrations/3_c/metadata.toml", ALONE);
        for lock in ["advisory", "lease"] {
            project.dbmig_on(&db, &["run", "--lock", lock]).success();
            project.dbmig_on(&db, &["revert", "-n", "3", "--lock", lock, "--yes"]);
            db.execute("DROP TABLE IF EXISTS t1; DELETE FROM __diesel_schema_migrations");
            Figure::new("transaction_timeout of the role", version).case();
        }
        // The migration's own limits hold.
        for (own, says) in [
            ("[dbmig]\nstatement_timeout = \"300ms\"\n", "statement timeout"),
            ("", "the script names transaction_timeout at 1:1, which may have ended it"),
        ] {
            let (project, db) = (super::project(), server.database());
            let set = if own.is_empty() { "SET LOCAL transaction_timeout = '300ms'; " } else { "" };
            project.migration("1_a", &format!("{set}{LONG}"), "");
            let metadata = format!("run_in_transaction = true\n{own}");
            project.write("migrations/1_a/metadata.toml", metadata);
            let output = project.dbmig_on(&db, &["run"]);
            assert!(output.stderr.contains(says), "{version}: {}", output.stderr);
            assert_eq!(output.code, Some(if own.is_empty() { 75 } else { 1 }), "{}", output.stderr);
        }
    }
}

#[test]
fn a_limit_of_the_owner_of_a_lent_connection() {
    for version in NEWER {
        let server = limited(version);
        let all: &Migrations<Postgres> = embedded(&[
            ("1_a", LONG, ""),
            ("2_b", &format!("CREATE TABLE t1 (id INT); {LONG_ALONE} {LONG}"), ALONE),
        ]);
        let db = server.database();
        let conn = &mut PgConnection::establish(db.url()).unwrap();
        assert_eq!(Migrator::new(all).run(conn).unwrap().done.len(), 2);
        let kept = crate::lent::values(conn, &["current_setting('transaction_timeout')"]);
        assert_eq!(kept, [LIMIT], "{version}: the owner's limit is gone");

        // Inside of a transaction of his it is his, and is named.
        let db = server.database();
        let conn = &mut PgConnection::establish(db.url()).unwrap();
        conn.batch_execute("BEGIN; COMMIT").unwrap();
        conn.begin_test_transaction().unwrap();
        let error = Migrator::new(all).run(conn).unwrap_err();
        assert_eq!(error.class(), Class::Temporary, "{error}");
        let says = format!("limits of its owner, which may have ended it: transaction_timeout = {LIMIT}");
        assert!(error.to_string().contains(&says), "{version}: {error}");
    }
}
