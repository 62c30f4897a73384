//! Schemas as text, to compare.

use std::process::Command;

use crate::{Backend, TestDatabase, environment, mariadb_client, programs};

/// The schema of a database without what differs from run to run.
#[track_caller]
pub(crate) fn schema(database: &TestDatabase) -> String {
    match database.backend() {
        Backend::Postgres => postgres(database),
        Backend::MariaDb => mariadb(database.client_url()),
        Backend::Sqlite => sqlite(database),
    }
}

/// Statements that make the same database anew, with all its rows.
#[track_caller]
pub(crate) fn script(database: &TestDatabase) -> String {
    match database.backend() {
        Backend::Postgres => {
            let mut command = Command::new(programs::postgres(database.version(), "pg_dump"));
            environment::clean(&mut command);
            command.args(["--column-inserts", "--no-owner", "--no-privileges", "--no-comments"]);
            let text = output(command.args(["--dbname", database.client_url()]));
            // For its own client only.
            without(&text, &["\\restrict", "\\unrestrict"])
        }
        Backend::MariaDb => {
            let mut command = mariadb_client::command("mariadb-dump", database.client_url());
            command.args(["--skip-extended-insert", "--complete-insert", "--skip-comments"]);
            let text = output(command.args(["--skip-add-locks", "--skip-disable-keys"]));
            without(&text, &["/*M!999999\\- enable the sandbox mode"])
        }
        Backend::Sqlite => sqlite_script(database),
    }
}

/// Tables before what is on them; the rows of each table behind it.
#[track_caller]
fn sqlite_script(database: &TestDatabase) -> String {
    let objects = database.query(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL \
         ORDER BY type <> 'table', name",
    );
    let mut text = String::new();
    for object in objects {
        let [Some(kind), Some(name), Some(sql)] = object.as_slice() else { panic!("{object:?}") };
        // It is there with the first table that counts.
        if !name.starts_with("sqlite_") {
            text.push_str(&format!("{sql};\n"));
        }
        if kind == "table" {
            text.push_str(&sqlite_rows(database, name));
        }
    }
    text
}

#[track_caller]
fn sqlite_rows(database: &TestDatabase, table: &str) -> String {
    let columns = database.column(&format!("SELECT name FROM pragma_table_info('{table}')"));
    let values: Vec<_> = columns.iter().map(|column| format!("quote({column})")).collect();
    let insert = format!("INSERT INTO {table} ({}) VALUES (", columns.join(", "));
    let rows = database.column(&format!("SELECT {} FROM {table}", values.join(" || ', ' || ")));
    let rows: String = rows.iter().map(|row| format!("{insert}{row});\n")).collect();
    if table == "sqlite_sequence" { format!("DELETE FROM {table};\n{rows}") } else { rows }
}

/// The lines that do not begin so.
fn without(text: &str, starts: &[&str]) -> String {
    let lines = text.lines().filter(|line| !starts.iter().any(|start| line.starts_with(start)));
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[track_caller]
fn postgres(database: &TestDatabase) -> String {
    let mut command = Command::new(programs::postgres(database.version(), "pg_dump"));
    environment::clean(&mut command);
    command.args(["--schema-only", "--no-owner", "--dbname", database.client_url()]);
    let text = output(&mut command);
    // Newer minor versions put random words after `\restrict`.
    let volatile = ["--", "SET ", "SELECT pg_catalog.set_config", "\\restrict", "\\unrestrict"];
    keep(&text, |line| !volatile.iter().any(|start| line.starts_with(start)))
}

#[track_caller]
fn mariadb(url: &str) -> String {
    let mut command = mariadb_client::command("mariadb-dump", url);
    command.args(["--no-data", "--routines", "--triggers", "--events", "--skip-comments"]);
    let text = output(&mut command);
    // The dump's own settings stand in comments that run; so does the body of a trigger.
    let setting = |line: &str| {
        let code = line.trim_start_matches("/*M!").trim_start_matches("/*!");
        let code = code.trim_start_matches(|c: char| c.is_ascii_digit() || c == '\\' || c == '-');
        code.trim_start().starts_with("SET ") || line.contains("enable the sandbox mode")
    };
    keep(&without_counters(&text), |line| !setting(line))
}

/// `AUTO_INCREMENT=7` tells how many rows there were, not what the table is.
fn without_counters(text: &str) -> String {
    let mut parts = text.split(" AUTO_INCREMENT=");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    kept
}

#[track_caller]
fn sqlite(database: &TestDatabase) -> String {
    let sql = "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL \
               AND name NOT LIKE 'sqlite_%' ORDER BY type, name";
    keep(&database.column(sql).join("\n"), |_| true)
}

fn keep(text: &str, wanted: impl Fn(&str) -> bool) -> String {
    let lines = text.lines().filter(|line| !line.trim().is_empty() && wanted(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[track_caller]
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {errors}", command.get_program());
    String::from_utf8(output.stdout).expect("a dump in UTF-8")
}
