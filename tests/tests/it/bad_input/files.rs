//! Bad files: each is refused as a whole, before the database is touched.

use std::fs;
use std::path::Path;
use std::process::Command;

use dbmig_tests::{Backend, Project};

use super::{COMMANDS, Case};

/// What makes a folder bad, and what is said about it.
struct Bad {
    make: fn(&Project),
    says: &'static [&'static str],
}

const METADATA: &str = "migrations/20260103_bad/metadata.toml";

fn with_metadata(project: &Project, text: &str) {
    project.migration("20260103_bad", "SELECT 1;", "SELECT 1;");
    project.write(METADATA, text);
}

fn link(project: &Project, to: &str, from: &str) {
    std::os::unix::fs::symlink(to, project.path(from)).unwrap();
}

const BAD: [Bad; 24] = [
    Bad {
        make: |project| project.write("migrations/20260103_bad/down.sql", "DROP TABLE bad;"),
        says: &[
            "migrations/20260103_bad: there is no up.sql in this directory: write it, or remove the directory",
        ],
    },
    Bad {
        make: |project| fs::create_dir(project.path("migrations/20260103_bad")).unwrap(),
        says: &["migrations/20260103_bad: there is no up.sql in this directory"],
    },
    Bad {
        make: |project| project.migration("20260103_bad", "", "SELECT 1;"),
        says: &["migrations/20260103_bad/up.sql: this file is empty: write the SQL that goes up"],
    },
    Bad {
        make: |project| {
            project.write("migrations/20260103_bad/up.sql", b"SELECT 1;\nSELECT 'caf\xe9';");
        },
        says: &[
            "migrations/20260103_bad/up.sql:2:12: byte 21 is not UTF-8: save the file as UTF-8",
        ],
    },
    Bad {
        make: |project| {
            project.migration("20260103_bad", "SELECT 1;", "");
            project.write("migrations/20260103_bad/down.sql", b"\xff\xfeS\0E\0");
        },
        says: &["migrations/20260103_bad/down.sql:1:1: byte 0 is not UTF-8"],
    },
    Bad {
        make: |project| project.migration("20260103_bad", "SELECT 1;\nSELECT '\0';", "SELECT 1;"),
        says: &["migrations/20260103_bad/up.sql:2:9: a NUL character"],
    },
    Bad {
        make: |project| {
            project.migration("20260103_bad", "SELECT 1;\n  SELECT 'open;\n", "SELECT 1;")
        },
        says: &[
            "migrations/20260103_bad/up.sql:2:10: the string that opens at 2:10 is never closed",
        ],
    },
    Bad {
        make: |project| {
            project.migration("20260103_bad", "SELECT 1;", "SELECT 1;");
            project.migration("2026-01-03_other", "SELECT 1;", "SELECT 1;");
        },
        says: &[
            "`2026-01-03_other` and `20260103_bad` both have the version 20260103: rename the directory",
        ],
    },
    Bad {
        make: |project| project.write("migrations/seeds/users.sql", "SELECT 1;"),
        says: &[
            "migrations/seeds: Diesel would take this folder for a migration with the version `seeds`: move it out",
        ],
    },
    Bad {
        make: |project| with_metadata(project, "run_in_transaction = true\n\nschema = \"x\"\n"),
        says: &[
            "migrations/20260103_bad/metadata.toml:3:1: unknown key `schema`",
            "The keys here are run_in_transaction, dbmig",
        ],
    },
    Bad {
        make: |project| with_metadata(project, "run_in_transactions = false\n"),
        says: &[
            "migrations/20260103_bad/metadata.toml:1:1: unknown key `run_in_transactions`: is it meant to be `run_in_transaction`?",
        ],
    },
    Bad {
        make: |project| {
            with_metadata(project, "run_in_transaction = true\n[dbmig]\n\n  compatibel = true\n")
        },
        says: &[
            "migrations/20260103_bad/metadata.toml:4:3: unknown key `compatibel`: is it meant to be `compatible`?",
        ],
    },
    Bad {
        make: |project| with_metadata(project, "[dbmig]\ncompatible = true\n"),
        says: &[
            "migrations/20260103_bad/metadata.toml: `run_in_transaction` is not set, which Diesel reads as `false`",
            "write `run_in_transaction = true` (or `false`)",
        ],
    },
    Bad {
        make: |project| with_metadata(project, ""),
        says: &["migrations/20260103_bad/metadata.toml: `run_in_transaction` is not set"],
    },
    Bad {
        make: |project| with_metadata(project, "run_in_transaction = \"yes\"\n"),
        says: &[
            "migrations/20260103_bad/metadata.toml:1:22: `run_in_transaction` is true or false, not `\"yes\"`",
        ],
    },
    Bad {
        make: |project| with_metadata(project, "run_in_transaction = \n"),
        says: &["migrations/20260103_bad/metadata.toml:1:22: no TOML"],
    },
    Bad {
        make: |project| project.migration(&format!("{}_bad", "1".repeat(51)), "SELECT 1;", ""),
        says: &[
            "has 51 characters, but the column `version` of `__diesel_schema_migrations` holds 50: rename the directory",
        ],
    },
    Bad {
        make: |project| link(project, "20260103_bad", "migrations/20260103_bad"),
        says: &[
            "migrations/20260103_bad: this symbolic link leads back to itself or to the migrations directory: remove it",
        ],
    },
    Bad {
        make: |project| link(project, ".", "migrations/20260103_bad"),
        says: &[
            "migrations/20260103_bad: this symbolic link leads back to itself or to the migrations directory: remove it",
        ],
    },
    Bad {
        make: |project| link(project, "nowhere", "migrations/20260103_bad"),
        says: &[
            "migrations/20260103_bad: this symbolic link leads to nothing: mend it or remove it",
        ],
    },
    Bad {
        make: |project| link(project, "../Cargo.toml", "migrations/20260103_bad"),
        says: &[
            "migrations/20260103_bad: this symbolic link leads to a file, but a migration is a directory",
        ],
    },
    Bad {
        make: |project| {
            fs::create_dir(project.path("migrations/20260103_bad")).unwrap();
            link(project, "up.sql", "migrations/20260103_bad/up.sql");
        },
        says: &["migrations/20260103_bad/up.sql: this symbolic link leads back to itself"],
    },
    Bad {
        make: |project| {
            use std::os::unix::ffi::OsStrExt as _;
            let name = std::ffi::OsStr::from_bytes(b"20260103_caf\xe9");
            fs::create_dir(project.path("migrations").join(name)).unwrap();
            fs::write(project.path("migrations").join(name).join("up.sql"), "SELECT 1;").unwrap();
        },
        says: &["migrations/20260103_caf\u{fffd}: this name is not UTF-8: rename the directory"],
    },
    // Everything at once, not the first of many.
    Bad {
        make: |project| {
            project.write("migrations/20260103_bad/down.sql", "SELECT 1;");
            project.write("migrations/20260104_bad/up.sql", "");
            project.write("migrations/20260105_bad/up.sql", b"\xff");
            with_metadata(project, "run_in_transaction = 1\nx = 1\n");
            project.remove("migrations/20260103_bad/up.sql");
        },
        says: &[
            "migrations/20260103_bad: there is no up.sql",
            "migrations/20260103_bad/metadata.toml:1:22: ",
            "migrations/20260103_bad/metadata.toml:2:1: unknown key `x`",
            "migrations/20260104_bad/up.sql: this file is empty",
            "migrations/20260105_bad/up.sql:1:1: byte 0 is not UTF-8",
        ],
    },
];

