//! The migrations that belong to the dumps.

use std::path::Path;

use dbmig_tests::{Backend, Project};

/// Its runner was killed during the second of three statements.
pub(super) const LOST: &str = "15_lost";

pub(super) const STATEMENTS: &str = "run_in_transaction = false\n";
const TRANSACTION: &str = "run_in_transaction = true\n";
const BREAKING: &str = "run_in_transaction = true\n[dbmig]\ncompatible = false\n";
const AFTER_RESTART: &str = "run_in_transaction = true\n[dbmig]\ncompatible = \"after_restart\"\n";

struct Files {
    name: &'static str,
    up: &'static str,
    down: &'static str,
    metadata: &'static str,
}

const fn files(
    name: &'static str,
    up: &'static str,
    down: &'static str,
    metadata: &'static str,
) -> Files {
    Files { name, up, down, metadata }
}

/// All of them, oldest first.
fn all(backend: Backend) -> [Files; 14] {
    let index = match backend {
        Backend::Postgres => {
            "INSERT INTO users VALUES (15, 'o');\n\
             CREATE INDEX CONCURRENTLY users_nick ON users (nick);\n\
             INSERT INTO users VALUES (150, 'o');\n"
        }
        Backend::MariaDb | Backend::Sqlite => {
            "INSERT INTO users VALUES (15, 'o');\n\
             CREATE INDEX users_nick ON users (nick);\n\
             INSERT INTO users VALUES (150, 'o');\n"
        }
    };
    let no_index = match backend {
        Backend::MariaDb => {
            "DROP INDEX users_nick ON users;\nDELETE FROM users WHERE nick = 'o';\n"
        }
        Backend::Postgres | Backend::Sqlite => {
            "DROP INDEX users_nick;\nDELETE FROM users WHERE nick = 'o';\n"
        }
    };
    [
        files(
            "01_users",
            "CREATE TABLE users (id INTEGER PRIMARY KEY, nick VARCHAR(20));\n",
            "DROP TABLE users;\n",
            TRANSACTION,
        ),
        files(
            "02_steps",
            "CREATE TABLE steps (id INTEGER PRIMARY KEY);\nINSERT INTO steps VALUES (2);\n",
            "DROP TABLE steps;\n",
            STATEMENTS,
        ),
        files(
            "03_redone",
            "INSERT INTO users (id, nick) VALUES (3, 'c');\n",
            "DELETE FROM users WHERE id = 3;\n",
            TRANSACTION,
        ),
        files(
            "04_failed",
            "INSERT INTO users VALUES (4, 'd');\nINSERT INTO users VALUES (40, 'd');\n",
            "DELETE FROM users WHERE id IN (4, 40);\n",
            TRANSACTION,
        ),
        files(
            "05_resumed",
            "INSERT INTO steps VALUES (5);\nINSERT INTO steps VALUES (50);\n",
            "DELETE FROM steps WHERE id IN (5, 50);\n",
            STATEMENTS,
        ),
        files(
            "06_forgotten",
            "INSERT INTO steps VALUES (6);\nINSERT INTO steps VALUES (60);\n",
            "DELETE FROM steps WHERE id IN (6, 60);\n",
            STATEMENTS,
        ),
        // A person has done by hand what its second statement should do.
        files(
            "07_finished",
            "INSERT INTO steps VALUES (7);\nINSERT INTO nowhere VALUES (70);\n",
            "DELETE FROM steps WHERE id IN (7, 70);\n",
            STATEMENTS,
        ),
        files(
            "08_settled",
            "INSERT INTO steps VALUES (8);\nINSERT INTO nowhere VALUES (80);\n\
             INSERT INTO steps VALUES (800);\n",
            "DELETE FROM steps WHERE id IN (8, 80, 800);\n",
            STATEMENTS,
        ),
        files(
            "09_floor",
            "INSERT INTO users VALUES (9, 'i');\n",
            "DELETE FROM users WHERE id = 9;\n",
            BREAKING,
        ),
        files(
            "10_restart",
            "UPDATE users SET nick = 'j' WHERE nick = 'i';\n",
            "UPDATE users SET nick = 'i' WHERE nick = 'j';\n",
            AFTER_RESTART,
        ),
        files(
            "11_renamed",
            "ALTER TABLE steps RENAME TO moves;\n",
            "ALTER TABLE moves RENAME TO steps;\n",
            BREAKING,
        ),
        files(
            "12_foreign",
            "INSERT INTO users VALUES (12, 'l');\n",
            "DELETE FROM users WHERE id = 12;\n",
            TRANSACTION,
        ),
        files(
            "14_stopped",
            "INSERT INTO users VALUES (14, 'n');\n",
            "DELETE FROM users WHERE id = 14;\n",
            BREAKING,
        ),
        files(LOST, index, no_index, STATEMENTS),
    ]
}

/// Writes the files of one.
pub(super) fn put(project: &Project, backend: Backend, name: &str) {
    let one = all(backend).into_iter().find(|one| one.name == name).expect("one of these");
    project.migration(one.name, one.up, one.down);
    project.write(&format!("migrations/{name}/metadata.toml"), one.metadata);
}

/// A project of `build` with all of them.
pub(super) fn directory(build: &Path, backend: Backend) -> Project {
    let project = Project::new(build);
    all(backend).iter().for_each(|one| put(&project, backend, one.name));
    project
}

/// The names of all of them, oldest first.
pub(super) fn names() -> Vec<&'static str> {
    all(Backend::Sqlite).iter().map(|one| one.name).collect()
}
