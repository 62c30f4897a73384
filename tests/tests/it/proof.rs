//! "Applied" only where the server has said so: scripts that end the transaction around them, and
//! scripts of which the server takes a part for something that its client has to do.

use dbmig_core::scan::scan;
use dbmig_runtime::{Left, Migrations, Migrator, Postgres, Target};
use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, Project, TestDatabase, database};
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection};

use crate::library::Library;
use crate::project;

const NAME: &str = "1_script";

/// A script on one database, and what must come of it.
struct Case {
    up: &'static str,
    code: i32,
    /// Tables of its own that are there afterwards.
    tables: &'static [&'static str],
    /// What the run says.
    says: &'static str,
}

const fn done(up: &'static str, tables: &'static [&'static str]) -> Case {
    Case { up, code: 0, tables, says: "applied 1 migration" }
}

const fn refused(up: &'static str, says: &'static str) -> Case {
    Case { up, code: 1, tables: &[], says }
}

fn own_tables(db: &TestDatabase) -> Vec<String> {
    db.tables().into_iter().filter(|name| !name.starts_with("__")).collect()
}

/// What was reported is what is there: table, ledger and history agree with the exit code.
fn check(project: &Project, db: &TestDatabase, case: &Case) {
    let Case { up, code, tables, says } = case;
    project.migration(NAME, up, "SELECT 1;");
    let run = project.dbmig_on(db, &["run"]);
    let text = run.text();
    assert_eq!(run.code, Some(*code), "{up}\n{text}");
    assert!(text.contains(says), "{up}\n{text}");
    assert_eq!(text.contains("applied"), *code == 0, "{up}\n{text}");
    assert_eq!(own_tables(db), *tables, "{up}\n{text}");
    let ledger = db.column("SELECT version FROM __diesel_schema_migrations");
    assert_eq!(ledger.len(), usize::from(*code == 0), "{up}\n{text}");
    let states = db.column("SELECT state FROM __dbmig_history ORDER BY id DESC LIMIT 1");
    let expected: &[&str] = match code {
        0 => &["done"],
        // Nothing of it was begun.
        _ if *says == OUTER => &[],
        _ => &["failed"],
    };
    assert_eq!(states, expected, "{up}\n{text}");
    if *code != 0 {
        // The same again says the same, and a corrected script runs.
        project.dbmig_on(db, &["run"]).expect(*code);
        tables.iter().for_each(|table| db.execute(&format!("DROP TABLE {table}")));
        project.migration(NAME, "CREATE TABLE mended (id INTEGER);", "SELECT 1;");
        project.dbmig_on(db, &["run"]).success();
        assert_eq!(own_tables(db), ["mended"], "{up}");
    }
}

const OUTER: &str = "ends a transaction that the script has not begun";

each_backend!(what_ends_the_transaction_around_a_script);
fn what_ends_the_transaction_around_a_script(backend: Backend) {
    let commits = "CREATE TABLE a (id INTEGER); COMMIT; CREATE TABLE b (id INTEGER);";
    let mut cases = vec![
        done("BEGIN; CREATE TABLE a (id INTEGER); COMMIT;", &["a"]),
        done("BEGIN; CREATE TABLE a (id INTEGER); COMMIT; BEGIN; ROLLBACK;", &["a"]),
        refused("CREATE TABLE a (id INTEGER); ROLLBACK; CREATE TABLE b (id INTEGER);", OUTER),
    ];
    match backend {
        Backend::Sqlite => cases.push(refused(commits, OUTER)),
        Backend::MariaDb => cases.push(done(commits, &["a", "b"])),
        Backend::Postgres => cases.extend([
            done(commits, &["a", "b"]),
            refused("CREATE TABLE a (id INTEGER); ABORT;", OUTER),
            refused(
                "CREATE TABLE a (id INTEGER); DO $$ BEGIN COMMIT; END $$;",
                "invalid transaction",
            ),
            done(
                "BEGIN; CREATE TABLE a (id INTEGER); COMMIT AND CHAIN; CREATE TABLE b (id INTEGER); END;",
                &["a", "b"],
            ),
        ]),
    }
    cases.iter().for_each(|case| check(&project(), &database(backend), case));
}

/// This role reads strings otherwise than they are split: what follows is, for the server, a statement.
fn reads_backslashes(db: &TestDatabase) {
    db.execute(&format!("ALTER DATABASE {} SET standard_conforming_strings = off", db.name()));
}

#[test]
fn what_only_the_server_knows_of_a_script() {
    let copy = r"CREATE TABLE a (id INTEGER); SELECT '\'' ; COPY a FROM STDIN; --';";
    let commit = r"CREATE TABLE a (id INTEGER); SELECT '\'' ; COMMIT; --';";
    let rollback = r"CREATE TABLE a (id INTEGER); SELECT '\'' ; ROLLBACK; --';";
    let ended = "the script has ended the transaction";
    for case in [
        refused(copy, "the server does not confirm"),
        refused(rollback, ended),
        Case { up: commit, code: 1, tables: &["a"], says: ended },
    ] {
        let (project, db) = (project(), database(Backend::Postgres));
        reads_backslashes(&db);
        check(&project, &db, &case);
    }
    // The word alone costs a question, and is no reason to refuse.
    let word = done("CREATE TABLE copyrights (id INTEGER);", &["copyrights"]);
    check(&project(), &database(Backend::Postgres), &word);
}

/// The same on MariaDB: for this server a backslash is a character like any other.
#[test]
fn what_only_mariadb_knows_of_a_script() {
    let options = Options::default().with("sql-mode", "STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES");
    let server = Server::start_dedicated(Engine::MariaDb, &options);
    let db = server.database();
    db.execute("CREATE TABLE a (id INTEGER PRIMARY KEY, t TEXT)");
    let project = project();
    let up = r"INSERT INTO a VALUES (1, '\'); COMMIT; -- ');";
    project.migration(NAME, up, "DELETE FROM a;");
    let failed = Library::of(&project, &db).failed(&Target::Latest);
    assert_eq!(failed.left, Left::OwnCommits);
    let source = failed.source.to_string();
    assert!(source.contains("the script has ended the transaction"), "{source}");
    // What it has committed is there when it runs again.
    project.dbmig_on(&db, &["run"]).expect(1);
    assert_eq!(db.column("SELECT t FROM a"), ["\\"]);
    assert!(db.column("SELECT version FROM __diesel_schema_migrations").is_empty());
}

#[test]
fn a_way_back_and_a_cursor_are_proven_too() {
    let (project, db) = (project(), database(Backend::Postgres));
    reads_backslashes(&db);
    let down = r"DROP TABLE a; SELECT '\'' ; COPY b FROM STDIN; --';";
    project.migration("1_a", "CREATE TABLE a (id INTEGER); CREATE TABLE b (id INTEGER);", down);
    project.dbmig_on(&db, &["run"]).success();
    let revert = project.dbmig_on(&db, &["revert"]).expect(1).text();
    assert!(revert.contains("does not confirm") && !revert.contains("reverted"), "{revert}");
    assert_eq!(own_tables(&db), ["a", "b"]);
    assert_eq!(db.column("SELECT version FROM __diesel_schema_migrations"), ["1"]);

    let up = r"CREATE TABLE c (id INTEGER); SELECT '\'' ; COPY b FROM STDIN; --'; SELECT 1;";
    project.migration("2_b", up, "DROP TABLE c;");
    project.write("migrations/2_b/metadata.toml", "run_in_transaction = false\n");
    let run = project.dbmig_on(&db, &["run"]).expect(1).text();
    assert!(run.contains("does not confirm") && !run.contains("applied"), "{run}");
    assert_eq!(db.column("SELECT version FROM __diesel_schema_migrations"), ["1"]);
    let states = project.states(&db);
    assert!(states.contains(&"interrupted 2_b".to_owned()), "{states:?}");
}

each_backend!(a_history_that_is_emptied_on_the_way_is_no_success);
/// Where the row of a run is gone, nothing says how far it came.
fn a_history_that_is_emptied_on_the_way_is_no_success(backend: Backend) {
    let (project, db) = (project(), database(backend));
    let up =
        "CREATE TABLE a (id INTEGER); DELETE FROM __dbmig_history; CREATE TABLE b (id INTEGER);";
    project.migration(NAME, up, "SELECT 1;");
    project.write(&format!("migrations/{NAME}/metadata.toml"), "run_in_transaction = false\n");
    let run = project.dbmig_on(&db, &["run"]);
    assert_ne!(run.code, Some(0), "{backend:?}\n{}", run.text());
    assert!(!run.text().contains("applied"), "{backend:?}\n{}", run.text());
    assert!(run.text().contains("changed"), "{backend:?}\n{}", run.text());
    assert!(db.column("SELECT version FROM __diesel_schema_migrations").is_empty());
}

/// Statements that a plan shows are executed as it shows them.
#[test]
fn a_script_with_transactions_of_its_own_is_planned_as_it_runs() {
    let (project, db) = (project(), database(Backend::Postgres));
    project.migration(NAME, "BEGIN; CREATE TABLE a (id INTEGER); COMMIT;", "DROP TABLE a;");
    assert_eq!(project.steps(&db, &[])[0]["execution"], "statements");
}

#[test]
fn a_guest_does_not_end_the_transaction_of_its_owner() {
    let db = database(Backend::Postgres);
    let folder = dbmig_tests::folder();
    std::fs::create_dir(folder.path().join(NAME)).unwrap();
    let up = "BEGIN; CREATE TABLE a (id INTEGER); COMMIT;";
    std::fs::write(folder.path().join(NAME).join("up.sql"), up).unwrap();
    let set = scan(folder.path(), dbmig_runtime::Dialect::Postgres).unwrap().set;
    let set: Migrations<Postgres> = Migrations::from_static(set.as_slice().to_vec().leak());
    let mut conn = PgConnection::establish(db.url()).unwrap();
    conn.begin_test_transaction().unwrap();
    conn.batch_execute("CREATE TABLE of_the_owner (id INTEGER)").unwrap();
    let error = Migrator::new(&set).run(&mut conn).unwrap_err().to_string();
    assert!(error.contains("this connection is in one of its owner's"), "{error}");
    // Still there, and still in the transaction.
    conn.batch_execute("INSERT INTO of_the_owner VALUES (1)").unwrap();
    drop(conn);
    assert!(db.tables().is_empty());
}