/// What is good beside it is left alone, too.
fn add_good(project: &Project) {
    project.migration("20260101_good", "CREATE TABLE good (x INT);", "DROP TABLE good;");
    project.migration("20260102_pending", "CREATE TABLE pending (x INT);", "DROP TABLE pending;");
}

each_backend!(a_bad_file_refuses_the_whole_folder);
fn a_bad_file_refuses_the_whole_folder(backend: Backend) {
    let mut case = Case::new(backend);
    case.begin();
    for bad in &BAD {
        case = case.another_project();
        add_good(&case.project);
        (bad.make)(&case.project);
        case.refused(1, &["run"]).says(bad.says);
    }
    assert_eq!(case.tables(), ["good"]);
}

#[test]
fn every_command_refuses_it_with_the_same_words() {
    let mut case = Case::new(Backend::Sqlite);
    case.begin();
    for bad in &BAD {
        case = case.another_project();
        add_good(&case.project);
        (bad.make)(&case.project);
        let said: Vec<_> = COMMANDS
            .iter()
            .map(|command| case.refused(1, command).says(bad.says).message)
            .collect();
        assert!(said.iter().all(|message| *message == said[0]), "{said:#?}");
        case.refused(1, &["db", "reset", "--yes"]).says(bad.says);
    }
}

