//! Mistakes that do not compile, with what the compiler says.

use std::fs;

use crate::app::{App, Build, Way};

/// A mistake in the files or the code is one error, with this message.
fn assert_refused(build: &Build, expected: &[&str]) {
    assert!(!build.succeeded);
    assert_eq!(build.errors.len(), expected.len(), "{:#?}\n{}", build.errors, build.stderr);
    for (found, expected) in build.errors.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\nshould begin with\n{expected}");
    }
}

fn app(name: &str) -> App {
    let app = App::new(name, Way::Macro);
    app.migration("1_create_users", "CREATE TABLE users (id INTEGER);", "DROP TABLE users;");
    app.migration("2_add_email", "ALTER TABLE users ADD email TEXT;", "SELECT 1;");
    app
}

/// One crate, one mistake after another.
#[test]
fn mistakes_in_the_files() {
    type Make = fn(&App);
    let mistakes: [(&str, Make, &str); 11] = [
        (
            "missing up.sql",
            |app| app.write("migrations/3_c/down.sql", "SELECT 1"),
            "migrations/3_c: there is no up.sql in this directory",
        ),
        (
            "empty up.sql",
            |app| app.write("migrations/3_c/up.sql", ""),
            "migrations/3_c/up.sql: this file is empty",
        ),
        (
            "duplicate version",
            |app| app.migration("2_b", "SELECT 1", "SELECT 1"),
            "migrations/2_b: `2_add_email` and `2_b` both have the version 2",
        ),
        (
            "unknown key",
            |app| {
                app.migration("3_c", "SELECT 1", "SELECT 1");
                app.write(
                    "migrations/3_c/metadata.toml",
                    "run_in_transaction = true\n\n[dbmig]\nlock_timout = \"5s\"\n",
                );
            },
            "migrations/3_c/metadata.toml:4:1: unknown key `lock_timout`: is it meant to be \
             `lock_timeout`?",
        ),
        (
            "no explicit run_in_transaction",
            |app| {
                app.migration("3_c", "SELECT 1", "SELECT 1");
                app.write("migrations/3_c/metadata.toml", "");
            },
            "migrations/3_c/metadata.toml: `run_in_transaction` is not set, which Diesel reads as",
        ),
        (
            "unterminated quote",
            |app| app.migration("3_c", "SELECT 1;\n\n  INSERT INTO users VALUES ('open);\n", ""),
            "migrations/3_c/up.sql:3:29: the string that opens at 3:29 is never closed",
        ),
        (
            "a command of a shell",
            |app| app.migration("3_c", "SELECT 1;\n.read more.sql\n", ""),
            "migrations/3_c/up.sql:2:1: `.read` is a command of sqlite3",
        ),
        (
            "not UTF-8",
            |app| app.write("migrations/3_c/up.sql", b"-- caf\xe9"),
            "migrations/3_c/up.sql:1:7: byte 6 is not UTF-8",
        ),
        (
            "seeds",
            |app| app.write("migrations/seeds/users.sql", "SELECT 1"),
            "migrations/seeds: Diesel would take this folder for a migration",
        ),
        (
            "long version",
            |app| app.write(&format!("migrations/{}_x/up.sql", "3".repeat(51)), "SELECT 1"),
            "migrations/333333333333333333333333333333333333333333333333333_x: the version",
        ),
        (
            "missing directory",
            |app| fs::remove_dir(app.path("migrations")).unwrap(),
            "migrations: no such directory: create it with `cargo dbmig init`",
        ),
    ];
    let app = app("refused-files");
    let script = App::new("refused-script", Way::BuildScript);
    for (what, make, expected) in mistakes {
        for app in [&app, &script] {
            fs::remove_dir_all(app.path("migrations")).unwrap();
            fs::create_dir(app.path("migrations")).unwrap();
            if what == "duplicate version" {
                app.migration("2_add_email", "SELECT 1", "SELECT 1");
            }
            make(app);
        }
        assert_refused(&app.check(), &[expected]);
        // The build script says the same on its standard error, which cargo shows.
        let build = script.check();
        assert!(!build.succeeded && build.errors.is_empty(), "{what}");
        let said = build.stderr.lines().any(|line| line.trim_start().starts_with(expected));
        assert!(said, "{what}: {}", build.stderr);
    }
}

