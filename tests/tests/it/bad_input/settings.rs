//! Broken files of the project: `.env`, `Cargo.toml`, `diesel.toml`; and wrong arguments.

use dbmig_tests::{Backend, PASSWORD};

use super::{COMMANDS, Case, keep_secret};

fn case() -> Case {
    let case = Case::new(Backend::Sqlite);
    case.begin();
    case
}

#[test]
fn a_broken_dotenv() {
    let case = case();
    for (text, place) in [
        (
            format!("A=1\nDATABASE_URL=postgres://u:{PASSWORD} @h/d\n"),
            ".env:2: cannot read `DATABASE_URL`",
        ),
        (
            format!("DATABASE_URL='postgres://u:{PASSWORD}@h/d\n"),
            ".env:1: cannot read `DATABASE_URL`",
        ),
        (format!("\n\npassword {PASSWORD}\n"), ".env:3: cannot read this line"),
    ] {
        case.project.write(".env", text);
        for command in COMMANDS {
            let root = case.project.root().display().to_string();
            case.refused(2, command)
                .says(&[&format!("{root}/{place}")])
                .offers("write NAME=value, the value in '..' where it holds spaces");
        }
    }
    case.project.write(".env", b"NAME=caf\xe9\n");
    case.refused(2, &["run"]).says(&[".env"]);
}

#[test]
fn garbage_in_our_settings() {
    let case = case();
    for (text, place, next) in [
        (
            "[package.metadata.dbmig]\nmigration-dir = \"db\"\n",
            ":6:1: unknown key `migration-dir` in [package.metadata.dbmig]",
            "did you mean `migrations-dir`?",
        ),
        (
            "[package.metadata.dbmig]\nschema = \"db\"\n",
            ":6:1: unknown key `schema` in [package.metadata.dbmig]",
            "the keys are migrations-dir, backend, lock",
        ),
        (
            "[workspace.metadata.dbmig]\nbackend = \"oracle\"\n",
            ":6:11: unknown database `oracle`",
            "",
        ),
        ("[package.metadata.dbmig]\nbackend = 7\n", ":6:11: `backend` must be a string", ""),
        (
            "[package.metadata.dbmig]\nwrong-declarations = \"never\"\n",
            ":6:22: `wrong-declarations` is \"allow\", \"warn\" or \"deny\", not `\"never\"`",
            "",
        ),
        (
            "[package.metadata.dbmig]\nmigrations-dir = [\"a\"]\n",
            ":6:18: `migrations-dir` must be a string",
            "",
        ),
        (
            "[package.metadata]\ndbmig = \"x\"\n",
            ":6:9: [package.metadata.dbmig] must be a table",
            "",
        ),
    ] {
        let manifest = "[package]\nname = \"demo\"\nedition = \"2024\"\n[workspace]\n";
        case.project.write("Cargo.toml", format!("{manifest}{text}"));
        for command in COMMANDS {
            case.refused(2, command).says(&["Cargo.toml", place]).offers(next);
        }
    }
}

/// A warning, unless Cargo.toml says otherwise.
#[test]
fn a_declaration_that_the_sql_contradicts() {
    let case = case();
    case.project.migration("20270101_b", "DROP TABLE good;", "");
    let metadata = "run_in_transaction = true\n[dbmig]\ncompatible = true\n";
    case.project.write("migrations/20270101_b/metadata.toml", metadata);
    let found = "migrations/20270101_b/up.sql:1:12: drops the table good, so the previous version of the \
                 app cannot live with it, but migrations/20270101_b/metadata.toml:3:1 says";
    let set = |value: &str| {
        let manifest = "[package]\nname = \"demo\"\nedition = \"2024\"\n[workspace]\n";
        let setting = format!("[workspace.metadata.dbmig]\nwrong-declarations = \"{value}\"\n");
        case.project.write("Cargo.toml", format!("{manifest}{setting}"));
    };
    let planned = case.dbmig(&["plan"]).success().stderr;
    assert!(planned.contains(&format!("warning: {found}")), "{planned}");
    set("deny");
    for command in COMMANDS {
        case.refused(1, command).says(&[found]);
    }
    set("allow");
    let planned = case.dbmig(&["plan"]).success().stderr;
    assert!(!planned.contains("drops the table"), "{planned}");
}

#[test]
fn a_broken_manifest() {
    let case = case();
    case.project.write("Cargo.toml", "[package\nname = \"demo\"\n");
    case.refused(2, &["run"]).says(&["Cargo.toml: ", "line 1, column 9"]);
}

#[test]
fn a_broken_diesel_toml() {
    let case = case();
    let path = case.project.path("diesel.toml").display().to_string();
    case.project.write("diesel.toml", "[migrations_directory\ndir = \"x\"\n");
    case.refused(2, &["run"]).says(&[&path, "line 1, column 22"]);
    case.project.write("diesel.toml", "[migrations_directory]\ndirectory = \"x\"\n");
    case.refused(2, &["run"])
        .says(&[&format!("{path}: [migrations_directory] needs `dir`, a string")]);
}

#[test]
fn a_url_of_another_database_than_the_projects() {
    let case = case();
    let manifest = "[package]\nname = \"demo\"\nedition = \"2024\"\n[workspace]\n";
    case.project.write(
        "Cargo.toml",
        format!("{manifest}[package.metadata.dbmig]\nbackend = \"postgres\"\n"),
    );
    case.refused(2, &["run"])
        .says(&["is sqlite, but the project's migrations are for postgres"])
        .offers("pass the URL of another database, or change `backend`");
}

#[test]
fn several_databases_under_migrations_but_not_this_one() {
    let case = case().another_project();
    for name in ["postgres/1_a", "mysql/1_a"] {
        case.project.migration(name, "SELECT 1;", "SELECT 1;");
    }
    case.refused(2, &["run"])
        .says(&["has a folder for each database (mysql, postgres), but none for sqlite"])
        .offers("pass --migrations-dir, or the URL of another database");
}

/// The parser of the arguments speaks before there is anything to compare.
#[test]
fn wrong_arguments() {
    let case = case();
    let before = case.state();
    let long = "1".repeat(51);
    for (args, said) in [
        (&["rnu"][..], "unrecognized subcommand 'rnu'"),
        (&["run", "--too", "1"], "unexpected argument '--too'"),
        (&["revert", "-n", "0"], "invalid value '0' for '--number <N>'"),
        (&["revert", "-n", "2", "--all"], "cannot be used with"),
        (&["revert", "--to", "1", "--all"], "cannot be used with"),
        (&["run", "--to", ""], "a version is not empty"),
        (&["run", "--to", &long], "has 51 characters"),
        (&["status", "--quiet", "--verbose"], "cannot be used with"),
        (&[], "Usage: cargo dbmig"),
    ] {
        let output = keep_secret(case.dbmig(args).expect(2));
        assert!(output.stderr.contains(said), "{args:?}: {}", output.stderr);
        assert_eq!(output.stdout, "", "{args:?}");
    }
    assert_eq!(case.state(), before);
}

#[test]
fn a_target_that_nobody_knows() {
    let case = case();
    let all = "`cargo dbmig status` lists the versions";
    case.refused(2, &["run", "--to", "20270101"])
        .says(&["there is no migration 20270101 here; the newest is 20260101_good"])
        .offers(all);
    case.refused(2, &["plan", "--to", "20270101"]).offers(all);
    case.refused(2, &["baseline", "--to", "20270101"]).offers(all);
    case.refused(2, &["revert", "--to", "20270101"])
        .says(&["cannot go back to 20270101: it is not applied"])
        .offers(all);
}
