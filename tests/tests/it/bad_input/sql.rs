//! SQL that the database refuses: the place, what is left, and how it goes on.

use dbmig_tests::Backend;
use dbmig_tests::project::Output;

use super::Case;

const NAME: &str = "20260102_three";
const UP: &str = "migrations/20260102_three/up.sql";

/// How a migration is executed.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Transaction,
    Statements,
}

const WAYS: [Way; 2] = [Way::Transaction, Way::Statements];

impl Way {
    /// Whether what failed leaves nothing behind: MariaDB commits at each change of the schema.
    fn leaves_nothing(self, case: &Case) -> bool {
        self == Self::Transaction && case.backend() != Backend::MariaDb
    }
}

fn write(case: &Case, way: Way, up: &str) {
    case.project.migration(NAME, up, "DROP TABLE c;\nDROP TABLE b;\nDROP TABLE a;\n");
    if way == Way::Statements {
        let metadata = format!("migrations/{NAME}/metadata.toml");
        case.project.write(&metadata, "run_in_transaction = false\n");
    }
}

/// Runs `test` with one migration applied and `up` to come, both ways.
fn both_ways(backend: Backend, up: &str, test: impl Fn(&Case, Way)) {
    for way in WAYS {
        let case = &Case::new(backend);
        case.begin();
        write(case, way, up);
        case.project.migration("20260103_after", "CREATE TABLE after_it (x INT);", "");
        test(case, way);
    }
}

/// Where a failed run says it failed, of its standard error.
#[track_caller]
fn says(output: &Output, parts: &[&str]) {
    for part in parts {
        assert!(output.stderr.contains(part), "no {part:?} in:\n{}", output.stderr);
    }
}

each_backend!(a_syntax_error_in_the_third_statement);
fn a_syntax_error_in_the_third_statement(backend: Backend) {
    let up = "-- three tables\nCREATE TABLE a (x INT);\nCREATE TABLE b (x INT);\n\n  \
              CREATE TABLE c (\n    x INT,\n    y NONSENSE NONSENSE);\nCREATE TABLE d (x INT);\n";
    // SQLite takes any two words for a type.
    let up = up.replace("y NONSENSE NONSENSE", "y INT NOT NOT");
    both_ways(backend, &up, |case, way| {
        let output = case.dbmig(&["run"]).expect(1);
        // PostgreSQL tells the character; the others, at best a line of what they were sent.
        let place = if case.backend() == Backend::Postgres { "7:15" } else { "5:3" };
        says(
            &output,
            &[
                &format!("error: applying {NAME} failed\n  at {UP}:{place} (statement 3 of 4)\n"),
                "    CREATE TABLE c (\n",
                "syntax",
            ],
        );
        assert_eq!(case.ledger(), ["20260101"]);
        if way.leaves_nothing(case) {
            says(
                &output,
                &[
                    "nothing of this migration is in the database",
                    &format!("next: correct {UP}:{place}, then `cargo dbmig run`"),
                ],
            );
            assert_eq!(case.tables(), ["good"]);
            assert_eq!(
                case.dbmig(&["status"]).success().states(),
                "applied      20260101_good\npending      20260102_three\npending      20260103_after\n1 applied, 2 pending\n"
            );
        } else {
            says(
                &output,
                &[
                    "the first 2 statements of this migration are in the database",
                    &format!(
                        "next: correct {UP}:{place} (leave the 2 statements before it as they are), then \
                     `cargo dbmig run` goes on there"
                    ),
                ],
            );
            assert_eq!(case.tables(), ["a", "b", "good"]);
            let status = case.dbmig(&["status", "--check"]).expect(3).states();
            assert!(status.contains("interrupted  20260102_three\n"), "{status}");
            refuses_other_work(case, &up);
        }
        let history = case.dbmig(&["history", "-n", "1"]).success().stdout;
        assert!(history.contains("failed") && history.contains("syntax"), "{history}");

        // The same again fails the same way, and leaves the same.
        let again = case.dbmig(&["run"]).expect(1);
        says(&again, &[&format!("{UP}:{place} (statement 3 of 4)")]);
        write(case, way, &up.replace("NOT NOT", "NOT NULL"));
        assert_eq!(case.dbmig(&["run"]).success().stdout, "applied 2 migrations\n");
        assert_eq!(case.tables(), ["a", "after_it", "b", "c", "d", "good"]);
        assert_eq!(case.ledger(), ["20260101", "20260102", "20260103"]);
        case.dbmig(&["status", "--check"]).success();
        case.dbmig(&["verify"]).success();
        assert_eq!(case.dbmig(&["run"]).success().stdout, "nothing to do\n");
    });
}

