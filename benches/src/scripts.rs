//! What the databases' own clients are given instead of migrations.

use std::path::PathBuf;

use dbmig_tests::{Backend, Project};

/// A script with a transaction for each of the texts, which keeps no record of what it did.
pub(crate) fn each(project: &Project, name: &str, texts: impl Iterator<Item = String>) -> PathBuf {
    write(project, name, &texts.map(|sql| format!("BEGIN;\n{sql}COMMIT;\n")).collect::<String>())
}

/// The quickest way to the same end.
pub(crate) struct AtOnce {
    pub(crate) name: &'static str,
    pub(crate) script: PathBuf,
}

/// All of the texts, each of one statement, in one message of psql, each in its own transaction; in
/// one transaction of sqlite3; the client of MariaDB knows neither.
pub(crate) fn at_once(
    project: &Project,
    backend: Backend,
    texts: impl Iterator<Item = String>,
) -> Option<AtOnce> {
    let (name, sql) = match backend {
        Backend::Postgres => {
            // A statement that ends with `\;` waits for those that follow.
            let all: String = texts
                .map(|sql| format!("BEGIN\\;\n{}\\;\nCOMMIT\\;\n", sql.trim_end_matches(";\n")))
                .collect();
            ("psql, one message", format!("{all}SELECT 1;\n"))
        }
        Backend::Sqlite => {
            ("sqlite3, one transaction", format!("BEGIN;\n{}COMMIT;\n", texts.collect::<String>()))
        }
        Backend::MariaDb => return None,
    };
    Some(AtOnce { name, script: write(project, "at-once", &sql) })
}

fn write(project: &Project, name: &str, sql: &str) -> PathBuf {
    let script = project.outside().join(format!("{name}.sql"));
    std::fs::write(&script, sql).expect("a script");
    script
}
