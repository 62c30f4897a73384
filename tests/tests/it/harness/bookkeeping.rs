//! The text of the two tables.

use dbmig_tests::kill_points::Ended;
use dbmig_tests::{Backend, TestDatabase, database, kill_points};

each_backend!(the_same_state_is_the_same_text_whatever_came_before);
fn the_same_state_is_the_same_text_whatever_came_before(backend: Backend) {
    let project = crate::project();
    let script = "CREATE TABLE a (x INTEGER);\n-- and a row\nINSERT INTO a VALUES (1);";
    project.migration("2026-01-01-000000-0000_a", script, "DROP TABLE a;");
    project.migration("2026-01-02-000000-0000_b", "CREATE TABLE b (x INTEGER);", "");
    let run = |database: &TestDatabase, args: &[&str]| {
        project.dbmig_on(database, args).success();
    };
    let (straight, crooked) = (database(backend), database(backend));
    assert_eq!(straight.bookkeeping(), "", "{backend:?}");
    run(&straight, &["run"]);
    let text = straight.bookkeeping();
    assert!(text.starts_with("applied 202601010000000000\napplied 202601020000000000\n"), "{text}");
    assert!(text.contains("2026-01-02-000000-0000_b: up, 1 of 1, "), "{text}");
    assert!(text.contains("| -- and a row\n"), "{text}");
    assert!(text.contains("down| DROP TABLE a;\n"), "{text}");

    let mut command = project.command(&["run"]);
    let ended = kill_points::killed_at(command.env("DATABASE_URL", crooked.url()), 3);
    assert_eq!(ended, Ended::Killed);
    assert_ne!(crooked.bookkeeping(), text, "{backend:?}");
    run(&crooked, &["run"]);
    assert_eq!(crooked.bookkeeping(), text, "{backend:?}");
    crooked.execute("DELETE FROM __dbmig_history WHERE name LIKE '%_b'");
    assert_ne!(crooked.bookkeeping(), text, "{backend:?}");
}

#[test]
fn diesels_own_run_has_versions_only() {
    let (project, database) = (crate::project(), database(Backend::Sqlite));
    project.migration("2026-01-01-000000-0000_a", "CREATE TABLE a (x INTEGER);", "");
    project.diesel_on(&database, &["migration", "run"]).success();
    assert_eq!(database.bookkeeping(), "applied 202601010000000000\n");
}
