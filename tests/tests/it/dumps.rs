//! `pg_dump --schema-only` with its default options is a baseline migration as it is.
//!
//! The dumps are of `dumps/schema.sql`, each by the pg_dump and from the server of its version.

use dbmig_tests::{Backend, database};

use crate::project;

/// What each version of pg_dump made.
const DUMPS: [(u32, &str); 5] = [
    (14, include_str!("dumps/pg_dump_14.sql")),
    (15, include_str!("dumps/pg_dump_15.sql")),
    (16, include_str!("dumps/pg_dump_16.sql")),
    (17, include_str!("dumps/pg_dump_17.sql")),
    (18, include_str!("dumps/pg_dump_18.sql")),
];

const DOWN: &str = "DROP SCHEMA billing CASCADE; DROP TABLE public.customers CASCADE;";

#[test]
fn a_plain_dump_of_each_version_is_a_baseline() {
    for (version, dump) in DUMPS {
        let (project, db) = (project(), database(Backend::Postgres));
        let server: u32 = db.column("SHOW server_version_num")[0].parse().unwrap();
        project.migration("1_baseline", dump, DOWN);
        if version > server / 10_000 {
            // A dump is for its own version or a newer one: the server says what it does not know.
            let run = project.dbmig_on(&db, &["run"]);
            if run.code != Some(0) {
                let said = run.expect(1).stderr;
                assert!(said.contains("up.sql:13:1 (statement 4 of "), "{said}");
                assert!(said.contains("configuration parameter \"transaction_timeout\""), "{said}");
                let dump = dump.replace("SET transaction_timeout = 0;", "");
                project.migration("1_baseline", &dump, DOWN);
                project.dbmig_on(&db, &["run"]).success();
            }
        } else {
            let said = project.dbmig_on(&db, &["run"]).success().stderr;
            assert!(!said.contains("warning"), "{version}: {said}");
        }
        assert_eq!(db.column("SELECT matviewname FROM pg_matviews"), ["totals"]);
        assert_eq!(
            db.column("SELECT obj_description('public.customers'::regclass)"),
            ["people; who've paid\non two lines \\restrict is no command here"]
        );
        // Another dump of the same has another token.
        let other = dump.replace("\n\\restrict ", "\n\\restrict x");
        let other = other.replace("\n\\unrestrict ", "\n\\unrestrict x");
        assert_eq!(other != dump, version > 14, "{version}");
        let other = other.replace("\nSET transaction_timeout = 0;", "\n");
        project.migration("1_baseline", &other, DOWN);
        if version <= server / 10_000 && version < 17 {
            project.dbmig_on(&db, &["verify"]).success();
        }
        project.dbmig_on(&db, &["revert"]).success();
        assert_eq!(db.column("SELECT version FROM __diesel_schema_migrations"), [""; 0]);
    }
}

#[test]
fn the_history_holds_the_dump_and_a_run_sends_no_line_for_psql() {
    let (project, db) = (project(), database(Backend::Postgres));
    let (_, dump) = DUMPS[1];
    project.migration("1_baseline", dump, DOWN);
    let shown = project.dbmig_on(&db, &["run", "--dry-run"]).success().stdout;
    assert!(shown.contains("CREATE SCHEMA billing") && !shown.contains("\\restrict a"), "{shown}");
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(project.done(&db, &["run"]), [""; 0]);
}
