//! The golden cases of the verdicts, for all who hold something against them.
//!
//! A case begins with a line `-- => VERDICT FLAGS; WHAT ELSE IS EXPECTED`; its SQL is what follows
//! up to the next one.

use std::fs;
use std::path::{Path, PathBuf};

use dbmig_core::Dialect;

/// One case.
pub(crate) struct Case {
    /// The first word of its line.
    pub(crate) verdict: String,
    /// The others: `fails` where one of the previous version's statements must fail after it,
    /// `values` where only certain values show that, which stand in v1.sql; `alone` where it cannot
    /// run in a transaction.
    pub(crate) flags: Vec<String>,
    /// What is expected beyond the verdict.
    pub(crate) expected: String,
    /// The script.
    pub(crate) sql: String,
}

/// Begins the line of a case.
const MARK: &str = "-- => ";

/// A file of the cases' folder.
pub(crate) fn path(dialect: Dialect, file: &str) -> PathBuf {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    let core = core.ancestors().find(|folder| folder.join("dbmig-core").is_dir());
    let core = core.map_or_else(PathBuf::new, |root| root.join("dbmig-core"));
    core.join("tests/verdicts").join(dialect.name()).join(file)
}

/// The text of a file of the cases' folder.
pub(crate) fn text(dialect: Dialect, file: &str) -> String {
    fs::read_to_string(path(dialect, file)).unwrap()
}

/// The cases in `up.sql` or `down.sql`.
pub(crate) fn cases(dialect: Dialect, file: &str) -> Vec<Case> {
    let text = text(dialect, file);
    let between = format!("\n{MARK}");
    text.strip_prefix(MARK).unwrap().split(&between).map(case).collect()
}

fn case(part: &str) -> Case {
    let (head, sql) = part.split_once('\n').unwrap();
    let (words, expected) = head.split_once("; ").unwrap_or((head, ""));
    let mut words = words.split(' ').map(str::to_owned);
    Case {
        verdict: words.next().unwrap(),
        flags: words.collect(),
        expected: expected.to_owned(),
        sql: format!("{}\n", sql.trim_end()),
    }
}
