//! MariaDB as people have it: whatever its settings do to a SELECT, an INSERT or a COMMIT, what is
//! said of a database is what is there, a migration finds the settings that it would find without
//! dbmig, and so does the owner of a borrowed connection.

use std::time::{Duration, Instant};

use dbmig_core::scan::scan;
use dbmig_runtime::{Error, Extent, Migrations, Migrator, Mysql, Obstacle, Target};
use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Engine, Project, TestDatabase, eventually};
use diesel::connection::{Connection, SimpleConnection};
use diesel::dsl::sql;
use diesel::sql_types::Text;
use diesel::{MysqlConnection, RunQueryDsl, select};

use crate::faults::{finish, start};
use crate::library::Library;
use crate::project;

/// Groups of settings, each of the whole server.
const GROUPS: [&[&str]; 6] = [
    &[
        "sql_select_limit = 1",
        "max_join_size = 2",
        "sql_safe_updates = 1",
        "group_concat_max_len = 4",
        "max_statement_time = 9",
    ],
    &["autocommit = 0", "tx_isolation = 'SERIALIZABLE'", "completion_type = 'CHAIN'"],
    &[
        "autocommit = 0",
        "tx_isolation = 'REPEATABLE-READ'",
        "completion_type = 'RELEASE'",
        "idle_transaction_timeout = 30",
    ],
    &[
        "sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,STRICT_TRANS_TABLES'",
        "character_set_server = latin1",
        "collation_connection = latin1_german2_ci",
        "lc_messages = 'de_DE'",
        "time_zone = '+05:30'",
    ],
    &["sql_mode = 'ORACLE,EMPTY_STRING_IS_NULL'", "div_precision_increment = 0"],
    &[
        "default_storage_engine = MyISAM",
        "innodb_force_primary_key = 1",
        "innodb_default_row_format = compact",
        "sql_mode = ''",
        "wait_timeout = 20",
    ],
];

/// What a statement of a migration finds.
const SEEN: &str = "CONCAT_WS('|', @@sql_mode, @@sql_select_limit, @@sql_big_selects, \
                    @@sql_safe_updates, @@completion_type, @@max_statement_time, @@tx_isolation)";

/// The same and more, of a borrowed session.
const OWNED: &str = "CONCAT_WS('|', @@sql_mode, @@sql_select_limit, @@sql_big_selects, \
                     @@sql_safe_updates, @@completion_type, @@max_statement_time, @@tx_isolation, \
                     @@autocommit, @@tx_read_only, @@lc_messages, @@wait_timeout, @@lock_wait_timeout, \
                     @@innodb_lock_wait_timeout, @@character_set_client, @@character_set_results, \
                     @@collation_connection, @@sql_auto_is_null, @@wsrep_sync_wait)";

/// Statement by statement, and in transactions; `PATH` holds a backslash and quotes.
fn migrations(project: &Project) {
    let seen = |id: usize| format!("INSERT INTO a VALUES ({id}, {SEEN});\n");
    let first = format!("CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(900));\n{}", seen(1));
    project.migration("1_a", &first, "-- it's \\ \"gone\"\nDROP TABLE a;");
    let second = format!("{}UPDATE a SET v = v WHERE id = 1;\n", seen(2));
    project.migration("2_b", &second, "DELETE FROM a WHERE id = 2;");
    project.migration("3_c", &seen(3), "DELETE FROM a WHERE id = 3;");
    project.migration("4_d", "ALTER TABLE a ADD COLUMN c INT;", "ALTER TABLE a DROP COLUMN c;");
    project.migration("5_e", "ALTER TABLE a ADD COLUMN d INT;", "ALTER TABLE a DROP COLUMN d;");
}

#[test]
fn whatever_the_settings_all_is_seen_and_done_once() {
    let server = Server::start_dedicated(Engine::MariaDb, &Options::default());
    let project = project();
    migrations(&project);
    let set = scan(&project.path("migrations"), dbmig_core::Dialect::Mysql).unwrap().set;
    let all: &'static Migrations<Mysql> =
        Box::leak(Box::new(Migrations::from_static(set.as_slice().to_vec().leak())));
    for group in GROUPS {
        let [own, borrowed] = [server.database(), server.database()];
        let set = |value: &dyn Fn(&str) -> String| {
            let mut admin = server.admin();
            group.iter().for_each(|one| admin.execute(&format!("SET GLOBAL {}", value(one))));
        };
        set(&|one| one.to_owned());
        on_connections_of_its_own(&project, &own, group);
        on_one_that_was_lent(all, &borrowed, group);
        set(&|one| format!("{} = DEFAULT", one.split(' ').next().unwrap()));
    }
}