/// Beside a half-applied migration nothing else is done, and what is done must not change.
fn refuses_other_work(case: &Case, up: &str) {
    case.refused_each(4, [&["revert"][..], &["redo"], &["plan", "--revert"]], |refusal| {
        refusal
            .says(&[&format!("an earlier run was interrupted while applying {NAME}")])
            .offers("finish it first: `cargo dbmig run`");
    });
    case.project.write(UP, up.replace("TABLE b (x INT)", "TABLE b (x INT, y INT)"));
    case.refused(4, &["run"])
        .says(&[
            &format!("an earlier run was interrupted while applying {NAME}"),
            &format!("what is already done is not the same any more: statement 2 ({UP}:3:1)"),
        ])
        .offers("put the statements before and at 3:1 back as they were");
    case.project.write(UP, up);
}

each_backend!(an_error_that_has_no_position);
fn an_error_that_has_no_position(backend: Backend) {
    let up = "CREATE TABLE a (x INT);\n\n CREATE TABLE good (x INT);\nCREATE TABLE c (x INT);\n";
    both_ways(backend, up, |case, way| {
        let output = case.dbmig(&["run"]).expect(1);
        says(
            &output,
            &[
                &format!("  at {UP}:3:2 (statement 2 of 3)\n    CREATE TABLE good (x INT)\n"),
                "already exists",
            ],
        );
        if way.leaves_nothing(case) {
            assert_eq!(case.tables(), ["good"]);
        } else {
            says(&output, &["the first statement of this migration is in the database"]);
            assert_eq!(case.tables(), ["a", "good"]);
        }
        write(case, way, &up.replace("TABLE good", "TABLE b"));
        case.dbmig(&["run"]).success();
        assert_eq!(case.tables(), ["a", "after_it", "b", "c", "good"]);
    });
}

each_backend!(the_first_statement_fails);
fn the_first_statement_fails(backend: Backend) {
    both_ways(backend, "INSERT INTO nowhere VALUES (1);\nCREATE TABLE a (x INT);\n", |case, _| {
        let output = case.dbmig(&["run"]).expect(1);
        let place = if case.backend() == Backend::Postgres { "1:13" } else { "1:1" };
        says(&output, &[&format!("  at {UP}:{place} (statement 1 of 2)\n"), "nowhere"]);
        assert_eq!(case.tables(), ["good"]);
        // Nothing has begun, so anything may be done about it.
        case.project.remove(&format!("migrations/{NAME}"));
        assert_eq!(case.dbmig(&["run"]).success().stdout, "applied 1 migration\n");
        assert_eq!(case.tables(), ["after_it", "good"]);
    });
}

#[test]
fn wide_characters_do_not_move_the_place() {
    let up = "-- café \u{1f980} naïve\nINSERT INTO good /* é\u{1f980} */ VALUES (1);\n\
              INSERT INTO good SELECT 'é\u{1f980}', missing FROM good;\n";
    let case = Case::new(Backend::Postgres);
    case.begin();
    write(&case, Way::Transaction, up);
    says(&case.dbmig(&["run"]).expect(1), &[&format!("{UP}:3:31 (statement 2 of 2)"), "missing"]);
}

