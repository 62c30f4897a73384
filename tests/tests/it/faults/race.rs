//! Fifty at once.

use dbmig_tests::{Backend, Project, TestDatabase, database};

use super::{finish, picture, start, thirty, undisturbed};
use crate::project;

const RUNNERS: usize = 50;

/// Starts fifty on the empty `database` through `url`; all must end well.
fn fifty(project: &Project, database: &TestDatabase, url: &str) {
    let runners: Vec<_> = (0..RUNNERS).map(|_| start(project, url, &["run", "--quiet"])).collect();
    for runner in runners {
        finish(runner).success();
    }
    once(database);
}

/// Each migration ran once, whatever became of the attempts.
fn once(database: &TestDatabase) {
    let twice = database.column(
        "SELECT version FROM __dbmig_history WHERE state <> 'resumed' GROUP BY version HAVING COUNT(*) > 1",
    );
    assert_eq!(twice, [""; 0]);
    assert_eq!(database.column("SELECT version FROM __diesel_schema_migrations").len(), 30);
}

#[test]
fn fifty_at_once_on_an_empty_database() {
    for backend in Backend::ALL {
        let (project, database) = (project(), database(backend));
        thirty(&project, backend);
        fifty(&project, &database, database.url());
        assert_eq!(picture(&database), undisturbed(&project, backend), "{backend:?}");
    }
}