fn on_connections_of_its_own(project: &Project, db: &TestDatabase, group: &[&str]) {
    let say = |args: &[&str]| {
        let args = [args, &["--answer-timeout", "20s", "--json"]].concat();
        let output = finish(start(project, db.url(), &args));
        assert_eq!(output.code, Some(0), "{group:?} {args:?}\n{}", output.text());
        output
    };
    for (args, expected) in [
        (&["run"][..], &["up 1_a", "up 2_b", "up 3_c", "up 4_d", "up 5_e"][..]),
        (&["run"], &[]),
        (&["revert", "-n", "4"], &["down 5_e", "down 4_d", "down 3_c", "down 2_b"]),
        (&["run"], &["up 2_b", "up 3_c", "up 4_d", "up 5_e"]),
        (&["run", "--lock", "lease"], &[]),
        (&["revert", "--lock", "lease"], &["down 5_e"]),
        (&["run", "--lock", "lease"], &["up 5_e"]),
    ] {
        assert_eq!(say(args).done(), expected, "{group:?} {args:?}");
        let counts = say(&["status"]).json()["counts"]["applied"].clone();
        let there = if args[0] == "revert" { 5 - expected.len() } else { 5 };
        assert_eq!(counts, there, "{group:?} {args:?}");
    }
    say(&["status", "--check"]);
    let mut session = db.session();
    let there = db.column(&format!("SELECT {SEEN}")).remove(0);
    session.execute("SET SESSION sql_select_limit = 1000, sql_big_selects = 1");
    let seen = session.query("SELECT v FROM a ORDER BY id");
    assert_eq!(seen, vec![vec![Some(there)]; 3], "{group:?}");
}

fn on_one_that_was_lent(all: &'static Migrations<Mysql>, db: &TestDatabase, group: &[&str]) {
    let conn = &mut MysqlConnection::establish(db.url()).unwrap();
    conn.batch_execute("SET SESSION lock_wait_timeout = 77, tx_read_only = 1").unwrap();
    let owned = |conn: &mut MysqlConnection| -> String {
        select(sql::<Text>(OWNED)).get_result(conn).unwrap()
    };
    let before = owned(conn);
    let migrator = || Migrator::new(all);
    let pending = |conn: &mut MysqlConnection| {
        let entries = migrator().status(conn).unwrap();
        entries.iter().filter(|entry| entry.state == dbmig_runtime::MigrationState::Pending).count()
    };
    assert_eq!(pending(conn), 5, "{group:?}");
    assert_eq!(migrator().run(conn).unwrap().done.len(), 5, "{group:?}");
    assert_eq!(owned(conn), before, "{group:?}");
    assert_eq!(pending(conn), 0, "{group:?}");
    assert_eq!(migrator().run(conn).unwrap().done.len(), 0, "{group:?}");
    assert_eq!(migrator().revert(conn, Extent::All).unwrap().done.len(), 5, "{group:?}");
    assert_eq!(migrator().run(conn).unwrap().done.len(), 5, "{group:?}");
    assert_eq!(owned(conn), before, "{group:?}");
}

/// A rollback would leave the row that says that a migration is applied.
#[test]
fn a_ledger_that_keeps_what_is_rolled_back_is_refused() {
    let (project, db) = (project(), dbmig_tests::database(dbmig_tests::Backend::MariaDb));
    project.migration("1_a", "CREATE TABLE a (id INT PRIMARY KEY);", "DROP TABLE a;");
    db.execute(
        "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
         run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP) ENGINE = MyISAM",
    );
    let refused = project.dbmig_on(&db, &["run"]).expect(4).stderr;
    let error = Library::of(&project, &db).error(&Target::Latest);
    let Error::Obstacle(Obstacle::NotTransactional { table, engine }) = error else {
        panic!("{error}")
    };
    assert_eq!((table.as_str(), engine.as_str()), ("__diesel_schema_migrations", "MyISAM"));
    assert_eq!(db.tables(), ["__diesel_schema_migrations"]);
    assert_eq!(project.states(&db), ["pending 1_a"]);
    let remedy = "ALTER TABLE __diesel_schema_migrations ENGINE = InnoDB";
    assert!(refused.contains(remedy), "{refused}");
    db.execute(remedy);
    project.dbmig_on(&db, &["run"]).success();
}

