//! What a build writes when it makes a history with every kind of row; the dumps.

use dbmig_tests::{Backend, TestDatabase, database};

use super::{dump, every_kind, left_by_the_older_build, other_build, readable};

/// The kinds of rows: state, direction, execution, what it means for others.
fn kinds(db: &TestDatabase) -> Vec<String> {
    let kinds = db.query(
        "SELECT state, direction, execution, compatible, reversible, \
         CASE WHEN error IS NULL THEN '-' ELSE 'error' END, \
         CASE WHEN note IS NULL THEN '-' ELSE 'note' END, \
         CASE WHEN down_script IS NULL THEN '-' ELSE 'down' END, \
         CASE WHEN signature IS NULL THEN '-' ELSE 'signed' END, \
         CASE WHEN ended_at IS NULL THEN 'open' ELSE 'ended' END \
         FROM __dbmig_history ORDER BY id",
    );
    let kind = |row: Vec<Option<String>>| {
        row.into_iter().map(|value| value.expect("a value")).collect::<Vec<_>>().join(" ")
    };
    kinds.into_iter().map(kind).collect()
}

each_backend!(a_history_with_every_kind_of_row);
/// Made anew, it is row by row what the dump holds, and each of its rows can be read by older builds.
fn a_history_with_every_kind_of_row(backend: Backend) {
    let db = database(backend);
    every_kind::make(&other_build(), &db);
    let states = db.column("SELECT DISTINCT state FROM __dbmig_history ORDER BY state");
    let all = ["baselined", "done", "failed", "forgotten", "resumed", "running", "went_on"];
    assert_eq!(states, all, "no state is missing in the scenario");
    readable::assert_rows(&db);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        timeless(&db);
        std::fs::write(dump(backend).1, db.script()).unwrap();
        return;
    }
    assert_eq!(kinds(&db), kinds(&left_by_the_older_build(backend)));
}

/// Without what differs each time: when it was, where, and in which session.
fn timeless(db: &TestDatabase) {
    let time = |id: usize, seconds: u32| match db.backend() {
        Backend::Postgres => format!("TIMESTAMPTZ '2026-01-01 12:{id:02}:{seconds:02}+00'"),
        Backend::MariaDb => format!("'2026-01-01 12:{id:02}:{seconds:02}'"),
        Backend::Sqlite => format!("'2026-01-01T12:{id:02}:{seconds:02}.000Z'"),
    };
    for id in db.column("SELECT id FROM __dbmig_history ORDER BY id") {
        let id: usize = id.parse().unwrap();
        let session = match db.backend() {
            Backend::Postgres => format!("dbmig {id:08x}"),
            Backend::MariaDb => format!("{id}@database:3306"),
            Backend::Sqlite => format!("{id}"),
        };
        let (began, ended) = (time(id, 0), time(id, 1));
        db.execute(&format!(
            "UPDATE __dbmig_history SET started_at = {began}, host = 'host', \
             ended_at = CASE WHEN ended_at IS NULL THEN NULL ELSE {ended} END, \
             session = CASE WHEN session IS NULL OR session = '' THEN session ELSE '{session}' END, \
             error = REPLACE(error, '{name}', 'app'), sighted = REPLACE(sighted, '{name}', 'app') \
             WHERE id = {id}",
            name = db.name(),
        ));
    }
    db.execute("UPDATE __diesel_schema_migrations SET run_on = '2026-01-01 12:00:00'");
}
