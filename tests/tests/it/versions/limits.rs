//! `transaction_timeout`, from version 17: the server ends the session of a transaction that takes
//! longer.

use dbmig_runtime::{Class, Migrations, Migrator, Postgres};
use dbmig_tests::servers::Server;
use dbmig_tests::{Engine, TestDatabase};
use diesel::PgConnection;
use diesel::connection::Connection as _;

use super::{NEWER, server};
use crate::borrowed::{embedded, values};
use crate::faults::Figure;
use crate::project;

const LIMIT: &str = "1s";
/// What the limit would end.
const LONG: &str = "SELECT pg_sleep(1.4);";
const LONG_ALONE: &str = "DO $$ BEGIN PERFORM pg_sleep(1.4); END $$;";
const ALONE: &str = "run_in_transaction = false\n";

/// A database in which the role has the limit.
fn limited(server: &Server) -> TestDatabase {
    let db = server.database();
    server.admin().execute(&format!(
        "ALTER ROLE CURRENT_USER IN DATABASE {name} SET transaction_timeout = '{LIMIT}'; \
         ALTER DATABASE {name} SET idle_session_timeout = '{LIMIT}'; \
         ALTER DATABASE {name} SET idle_in_transaction_session_timeout = '{LIMIT}'",
        name = db.name()
    ));
    db
}

#[test]
fn a_limit_of_the_role_does_not_end_a_migration() {
    for version in NEWER {
        let server = server(version);
        let project = project();
        project.migration("1_a", LONG, "");
        let index = "CREATE INDEX CONCURRENTLY i ON t1 (id);";
        project.migration(
            "2_b",
            &format!("CREATE TABLE t1 (id INT); {LONG} {LONG_ALONE} {index}"),
            "",
        );
        project.write("migrations/2_b/metadata.toml", ALONE);
        project.migration("3_c", &format!("BEGIN; {LONG} COMMIT;"), "");
        project.write("migrations/3_c/metadata.toml", ALONE);
        for lock in ["advisory", "lease"] {
            let db = limited(&server);
            project.dbmig_on(&db, &["run", "--lock", lock]).success();
            if lock == "lease" {
                // Its connection was there to give it back.
                let free = "SELECT (expires_at <= now())::text FROM __dbmig_lease WHERE id = 1";
                assert_eq!(db.column(free), ["true"], "{version}");
            }
            Figure::new("limits of the role for its sessions", Engine::Postgres).case();
        }
        // The migration's own limits hold.
        for (own, says) in [
            ("[dbmig]\nstatement_timeout = \"300ms\"\n", "statement timeout"),
            ("", "the script names transaction_timeout at 1:1, which may have ended it"),
        ] {
            let (project, db) = (crate::project(), limited(&server));
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
        let server = server(version);
        let all: &Migrations<Postgres> = embedded(&[
            ("1_a", LONG, ""),
            ("2_b", &format!("CREATE TABLE t1 (id INT); {LONG_ALONE} {LONG}"), ALONE),
        ]);
        let db = limited(&server);
        let conn = &mut PgConnection::establish(db.url()).unwrap();
        assert_eq!(Migrator::new(all).run(conn).unwrap().done.len(), 2);
        let kept = values(conn, &["current_setting('transaction_timeout')"]);
        assert_eq!(kept, [LIMIT], "{version}: the owner's limit is gone");

        // Inside of a transaction of his it is his, and is named.
        let db = limited(&server);
        let conn = &mut PgConnection::establish(db.url()).unwrap();
        conn.begin_test_transaction().unwrap();
        let error = Migrator::new(all).run(conn).unwrap_err();
        assert_eq!(error.class(), Class::Temporary, "{error}");
        let says = format!("has limits, which may have ended it: transaction_timeout = {LIMIT}");
        assert!(error.to_string().contains(&says), "{version}: {error}");
    }
}
