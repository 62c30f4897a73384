//! What a directory on disk is taken for: one case for each thing that is accepted or refused.
#![cfg(feature = "scan")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use dbmig_core::migration::{Down, Execution};
use dbmig_core::scan::{
    Level, ProblemKind, Rule, Scanned, Strictness, WarningKind, fingerprint, scan, scan_shown_as,
    watched,
};
use dbmig_core::sql::rows::Refusal;
use dbmig_core::{Checksum, Dialect};
use tempfile::TempDir;

type Files<'a> = &'a [(&'a str, &'a [u8])];

/// A migrations directory with these files; a name that ends in `/` is an empty directory.
fn dir_of(files: Files<'_>) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    add(dir.path(), files);
    dir
}

fn add(dir: &Path, files: Files<'_>) {
    for (name, bytes) in files {
        let path = dir.join(name);
        if name.ends_with('/') {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
}

/// Migrations of these names, which are right but for the names.
fn dir_named(names: &[&str]) -> TempDir {
    let dir = dir_of(&[]);
    for name in names {
        let (up, down) = (format!("{name}/up.sql"), format!("{name}/down.sql"));
        add(dir.path(), &[(&up, b"SELECT 1"), (&down, b"SELECT 1")]);
    }
    dir
}

fn accepted(dir: &Path) -> Scanned {
    scan(dir, Dialect::Sqlite).unwrap_or_else(|error| panic!("{error}"))
}

/// The messages about `dir`, with the path to it cut off.
fn refused(dir: &Path) -> Vec<String> {
    let error = scan(dir, Dialect::Sqlite).expect_err("a bad directory");
    let prefix = dir.display().to_string();
    let cut = |text: String| text.strip_prefix(&prefix).unwrap().trim_start_matches('/').to_owned();
    error.problems.iter().map(|problem| cut(problem.to_string())).collect()
}

fn names(scanned: &Scanned) -> Vec<&str> {
    scanned.set.iter().map(|migration| migration.name.as_ref()).collect()
}

fn kinds(scanned: &Scanned) -> Vec<&WarningKind> {
    scanned.warnings.iter().map(|warning| &warning.kind).collect()
}

const GOOD: Files<'_> =
    &[("1_a/up.sql", b"CREATE TABLE a (id INTEGER);\n"), ("1_a/down.sql", b"DROP TABLE a;\n")];

#[test]
fn a_good_directory_gives_its_texts_and_no_warning() {
    let dir = dir_of(GOOD);
    add(dir.path(), &[("1_a/metadata.toml", b"run_in_transaction = false\n")]);
    let scanned = accepted(dir.path());
    assert!(scanned.warnings.is_empty(), "{:?}", scanned.warnings);
    let migration = &scanned.set.as_slice()[0];
    assert_eq!((migration.version.as_str(), migration.name.as_ref()), ("1", "1_a"));
    assert_eq!(migration.up().text, "CREATE TABLE a (id INTEGER);\n");
    assert_eq!(migration.up().path, dir.path().join("1_a/up.sql").to_str().unwrap());
    assert!(matches!(migration.down(), Down::Script(down) if down.text == "DROP TABLE a;\n"));
    assert_eq!(migration.settings.execution, Execution::Statements);
    assert_eq!(migration.checksum, Checksum::of(Dialect::Sqlite, &migration.up().text));
}

#[test]
fn an_empty_directory_is_an_empty_set() {
    let scanned = accepted(dir_of(&[]).path());
    assert!(scanned.set.as_slice().is_empty() && scanned.warnings.is_empty());
}

#[test]
fn hidden_entries_plain_files_and_nested_folders_are_skipped() {
    let dir = dir_of(GOOD);
    add(
        dir.path(),
        &[
            ("README.md", b"how to"),
            (".git/config", b"x"),
            (".hidden_without_up/", b""),
            (".gitkeep", b""),
            ("1_a/notes.txt", b"x"),
            ("1_a/nested/down.sql", b"'"),
            ("1_a/.up.sql.swp", b"\xff"),
        ],
    );
    let scanned = accepted(dir.path());
    assert_eq!((names(&scanned), kinds(&scanned)), (vec!["1_a"], vec![]));
}

#[test]
fn odd_names_are_accepted_and_smell() {
    let dir =
        dir_named(&["1 first try", "2_with spaces in it", "nounderscore", "_leading", "3-4_x"]);
    let scanned = accepted(dir.path());
    let versions: Vec<_> = scanned.set.iter().map(|m| m.version.to_string()).collect();
    assert_eq!(versions, ["", "1 first try", "2", "34", "nounderscore"]);
    let expected =
        [&WarningKind::NoUnderscore, &WarningKind::EmptyVersion, &WarningKind::NoUnderscore];
    assert_eq!(kinds(&scanned), expected);
}

#[test]
fn mixed_widths_are_in_text_order_and_smell() {
    let dir = dir_named(&["9_nine", "10_ten", "1_one"]);
    let scanned = accepted(dir.path());
    assert_eq!(names(&scanned), ["1_one", "10_ten", "9_nine"]);
    let warnings: Vec<_> = scanned.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("10_ten: runs before `9_nine`"), "{warnings:?}");
}

#[test]
fn scripts_without_a_statement_and_misnamed_files_smell() {
    let dir = dir_of(&[
        ("1_no_down/up.sql", b"SELECT 1"),
        ("2_empty_down/up.sql", b"SELECT 1"),
        ("2_empty_down/down.sql", b""),
        ("3_comments/up.sql", b"-- nothing\n"),
        ("3_comments/down.sql", b"/* nothing */"),
        ("4_misnamed/up.sql", b"SELECT 1"),
        ("4_misnamed/Down.sql", b"SELECT 1"),
        ("4_misnamed/metdata.toml", b""),
        ("5_flat.sql", b"SELECT 1"),
    ]);
    let scanned = accepted(dir.path());
    let expected = [
        &WarningKind::StraySql,
        &WarningKind::NoDown,
        &WarningKind::EmptyDown,
        &WarningKind::OnlyComments,
        &WarningKind::EmptyDown,
        &WarningKind::NoDown,
        &WarningKind::NearlyNamed { meant: "down.sql" },
        &WarningKind::NearlyNamed { meant: "metadata.toml" },
    ];
    assert_eq!(kinds(&scanned), expected);
    assert_eq!(scanned.set.as_slice()[0].down(), &Down::Missing);
}

#[test]
fn statements_that_do_not_go_with_a_transaction_smell() {
    let up = b"CREATE TABLE a (id INT);\n  COMMIT;\nCREATE INDEX CONCURRENTLY i ON a (id);";
    let dir = dir_of(&[
        ("1_a/up.sql", up),
        ("1_a/down.sql", b"VACUUM;"),
        ("2_b/up.sql", b"BEGIN; SELECT 1; COMMIT; VACUUM;"),
        ("2_b/down.sql", b"SELECT 1"),
        ("2_b/metadata.toml", b"run_in_transaction = false"),
    ]);
    let scanned = scan(dir.path(), Dialect::Postgres).unwrap();
    let found: Vec<_> = scanned
        .warnings
        .iter()
        .map(|warning| {
            let file = warning.path.strip_prefix(dir.path()).unwrap();
            format!("{}:{}", file.display(), warning.position.unwrap())
        })
        .collect();
    assert_eq!(found, ["1_a/up.sql:2:3", "1_a/up.sql:3:1", "1_a/down.sql:1:1"]);
    let expected = [
        &WarningKind::EndsTransaction,
        &WarningKind::RefusesTransaction,
        &WarningKind::RefusesTransaction,
    ];
    assert_eq!(kinds(&scanned), expected);
    assert!(scanned.warnings[1].to_string().contains("`run_in_transaction = false`"));
}

#[test]
fn what_sqlite_refuses_where_there_are_rows_is_told_beside_the_verdict() {
    let up =
        b"CREATE TABLE new (id INT);\nALTER TABLE new ADD at TEXT DEFAULT CURRENT_TIMESTAMP;\n\
        ALTER TABLE old ADD at TEXT DEFAULT CURRENT_TIMESTAMP;\n\
        ALTER TABLE old ADD twice INT AS (a * 2) STORED;";
    let dir = dir_of(&[("1_a/up.sql", up), ("1_a/down.sql", b"SELECT 1")]);
    let scanned = scan(dir.path(), Dialect::Sqlite).unwrap();
    let found: Vec<_> = scanned
        .warnings
        .iter()
        .map(|warning| (warning.position.unwrap().to_string(), &warning.kind))
        .collect();
    let expected = [
        ("3:1".to_owned(), &WarningKind::RefusesRows(Refusal::ComputedDefault)),
        ("4:1".to_owned(), &WarningKind::RefusesRows(Refusal::Stored)),
    ];
    assert_eq!(found, expected);
    assert!(scanned.warnings[0].to_string().contains("1_a/up.sql:3:1: SQLite refuses this"));
    assert_eq!(scan(dir.path(), Dialect::Postgres).unwrap().warnings, []);
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let dir = dir_of(&[
        ("1_a/up.sql", "\u{feff}SELECT 1".as_bytes()),
        ("1_a/down.sql", "\u{feff}".as_bytes()),
        ("1_a/metadata.toml", "\u{feff}run_in_transaction = true".as_bytes()),
    ]);
    let scanned = accepted(dir.path());
    assert_eq!(scanned.set.as_slice()[0].up().text, "SELECT 1");
    assert_eq!(kinds(&scanned), [&WarningKind::EmptyDown]);
}

/// Each directory holds one mistake; the message names the file, the place and the remedy.
#[test]
fn what_is_bad_is_refused() {
    let ones = "1".repeat(51);
    let (long_file, long_message) =
        (format!("{ones}_x/up.sql"), format!("{ones}_x: the version `"));
    let misspelt = b"run_in_transaction = true\n[dbmig]\nretrys = 1";
    let cases: &[(&str, Files<'_>, &str)] = &[
        (
            "no up.sql",
            &[("1_a/down.sql", b"SELECT 1")],
            "1_a: there is no up.sql in this directory: write it, or remove",
        ),
        ("an empty directory", &[("1_a/", b"")], "1_a: there is no up.sql"),
        ("empty up.sql", &[("1_a/up.sql", b"")], "1_a/up.sql: this file is empty: write the SQL"),
        (
            "up.sql in Latin 1",
            &[("1_a/up.sql", b"-- ok\n-- caf\xe9")],
            "1_a/up.sql:2:7: byte 12 is not UTF-8: save the file as UTF-8",
        ),
        (
            "down.sql in Latin 1",
            &[("1_a/up.sql", b"SELECT 1"), ("1_a/down.sql", b"\xff")],
            "1_a/down.sql:1:1: byte 0 is not UTF-8",
        ),
        (
            "metadata.toml in Latin 1",
            &[("1_a/up.sql", b"SELECT 1"), ("1_a/metadata.toml", b"# \xe9")],
            "1_a/metadata.toml:1:3: byte 2 is not UTF-8",
        ),
        ("a NUL", &[("1_a/up.sql", b"SELECT 1;\nSELECT \0")], "1_a/up.sql:2:8: a NUL character"),
        ("seeds", &[("seeds/users.sql", b"SELECT 1")], "seeds: Diesel would take this folder"),
        ("seeds with up.sql", &[("seeds/up.sql", b"SELECT 1")], "seeds: Diesel would take this"),
        ("a version longer than the column", &[(&long_file, b"SELECT 1")], &long_message),
        ("up.sql is a directory", &[("1_a/up.sql/", b"")], "1_a/up.sql: cannot be read: "),
        ("an open string", &[("1_a/up.sql", b"SELECT 1;\nSELECT 'open;\n")], "1_a/up.sql:2:8: "),
        (
            "a misspelt key",
            &[("1_a/up.sql", b"SELECT 1"), ("1_a/metadata.toml", misspelt)],
            "1_a/metadata.toml:3:1: unknown key `retrys`: is it meant to be `retries`?",
        ),
    ];
    for (what, files, expected) in cases {
        let dir = dir_of(files);
        let found = refused(dir.path());
        assert_eq!(found.len(), 1, "{what}: {found:#?}");
        assert!(found[0].starts_with(expected), "{what}: {found:#?}");
    }
}

#[test]
fn directories_with_one_version_are_refused() {
    let dir = dir_named(&["1_a", "1_b", "2026-01_c", "202601_d", "-1_e"]);
    let expected = [
        ("1_a", "`-1_e` and `1_a` both have the version 1: rename the directory of the newer one"),
        ("1_b", "`1_a` and `1_b` both have the version 1: rename the directory of the newer one"),
        (
            "202601_d",
            "`2026-01_c` and `202601_d` both have the version 202601: rename the directory \
                      of the newer one",
        ),
    ];
    assert_eq!(refused(dir.path()), expected.map(|(path, text)| format!("{path}: {text}")));
}

/// Never the first of many.
#[test]
fn every_bad_entry_is_named_at_once() {
    let dir = dir_of(&[
        ("1_a/down.sql", b"\xff"),
        ("1_a/metadata.toml", b"x = 1"),
        ("1_b/up.sql", b""),
        ("2_c/up.sql", b"SELECT '"),
        ("seeds/", b""),
    ]);
    let found = refused(dir.path());
    let places: Vec<_> = found.iter().map(|m| m.split(": ").next().unwrap()).collect();
    let expected = [
        "1_a",
        "1_a/down.sql:1:1",
        "1_a/metadata.toml",
        "1_a/metadata.toml:1:1",
        "1_b",
        "1_b/up.sql",
        "2_c/up.sql:1:8",
        "seeds",
    ];
    assert_eq!(places, expected);
    let error = scan(dir.path(), Dialect::Sqlite).unwrap_err();
    assert_eq!(error.to_string().lines().count(), expected.len());
}

#[test]
fn a_directory_that_is_missing_or_a_file_is_refused() {
    let dir = dir_of(&[("file", b"")]);
    let missing = refused(&dir.path().join("missing"));
    assert!(missing[0].starts_with(": no such directory: create it with"), "{missing:?}");
    let file = refused(&dir.path().join("file"));
    assert!(file[0].starts_with(": this is a file: name the directory"), "{file:?}");
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;

    use super::*;

    #[test]
    fn a_link_to_a_directory_is_followed() {
        let (dir, elsewhere) = (dir_of(&[]), dir_of(GOOD));
        symlink(elsewhere.path().join("1_a"), dir.path().join("5_linked")).unwrap();
        assert_eq!(names(&accepted(dir.path())), ["5_linked"]);
        let whole = tempfile::tempdir().unwrap();
        symlink(dir.path(), whole.path().join("migrations")).unwrap();
        assert_eq!(names(&accepted(&whole.path().join("migrations"))), ["5_linked"]);
    }

    #[test]
    fn loops_and_links_to_nowhere_are_refused() {
        let dir = dir_of(&[("9_ok/up.sql", b"SELECT 1"), ("note", b"")]);
        let link = |target: &str, name: &str| symlink(target, dir.path().join(name)).unwrap();
        link("1_itself", "1_itself");
        link("3_there", "2_here");
        link("2_here", "3_there");
        link(".", "4_parent");
        link("nowhere", "5_dangling");
        link("note", "6_file");
        link("gone.sql", "9_ok/down.sql");
        let looped = "leads back to itself or to the migrations directory: remove it";
        let nothing = "leads to nothing: mend it or remove it";
        let expected = [
            ("1_itself", looped),
            ("2_here", looped),
            ("3_there", looped),
            ("4_parent", looped),
            ("5_dangling", nothing),
            ("6_file", "leads to a file, but a migration is a directory: remove it"),
            ("9_ok/down.sql", nothing),
        ];
        let expected = expected.map(|(path, text)| format!("{path}: this symbolic link {text}"));
        assert_eq!(refused(dir.path()), expected);
    }

    #[test]
    fn a_name_that_is_not_utf8_is_refused() {
        let dir = dir_of(&[]);
        let path = dir.path().join(OsStr::from_bytes(b"1_caf\xe9"));
        fs::create_dir(&path).unwrap();
        fs::write(path.join("up.sql"), "SELECT 1").unwrap();
        let error = scan(dir.path(), Dialect::Sqlite).unwrap_err();
        assert_eq!(error.problems.len(), 1);
        assert_eq!(error.problems[0].kind, ProblemKind::NameNotUtf8);
    }

    const UNREADABLE: &str = "DBMIG_TEST_UNREADABLE";

    /// Root may read everything, so as root this test runs itself again as nobody.
    #[test]
    fn what_may_not_be_read_is_refused() {
        if let Some(dir) = std::env::var_os(UNREADABLE) {
            return assert_no_permission(Path::new(&dir));
        }
        let dir = dir_of(GOOD);
        add(dir.path(), &[("2_b/up.sql", b"SELECT 1")]);
        let mode = |path: &str, mode| {
            fs::set_permissions(dir.path().join(path), fs::Permissions::from_mode(mode)).unwrap();
        };
        mode("", 0o755);
        mode("1_a/down.sql", 0o000);
        mode("2_b", 0o000);
        if fs::read(dir.path().join("1_a/down.sql")).is_err() {
            assert_no_permission(dir.path());
        } else {
            run_as_nobody(dir.path());
        }
        mode("2_b", 0o755);
    }

    fn run_as_nobody(dir: &Path) {
        let program = dir.join("this_test");
        fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        let run = Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(program)
            .args(["--exact", "scan::unix::what_may_not_be_read_is_refused"])
            .env(UNREADABLE, dir)
            .output()
            .expect("as root, this test needs setpriv (util-linux)");
        let told = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success() && told.contains("1 passed"), "{told}");
    }

    fn assert_no_permission(dir: &Path) {
        let text = "no permission to read it: look at its owner and mode with `ls -ld`";
        assert_eq!(refused(dir), ["1_a/down.sql", "2_b"].map(|path| format!("{path}: {text}")));
    }
}

/// One change at a time; none of them may leave the fingerprint as it was.
#[test]
fn the_fingerprint_follows_names_and_contents() {
    let dir = dir_of(GOOD);
    let path = |name: &str| dir.path().join(name);
    let write = |name: &str, text: &str| fs::write(path(name), text).unwrap();
    let mut seen = vec![fingerprint(dir.path())];
    assert_eq!(seen[0], accepted(dir.path()).fingerprint);
    let changes: [(&str, &dyn Fn()); 11] = [
        ("edit up", &|| write("1_a/up.sql", "CREATE TABLE b (id INTEGER);\n")),
        ("edit down", &|| write("1_a/down.sql", "DROP TABLE b;\n")),
        ("add metadata", &|| write("1_a/metadata.toml", "run_in_transaction = true")),
        ("edit metadata", &|| write("1_a/metadata.toml", "run_in_transaction = false")),
        ("break metadata", &|| write("1_a/metadata.toml", "\0")),
        ("rename", &|| fs::rename(path("1_a"), path("1_b")).unwrap()),
        ("remove down", &|| fs::remove_file(path("1_b/down.sql")).unwrap()),
        ("add a directory", &|| fs::create_dir(path("2_c")).unwrap()),
        ("fill it", &|| write("2_c/up.sql", "SELECT 1")),
        ("remove one", &|| fs::remove_dir_all(path("1_b")).unwrap()),
        ("remove all", &|| fs::remove_dir_all(path("")).unwrap()),
    ];
    for (what, change) in changes {
        change();
        let now = fingerprint(dir.path());
        assert!(!seen.contains(&now), "{what}");
        seen.push(now);
    }
}

#[test]
fn the_fingerprint_is_blind_to_times_places_and_strays() {
    let (dir, copy) = (dir_of(GOOD), dir_of(GOOD));
    add(copy.path(), &[("README.md", b"x"), (".hidden/x", b"x"), ("1_a/notes.txt", b"x")]);
    let file = fs::File::options().write(true).open(copy.path().join("1_a/up.sql")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(fingerprint(dir.path()), fingerprint(copy.path()));
}

#[test]
fn all_that_is_read_is_watched() {
    let dir = dir_of(GOOD);
    add(dir.path(), &[("2_b/", b""), ("README.md", b"")]);
    let expected = ["", "1_a", "1_a/up.sql", "1_a/down.sql", "2_b"];
    assert_eq!(watched(dir.path()), expected.map(|name| dir.path().join(name)));
    let missing = dir.path().join("missing");
    assert_eq!(watched(&missing), std::slice::from_ref(&missing));
}

/// What `metadata.toml` says and the SQL does not bear out, with both places and the remedy.
#[test]
fn declarations_that_the_sql_contradicts() {
    let warnings = |up: &str, down: Option<&str>, says: &str| {
        let metadata = format!("run_in_transaction = true\n[dbmig]\n{says}\n");
        let dir = dir_of(&[
            ("1_a/up.sql", b"CREATE TABLE users (id INTEGER, nick TEXT)"),
            ("1_a/down.sql", b"DROP TABLE users"),
            ("2_b/up.sql", up.as_bytes()),
            ("2_b/metadata.toml", metadata.as_bytes()),
        ]);
        if let Some(down) = down {
            add(dir.path(), &[("2_b/down.sql", down.as_bytes())]);
        }
        let scanned = scan_shown_as(dir.path(), Path::new("m"), Dialect::Sqlite).unwrap();
        let is_wrong = |kind: &WarningKind| matches!(kind, WarningKind::WrongDeclaration { .. });
        let wrong = scanned.warnings.iter().filter(|warning| is_wrong(&warning.kind));
        let wrong: Vec<_> = wrong.map(ToString::to_string).collect();
        let denied =
            scanned.judged(Strictness::default().with(Rule::WrongDeclarations, Level::Deny));
        assert_eq!(denied.is_err(), !wrong.is_empty());
        let told: Vec<_> = denied.map_or_else(|error| error.problems, |_| Vec::new());
        for (warning, problem) in wrong.iter().zip(&told) {
            let problem = problem.to_string();
            assert_eq!(
                problem,
                format!("{warning} (`wrong-declarations` in Cargo.toml denies it)")
            );
        }
        wrong
    };
    let drop = "ALTER TABLE users ADD bio TEXT;\nALTER TABLE users DROP COLUMN nick";
    assert_eq!(
        warnings(drop, Some("SELECT 1"), "  compatible = true"),
        ["m/2_b/up.sql:2:31: drops the column users.nick, so the previous version of the app \
          cannot live with it, but m/2_b/metadata.toml:3:3 says `compatible = true`: say \
          `compatible = false` there, or do it in two releases"]
    );
    assert_eq!(
        warnings("SELECT 1", Some("-- x\nDROP TABLE users"), "retries = 1\nreversible = \"yes\""),
        ["m/2_b/down.sql:2:12: drops the table users, which loses data, but \
          m/2_b/metadata.toml:4:1 says `reversible = \"yes\"`: say `reversible = \"lossy\"` there"]
    );
    let no_way_back = |found: &str, declared: &str| {
        [format!(
            "m/2_b/metadata.toml:3:1: says `reversible = \"{declared}\"`, but {found}: write the \
             way back, or say `reversible = \"no\"`"
        )]
    };
    assert_eq!(
        warnings("SELECT 1", None, "reversible = \"lossy\""),
        no_way_back("there is no down.sql", "lossy")
    );
    assert_eq!(
        warnings("SELECT 1", Some("-- none\n"), "reversible = \"lossy\""),
        no_way_back("its down.sql holds no statement", "lossy")
    );
    assert_eq!(
        warnings("SELECT 1", Some("SELECT 'open"), "reversible = \"yes\""),
        no_way_back("its down.sql cannot be played", "yes")
    );
    // What is true, or could be, or is not understood.
    for (up, down, says) in [
        (drop, Some("SELECT 1"), "compatible = false"),
        ("ALTER TABLE users ADD bio TEXT", Some("SELECT 1"), "compatible = false"),
        ("FROBNICATE users", Some("SELECT 1"), "compatible = true"),
        ("UPDATE users SET nick = 'x'", Some("SELECT 1"), "compatible = true"),
        ("SELECT 1", Some("DELETE FROM users"), "reversible = \"yes\""),
        ("SELECT 1", Some("-- nothing to undo\n"), "reversible = \"yes\""),
        // What is dropped lives on in what was filled before.
        (
            "SELECT 1",
            Some(
                "ALTER TABLE users ADD full TEXT; UPDATE users SET full = nick; ALTER TABLE users DROP nick",
            ),
            "reversible = \"yes\"",
        ),
        ("SELECT 1", Some("DROP TABLE users"), "reversible = \"lossy\""),
        ("SELECT 1", Some("DROP TABLE users"), "reversible = \"no\""),
        ("SELECT 1", None, "reversible = \"no\""),
    ] {
        assert_eq!(warnings(up, down, says), [""; 0], "{up} {down:?} {says}");
    }
}

#[test]
fn every_migration_has_its_verdicts() {
    let dir = dir_of(&[
        ("10_b/up.sql", b"DROP INDEX i"),
        ("10_b/down.sql", b"SELECT 1"),
        ("1_a/up.sql", b"CREATE TABLE t (a INT);\nCREATE INDEX i ON t (a);"),
        ("1_a/down.sql", b"DROP TABLE t"),
    ]);
    let scanned = accepted(dir.path());
    let impacts: Vec<_> = scanned.set.iter().map(|one| one.impact.as_str()).collect();
    // The second one knows what the first has made.
    assert_eq!(
        impacts,
        [
            "compatible inferred 1:1 only adds: new table t\n\
             lossy inferred 1:12 drops the table t\ntable\tt\n",
            "compatible inferred 1:12 harmless: drops the index i\n\
             yes inferred - drops no table and no column\n",
        ]
    );
}
