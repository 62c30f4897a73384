//! Compatible after a restart: what a process that runs meets on the connections that it has, and how
//! it learns that it must be restarted.

mod probes;
mod statements;
mod stored;

use dbmig_tests::Project;

use crate::project;

/// A table with the kinds of columns that can be widened.
const BEFORE: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, street VARCHAR(20) NOT NULL, \
                      age INTEGER NOT NULL, worth NUMERIC(8, 2) NOT NULL);";

/// Makes the street longer, on PostgreSQL.
const WIDER: &str = "ALTER TABLE users ALTER COLUMN street TYPE VARCHAR(80);";

/// The migrations of the newer version.
fn newer() -> Project {
    let project = project();
    project.migration("1_users", BEFORE, "DROP TABLE users;");
    project.migration("2_wider", WIDER, "ALTER TABLE users ALTER COLUMN street TYPE VARCHAR(20);");
    project
}
