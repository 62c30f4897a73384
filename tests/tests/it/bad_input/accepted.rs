//! What is not bad: all that Diesel accepts in real projects, with a warning where it may be a mistake.

use dbmig_tests::{Backend, database};

use super::Case;

/// Names with their downs; text order is not the order of the numbers.
const ODD: [(&str, Option<&str>); 9] = [
    ("00000000000000_diesel_initial_setup", Some("")),
    ("1_one", Some("DROP TABLE t1;")),
    ("10_ten", Some("DROP TABLE t10;")),
    ("2026-01-01-000000-0000_name with spaces", Some("DROP TABLE t2026;")),
    ("20260102", Some("DROP TABLE t20260102;")),
    ("20260103_no_down", None),
    ("20260104_empty_down", Some("")),
    ("20260105_comments_only", Some("-- no way back\n/* none */\n")),
    ("9_nine", Some("DROP TABLE t9;")),
];

fn write(case: &Case, names: &[(&str, Option<&str>)]) {
    for (number, (name, down)) in names.iter().enumerate() {
        let up = match *name {
            "00000000000000_diesel_initial_setup" => "-- nothing to set up\n".to_owned(),
            _ => format!("CREATE TABLE t{number} (x INT);"),
        };
        // Diesel refuses the empty query on PostgreSQL, so the setup holds a statement there.
        let up = if number == 0 { format!("{up}SELECT 1;\n") } else { up };
        case.project.write(&format!("migrations/{name}/up.sql"), up);
        if let Some(down) = down {
            case.project.write(&format!("migrations/{name}/down.sql"), down);
        }
    }
    for stray in ["README.md", ".gitkeep", ".hidden/up.sql", "notes.sql", ".hidden/metadata.toml"] {
        case.project.write(&format!("migrations/{stray}"), "no SQL");
    }
}

each_backend!(odd_names_stray_files_and_missing_downs_are_applied_as_diesel_does);
fn odd_names_stray_files_and_missing_downs_are_applied_as_diesel_does(backend: Backend) {
    let case = &Case::new(backend);
    write(case, &ODD);
    let diesel = database(case.backend());
    case.project.diesel_on(&diesel, &["migration", "run"]).success();

    let output = case.dbmig(&["run"]).success();
    let theirs = diesel.column("SELECT version FROM __diesel_schema_migrations ORDER BY version");
    assert_eq!(case.ledger(), theirs);
    let tables = |mut tables: Vec<String>| {
        tables.retain(|table| !table.starts_with("__"));
        tables
    };
    assert_eq!(tables(case.database.tables()), tables(diesel.tables()));

    for warning in [
        "migrations/20260102: the name has no `_`, so the whole of it is the version",
        "migrations/20260103_no_down: there is no down.sql: this migration cannot be reverted",
        "migrations/20260104_empty_down/down.sql: this file holds no statement",
        "migrations/20260105_comments_only/down.sql: this file holds no statement",
        "migrations/10_ten: runs before `2026-01-01-000000-0000_name with spaces`",
        "migrations/notes.sql: nobody reads this file",
    ] {
        let found = output.stderr.contains(&format!("warning: {warning}"));
        // 10 before 2026.. is the order that everybody expects.
        assert_eq!(found, !warning.contains("10_ten"), "{warning}\n{}", output.stderr);
    }
    assert!(output.stderr.contains("20260105_comments_only: runs before `9_nine`"));
    assert!(!output.stderr.contains("README") && !output.stderr.contains("hidden"));

    let status = case.dbmig(&["status", "--check"]).success().states();
    let shown: Vec<_> =
        status.lines().filter_map(|line| line.strip_prefix("applied      ")).collect();
    let names: Vec<_> = ODD.iter().map(|(name, _)| *name).collect();
    assert_eq!(shown, names, "in the order of their versions");
}

each_backend!(a_missing_down_is_an_error_only_when_that_step_is_reverted);
fn a_missing_down_is_an_error_only_when_that_step_is_reverted(backend: Backend) {
    let case = &Case::new(backend);
    write(case, &ODD[5..8]);
    case.project.migration("20260106_good", "CREATE TABLE good (x INT);", "DROP TABLE good;");
    case.dbmig(&["run"]).success();
    case.refused(4, &["revert", "-n", "2"])
        .says(&["these migrations cannot be reverted, so nothing was:\n  20260105_comments_only: \
             migrations/20260105_comments_only/down.sql holds no statement"])
        .offers("write the missing down.sql");
    case.refused(4, &["revert", "--all"]).says(&[
        "20260103_no_down: it has no down.sql",
        "20260104_empty_down: migrations/20260104_empty_down/down.sql holds no statement",
        "20260105_comments_only: ",
    ]);
    assert_eq!(case.tables(), ["good", "t0", "t1", "t2"]);
    case.dbmig(&["revert"]).success();
    assert_eq!(case.tables(), ["t0", "t1", "t2"]);
    case.refused(4, &["redo"]).says(&["20260105_comments_only/down.sql holds no statement"]);

    let down = "migrations/20260105_comments_only/down.sql";
    case.project.write(down, "DROP TABLE t2;");
    case.dbmig(&["revert"]).success();
    assert_eq!(case.tables(), ["t0", "t1"]);
}

