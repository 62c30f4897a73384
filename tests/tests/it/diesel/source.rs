//! The embedded set is a source of migrations for Diesel's own harness, too.

use dbmig_runtime::{Extent, MigrationState, Migrations, Migrator};
use dbmig_tests::{Backend, database};
use diesel::connection::{Connection, LoadConnection};
use diesel::migration::MigrationSource;
use diesel::{MysqlConnection, PgConnection, SqliteConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

use crate::sets;

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/portable");

const NAMES: [&str; 3] = [
    "2026-01-05-090000-0000_create_authors",
    "2026-01-05-091500-0000_create_books",
    "2026-01-19-140000-0000_index_titles",
];

const VERSIONS: [&str; 3] = ["202601050900000000", "202601050915000000", "202601191400000000"];

/// Diesel's harness and our migrator by turns, on one connection.
fn by_turns<C, V>(backend: Backend, all: &'static Migrations<C::Backend, V>)
where
    C: LoadConnection + MigrationHarness<C::Backend>,
    C::Backend: dbmig_runtime::Backend,
    V: Into<dbmig_runtime::Version> + 'static,
{
    let database = database(backend);
    let conn = &mut C::establish(database.url()).unwrap();
    let ledger =
        || database.column("SELECT version FROM __diesel_schema_migrations ORDER BY version");
    let states = |conn: &mut C| -> Vec<MigrationState> {
        Migrator::new(all).status(conn).unwrap().iter().map(|entry| entry.state).collect()
    };

    assert!(conn.has_pending_migration(all).unwrap());
    let ran: Vec<_> =
        conn.run_pending_migrations(all).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(ran, VERSIONS);
    assert_eq!(ledger(), VERSIONS);
    let schema = database.dump();

    assert_eq!(states(conn), [MigrationState::Unverified; 3]);
    assert!(Migrator::new(all).run(conn).unwrap().done.is_empty());

    assert_eq!(conn.revert_last_migration(all).unwrap().to_string(), VERSIONS[2]);
    let report = Migrator::new(all).run(conn).unwrap();
    assert_eq!(report.applied().collect::<Vec<_>>(), [NAMES[2]]);
    assert_eq!(
        states(conn),
        [MigrationState::Unverified, MigrationState::Unverified, MigrationState::Applied]
    );
    assert!(!conn.has_pending_migration(all).unwrap());

    Migrator::new(all).revert(conn, Extent::ONE).unwrap();
    assert_eq!(conn.run_next_migration(all).unwrap().to_string(), VERSIONS[2]);
    conn.revert_all_migrations(all).unwrap();
    assert_eq!(ledger(), [""; 0]);
    assert_eq!(database.tables(), ["__dbmig_history", "__diesel_schema_migrations"]);

    let report = Migrator::new(all).run(conn).unwrap();
    assert_eq!(report.applied().collect::<Vec<_>>(), NAMES);
    assert!(conn.pending_migrations(all).unwrap().is_empty());
    let applied: Vec<_> =
        conn.applied_migrations().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(applied, [VERSIONS[2], VERSIONS[1], VERSIONS[0]]);
    assert_eq!(states(conn), [MigrationState::Applied; 3]);
    database.execute("DROP TABLE __dbmig_history");
    assert_eq!(database.dump(), schema);
}

#[test]
fn by_turns_on_postgres() {
    by_turns::<PgConnection, _>(Backend::Postgres, &sets::postgres::ALL);
}

#[test]
fn by_turns_on_mariadb() {
    by_turns::<MysqlConnection, _>(Backend::MariaDb, &sets::mysql::ALL);
}

#[test]
fn by_turns_on_sqlite() {
    by_turns::<SqliteConnection, _>(Backend::Sqlite, &sets::sqlite::ALL);
}

/// What Diesel reads from the files, we hand it from the program.
#[test]
fn the_source_is_what_diesel_finds_in_the_files() {
    type Sqlite = diesel::sqlite::Sqlite;
    let told = |source: &dyn MigrationSource<Sqlite>| -> Vec<(String, String, bool)> {
        let mut migrations = source.migrations().unwrap();
        migrations.sort_by_key(|migration| migration.name().version().as_owned());
        let tell = |m: &dyn diesel::migration::Migration<Sqlite>| {
            let transaction = m.metadata().run_in_transaction();
            (m.name().to_string(), m.name().version().to_string(), transaction)
        };
        migrations.iter().map(|migration| tell(migration.as_ref())).collect()
    };
    let ours = told(&&sets::sqlite::ALL);
    assert_eq!(ours, told(&FileBasedMigrations::from_path(DIRECTORY).unwrap()));
    assert_eq!(ours.iter().map(|m| m.2).collect::<Vec<_>>(), [true, true, false]);
}

/// Diesel's harness goes on where the command line stopped.
#[test]
fn an_app_with_diesels_harness_after_our_command_line() {
    let (project, database) = (crate::project(), database(Backend::Sqlite));
    let command = ["run", "--migrations-dir", DIRECTORY, "--to", VERSIONS[1]];
    project.dbmig_on(&database, &command).success();
    let mut conn = SqliteConnection::establish(database.url()).unwrap();
    let ran = conn.run_pending_migrations(&sets::sqlite::ALL).unwrap();
    assert_eq!(ran.iter().map(ToString::to_string).collect::<Vec<_>>(), VERSIONS[2..]);
}
