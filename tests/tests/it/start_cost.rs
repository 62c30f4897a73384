//! What a start of the command line tool with nothing to do costs for each migration that there
//! is: instructions, counted, so that it is the same on each machine; where there is valgrind, on
//! Linux.

use dbmig_core::Dialect;
use dbmig_core::scan::scan;
use dbmig_runtime::{Migrations, Migrator, Sqlite};
use dbmig_tests::{Backend, Project, TestDatabase, database, instructions};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};

use crate::project;

/// For each migration, in a build that is not optimised. A change that makes it less lowers this; one
/// that makes it more says why.
const MOST_FOR_EACH: u64 = 315_000;

/// Instructions of `run` on SQLite where all of so many migrations are applied, and locked.
fn start(count: usize) -> u64 {
    let (project, db) = (project(), database(Backend::Sqlite));
    for number in 0..count {
        let up = format!(
            "CREATE TABLE t{number} (\n    id INTEGER PRIMARY KEY NOT NULL,\n    \
             name VARCHAR(100) NOT NULL\n);\n"
        );
        let down = format!("DROP TABLE t{number};\n");
        project.migration(&format!("{number:04}_create_t{number}"), &up, &down);
    }
    apply(&project, &db, count);
    project.dbmig(&["lock", "--backend", "sqlite"]).success();
    let mut run = project.command(&["run"]);
    run.env("DATABASE_URL", db.url());
    let output = dbmig_tests::project::run(&mut run).success();
    assert_eq!(output.stdout, "nothing to do\n", "{}", output.stderr);
    instructions(&run)
}

/// Without waiting for the disk.
fn apply(project: &Project, db: &TestDatabase, count: usize) {
    let set = scan(&project.path("migrations"), Dialect::Sqlite).unwrap().set;
    let set: &Migrations<Sqlite> =
        Box::leak(Box::new(Migrations::from_static(set.as_slice().to_vec().leak())));
    let mut conn = SqliteConnection::establish(db.url()).unwrap();
    conn.batch_execute("PRAGMA synchronous = off").unwrap();
    assert_eq!(Migrator::new(set).run(&mut conn).unwrap().applied().count(), count);
    // SQLite reads its schema at each start, which would be counted, too.
    let drops: String = (0..count).map(|number| format!("DROP TABLE t{number};")).collect();
    conn.batch_execute(&format!("BEGIN; {drops} COMMIT;")).unwrap();
}

#[test]
fn a_start_costs_little_for_each_migration() {
    let (few, many) = (10, 1000);
    let each = (start(many) - start(few)) / (many - few) as u64;
    assert!(each <= MOST_FOR_EACH, "{each} instructions for each migration");
    // A bound far above it would not notice what is added.
    assert!(each > MOST_FOR_EACH / 2, "{each} instructions for each migration: lower the bound");
}
