//! Histories that look harmless: each of these was once taken for one.

use dbmig_runtime::plan::Blocked;
use dbmig_tests::{Backend, Project, database};

use super::{REVERT, applied, below_floor, image};
use crate::library::Library;
use crate::project;

const RENAME: (&str, &str) = (
    "ALTER TABLE users RENAME COLUMN nick TO name;",
    "ALTER TABLE users RENAME COLUMN name TO nick;",
);

/// Two branches: one has `4_four` only, the other also an older, breaking migration.
fn branches() -> [Project; 2] {
    let [older, newer] = [image(1), image(1)];
    newer.migration("3_rename", RENAME.0, RENAME.1);
    for project in [&older, &newer] {
        project.migration("4_four", "CREATE TABLE four (x INTEGER);", "DROP TABLE four;");
    }
    [older, newer]
}

fn is_refused(project: &Project, db: &dbmig_tests::TestDatabase) {
    for command in [&["up"][..], &["sync"], &["wait"]] {
        project.dbmig_on(db, command).expect(4);
    }
    let versions: Vec<_> =
        below_floor(project, db).iter().map(|one| one.version.to_string()).collect();
    assert_eq!(versions, ["3"]);
}

each_backend!(a_breaking_migration_in_the_middle_is_no_past);
fn a_breaking_migration_in_the_middle_is_no_past(backend: Backend) {
    let [older, newer] = branches();
    let db = &database(backend);
    newer.dbmig_on(db, &["up"]).success();
    is_refused(&older, db);

    let [older, newer] = branches();
    let db = &database(backend);
    older.dbmig_on(db, &["up"]).success();
    newer.dbmig_on(db, &["up", "--allow-out-of-order"]).success();
    newer.dbmig_on(db, &["redo"]).success();
    is_refused(&older, db);
    older.dbmig_on(db, &["sync", "--down"]).success();
    older.dbmig_on(db, &["up"]).success();

    let [older, newer] = branches();
    let db = &database(backend);
    older.dbmig_on(db, &["up"]).success();
    newer.diesel_on(db, &["migration", "run"]).success();
    is_refused(&older, db);
}

each_backend!(a_name_that_a_newer_way_back_moves_is_not_counted);
fn a_name_that_a_newer_way_back_moves_is_not_counted(backend: Backend) {
    let db = &database(backend);
    let newer = image(1);
    newer.migration("2_a", "CREATE TABLE events (x INTEGER);", "DROP TABLE events;");
    newer.migration(
        "3_b",
        "ALTER TABLE events RENAME TO events_old;",
        "ALTER TABLE events_old RENAME TO events;",
    );
    newer.migration("4_c", "CREATE TABLE events (y INTEGER);", "DROP TABLE events;");
    newer.dbmig_on(db, &["up"]).success();
    db.execute("INSERT INTO events_old VALUES (1)");
    image(1).dbmig_on(db, &["sync", "--down"]).expect(4);
    let blocked = Library::of(&image(1), db).blocked(&REVERT);
    let Blocked::DataLoss(losses) = blocked else { panic!("{blocked}") };
    let loss = losses.iter().find(|loss| loss.name == "2_a").unwrap();
    assert_eq!(loss.counted[0].loss.to_string(), "table events");
    assert!(loss.counted[0].rows.is_err(), "{loss:?}");
    assert_eq!(db.column("SELECT count(*) FROM events_old"), ["1"]);
}

#[test]
fn rows_that_a_policy_hides_are_lost_all_the_same() {
    let db = database(Backend::Postgres);
    let newer = image(1);
    newer.migration("2_a", "CREATE TABLE tenants (t TEXT);", "DROP TABLE tenants;");
    let role = db.name();
    db.execute(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT ALL ON SCHEMA public TO {role}; ALTER SCHEMA public OWNER TO {role}"
    ));
    let (user, password) = (dbmig_tests::USER, dbmig_tests::PASSWORD);
    let url = db.url().replace(&format!("{user}:{password}"), &format!("{role}:x"));
    let run = |project: &Project, args: &[&str]| {
        dbmig_tests::project::run(project.command(args).env("DATABASE_URL", &url))
    };
    run(&newer, &["up"]).success();
    db.execute(
        "INSERT INTO tenants VALUES ('a'); ALTER TABLE tenants ENABLE ROW LEVEL SECURITY; \
         ALTER TABLE tenants FORCE ROW LEVEL SECURITY; CREATE POLICY p ON tenants USING (false)",
    );
    let refused = run(&image(1), &["sync", "--down"]).expect(4).stderr;
    assert!(refused.contains("row-level security hides some"), "{refused}");
    assert_eq!(db.column("SELECT count(*) FROM tenants"), ["1"]);
}

#[test]
fn a_lossy_way_back_that_stopped_goes_on_with_the_same_command() {
    let db = database(Backend::MariaDb);
    let newer = image(1);
    newer.migration(
        "2_a",
        "CREATE TABLE a (x INTEGER); CREATE TABLE b (x INTEGER);",
        "DROP TABLE b; ALTER TABLE users DROP INDEX not_there; DROP TABLE a;",
    );
    newer.dbmig_on(&db, &["up"]).success();
    let older = image(1);
    older.dbmig_on(&db, &["sync", "--down"]).expect(1);
    db.execute("CREATE INDEX not_there ON users (nick)");
    older.dbmig_on(&db, &["sync", "--down"]).success();
    assert_eq!(applied(&db), 1);
}

each_backend!(what_a_later_format_has_under_way_is_breaking_unless_it_says_otherwise);
fn what_a_later_format_has_under_way_is_breaking_unless_it_says_otherwise(backend: Backend) {
    let db = &database(backend);
    let older = image(1);
    older.dbmig_on(db, &["up"]).success();
    let row = |state: &str, compatible: &str| {
        db.execute("DELETE FROM __dbmig_history WHERE version = '2'");
        // As dbmig does: the next number of the table, whatever its sequence says.
        let given = match db.backend() {
            Backend::Postgres => "OVERRIDING SYSTEM VALUE",
            Backend::MariaDb | Backend::Sqlite => "",
        };
        db.execute(&format!(
            "INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, \
             checksum, statements_total, statements_started, statements_done, script, compatible, \
             started_at) {given} SELECT n.next, 2, '2', '2_x', 'up', '{state}', 'batches', '', 3, 2, 1, \
             '', '{compatible}', started_at FROM __dbmig_history \
             CROSS JOIN (SELECT MAX(id) + 1 AS next FROM __dbmig_history) n WHERE version = '1'"
        ));
    };
    for state in ["running", "paused"] {
        row(state, "breaking");
        for command in [&["up"][..], &["sync"], &["wait"]] {
            older.dbmig_on(db, command).expect(4);
        }
        row(state, "compatible");
        older.dbmig_on(db, &["up"]).success();
    }
}

each_backend!(what_a_person_says_is_written_each_time);
fn what_a_person_says_is_written_each_time(backend: Backend) {
    let db = &database(backend);
    let (older, newer) = (image(1), project());
    older.dbmig_on(db, &["up"]).success();
    newer.migration("7_diesel", "CREATE TABLE d (x INTEGER);", "DROP TABLE d;");
    for _ in 0..2 {
        newer.diesel_on(db, &["migration", "run"]).success();
        older.dbmig_on(db, &["up"]).expect(4);
        older.dbmig_on(db, &["repair", "--compatible", "7"]).success();
        older.dbmig_on(db, &["up"]).success();
        newer.dbmig_on(db, &["revert"]).success();
    }
}
