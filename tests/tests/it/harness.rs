//! The harness itself: what every other suite takes for granted.

mod bookkeeping;
mod kill_points;
mod pgbouncer;
mod proxied;
mod proxy;
mod tls;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, PASSWORD, Session, database, diesel, eventually, servers};

each_backend!(a_value_comes_back_as_it_is);
fn a_value_comes_back_as_it_is(backend: Backend) {
    let database = database(backend);
    database.execute("CREATE TABLE t (n INTEGER, s VARCHAR(99))");
    let awkward = "a<b>&amp;\"q\" \t é\n</row> ERROR 1 NULL";
    database.execute(&format!("INSERT INTO t VALUES (1, '{awkward}'), (2, NULL), (3, 'NULL')"));
    let rows = database.query("SELECT n, s FROM t ORDER BY n");
    let row = |n: &str, s: Option<&str>| vec![Some(n.to_owned()), s.map(ToOwned::to_owned)];
    let expected = [row("1", Some(awkward)), row("2", None), row("3", Some("NULL"))];
    assert_eq!(rows, expected, "{backend:?}");
}

each_backend!(an_error_is_the_databases_own_and_does_not_end_the_session);
fn an_error_is_the_databases_own_and_does_not_end_the_session(backend: Backend) {
    let mut session = database(backend).session();
    let error = session.try_query("SELECT 1 FROM nowhere").unwrap_err();
    assert!(error.contains("nowhere"), "{backend:?}: {error}");
    assert_eq!(session.query("SELECT 7"), [[Some("7".to_owned())]], "{backend:?}");
}

each_backend!(several_statements_are_one_call);
fn several_statements_are_one_call(backend: Backend) {
    let database = database(backend);
    database.execute("CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1); SELECT x FROM a;");
    let error = database.try_query("INSERT INTO a VALUES (2); INSERT INTO b VALUES (3);");
    assert!(error.is_err(), "{backend:?}");
    assert_eq!(database.tables(), ["a"], "{backend:?}");
}

each_backend!(databases_share_nothing);
fn databases_share_nothing(backend: Backend) {
    let (one, two) = (database(backend), database(backend));
    one.execute("CREATE TABLE only_here (x INTEGER)");
    assert_eq!(two.tables(), [""; 0], "{backend:?}");
}

each_backend!(a_session_keeps_its_transaction);
fn a_session_keeps_its_transaction(backend: Backend) {
    let database = database(backend);
    database.execute("CREATE TABLE t (x INTEGER)");
    let mut session = database.session();
    session.execute("BEGIN");
    session.execute("INSERT INTO t VALUES (1)");
    assert_eq!(database.column("SELECT count(*) FROM t"), ["0"], "{backend:?}");
    session.execute("COMMIT");
    assert_eq!(database.column("SELECT count(*) FROM t"), ["1"], "{backend:?}");
}

each_backend!(a_dump_shows_the_schema_and_nothing_that_changes_by_itself);
fn a_dump_shows_the_schema_and_nothing_that_changes_by_itself(backend: Backend) {
    let key = |backend| match backend {
        Backend::MariaDb => "id INTEGER AUTO_INCREMENT PRIMARY KEY",
        Backend::Postgres => "id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        Backend::Sqlite => "id INTEGER PRIMARY KEY AUTOINCREMENT",
    };
    let (one, two) = (database(backend), database(backend));
    let table = format!("CREATE TABLE users ({}, name VARCHAR(20))", key(backend));
    one.execute(&table);
    one.execute("INSERT INTO users (name) VALUES ('a'), ('b')");
    two.execute(&table);
    assert_eq!(one.dump(), two.dump(), "{backend:?}");
    two.execute("CREATE INDEX by_name ON users (name)");
    assert_ne!(one.dump(), two.dump(), "{backend:?}");
    assert!(two.dump().contains("by_name"), "{}", two.dump());
    for volatile in [one.name(), PASSWORD, "20:", "AUTO_INCREMENT="] {
        assert!(!one.dump().contains(volatile), "{volatile}: {}", one.dump());
    }
}

#[test]
fn a_trigger_of_mariadb_arrives_whole_and_is_in_the_dump() {
    let database = database(Backend::MariaDb);
    database.execute("CREATE TABLE t (x INT)");
    let body = "BEGIN IF NEW.x < 0 THEN SET NEW.x = 0; END IF; SET NEW.x = NEW.x + 1; END";
    database.execute(&format!("CREATE TRIGGER up BEFORE INSERT ON t FOR EACH ROW {body}"));
    database.execute("INSERT INTO t VALUES (-5)");
    assert_eq!(database.column("SELECT x FROM t"), ["1"]);
    assert!(database.dump().contains("NEW.x < 0"), "{}", database.dump());
}

each_server!(a_wrong_password_is_refused);
fn a_wrong_password_is_refused(backend: Backend) {
    let url = database(backend).url().replace(PASSWORD, "wrong");
    let error = Session::connect(backend, &url).unwrap_err().to_lowercase();
    assert!(error.contains("password"), "{backend:?}: {error}");
}

