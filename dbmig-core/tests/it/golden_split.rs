//! Each `tests/split/DIALECT/NN_what.sql` splits as the `.split` file beside it says.
//!
//! Run with `UPDATE_GOLDEN=1` to write the `.split` files anew, then read the difference.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use dbmig_core::Dialect;
use dbmig_core::sql::split;

fn inputs(dialect: Dialect) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/split").join(dialect.name());
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut inputs: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "sql")).collect();
    inputs.sort();
    inputs
}

fn render(dialect: Dialect, text: &str) -> String {
    let mut out = String::new();
    match split(dialect, text) {
        Ok(statements) => {
            for statement in statements {
                writeln!(out, "=== {}\n{}", statement.position, statement.text).unwrap();
            }
        }
        Err(error) => writeln!(out, "=== error at {}: {error}", error.position).unwrap(),
    }
    out
}

fn check(dialect: Dialect) {
    let inputs = inputs(dialect);
    assert!(inputs.len() >= 12, "the golden files of {dialect} are gone");
    let mut wrong = Vec::new();
    for input in inputs {
        let golden = input.with_extension("split");
        let found = render(dialect, &fs::read_to_string(&input).unwrap());
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, &found).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{}\n--- expected\n{expected}--- found\n{found}", input.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn postgres() {
    check(Dialect::Postgres);
}

#[test]
fn mysql() {
    check(Dialect::Mysql);
}

#[test]
fn sqlite() {
    check(Dialect::Sqlite);
}