#[test]
fn each_mistake_is_an_error_of_its_own() {
    let app = app("refused-many");
    app.write("migrations/1_create_users/up.sql", "SELECT '");
    app.write("migrations/2_add_email/up.sql", "");
    app.write("migrations/2_add_email/metadata.toml", "run_in_transaction = maybe");
    let expected = [
        "migrations/1_create_users/up.sql:1:8: ",
        "migrations/2_add_email/metadata.toml:1:22: no TOML: ",
        "migrations/2_add_email/up.sql: this file is empty",
    ];
    assert_refused(&app.check(), &expected);
}

#[test]
fn a_name_with_a_typo_and_a_removed_migration() {
    let app = app("refused-names");
    let main = |name: &str| {
        let code = format!(
            "mod migrations;\n\nfn main() {{ println!(\"{{}}\", migrations::Version::{name}); }}\n"
        );
        app.write("src/main.rs", code);
    };
    main("AddEmail");
    app.check().assert_succeeded();
    main("AddEmial");
    let expected =
        "no variant or associated item named `AddEmial` found for enum `migrations::Version`";
    assert_refused(&app.check(), &[expected]);
    main("AddEmail");
    fs::remove_dir_all(app.path("migrations/2_add_email")).unwrap();
    let expected =
        "no variant or associated item named `AddEmail` found for enum `migrations::Version`";
    assert_refused(&app.check(), &[expected]);
}

#[test]
fn a_set_of_another_database_or_a_version_of_another_set() {
    let app = app("refused-types");
    app.write(
        "src/main.rs",
        "mod migrations;\nmod others {\n    dbmig_runtime::embed_migrations!(Sqlite);\n}\n\nuse \
         dbmig_runtime::Migrator;\nuse diesel::{Connection, SqliteConnection};\n\nfn main() {\n    \
         let mut conn = SqliteConnection::establish(\":memory:\").unwrap();\n    let version = \
         others::Version::AddEmail;\n    Migrator::new(&migrations::ALL).run_to(&mut conn, \
         version).unwrap();\n}\n",
    );
    assert_refused(&app.check(), &["mismatched types"]);

    let manifest = fs::read_to_string(app.path("Cargo.toml")).unwrap();
    app.write("Cargo.toml", manifest.replace("\"sqlite\"]", "\"sqlite\", \"mysql\"]"));
    app.write("src/migrations.rs", "dbmig_runtime::embed_migrations!(Mysql);\n");
    app.write(
        "src/main.rs",
        "mod migrations;\n\nuse diesel::{Connection, SqliteConnection};\n\nfn main() {\n    let mut \
         conn = SqliteConnection::establish(\":memory:\").unwrap();\n    \
         dbmig_runtime::Migrator::new(&migrations::ALL).run(&mut conn).unwrap();\n}\n",
    );
    let build = app.check();
    assert_eq!(build.errors.len(), 1, "{:#?}\n{}", build.errors, build.stderr);
    assert!(
        build.errors[0].contains("SqliteConnection") && build.errors[0].contains("Mysql"),
        "{:?}",
        build.errors
    );
}

#[test]
fn no_build_script_or_one_that_watches_something_else() {
    let app = app("refused-build-script");
    let missing = "no build script watches `migrations`, so that an added migration would go \
                   unnoticed: create build.rs with `fn main() { \
                   dbmig_core::codegen::watch(\"migrations\") }` and run `cargo add --build \
                   dbmig-core --features codegen`";
    fs::remove_file(app.path("build.rs")).unwrap();
    assert_refused(&app.check(), &[missing]);
    app.write("build.rs", "fn main() {\n    dbmig_core::codegen::watch(\"src\");\n}\n");
    assert_refused(&app.check(), &[missing]);
}

#[test]
fn arguments_that_nobody_understands() {
    let app = app("refused-arguments");
    let database = "say for which database: `Postgres`, `Mysql` or `Sqlite`";
    for (arguments, expected) in [
        ("Oracle", format!("unknown database `Oracle`: {database}")),
        ("", database.to_owned()),
        ("\"migrations\"", database.to_owned()),
        ("Sqlite, \"migrations\"", "unexpected token".to_owned()),
        ("Sqlite, crate = ", "expected".to_owned()),
    ] {
        app.write("src/migrations.rs", format!("dbmig_runtime::embed_migrations!({arguments});\n"));
        let build = app.check();
        // What else is wrong follows from the module's being empty.
        assert!(build.errors[0].contains(&expected), "{arguments}: {:#?}", build.errors);
    }
}
