//! A build that takes from the lock file what the SQL means.

use std::fs;

use dbmig_core::Dialect;

use crate::app::{App, Build, Way};

const PRINT: &str = r#"
mod migrations;

fn main() {
    for migration in migrations::ALL.set() {
        println!("{} {:?} {}", migration.name, migration.settings.retries, migration.compatibility());
        println!("{}", migration.reversibility());
    }
    println!("{:?}", migrations::ALL.set().ledger_schema());
}
"#;

const SETTINGS: &str = "run_in_transaction = true\n[dbmig]\nretries = 3\n";

fn app(name: &str, way: Way, embeds: fn(&str, Way) -> App) -> App {
    let app = embeds(name, way);
    app.write("src/main.rs", PRINT);
    app.migration(
        "1_create_users",
        "CREATE TABLE users (id INTEGER, nick TEXT);",
        "DROP TABLE users;",
    );
    app.migration("2_drop_nick", "-- why\nALTER TABLE users DROP nick;", "SELECT 1;");
    app.write("migrations/2_drop_nick/metadata.toml", SETTINGS);
    let manifest = fs::read_to_string(app.path("Cargo.toml")).unwrap();
    let settings = "\n[package.metadata.dbmig]\nledger-schema = \"shop\"\n";
    app.write("Cargo.toml", manifest + settings);
    app
}

fn locked(name: &str, way: Way) -> App {
    let app = app(name, way, App::locked);
    app.lock(&[Dialect::Sqlite]);
    app
}

/// One error, with this message.
fn assert_refused(build: &Build, expected: &str) {
    assert!(!build.succeeded);
    assert_eq!(build.errors.len(), 1, "{:#?}\n{}", build.errors, build.stderr);
    assert_eq!(build.errors[0], expected);
}

#[test]
fn it_embeds_what_reading_the_sql_embeds() {
    let read = app("locked-not", Way::Macro, App::new);
    read.build().assert_succeeded();
    let expected = read.run();
    let breaking = "2_drop_nick Some(3) breaking: drops the column users.nick (up.sql:2:24)";
    assert!(expected.contains(breaking), "{expected}");
    assert!(expected.ends_with("Some(\"shop\")\n"), "{expected}");
    for (name, way) in [("locked-macro", Way::Macro), ("locked-script", Way::BuildScript)] {
        let app = locked(name, way);
        let build = app.build();
        build.assert_succeeded();
        assert_eq!(app.run(), expected, "{name}");
        // What is about to be released, and nobody should overlook.
        let warning = "migrations/2_drop_nick/up.sql:2:24: breaking: drops the column users.nick";
        assert!(build.stderr.contains(warning), "{name}: {}", build.stderr);
        assert_eq!(app.build().compiled, [""; 0], "{name}: nothing changed since");
    }
}

#[test]
fn no_lock_file_is_one_error_that_names_both_ways() {
    let expected = "migrations/dbmig.lock: there is no lock file: run `cargo dbmig lock` and commit \
                    what it writes, or turn on the feature `infer` of dbmig-runtime, so that each \
                    build reads the SQL itself";
    let app = app("locked-missing", Way::Macro, App::locked);
    assert_refused(&app.check(), expected);
    app.lock(&[Dialect::Sqlite]);
    app.check().assert_succeeded();
    let script = app_by_script("locked-missing-script");
    let build = script.check();
    assert!(!build.succeeded && build.stderr.contains(expected), "{}", build.stderr);
}

fn app_by_script(name: &str) -> App {
    app(name, Way::BuildScript, App::locked)
}

/// One crate, one change after another; each is noticed, and mended by a new lock file.
#[test]
fn what_is_stale_does_not_compile() {
    type Make = fn(&App);
    let changes: [(Make, &str); 5] = [
        (
            |app| app.write("migrations/1_create_users/up.sql", "CREATE TABLE users (nick TEXT);"),
            "up.sql of `1_create_users` was changed",
        ),
        (|app| app.migration("3_c", "SELECT 1", "SELECT 1"), "`3_c` is not in it"),
        (
            |app| app.write("migrations/3_c/metadata.toml", SETTINGS),
            "metadata.toml of `3_c` was changed",
        ),
        (
            |app| fs::remove_file(app.path("migrations/3_c/down.sql")).unwrap(),
            "down.sql of `3_c` was changed",
        ),
        (|app| fs::remove_dir_all(app.path("migrations/3_c")).unwrap(), "`3_c` is gone"),
    ];
    let app = locked("locked-stale", Way::Macro);
    for (make, expected) in changes {
        app.check().assert_succeeded();
        make(&app);
        let expected =
            format!("migrations/dbmig.lock: it is stale: {expected}: run `cargo dbmig lock`");
        assert_refused(&app.check(), &expected);
        app.lock(&[Dialect::Sqlite]);
    }
    app.check().assert_succeeded();
    let lock = fs::read_to_string(app.path("migrations/dbmig.lock")).unwrap();
    app.write("migrations/dbmig.lock", format!("<<<<<<< HEAD\n{lock}"));
    let conflict = "migrations/dbmig.lock:1:1: Git has left a merge conflict here: run `cargo dbmig \
                    lock`, which writes the file anew";
    assert_refused(&app.check(), conflict);
}

#[test]
fn stale_may_be_a_warning() {
    let app = locked("locked-warns", Way::Macro);
    let manifest = fs::read_to_string(app.path("Cargo.toml")).unwrap();
    app.write("Cargo.toml", format!("{manifest}stale-lock = \"warn\"\n"));
    app.migration("3_c", "CREATE TABLE c (id INTEGER);", "DROP TABLE c;");
    let build = app.build();
    build.assert_succeeded();
    let warning = "migrations/dbmig.lock: it is stale: `3_c` is not in it";
    assert!(build.stderr.contains(warning), "{}", build.stderr);
    let printed = app.run();
    let unread = "3_c None breaking (assumed)";
    let unread_now = "3_c None breaking: nobody has said";
    assert!(printed.contains(unread) || printed.contains(unread_now), "{printed}");
}

#[test]
fn each_database_has_a_section() {
    let app = locked("locked-two", Way::Macro);
    app.write(
        "src/migrations.rs",
        "pub mod one { dbmig_runtime::embed_migrations!(Sqlite); }\n\
         pub mod other { dbmig_runtime::embed_migrations!(Mysql); }\n",
    );
    let manifest = fs::read_to_string(app.path("Cargo.toml")).unwrap();
    app.write(
        "Cargo.toml",
        manifest.replace("[\"sqlite\"] }\ndiesel", "[\"mysql\", \"sqlite\"] }\ndiesel"),
    );
    app.write(
        "src/main.rs",
        "mod migrations;\nfn main() {\n    println!(\"{} {}\", migrations::one::ALL.set().iter().count(), \
         migrations::other::ALL.set().iter().count());\n}\n",
    );
    let expected = "migrations/dbmig.lock: it knows nothing of mysql: run `cargo dbmig lock \
                    --backend mysql`, with one `--backend` for each database that the directory is \
                    embedded for";
    assert_refused(&app.check(), expected);
    app.lock(&[Dialect::Mysql, Dialect::Sqlite]);
    app.check().assert_succeeded();
}
