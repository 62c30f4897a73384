//! What the runtime costs an app: bytes in its binary. `docs/size.md` explains the figures.
#![expect(clippy::print_stdout, reason = "the figures")]

use std::fs;

use dbmig_core::Dialect;

use crate::app::{App, Way};
use crate::dependencies::{Home, listed};

/// Bytes that a stripped release build may grow by when dbmig is added to it. Measured: 1 010 000.
const BYTES: u64 = 1_060_000;

const QUERIES: &str = r#"
diesel::table! {
    notes (id) {
        id -> Integer,
        text -> Text,
    }
}

fn queries(conn: &mut diesel::SqliteConnection) {
    use diesel::prelude::*;
    diesel::insert_into(notes::table).values(notes::text.eq("a")).execute(conn).unwrap();
    println!("{:?}", notes::table.load::<(i32, String)>(conn).unwrap());
}
"#;

const WITHOUT: &str = r#"
use diesel::connection::{Connection, SimpleConnection};

fn main() {
    let mut conn = diesel::SqliteConnection::establish(":memory:").unwrap();
    conn.batch_execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)").unwrap();
    queries(&mut conn);
}
"#;

const WITH: &str = r#"
mod migrations;

use diesel::connection::Connection;

fn main() {
    let mut conn = diesel::SqliteConnection::establish(":memory:").unwrap();
    dbmig_runtime::Migrator::new(&migrations::ALL).run(&mut conn).unwrap();
    queries(&mut conn);
}
"#;

/// Uses what each of the features has.
const WITH_FEATURES: &str = r#"
mod migrations;

use clap::Parser;
use dbmig_runtime::Migrator;
use dbmig_runtime::cli::Migrate;

#[derive(Parser)]
enum Command {
    Migrate(Migrate),
}

fn main() {
    let Command::Migrate(command) = Command::parse();
    let startup = Migrator::new(&migrations::ALL).start("sqlite://size.db");
    let _server = startup.serve_probes("127.0.0.1:0").unwrap();
    println!("{:?}", axum::Router::<()>::new().layer(startup.gate()).merge(startup.probes()));
    println!("{:?}", command.run(Migrator::new(&migrations::ALL)));
}
"#;

fn app(name: &str, code: &str) -> App {
    let app = App::locked(name, Way::Macro);
    for (number, table) in ["notes", "authors", "tags", "links", "files"].iter().enumerate() {
        let up = format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, text TEXT NOT NULL);");
        app.migration(&format!("{number}_create_{table}"), &up, &format!("DROP TABLE {table};"));
    }
    app.lock(&[Dialect::Sqlite]);
    app.write("src/main.rs", code);
    app
}

/// An app that knows Diesel only.
fn without() -> App {
    let app = app("size-without", &format!("{QUERIES}{WITHOUT}"));
    let manifest = fs::read_to_string(app.path("Cargo.toml")).unwrap();
    let lines = manifest.lines().filter(|line| !line.starts_with("dbmig-"));
    app.write("Cargo.toml", lines.collect::<Vec<_>>().join("\n"));
    fs::remove_file(app.path("build.rs")).unwrap();
    app
}

fn with_features() -> App {
    let app = app("size-with-features", WITH_FEATURES);
    let manifest = fs::read_to_string(app.path("Cargo.toml")).unwrap();
    let features = r#"["axum", "cli", "probe-server", "sqlite", "tracing"]"#;
    let manifest = manifest.replacen(r#"["sqlite"]"#, features, 1).replacen(
        "[dependencies]",
        "[dependencies]\naxum = { version = \"0.8\", default-features = false }\nclap = { version \
         = \"4.6\", features = [\"derive\"] }",
        1,
    );
    app.write("Cargo.toml", manifest);
    app
}

/// Bytes of the program without its symbols.
fn stripped(app: &App) -> u64 {
    app.compile("rustc", &["--release", "--", "-Cstrip=symbols"]).assert_succeeded();
    fs::metadata(app.program("release")).unwrap().len()
}

/// The program with its symbols and texts.
struct Binary(String);

impl Binary {
    fn of(app: &App, profile: &str, arguments: &[&str]) -> Self {
        app.compile("rustc", &[arguments, &["--", "-Cstrip=none"]].concat()).assert_succeeded();
        let bytes = fs::read(app.program(profile)).unwrap();
        Self(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn holds(&self, text: &str) -> bool {
        self.0.contains(text)
    }
}

fn compare_bytes(with: u64, without: u64) {
    let added = with - without;
    let compared = format!("{without} bytes without dbmig, {with} with it: {added} more");
    println!("binary: {compared}");
    assert!(added < BYTES, "{compared}, of which {BYTES} are allowed");
}

/// Code and texts of our own that a feature has.
const MARKS: [(&str, &[&str]); 5] = [
    ("probe", &["13dbmig_runtime5probe", "/startupz"]),
    ("axum", &[]),
    ("probe-server", &["5probe6server", "dbmig-probes"]),
    ("cli", &["13dbmig_runtime3cli", "MIGRATION_DATABASE_URL"]),
    ("tracing", &["waiting for the migration lock"]),
];

/// A name as symbols have it: with its length.
fn symbol(name: &str) -> String {
    format!("{}{}", name.len(), name.replace('-', "_"))
}

/// What is looked for in vain where a feature is off is there where it is on.
fn compare_features(off: &Binary, on: &Binary, without: &Binary) {
    for (feature, marks) in MARKS {
        let crates = listed(feature).into_iter().filter(|(_, home)| *home == Home::Program);
        // The standard library has some of them, or modules of their names.
        let crates: Vec<_> =
            crates.map(|(name, _)| symbol(&name)).filter(|name| !without.holds(name)).collect();
        for text in crates.iter().map(String::as_str).chain(marks.iter().copied()) {
            assert!(!off.holds(text), "`{text}` is there without the feature {feature}");
        }
        assert!(crates.iter().any(|name| on.holds(name)), "{feature}: none of {crates:?}");
        for text in marks {
            assert!(on.holds(text), "`{text}` is not there with the feature {feature}");
        }
    }
    assert!(off.holds("7backend6sqlite"));
    for other in ["7backend5mysql", "7backend8postgres"] {
        assert!(!off.holds(other), "`{other}` is there without that database");
    }
}

/// One test, so that everything that is costly is compiled once.
#[test]
fn it_adds_little_and_of_a_feature_that_is_off_nothing() {
    let (with, without) = (app("size-with", &format!("{QUERIES}{WITH}")), without());
    compare_bytes(stripped(&with), stripped(&without));

    let [off, without] = [with, without].map(|app| Binary::of(&app, "release", &["--release"]));
    // In the profile of the other crates here, most of which is compiled already.
    let on = Binary::of(&with_features(), "debug", &[]);
    compare_features(&off, &on, &without);
}
