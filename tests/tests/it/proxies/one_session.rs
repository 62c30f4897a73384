//! Where a connection has no session of its own: the database's own lock is refused with the way out,
//! and the lease works.

use dbmig_runtime::{Error, Target};
use dbmig_tests::servers::{PGlite, Pgbouncer, PoolMode, postgres};
use dbmig_tests::{Backend, Project, Session, database};

use crate::faults::{finish, start};
use crate::library::Library;
use crate::project;

fn three() -> Project {
    let project = project();
    project.migration(
        "1_a",
        "CREATE TABLE a (n INTEGER); INSERT INTO a VALUES (0);",
        "DROP TABLE a;",
    );
    project.migration("2_b", "UPDATE a SET n = n + 1;", "UPDATE a SET n = n - 1;");
    project.migration(
        "3_c",
        "UPDATE a SET n = n + 10; CREATE INDEX CONCURRENTLY i ON a (n); UPDATE a SET n = n + 100;",
        "UPDATE a SET n = n - 110; DROP INDEX CONCURRENTLY i;",
    );
    project.write("migrations/3_c/metadata.toml", "run_in_transaction = false\n");
    project
}

#[track_caller]
fn is_refused(library: &Library, expected: &str) {
    let error = library.error(&Target::Latest);
    let Error::NoLock(why) = error else { panic!("{error}") };
    assert_eq!(format!("{why:?}"), expected);
}

/// Refused for `reason`; then there and back with the lease, two at once.
fn there_and_back(url: &str, reason: &str, mut session: impl FnMut() -> Session) {
    let project = three();
    let refused = finish(start(&project, url, &["run"])).expect(2).stderr;
    assert!(refused.contains("--lock lease"), "{refused}");
    is_refused(&Library::at(&project, url), reason);
    assert!(session().try_query("SELECT n FROM a").is_err(), "nothing was touched");

    let run = ["run", "--lock", "lease"];
    let both = [(); 2].map(|()| start(&project, url, &run));
    for one in both {
        finish(one).success();
    }
    assert_eq!(session().query("SELECT n FROM a"), [[Some("111".to_owned())]]);
    // Nothing to do: no lock, so nothing to refuse.
    let again = finish(start(&project, url, &["run", "--json"])).success();
    assert_eq!(again.done(), [""; 0]);
    let back = ["revert", "--yes", "--number", "2", "--lock", "lease"];
    finish(start(&project, url, &back)).success();
    assert_eq!(session().query("SELECT n FROM a"), [[Some("0".to_owned())]]);
}

#[test]
fn pglite_is_told_and_works_with_the_lease() {
    let server = PGlite::start(6);
    there_and_back(&server.url(), "SharedSession", || server.session());
    // By itself it takes one connection only; here one is left.
    let others: Vec<_> = (0..5).map(|_| server.session()).collect();
    let refused = finish(start(&three(), &server.url(), &["run", "--lock", "lease"])).expect(2);
    assert!(refused.stderr.contains("--max-connections"), "{}", refused.stderr);
    is_refused(&Library::at(&three(), &server.url()).with_lease(), "OneConnection");
    drop(others);
}

#[test]
fn a_pooler_in_statement_mode_is_told_and_works_with_the_lease() {
    let pooler = Pgbouncer::start(postgres(), PoolMode::Statement, 5);
    let db = database(Backend::Postgres);
    there_and_back(&pooler.url(&db), "StatementPooling", || db.session());
}