each_server!(a_setting_of_sqlite_is_refused_elsewhere);
fn a_setting_of_sqlite_is_refused_elsewhere(backend: Backend) {
    let case = Case::new(backend);
    with_metadata(&case.project, "run_in_transaction = true\n[dbmig]\nforeign_keys = \"off\"\n");
    case.refused(1, &["run"]).says(&[
        "migrations/20260103_bad/metadata.toml:3:1: `foreign_keys` exists for SQLite only",
        "remove this line",
    ]);
}

each_backend!(a_missing_folder_is_named_with_who_named_it);
fn a_missing_folder_is_named_with_who_named_it(backend: Backend) {
    let case = &Case::new(backend);
    case.project.remove("migrations");
    let root = case.project.root().display().to_string();
    let offer = "`cargo dbmig new NAME` creates it, --migrations-dir DIR names another";
    case.refused(2, &["run"])
        .says(&["there is no migrations folder: ", &format!("{root}/migrations does not exist")])
        .offers(offer);
    case.refused(2, &["run", "--migrations-dir", "db/none"])
        .says(&[&format!("{root}/db/none does not exist (--migrations-dir names it)")])
        .offers(offer);
    let command = |args: &[&str]| {
        let mut command = case.command(args);
        command.env("MIGRATION_DIRECTORY", "elsewhere");
        command
    };
    case.refused_by(2, &["status"], command)
        .says(&[&format!("{root}/elsewhere does not exist (MIGRATION_DIRECTORY names it)")])
        .offers(offer);
    case.project.write("diesel.toml", "[migrations_directory]\ndir = \"theirs\"\n");
    case.refused(2, &["run"])
        .says(&[&format!("{root}/theirs does not exist ({root}/diesel.toml names it)")])
        .offers(offer);
}

each_backend!(a_file_is_no_folder);
fn a_file_is_no_folder(backend: Backend) {
    let case = &Case::new(backend);
    case.refused(2, &["run", "--migrations-dir", "Cargo.toml"]).says(&["Cargo.toml"]);
}

/// Root may read everything, so it gives up that right first.
#[cfg(target_os = "linux")]
pub(super) fn without_privilege(command: &Command) -> Command {
    let mut bound = Command::new("setpriv");
    let is_root = std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap()) == 0;
    if is_root {
        bound.args(["--bounding-set", "-dac_override,-dac_read_search", "--"]);
    } else {
        bound = Command::new("env");
    }
    bound.arg(command.get_program()).args(command.get_args());
    bound.current_dir(command.get_current_dir().unwrap()).env_clear();
    bound.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    bound
}

#[cfg(target_os = "linux")]
each_backend!(what_may_not_be_read_is_named);
fn what_may_not_be_read_is_named(backend: Backend) {
    use std::os::unix::fs::PermissionsExt as _;

    let forbid =
        |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
    let allow = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    let case = &Case::new(backend);
    case.begin();
    case.project.migration("20260102_pending", "CREATE TABLE pending (x INT);", "");
    for (path, shown) in [
        ("migrations/20260102_pending", "migrations/20260102_pending"),
        ("migrations/20260102_pending/up.sql", "migrations/20260102_pending/up.sql"),
        ("migrations", "migrations"),
    ] {
        let path = case.project.path(path);
        forbid(&path);
        let command = |args: &[&str]| without_privilege(&case.command(args));
        case.refused_by(1, &["run"], command).says(&[&format!(
            "{shown}: no permission to read it: look at its owner and mode with `ls -ld`"
        )]);
        allow(&path);
    }
    case.dbmig(&["run"]).success();
    assert_eq!(case.tables(), ["good", "pending"]);
}
