//! The two tables of the tools as text, to compare.

use std::fmt::Write as _;

use crate::TestDatabase;

/// Diesel's table; then, of ours, what each version has come to at last.
#[track_caller]
pub(crate) fn text(database: &TestDatabase) -> String {
    text_of(database, |_, _| true)
}

/// The same without the versions that are not applied: once reverted, they are in our table only.
#[track_caller]
pub(crate) fn applied(database: &TestDatabase) -> String {
    text_of(database, |applied, version| applied.contains(version))
}

fn text_of(database: &TestDatabase, wanted: impl Fn(&[String], &String) -> bool) -> String {
    let tables = database.tables();
    let has = |name: &str| tables.iter().any(|table| table == name);
    let (mut text, mut versions) = (String::new(), Vec::new());
    if has("__diesel_schema_migrations") {
        versions = database.column("SELECT version FROM __diesel_schema_migrations");
        versions.sort();
        versions.iter().for_each(|version| writeln!(text, "applied {version}").unwrap());
    }
    if has("__dbmig_history") {
        let mut rows = database.query(&last_completed());
        rows.retain(|row| wanted(&versions, row[0].as_ref().expect("a version")));
        rows.sort();
        rows.iter().for_each(|row| text.push_str(&entry(row)));
    }
    text
}

fn last_completed() -> String {
    let completed = "state IN ('done', 'baselined')";
    format!(
        "SELECT version, name, direction, checksum, statements_done, statements_total, script, \
         down_script FROM __dbmig_history WHERE id IN \
         (SELECT max(id) FROM __dbmig_history WHERE {completed} GROUP BY version)"
    )
}

/// The scripts line by line, so that a failed comparison can be read.
fn entry(row: &[Option<String>]) -> String {
    let [version, name, direction, checksum, done, total, script, down] = row else {
        panic!("eight columns: {row:?}")
    };
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "NULL".to_owned());
    let lines = |head: &str, script: &Option<String>| {
        let script = value(script);
        script.split('\n').map(|line| format!("    {head}| {line}\n")).collect::<String>()
    };
    format!(
        "{} {}: {}, {} of {}, {}\n{}{}",
        value(version),
        value(name),
        value(direction),
        value(done),
        value(total),
        value(checksum),
        lines("script", script),
        lines("down", down),
    )
}