each_backend!(downs_need_not_lead_back_to_nothing);
fn downs_need_not_lead_back_to_nothing(backend: Backend) {
    let case = &Case::new(backend);
    let up = "CREATE TABLE IF NOT EXISTS kept (x INT);";
    case.project.migration("1_kept", up, "SELECT 'the table stays';");
    case.project.migration("2_gone", "CREATE TABLE gone (x INT);", "DROP TABLE gone;");
    for command in [&["run"][..], &["revert", "--all"], &["run"], &["redo", "--all"]] {
        case.dbmig(command).success();
    }
    assert_eq!(case.ledger(), ["1", "2"]);
    case.dbmig(&["revert", "--all"]).success();
    assert_eq!(case.ledger(), [""; 0]);
    assert_eq!(case.tables(), ["kept"]);
}

each_backend!(versions_that_are_on_no_disk_are_shown_and_stop_a_run_that_has_work_unless_allowed);
fn versions_that_are_on_no_disk_are_shown_and_stop_a_run_that_has_work_unless_allowed(
    backend: Backend,
) {
    let case = &Case::new(backend);
    case.begin();
    for version in ["00000000000001", "20260102", "99999999"] {
        let row = format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')");
        case.database.execute(&row);
    }
    case.project.migration("20260103_next", "CREATE TABLE next_one (x INT);", "");
    let refused = case.dbmig(&["run"]).expect(4).stderr;
    // The first one is older than all that is here: a past that was tidied away.
    let foreign = "foreign to this set:\n  20260102\n  99999999\nIn this set, and not in the database:\n  20260103_next";
    assert!(refused.contains(foreign), "{refused}");
    case.dbmig(&["run", "--allow-diverged"]).success();
    // Nobody knows what the foreign ones mean, until somebody says so.
    case.refused(4, &["run"]).says(&["99999999 (applied): breaking: another tool applied it"]);
    for version in ["20260102", "99999999"] {
        case.dbmig(&["repair", "--compatible", version]).success();
    }
    assert_eq!(case.dbmig(&["run"]).success().stdout, "nothing to do\n");
    assert_eq!(case.tables(), ["good", "next_one"]);
    let status = case.dbmig(&["status", "--check"]).expect(3).states();
    assert_eq!(
        status,
        "missing      00000000000001\napplied      20260101_good\nmissing      20260102\n\
         applied      20260103_next\nmissing      99999999\n2 applied, 3 missing\n"
    );
    let verify = case.dbmig(&["verify"]).expect(3).stdout;
    for version in ["00000000000001", "20260102", "99999999"] {
        let named = format!(
            "missing {version}\n  applied by another tool, and its directory is not here: put it back, or \
             fetch the branch that has it; it cannot be reverted from here\n"
        );
        assert!(verify.contains(&named), "{verify}");
    }
}

each_backend!(comments_white_space_line_ends_and_a_byte_order_mark_are_no_drift);
fn comments_white_space_line_ends_and_a_byte_order_mark_are_no_drift(backend: Backend) {
    let case = &Case::new(backend);
    case.begin();
    let up = "migrations/20260101_good/up.sql";
    case.project.write(up, "\u{feff}-- why\r\nCREATE  TABLE good\r\n  (x INT);\r\n\r\n");
    case.dbmig(&["run"]).success();
    case.dbmig(&["status", "--check"]).success();
    case.dbmig(&["verify"]).success();
}

each_backend!(files_saved_on_windows_run);
fn files_saved_on_windows_run(backend: Backend) {
    let case = &Case::new(backend);
    let up = "\u{feff}CREATE TABLE a (x INT);\r\n\r\nCREATE TABLE b (y INT);\r\n";
    case.project.migration("1_windows", up, "\u{feff}DROP TABLE a;\r\nDROP TABLE b;\r\n");
    case.project
        .write("migrations/1_windows/metadata.toml", "\u{feff}run_in_transaction = true\r\n");
    case.dbmig(&["run"]).success();
    assert_eq!(case.tables(), ["a", "b"]);
    case.dbmig(&["revert"]).success();
    assert_eq!(case.tables(), [""; 0]);
}

each_backend!(an_empty_folder_is_no_mistake);
fn an_empty_folder_is_no_mistake(backend: Backend) {
    let case = &Case::new(backend);
    assert_eq!(case.dbmig(&["status"]).success().stdout, "no migrations\n");
    assert_eq!(case.dbmig(&["run"]).success().stdout, "nothing to do\n");
    assert_eq!(case.dbmig(&["revert", "--all"]).success().stdout, "nothing to do\n");
    assert_eq!(case.dbmig(&["pending", "--check"]).success().stdout, "nothing pending\n");
    assert_eq!(case.database.tables(), [""; 0], "nothing to do is nothing to write");
}

#[test]
fn reading_creates_no_file() {
    let case = Case::new(Backend::Sqlite);
    case.project.migration("1_a", "CREATE TABLE a (x INT);", "DROP TABLE a;");
    for command in
        [&["status"][..], &["pending"], &["plan"], &["verify"], &["history"], &["run", "--dry-run"]]
    {
        case.dbmig(command).success();
        assert_eq!(case.state().schema, "no file", "{command:?}");
    }
    assert_eq!(case.dbmig(&["pending"]).stdout, "1_a\n");
}
