//! How long an answer of the database may take: what takes as long as the work itself is none.

use dbmig_tests::{Backend, database};

use super::Figure;
use crate::project;

/// The error of the statement is what counts, not how long its transaction takes to undo.
#[test]
fn a_long_rollback_is_waited_for() {
    let (project, db) = (project(), database(Backend::MariaDb));
    project.migration("1_a", "CREATE TABLE t1 (id INTEGER PRIMARY KEY, s CHAR(200), KEY (s));", "");
    project.migration(
        "2_b",
        "INSERT INTO t1 SELECT seq, MD5(seq) FROM seq_1_to_200000;\nINSERT INTO t1 VALUES (1, '');",
        "",
    );
    let failed = project.dbmig_on(&db, &["run", "--answer-timeout", "1500ms"]).expect(1).stderr;
    assert!(failed.contains("Duplicate entry"), "{failed}");
    let history = project.dbmig_on(&db, &["history"]).success().stdout;
    assert!(history.contains("failed"), "{history}");
    Figure::new("rollback that takes long", Backend::MariaDb).case();
}

/// SQLite looks through all tables before the commit.
#[test]
fn a_long_check_of_foreign_keys_is_waited_for() {
    let (project, db) = (project(), database(Backend::Sqlite));
    let rows =
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1500000) SELECT";
    project.migration(
        "1_a",
        &format!(
            "CREATE TABLE t1 (id INTEGER PRIMARY KEY, s TEXT UNIQUE);\nINSERT INTO t1 {rows} x, hex(x) FROM c;\n\
             CREATE TABLE t2 (s TEXT REFERENCES t1 (s));\nINSERT INTO t2 {rows} hex(x) FROM c;"
        ),
        "",
    );
    project.write(
        "migrations/1_a/metadata.toml",
        "run_in_transaction = true\n[dbmig]\nforeign_keys = \"off\"\n",
    );
    project.dbmig_on(&db, &["run", "--answer-timeout", "700ms"]).success();
    Figure::new("check of foreign keys that takes long", Backend::Sqlite).case();
}