each_backend!(an_error_at_the_commit: postgres Postgres, sqlite Sqlite);
/// What is checked when the transaction ends belongs to no statement.
fn an_error_at_the_commit(backend: Backend) {
    let case = Case::new(backend);
    case.begin();
    let pragma = if backend == Backend::Sqlite { "PRAGMA defer_foreign_keys = ON;\n" } else { "" };
    let up = format!(
        "{pragma}CREATE TABLE a (x INT PRIMARY KEY);\n\
         CREATE TABLE b (x INT REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n\
         INSERT INTO b VALUES (1);\n"
    );
    write(&case, Way::Transaction, &up);
    let output = case.dbmig(&["run"]).expect(1);
    says(
        &output,
        &[
            &format!("applying {NAME} failed\n  in {UP}\n"),
            "constraint",
            "nothing of this migration",
        ],
    );
    assert_eq!(case.tables(), ["good"]);
    assert_eq!(case.ledger(), ["20260101"]);
}

each_backend!(what_was_done_before_is_told);
fn what_was_done_before_is_told(backend: Backend) {
    let case = &Case::new(backend);
    case.project.migration("1_a", "CREATE TABLE a (x INT);", "DROP TABLE a;");
    case.project.migration("2_b", "CREATE TABLE b (x INT);", "DROP TABLE b;");
    case.project.migration("3_c", "CREATE TABLE a (x INT);", "DROP TABLE a;");
    let output = case.dbmig(&["run"]).expect(1);
    says(
        &output,
        &[
            " applied 1_a",
            " applied 2_b",
            "done before it in this run:\n  applied 1_a\n  applied 2_b\n",
        ],
    );
    assert_eq!(case.ledger(), ["1", "2"]);

    let output = case.dbmig(&["run", "--json"]).expect(1);
    let value: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let error = &value["error"];
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("applying 3_c failed\n  at migrations/3_c/up.sql:1:1"), "{message}");
    assert!(error["next"].as_str().unwrap().contains("correct migrations/3_c/up.sql:1:1"));
    assert_eq!(error["exit_code"], 1);
}

each_backend!(a_down_that_fails);
fn a_down_that_fails(backend: Backend) {
    for way in WAYS {
        let case = &Case::new(backend);
        case.begin();
        write(
            case,
            way,
            "CREATE TABLE a (x INT);\nCREATE TABLE b (x INT);\nCREATE TABLE c (x INT);\n",
        );
        case.dbmig(&["run"]).success();
        let path = format!("migrations/{NAME}/down.sql");
        case.project.write(&path, "DROP TABLE c;\nDROP TABLE bb;\nDROP TABLE a;\n");
        let output = case.dbmig(&["revert"]).expect(1);
        says(
            &output,
            &[
                &format!(
                    "reverting {NAME} failed\n  at {path}:2:1 (statement 2 of 3)\n    DROP TABLE bb\n"
                ),
                &format!("correct {path}:2:1"),
                "`cargo dbmig revert`",
            ],
        );
        assert_eq!(case.ledger(), ["20260101", "20260102"], "it is still applied");
        let left = if way.leaves_nothing(case) {
            &["a", "b", "c", "good"][..]
        } else {
            &["a", "b", "good"]
        };
        assert_eq!(case.tables(), left);
        case.project.write(&path, "DROP TABLE c;\nDROP TABLE b;\nDROP TABLE a;\n");
        case.dbmig(&["revert"]).success();
        assert_eq!(case.ledger(), ["20260101"]);
        assert_eq!(case.tables(), ["good"]);
        case.dbmig(&["run"]).success();
        assert_eq!(case.tables(), ["a", "b", "c", "good"]);
    }
}

each_backend!(a_rollback_inside_of_a_migration_is_warned_of);
/// A migration that ends its own transaction must not leave the rest half-recorded.
fn a_rollback_inside_of_a_migration_is_warned_of(backend: Backend) {
    let case = &Case::new(backend);
    case.begin();
    write(case, Way::Transaction, "CREATE TABLE a (x INT);\nCOMMIT;\nCREATE TABLE a (x INT);\n");
    let output = case.dbmig(&["plan"]).success();
    says(&output, &[&format!("warning: {UP}:2:1: this statement controls the transaction")]);
    let output = case.dbmig(&["run"]).expect(1);
    // SQLite has nothing to commit outside of a transaction.
    says(
        &output,
        &[match case.backend() {
            Backend::Sqlite => "ends a transaction that the script has not begun",
            Backend::Postgres | Backend::MariaDb => "already exists",
        }],
    );
    assert_eq!(case.ledger(), ["20260101"]);
}
