//! A script says itself how the rest of it is to be read: it is split, shown and executed so.

use dbmig_tests::{Backend, database};

use crate::project;

const NAME: &str = "1_paths";

/// Runs `up` both ways, and says what is in the table `paths` then.
fn rows(backend: Backend, up: &str, execution: &str) -> Vec<String> {
    let (project, db) = (project(), database(backend));
    project.migration(NAME, up, "DROP TABLE paths;");
    let metadata = format!("run_in_transaction = {execution}\n");
    project.write(&format!("migrations/{NAME}/metadata.toml"), metadata);
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(project.dbmig_on(&db, &["verify"]).success().stderr, "");
    let rows = db.column("SELECT p FROM paths ORDER BY n");
    project.dbmig_on(&db, &["revert"]).success();
    rows
}

#[test]
fn backslashes_are_read_as_the_server_does() {
    let mariadb = "CREATE TABLE paths (n INT, p VARCHAR(40));\n\
        SET @old = @@sql_mode, sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES');\n\
        INSERT INTO paths VALUES (1, 'C:\\');\n\
        INSERT INTO paths VALUES (2, \"D:\\tmp; x\\\");\n\
        SET sql_mode = @old;\n\
        INSERT INTO paths VALUES (3, 'it\\'s; x');\n\
        SET @@SESSION.sql_mode = 'ANSI';\n\
        INSERT INTO \"paths\" VALUES (4, '\\';');\n";
    let expected = ["C:\\", "D:\\tmp; x\\", "it's; x", "';"];
    for execution in ["true", "false"] {
        assert_eq!(rows(Backend::MariaDb, mariadb, execution), expected);
    }
    let postgres = "CREATE TABLE paths (n INT, p TEXT);\n\
        INSERT INTO paths VALUES (1, 'C:\\');\n\
        SET standard_conforming_strings = off;\n\
        INSERT INTO paths VALUES (2, 'it\\'s; x');\n\
        SELECT set_config('standard_conforming_strings', 'on', false);\n\
        INSERT INTO paths VALUES (3, 'D:\\');\n";
    for execution in ["true", "false"] {
        assert_eq!(rows(Backend::Postgres, postgres, execution), ["C:\\", "it's; x", "D:\\"]);
    }
}

#[test]
fn a_failure_behind_a_change_of_the_reading_has_its_place_and_leaves_nothing() {
    let (project, db) = (project(), database(Backend::Postgres));
    let up = "CREATE TABLE paths (p TEXT);\nSET standard_conforming_strings = off;\n\
              INSERT INTO paths VALUES ('it\\'s');\n  INSERT INTO nowhere VALUES ('\\'');\n";
    project.migration(NAME, up, "DROP TABLE paths;");
    let said = project.dbmig_on(&db, &["run"]).expect(1).stderr;
    assert!(said.contains("up.sql:4:3 (statement 4 of 4)"), "{said}");
    assert!(said.contains("nothing of this migration is in the database"), "{said}");
    assert!(!db.tables().contains(&"paths".to_owned()));
}

#[test]
fn what_only_the_server_knows_is_not_guessed() {
    let (project, db) = (project(), database(Backend::MariaDb));
    project.migration(NAME, "SET sql_mode = @mine;\nSELECT 'C:\\';\n", "");
    let said = project.dbmig_on(&db, &["run"]).expect(1).stderr;
    let place = "up.sql:1:1: sql_mode gets a value here that only the server knows, and how the \
                 string at 2:8 is read depends on it";
    assert!(said.contains(place), "{said}");
}

#[test]
fn set_statement_and_the_routine_behind_it_are_one_statement() {
    let (project, db) = (project(), database(Backend::MariaDb));
    let up = "SET STATEMENT max_statement_time = 10 FOR CREATE PROCEDURE twice(n INT)\n\
              BEGIN\n  DECLARE m INT;\n  SET m = n;\n  SELECT m * 2;\nEND;\n\
              CREATE TABLE t (x INT);\n";
    project.migration(NAME, up, "DROP TABLE t; DROP PROCEDURE twice;");
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("CALL twice(21)"), ["42"]);
}
