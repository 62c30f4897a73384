//! The golden cases of the outlook, for all who hold something against them.
//!
//! A case begins with a line `-- => VERDICT FLAGS; WHAT ELSE IS EXPECTED`; its SQL is what follows
//! up to the next one.

use std::fs;
use std::path::{Path, PathBuf};

use dbmig_core::Dialect;

/// One case.
pub struct Case {
    /// The first word of its line.
    pub verdict: String,
    /// The others: `fails` where one of the previous version's statements must fail after it,
    /// `alone` where it cannot run in a transaction.
    pub flags: Vec<String>,
    /// What is expected beyond the verdict.
    pub expected: String,
    /// The script.
    pub sql: String,
}

const MARK: &str = "-- => ";

/// A file of the cases' folder.
pub fn path(dialect: Dialect, file: &str) -> PathBuf {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    let core = core.ancestors().find(|folder| folder.join("dbmig-core").is_dir());
    let core = core.map_or_else(PathBuf::new, |root| root.join("dbmig-core"));
    core.join("tests/outlook").join(dialect.name()).join(file)
}

/// The text of a file of the cases' folder.
pub fn text(dialect: Dialect, file: &str) -> String {
    fs::read_to_string(path(dialect, file)).unwrap()
}

/// The cases in `up.sql` or `down.sql`.
pub fn cases(dialect: Dialect, file: &str) -> Vec<Case> {
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

/// The file again, with what was found.
#[allow(dead_code, reason = "not all who read them write them")]
pub fn write(dialect: Dialect, file: &str, cases: &[Case]) {
    let parts = cases.iter().map(|case| {
        let words = [std::slice::from_ref(&case.verdict), &case.flags].concat().join(" ");
        format!("{MARK}{words}; {}\n{}", case.expected, case.sql)
    });
    fs::write(path(dialect, file), parts.collect::<String>()).unwrap();
}
