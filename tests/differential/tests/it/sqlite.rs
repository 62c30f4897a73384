//! The splitter against SQLite's own prepare, which says where each statement ends.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use dbmig_core::Dialect;
use dbmig_core::sql::{kind, split};
use proptest::prelude::*;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection};

/// Names must resolve for a statement to be prepared.
const SCHEMA: &[(&str, &str)] = &[
    ("users", "id INTEGER PRIMARY KEY, name TEXT, updated"),
    ("log", "text"),
    ("t", "a, b, c, d"),
    ("a", "x, y, \"begin\", \"end\""),
];

/// The text of each statement as SQLite reads it, executed one after the other.
///
/// `None` for one with parameters: SQLite gives their values in place of their names.
fn prepared(text: &str) -> rusqlite::Result<Vec<Option<String>>> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch("CREATE VIEW v AS SELECT 1")?;
    for (name, columns) in SCHEMA {
        if !text.contains(&format!("CREATE TABLE {name} ")) {
            connection.execute_batch(&format!("CREATE TABLE {name} ({columns})"))?;
        }
    }
    let mut batch = Batch::new(&connection, text);
    let mut statements = Vec::new();
    while let Some(mut statement) = batch.next()? {
        let sql = statement.expanded_sql().unwrap();
        statements.push((statement.parameter_count() == 0).then_some(sql));
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
    }
    Ok(statements)
}

/// Our statements must be theirs, apart from what stands around them.
fn compare(text: &str) -> Result<(), String> {
    let ours = split(Dialect::Sqlite, text);
    let theirs = prepared(text);
    let (ours, theirs) = match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (Err(_), Err(_)) => return Ok(()),
        (ours, theirs) => return Err(format!("ours {ours:#?}\ntheirs {theirs:#?}\nof\n{text}")),
    };
    let same = ours.len() == theirs.len()
        && ours.iter().zip(theirs.iter()).all(|(our, their)| {
            let alone = their.as_deref().map(|their| split(Dialect::Sqlite, their));
            alone.is_none_or(|alone| alone.is_ok_and(|a| a.len() == 1 && a[0].text == our.text))
        });
    let ours: Vec<_> = ours.iter().map(|statement| statement.text).collect();
    same.then_some(()).ok_or_else(|| format!("ours {ours:#?}\ntheirs {theirs:#?}\nof\n{text}"))
}

#[test]
fn golden_inputs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dbmig-core/tests/split/sqlite");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_some_and(|extension| extension == "sql") {
            let text = fs::read_to_string(&file).unwrap();
            compare(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            seen += 1;
        }
    }
    assert!(seen >= 12);
}

/// What is said to be refused in a transaction is, and the rest is not.
#[test]
fn transactions() {
    let cases = [
        ("VACUUM", true),
        ("/* c */ vacuum main", true),
        ("DETACH aux1", true),
        ("ATTACH ':memory:' AS aux2", false),
        ("PRAGMA journal_mode = wal", true),
        ("PRAGMA synchronous = off", true),
        ("PRAGMA user_version = 2", false),
        ("PRAGMA journal_mode", false),
        ("CREATE TABLE z (a)", false),
        ("REINDEX", false),
        ("ANALYZE", false),
    ];
    let file = std::env::temp_dir().join(format!("dbmig-differential-{}.db", std::process::id()));
    for (text, refused) in cases {
        let _ = fs::remove_file(&file);
        let connection = Connection::open(&file).unwrap();
        connection
            .execute_batch("ATTACH ':memory:' AS aux1; CREATE TABLE one (a); BEGIN IMMEDIATE;")
            .unwrap();
        let result = connection.execute_batch(text);
        assert_eq!(result.is_err(), refused, "{text}: {result:?}");
        let statement = &split(Dialect::Sqlite, text).unwrap()[0];
        assert_eq!(kind::refuses_transaction(Dialect::Sqlite, statement), refused, "{text}");
    }
    let _ = fs::remove_file(&file);
}

fn statement() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "'a;b'",
        "'it''s;'",
        r"'\'",
        "x'3b'",
        "'--'",
        "'/*'",
        "'ä;'",
        "1.5e3",
        "''",
        "'\r\n;'",
        "CASE 1 WHEN 2 THEN 3 END",
        "1 AS \"q;\"",
        "1 AS [b;c]",
        "1 AS `;`",
        "1 AS \"x\"\"y;\"",
        "1 AS `/*`",
        "1 AS [--]",
    ]);
    let gap = prop::sample::select(vec![
        " ",
        "\n",
        "\r\n",
        " -- c;'\n",
        "/* ;/*;' */",
        "\t",
        "/**/",
        "/*/;*/",
        " \u{feff} ",
    ]);
    let template = prop::sample::select(vec![
        "SELECT {} , {} ;",
        "INSERT INTO log SELECT {} ;",
        "CREATE TABLE IF NOT EXISTS n1 ( a DEFAULT 1 , b ) ;",
        "CREATE TEMP TRIGGER IF NOT EXISTS g1 AFTER INSERT ON t BEGIN SELECT {} ; SELECT CASE \
         WHEN NEW.a THEN 1 END ; END ;",
        "CREATE TRIGGER IF NOT EXISTS g2 AFTER UPDATE ON a WHEN NEW.begin < CASE 1 WHEN 2 THEN 3 END \
         BEGIN UPDATE a SET x = CASE x WHEN 1 THEN CASE y WHEN 2 THEN 3 END ELSE 4 END ; END ;",
        "EXPLAIN CREATE TRIGGER g3 AFTER INSERT ON t BEGIN SELECT {} ; END ;",
        "BEGIN ; SELECT 1 ; END ;",
        "SAVEPOINT begin ; RELEASE begin ;",
        ";",
    ]);
    (template, prop::collection::vec(value, 2), prop::collection::vec(gap, 1..40)).prop_map(
        |(template, values, gaps)| {
            let (mut values, mut gaps) = (values.iter().cycle(), gaps.iter().cycle());
            let words = template.split_ascii_whitespace().map(|word| match word {
                "{}" => values.next().unwrap(),
                word => word,
            });
            words.flat_map(|word| [gaps.next().unwrap(), word]).collect()
        },
    )
}

/// `SELECT` and pieces that often make a valid list, or something cut off.
fn fragments() -> impl Strategy<Value = String> {
    let pieces = vec![
        "'",
        "\"",
        "`",
        "[",
        "]",
        "''",
        "1,",
        "'a',",
        ",",
        "--",
        "/*",
        "*/",
        "/",
        "-",
        "\\",
        ";",
        ";SELECT 2",
        "\n",
        "\r\n",
        " ",
        "ä",
        "x'",
        "2",
        "-- c\n",
        "/* c */",
        "AS",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..14)
        .prop_map(|pieces| format!("SELECT 1 {}", pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn generated_scripts(statements in prop::collection::vec(statement(), 0..6)) {
        let text = statements.concat();
        prepared(&text).map_err(|error| TestCaseError::fail(format!("{error} in {text}")))?;
        compare(&text).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn any_lexical_mess(text in fragments()) {
        // What SQLite refuses for its grammar says nothing about where it would split.
        if prepared(&text).is_ok() {
            compare(&text).map_err(TestCaseError::fail)?;
        }
    }
}
