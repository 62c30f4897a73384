//! A `down.sql` that cannot be executed, or holds no statement: nobody is kept from going forward.

use dbmig_tests::Backend;

use super::Case;

const NAME: &str = "20260102_broken";
const DOWN: &str = "migrations/20260102_broken/down.sql";

fn metadata(case: &Case, says: &str) {
    let text = format!("run_in_transaction = true\n[dbmig]\n{says}\n");
    case.project.write(&format!("migrations/{NAME}/metadata.toml"), text);
}

each_backend!(a_broken_down_is_a_warning_and_no_way_back);
fn a_broken_down_is_a_warning_and_no_way_back(backend: Backend) {
    let case = &Case::new(backend);
    case.begin();
    case.project.migration(NAME, "CREATE TABLE a (x INT);", "DROP TABLE a;\nSELECT 'open;\n");
    case.project.migration("20260103_after", "CREATE TABLE b (x INT);", "DROP TABLE b;");
    let said = case.dbmig(&["run"]).success().stderr;
    let warning = format!(
        "warning: {DOWN}:2:8: the string that opens at 2:8 is never closed: its closing quote \
         is missing; until then, this migration cannot be reverted"
    );
    assert!(said.contains(&warning), "{said}");
    assert_eq!(case.tables(), ["a", "b", "good"]);
    let status = case.dbmig(&["status", "--json"]).success().stdout;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let of = |name: &str| {
        let mut all = status["migrations"].as_array().unwrap().iter();
        all.find(|migration| migration["name"] == name).unwrap()["reversible"].clone()
    };
    assert_eq!(of(NAME)["verdict"], "no", "{status}");
    assert_eq!(of(NAME)["reason"], "its down.sql cannot be played");
    // Only what would execute it is refused, with the place.
    case.dbmig(&["revert"]).success();
    case.dbmig(&["run"]).success();
    for command in [&["revert", "-n", "2"][..], &["redo", "-n", "2"]] {
        case.refused(4, command)
            .says(&[&format!("{NAME}: {DOWN}:2:8: the string that opens")])
            .offers("mend the down.sql");
    }
    // Nor was it stored as one.
    let stored = "SELECT COUNT(*) FROM __dbmig_history WHERE direction = 'up' \
                  AND version = '20260102' AND down_script IS NOT NULL";
    assert_eq!(case.database.column(stored), ["0"]);
    case.project.write(DOWN, "DROP TABLE a;\n");
    case.dbmig(&["revert", "-n", "2"]).success();
    assert_eq!(case.tables(), ["good"]);
}

#[test]
fn rows_and_commands_of_psql_in_a_down_are_no_way_back() {
    let case = Case::new(Backend::Postgres);
    case.project.migration(NAME, "CREATE TABLE a (x TEXT);", "\\echo it's\nDROP TABLE a;\n");
    let said = case.dbmig(&["run"]).success().stderr;
    assert!(
        said.contains(&format!("warning: {DOWN}:1:1: `\\echo` is a command of psql")),
        "{said}"
    );
    case.refused(4, &["revert"]).says(&[&format!("{DOWN}:1:1: `\\echo`")]);
    case.project.write(DOWN, "COPY a FROM stdin;\nit's\n\\.\n");
    case.refused(4, &["revert"]).says(&[&format!("{DOWN}:1:1: COPY FROM STDIN")]);
    case.project.write(DOWN, "SELECT '\0';");
    case.refused(4, &["revert"]).says(&[&format!("{DOWN}:1:9: a NUL character")]);
}

#[test]
fn a_setting_makes_an_error_of_it_or_nothing() {
    let case = Case::new(Backend::Sqlite);
    case.project.migration(NAME, "SELECT 1;\nCOMMIT;", "SELECT 'open;");
    let manifest = case.project.read("Cargo.toml");
    let set = |text: &str| {
        let settings = format!("{manifest}\n[package.metadata.dbmig]\n{text}\n");
        case.project.write("Cargo.toml", settings);
    };
    set("broken-downs = \"deny\"\ntransaction-control = \"deny\"");
    case.refused(1, &["run"]).says(&[
        &format!("{DOWN}:1:8: the string that opens"),
        "(`broken-downs` in Cargo.toml denies it)",
        "up.sql:2:1: this statement controls the transaction",
        "(`transaction-control` in Cargo.toml denies it)",
    ]);
    set("broken-downs = \"allow\"\ntransaction-control = \"allow\"");
    assert_eq!(case.dbmig(&["plan"]).success().stderr, "");
    set("broken-downs = 1");
    case.refused(2, &["plan"])
        .says(&["`broken-downs` is \"allow\", \"warn\" or \"deny\", not `1`"]);
}

each_backend!(a_down_without_a_statement_undoes_nothing_where_that_is_declared);
fn a_down_without_a_statement_undoes_nothing_where_that_is_declared(backend: Backend) {
    let case = &Case::new(backend);
    case.begin();
    for down in ["", "-- nothing to undo\n"] {
        case.project.migration(NAME, "CREATE TABLE IF NOT EXISTS a (x INT);", down);
        metadata(case, "");
        let said = case.dbmig(&["run"]).success().stderr;
        let way = "say `reversible = \"yes\"` under `[dbmig]` in metadata.toml";
        assert!(said.contains(&format!("{DOWN}: this file holds no statement")), "{said}");
        assert!(said.contains(way), "{said}");
        case.refused(4, &["revert"]).says(&["holds no statement", way]);
        metadata(case, "reversible = \"yes\"");
        let said = case.dbmig(&["revert"]).success();
        assert!(!said.stderr.contains("warning"), "{}", said.stderr);
        assert_eq!(case.ledger(), ["20260101"]);
        assert_eq!(case.tables(), ["a", "good"]);
        // The same with what was stored, once the directory is gone.
        case.dbmig(&["run"]).success();
        let moved = case.project.path("moved");
        std::fs::rename(case.project.path(&format!("migrations/{NAME}")), &moved).unwrap();
        case.dbmig(&["sync", "--down"]).success();
        assert_eq!(case.ledger(), ["20260101"]);
        assert_eq!(case.tables(), ["a", "good"]);
        std::fs::rename(&moved, case.project.path(&format!("migrations/{NAME}"))).unwrap();
    }
}
