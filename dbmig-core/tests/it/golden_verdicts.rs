//! Each case in `tests/verdicts/DIALECT/` is judged as its line says: the verdict, the place, why.
//!
//! Run with `UPDATE_GOLDEN=1` to write places and reasons anew, then read the difference; a verdict
//! is only ever changed by hand.

#![cfg(feature = "infer")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use dbmig_core::embed::migrations;
use dbmig_core::impact::{Losses, Reason, ReversalVerdict, Verdict};
use dbmig_core::infer::{Inferred, infer};
use dbmig_core::migration::{Body, Down, Execution, ForeignKeys, Script, Settings, SqlBody};
use dbmig_core::{Dialect, Migration};

use crate::cases::{Case, cases, path, text};

fn judge(dialect: Dialect, up: &str, down: Option<&str>) -> Inferred {
    judge_with(dialect, up, down, Settings::DEFAULT)
}

fn judge_with(dialect: Dialect, up: &str, down: Option<&str>, settings: Settings) -> Inferred {
    let script = |text: &str| {
        let (path, text) = ("x.sql".into(), text.to_owned().into());
        Script { path, text }
    };
    let migration = |version: &'static str, up: &str, down: Option<&str>| {
        let down = down.map_or(Down::Missing, |down| Down::Script(script(down)));
        let [migration] = migrations(&[version, version, "", "", "", "", ""], &[0; 32], &[]);
        let settings = settings.clone();
        Migration { body: Body::Sql(SqlBody { up: script(up), down }), settings, ..migration }
    };
    let before = text(dialect, "before.sql");
    let both = [migration("1", &before, None), migration("2", up, down)];
    infer(dialect, &both).pop().unwrap()
}

fn reason(reason: &Reason) -> String {
    let place = reason.position.map_or_else(|| "-".to_owned(), |place| place.to_string());
    format!("{place} {}", reason.text)
}

fn up(dialect: Dialect, case: &Case) -> (String, String) {
    let found = judge(dialect, &case.sql, None);
    (found.compatibility.verdict.name().to_owned(), reason(&found.compatibility.reason))
}

fn down(dialect: Dialect, case: &Case) -> (String, String) {
    let found = judge(dialect, "SELECT 1", Some(&case.sql)).reversibility;
    let (word, losses) = match found.reversal {
        ReversalVerdict::Lossy(Losses::Unknown) => ("unknown", Vec::new()),
        ReversalVerdict::Lossy(Losses::Known(losses)) => ("lossy", losses),
        other => (other.name(), Vec::new()),
    };
    let losses = losses.iter().map(|loss| format!(" [{loss}]")).collect::<String>();
    (word.to_owned(), reason(&found.reason) + &losses)
}

/// The file again, with what was found.
fn write(dialect: Dialect, file: &str, cases: &[Case]) {
    let parts = cases.iter().map(|case| {
        let words = [std::slice::from_ref(&case.verdict), &case.flags].concat().join(" ");
        format!("-- => {words}; {}\n{}", case.expected, case.sql)
    });
    std::fs::write(path(dialect, file), parts.collect::<String>()).unwrap();
}

fn check(
    dialect: Dialect,
    file: &str,
    judge: impl Fn(Dialect, &Case) -> (String, String),
) -> Vec<String> {
    let mut all = cases(dialect, file);
    let mut wrong = Vec::new();
    for case in &mut all {
        let (verdict, expected) = judge(dialect, case);
        if verdict != case.verdict || expected != case.expected {
            wrong.push(format!(
                "{dialect}: expected {}; {}\nfound {verdict}; {expected}\n{}",
                case.verdict, case.expected, case.sql
            ));
        }
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            case.expected = expected;
        }
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        write(dialect, file, &all);
    }
    wrong
}

#[test]
fn the_way_up() {
    let mut wrong: Vec<_> =
        Dialect::ALL.into_iter().flat_map(|dialect| check(dialect, "up.sql", up)).collect();
    // What older servers than PostgreSQL 18 do not know.
    wrong.extend(check(Dialect::Postgres, "up-18.sql", up));
    assert!(wrong.is_empty(), "{} are wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_way_back() {
    let wrong: Vec<_> =
        Dialect::ALL.into_iter().flat_map(|dialect| check(dialect, "down.sql", down)).collect();
    assert!(wrong.is_empty(), "{} are wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_way_back_that_is_none() {
    for (down, expected) in [
        (None, "- there is no down.sql"),
        (Some("-- nothing\n"), "- its down.sql holds no statement"),
    ] {
        let found = judge(Dialect::Postgres, "SELECT 1", down).reversibility;
        assert_eq!(found.reversal, ReversalVerdict::Impossible);
        assert_eq!(reason(&found.reason), expected);
    }
}

/// What `metadata.toml` says of transactions and foreign keys.
#[test]
fn a_rebuild_is_judged_by_its_settings() {
    let rebuild = "CREATE TABLE n (id INTEGER PRIMARY KEY, label TEXT NOT NULL);
        INSERT INTO n SELECT id, label FROM groups;
        DROP TABLE groups;
        ALTER TABLE n RENAME TO groups;";
    let child = format!(
        "CREATE TABLE members (of INTEGER REFERENCES groups (id) ON DELETE CASCADE); {rebuild}"
    );
    let enclosed = format!("BEGIN; {rebuild} COMMIT;");
    let late = format!("BEGIN; PRAGMA foreign_keys = OFF; {child} COMMIT;");
    let early = format!("PRAGMA foreign_keys = OFF; BEGIN; {child} COMMIT;");
    let alone = Settings { execution: Execution::Statements, ..Settings::DEFAULT };
    let off = Settings { foreign_keys: ForeignKeys::Off, ..Settings::DEFAULT };
    for (sql, settings, verdict) in [
        (rebuild, &Settings::DEFAULT, Verdict::Compatible),
        (rebuild, &alone, Verdict::Breaking),
        (&enclosed, &alone, Verdict::Compatible),
        (&child, &Settings::DEFAULT, Verdict::Breaking),
        (&child, &off, Verdict::Compatible),
        (&late, &alone, Verdict::Breaking),
        (&early, &alone, Verdict::Compatible),
    ] {
        let found = judge_with(Dialect::Sqlite, sql, None, settings.clone()).compatibility;
        assert_eq!(found.verdict, verdict, "{sql}: {found:?}");
    }
}

/// `docs/compatibility.md`: what, an example, for which databases, the verdict.
#[test]
fn the_page_says_what_is_inferred() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/compatibility.md");
    let page = std::fs::read_to_string(page).unwrap();
    let mut rows = 0;
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, example, database, verdict] = cells[..] else { continue };
        let Some(sql) = example.strip_prefix('`') else { continue };
        for dialect in Dialect::ALL {
            let is_named = database.split(", ").any(|one| one == dialect.name());
            if database == "all" || is_named {
                let found = judge(dialect, sql.trim_end_matches('`'), None).compatibility;
                assert_eq!(found.verdict.name(), verdict, "{dialect}: {sql}: {found:?}");
                rows += 1;
            }
        }
    }
    assert!(rows > 50, "{rows}");
}
