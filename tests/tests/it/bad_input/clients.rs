//! What is for a client and not for the server: found before anything is touched, each with its
//! place and what to do.

use dbmig_tests::Backend;

use super::{COMMANDS, Case};

/// A script with one thing in it that is for psql, and what is said about that.
const FOR_PSQL: [(&str, &[&str]); 9] = [
    (
        "CREATE TABLE bad (x TEXT);\nCOPY bad (x) FROM stdin;\nit's; \"open\n$$\n\\.\n\nSELECT 1;\n",
        &["up.sql:2:1: COPY FROM STDIN takes its rows from a client", "`pg_dump --inserts` does"],
    ),
    ("CREATE TABLE bad (x TEXT);\nCOPY bad FROM STDIN", &["up.sql:2:1: COPY FROM STDIN"]),
    ("COPY bad FROM stdin;\nit's\n", &["up.sql:1:1: COPY FROM STDIN"]),
    ("SELECT 1;\n  copy good TO STDOUT;", &["up.sql:2:3: COPY TO STDOUT gives its rows"]),
    (
        "\\set ON_ERROR_STOP on\nSELECT 1;\n\\echo it's done\n\\i more.sql\n",
        &[
            "up.sql:1:1: `\\set` is a command of psql, which the server does not know: write the values",
            "up.sql:3:1: `\\echo` is a command of psql",
            "up.sql:4:1: `\\i` is a command of psql, which the server does not know: put the SQL of that file here",
        ],
    ),
    ("SELECT 'DROP TABLE good' \\gexec\n", &["up.sql:1:26: `\\gexec`", "EXECUTE in a DO block"]),
    ("\\connect other\n", &["up.sql:1:1: `\\connect`", "the database of the URL"]),
    ("\\copy good FROM 'x'\n", &["up.sql:1:1: `\\copy`", "as INSERT"]),
    ("SELECT 1;\n\\.\n", &["up.sql:2:1: `\\.`", "it ends rows of COPY"]),
];

#[test]
fn what_only_psql_can_do_is_refused_as_a_whole() {
    let mut case = Case::new(Backend::Postgres);
    case.begin();
    for (up, says) in FOR_PSQL {
        case = case.another_project();
        case.project.migration("20260101_good", "CREATE TABLE good (x INT);", "DROP TABLE good;");
        case.project.migration("20260102_next", "CREATE TABLE next_one (x INT);", "");
        case.project.migration("20260103_bad", up, "DROP TABLE bad;");
        case.refused(1, &["run"]).says(says);
    }
    case.refused_each(1, COMMANDS, |refusal| {
        refusal.says(&["up.sql:2:1: `\\.`"]);
    });
    assert_eq!(case.tables(), ["good"]);
}

each_backend!(commands_of_other_shells_are_named_too: mariadb MariaDb, sqlite Sqlite);
fn commands_of_other_shells_are_named_too(backend: Backend) {
    let (up, says) = match backend {
        Backend::Postgres => unreachable!("its shell has tests of its own"),
        Backend::MariaDb => ("source more.sql\n", "up.sql:1:1: `source` is a command of mysql"),
        Backend::Sqlite => {
            ("SELECT 1;\n.read more.sql\n", "up.sql:2:1: `.read` is a command of sqlite3")
        }
    };
    let case = Case::new(backend);
    case.project.migration("20260103_bad", up, "");
    case.refused(1, &["run"]).says(&[says, "put the SQL of that file here"]);
}

#[test]
fn a_migration_that_would_leave_its_transaction_prepared_is_refused() {
    let case = Case::new(Backend::Postgres);
    case.project.migration("20260103_bad", "SELECT 1;\nPREPARE TRANSACTION 'x';", "");
    case.refused(1, &["run"])
        .says(&["up.sql:2:1: this statement would leave a transaction prepared"]);
}