each_server!(a_stopped_server_comes_back_on_its_port_with_its_data);
fn a_stopped_server_comes_back_on_its_port_with_its_data(backend: Backend) {
    let engine = backend.engine();
    let server = Server::start_dedicated(engine, &Options::default());
    let database = server.database();
    database.execute("CREATE TABLE t (x INTEGER)");
    let ways: [fn(&Server); 3] = [Server::stop, Server::stop_immediate, Server::kill];
    for (row, stop) in ways.iter().enumerate() {
        database.execute(&format!("INSERT INTO t VALUES ({row})"));
        let pid = server.pid();
        stop(&server);
        assert!(database.try_query("SELECT 1").is_err(), "{engine:?} {row}");
        server.restart();
        assert_ne!(server.pid(), pid);
        let count = database.column("SELECT count(*) FROM t");
        assert_eq!(count, [(row + 1).to_string()], "{engine:?}");
    }
}

each_server!(settings_reach_the_server);
fn settings_reach_the_server(backend: Backend) {
    let engine = backend.engine();
    let options = Options::durable().with("max_connections", "37");
    let server = Server::start_dedicated(engine, &options);
    let mut session = server.admin();
    let (limit, durable, on) = match engine {
        Engine::Postgres => ("SHOW max_connections", "SHOW fsync", "on"),
        Engine::MariaDb => {
            ("SELECT @@max_connections", "SELECT @@innodb_flush_log_at_trx_commit", "1")
        }
    };
    assert_eq!(session.query(limit), [[Some("37".to_owned())]], "{engine:?}");
    assert_eq!(session.query(durable), [[Some(on.to_owned())]], "{engine:?}");
}

#[test]
fn nothing_survives_a_killed_test_process() {
    let mut victim = Command::new(env!("CARGO_BIN_EXE_harness-victim"));
    servers::lend_none(&mut victim);
    let mut victim = victim.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let said: Vec<String> = lines.take(7).map(Result::unwrap).collect();
    victim.kill().unwrap();
    victim.wait().unwrap();

    let (pids, folders) = said.split_at(3);
    assert_eq!((pids.len(), folders.len()), (3, 4), "{said:?}");
    let folders: Vec<PathBuf> = folders.iter().map(PathBuf::from).collect();
    eventually(&format!("all of {pids:?} and {folders:?} are gone"), || {
        !pids.iter().any(|pid| is_alive(pid)) && !folders.iter().any(|folder| folder.exists())
    });
}

#[test]
fn a_run_shares_servers_that_end_with_it() {
    for (end, code) in [("exit 7", 7), ("kill -KILL $$", 1)] {
        let script = format!("env | grep ^DBMIG_TEST_SHARED_; {end}");
        let mut run = Command::new(env!("CARGO_BIN_EXE_with-servers"));
        let output = dbmig_tests::project::run(run.args(["sh", "-c", &script])).expect(code);
        let folders: Vec<_> =
            output.stdout.lines().map(|line| Path::new(line.split(' ').nth(1).unwrap())).collect();
        assert_eq!(folders.len(), 2, "{}", output.stdout);
        assert!(!folders.iter().any(|folder| folder.exists()), "{folders:?}");
    }
}

fn is_alive(pid: &str) -> bool {
    let signal = Command::new("kill").args(["-0", pid]).stderr(Stdio::null()).status();
    signal.is_ok_and(|status| status.success())
}

each_server!(a_dropped_server_is_gone_at_once);
fn a_dropped_server_is_gone_at_once(backend: Backend) {
    let engine = backend.engine();
    let server = Server::start_dedicated(engine, &Options::default());
    let (pid, folder) = (server.pid().to_string(), server.folder().to_owned());
    assert!(is_alive(&pid) && folder.exists());
    drop(server);
    assert!(!is_alive(&pid) && !folder.exists(), "{engine:?}");
}

#[test]
fn the_tool_is_the_one_just_built_in_an_environment_of_its_own() {
    let project = crate::project();
    let version = project.dbmig(&["--version"]).success().stdout;
    assert!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");

    let command = project.command(&["status"]);
    assert_eq!(command.get_args().collect::<Vec<_>>(), ["dbmig", "status"]);
    let program = Path::new(command.get_program());
    assert!(program.starts_with(std::env::current_exe().unwrap().ancestors().nth(2).unwrap()));
    // This test process has many variables of Cargo's; a child that prints its own has none.
    let mut child = project.cargo(&["--version"]);
    let names: Vec<_> = child.get_envs().map(|(name, _)| name.to_owned()).collect();
    assert!(std::env::var_os("CARGO_PKG_NAME").is_some());
    assert!(!names.iter().any(|name| name == "CARGO_PKG_NAME" || name == "DATABASE_URL"));
    dbmig_tests::project::run(&mut child).success();
}

#[test]
fn a_project_is_a_crate_that_builds() {
    let project = crate::project();
    project.migration("2026-01-01-000000-0000_a", "SELECT 1;", "");
    assert_eq!(project.migrations(), ["2026-01-01-000000-0000_a"]);
    project.write("src/main.rs", "fn main() { print!(\"built\") }");
    dbmig_tests::project::run(&mut project.cargo(&["build", "--quiet"])).success();
    let program = project.path("target/debug/demo");
    let output = dbmig_tests::project::run(&mut Command::new(program));
    assert_eq!(output.success().stdout, "built");
}

each_backend!(diesels_own_tool_runs);
fn diesels_own_tool_runs(backend: Backend) {
    let (project, database) = (crate::project(), database(backend));
    project.migration("2026-01-01-000000-0000_a", "CREATE TABLE t (x INT);", "DROP TABLE t;");
    project.diesel_on(&database, &["migration", "run"]).success();
    assert_eq!(database.tables(), ["__diesel_schema_migrations", "t"], "{backend:?}");
    assert!(Path::new(&diesel::cli()).is_file());
}