/// A replica is one by what it says, whatever its user may do.
#[test]
fn nothing_is_migrated_on_a_replica() {
    let primary = Options::default().with("log_bin", "log").with("server_id", "1");
    let replica = Options::default().with("server_id", "2").with("read_only", "1");
    let [primary, replica] =
        [&primary, &replica].map(|options| Server::start_dedicated(Engine::MariaDb, options));
    let mut admin = replica.admin();
    admin.execute(&format!(
        "CHANGE MASTER TO master_host = '127.0.0.1', master_port = {}, master_user = '{}', \
         master_password = '{}', master_log_file = 'log.000001', master_log_pos = 4; START SLAVE",
        primary.port(),
        dbmig_tests::USER,
        dbmig_tests::PASSWORD,
    ));
    let (project, db) = (project(), primary.database());
    project.migration("1_a", "CREATE TABLE a (id INT PRIMARY KEY);", "DROP TABLE a;");
    project.dbmig_on(&db, &["run"]).success();
    let copy = replica.url(db.name());
    let on_replica = |args: &[&str]| finish(start(&project, &copy, args));
    let applied = format!("SELECT version FROM {}.__diesel_schema_migrations", db.name());
    eventually("it is on the replica", || {
        admin.try_query(&applied).is_ok_and(|rows| !rows.is_empty())
    });
    // To look is allowed, and to find that there is nothing to do.
    on_replica(&["status", "--check"]).success();
    on_replica(&["wait", "--timeout", "5s"]).success();
    on_replica(&["run"]).success();
    project.migration("2_b", "CREATE TABLE b (id INT PRIMARY KEY);", "DROP TABLE b;");
    let is = |setting: &str, obstacle: &Obstacle| match obstacle {
        Obstacle::OnlyReads { why } => setting == "1" && why.contains("@@read_only"),
        Obstacle::Replicates => setting == "0",
        Obstacle::NotTransactional { .. } => false,
    };
    let library = || Library::at(&project, &copy);
    for setting in ["1", "0"] {
        admin.execute(&format!("SET GLOBAL read_only = {setting}"));
        for args in [&["run"][..], &["revert"], &["run", "--lock", "lease"]] {
            on_replica(args).expect(75);
        }
        for error in [
            library().error(&Target::Latest),
            library().error(&Target::Revert(Extent::Last(std::num::NonZeroUsize::MIN))),
            library().with_lease().error(&Target::Latest),
        ] {
            let Error::Obstacle(obstacle) = &error else { panic!("{error}") };
            assert!(is(setting, obstacle), "{setting}: {error}");
        }
        let tables = admin.query(&format!("SHOW TABLES FROM {}", db.name()));
        assert_eq!(tables.len(), 3, "{tables:?}");
    }
    // A failover.
    admin.execute("STOP SLAVE");
    on_replica(&["run"]).success();
}

/// libmariadb says "Lost connection" to all of them.
#[test]
fn the_end_of_a_connection_is_explained_as_far_as_it_is_known() {
    let server = Server::start_dedicated(Engine::MariaDb, &Options::default());
    for (strike, expected) in [
        ("KILL", "takes new connections: only this one has ended, by an administrator (KILL)"),
        ("stop", "a new connection fails, too: "),
    ] {
        let (project, db) = (project(), server.database());
        project.migration("1_a", "CREATE TABLE a (id INT PRIMARY KEY);", "DROP TABLE a;");
        project.migration("2_b", "INSERT INTO a SELECT SLEEP(30);", "DELETE FROM a;");
        let run = start(&project, db.url(), &["run"]);
        let at_work = format!(
            "SELECT CAST(id AS CHAR) FROM information_schema.processlist WHERE db = '{}' \
             AND info LIKE 'INSERT INTO a SELECT SLEEP%'",
            db.name()
        );
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut admin = server.admin();
        let id = loop {
            if let Some(row) = admin.query(&at_work).pop() {
                break row[0].clone().unwrap();
            }
            assert!(Instant::now() < deadline, "the statement has not begun");
            std::thread::sleep(Duration::from_millis(20));
        };
        match strike {
            "KILL" => admin.execute(&format!("KILL {id}")),
            _ => server.stop_immediate(),
        }
        let said = finish(run).expect(75).stderr;
        assert!(said.contains(expected), "{strike}: {said}");
    }
}
