//! The example app as a process, on each database that it knows.

use std::net::TcpListener;
use std::process::{Command, Stdio};

use dbmig_example_shop::migrations::postgres;
use dbmig_runtime::{Left, Target};
use dbmig_tests::project::{Output, run};
use dbmig_tests::{Backend, PASSWORD, Project, TestDatabase, database};

use crate::library::Library;
pub(crate) use crate::serving::Serving;

const COUNT: usize = postgres::Version::ALL.len();
const ORDER: &str = r#"{"customer": 1, "lines": [{"sku": "TEA-ASSAM", "quantity": 2}]}"#;

/// The app, with nothing else in its environment.
pub(crate) fn shop(database: &TestDatabase) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shop-under-test"));
    command.env_clear().env("DATABASE_URL", database.url()).env("PORT", "0");
    command.stdin(Stdio::null());
    command
}

fn applied(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with("  applied 2026-")).count()
}

/// The folder of the app's own migrations.
pub(crate) fn migrations_of_the_shop(backend: Backend) -> std::path::PathBuf {
    let folder = match backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
        Backend::MariaDb => "mysql",
    };
    dbmig_tests::workspace().join("examples/shop/migrations").join(folder)
}

/// `cargo dbmig` on the app's own migrations.
fn dbmig(project: &Project, database: &TestDatabase, args: &[&str]) -> Output {
    let migrations = migrations_of_the_shop(database.backend());
    let dir = ["--migrations-dir", migrations.to_str().unwrap()];
    project.dbmig_on(database, &[args, &dir].concat())
}

/// Without regard to the order of columns: one that was dropped and added again is the last.
pub(crate) fn schema(database: &TestDatabase) -> Vec<String> {
    let dump = database.dump();
    let mut lines: Vec<_> = dump.lines().map(|line| line.trim_end_matches(',').into()).collect();
    lines.sort();
    lines
}

each_backend!(it_migrates_serves_dies_and_starts_again);
fn it_migrates_serves_dies_and_starts_again(backend: Backend) {
    let database = database(backend);
    let first = Serving::start(&mut shop(&database)).until_ready();
    first.wait_for(&format!("{COUNT} migrations applied in "));
    assert_eq!(applied(&first.said()), COUNT, "{}", first.said());
    assert!(!first.said().contains(PASSWORD), "{}", first.said());
    let (status, placed) = first.ask("POST", "/orders", ORDER);
    assert_eq!(status, 201, "{placed}");
    assert!(placed.contains(r#""total_cents":1780"#), "{placed}");
    drop(first);

    let second = Serving::start(&mut shop(&database)).until_ready();
    second.wait_for("nothing to migrate");
    assert_eq!(second.ask("GET", "/orders/1", ""), (200, placed), "{backend:?}");
    let (_, products) = second.ask("GET", "/products", "");
    assert!(products.contains(r#""price_cents":890,"stock":198"#), "{products}");
    let (_, customers) = second.ask("GET", "/customers", "");
    assert!(customers.contains(r#""family_name":"Brewster Hopper""#), "{customers}");
    for (order, status) in [(ORDER.replace('2', "999"), 409), (ORDER.replace('1', "7"), 422)] {
        assert_eq!(second.ask("POST", "/orders", &order).0, status, "{backend:?}: {order}");
    }
    let (code, said) = second.stop();
    assert!(code == Some(0) && said.ends_with("stopped\n"), "{code:?}: {said}");
}

each_backend!(many_at_once_migrate_once);
fn many_at_once_migrate_once(backend: Backend) {
    let database = database(backend);
    let replicas: Vec<_> = (0..5)
        .map(|_| shop(&database).arg("--once").stdout(Stdio::piped()).spawn().unwrap())
        .collect();
    let said: Vec<_> = replicas
        .into_iter()
        .map(|replica| {
            let output = replica.wait_with_output().unwrap();
            assert!(output.status.success(), "{backend:?}");
            String::from_utf8(output.stdout).unwrap()
        })
        .collect();
    let applied: usize = said.iter().map(|text| applied(text)).sum();
    assert_eq!(applied, COUNT, "{said:?}");
    assert!(said.iter().all(|text| text.contains("\n200 [{\"sku\":")), "{said:?}");
    let history = "SELECT count(*) FROM __dbmig_history";
    assert_eq!(database.column(history), [COUNT.to_string()], "{backend:?}");
}

each_backend!(the_command_line_goes_on_where_the_app_stopped);
fn the_command_line_goes_on_where_the_app_stopped(backend: Backend) {
    let project = crate::project();
    let database = database(backend);
    run(shop(&database).arg("--once")).success();
    let schema = database.dump();
    dbmig(&project, &database, &["status", "--check"]).success();
    dbmig(&project, &database, &["verify"]).success();

    dbmig(&project, &database, &["revert", "--all"]).success();
    assert_eq!(database.tables(), ["__dbmig_history", "__diesel_schema_migrations"]);
    dbmig(&project, &database, &["run"]).success();
    assert_eq!(database.dump(), schema, "{backend:?}");
    let again = run(shop(&database).arg("--once")).success().stdout;
    assert!(again.contains("nothing to migrate"), "{again}");
}

each_server!(each_down_undoes_its_up);
/// The unit tests of the app show the same on SQLite.
fn each_down_undoes_its_up(backend: Backend) {
    let project = crate::project();
    let database = database(backend);
    let dbmig = |args: &[&str]| dbmig(&project, &database, args).success();
    // From here on, both tables of dbmig are there.
    dbmig(&["run", "--to", &postgres::Version::CreateCustomers.to_string()]);
    dbmig(&["revert"]);
    for version in postgres::Version::ALL.iter().map(ToString::to_string) {
        let before = schema(&database);
        dbmig(&["run", "--to", &version]);
        let after = schema(&database);
        dbmig(&["revert"]);
        assert_eq!(schema(&database), before, "{version} down");
        dbmig(&["run", "--to", &version]);
        assert_eq!(schema(&database), after, "{version} up again");
    }
}

each_backend!(a_migration_that_fails_stops_the_start);
fn a_migration_that_fails_stops_the_start(backend: Backend) {
    let database = database(backend);
    database.execute("CREATE TABLE orders (ours INTEGER)");
    let output = run(shop(&database).arg("--once")).expect(1);
    assert_eq!(applied(&output.stdout), 3, "{}", output.stdout);
    for part in [
        "error: applying 2026-01-12-101500-0000_create_orders failed",
        "2026-01-12-101500-0000_create_orders/up.sql:1:",
        "next: correct migrations/",
    ] {
        assert!(output.stderr.contains(part), "{backend:?}: no {part} in {}", output.stderr);
    }
    let library = Library::in_folder(&migrations_of_the_shop(backend), database.url());
    let left = match backend {
        // It commits at each schema change.
        Backend::MariaDb => Left::Statements(0),
        Backend::Postgres | Backend::Sqlite => Left::Nothing,
    };
    assert_eq!(library.failed(&Target::Latest).left, left, "{backend:?}");
}

#[test]
fn what_stands_in_the_way_is_named() {
    let lite = database(Backend::Sqlite);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let output = run(shop(&lite).env("PORT", address.port().to_string())).expect(1);
    assert_eq!(
        output.stderr,
        format!(
            "error: another program listens on {address} already\n\
             next: set ADDRESS and PORT, such as `PORT=3001`\n"
        )
    );
    // Who cannot listen has not migrated either.
    assert_eq!(lite.tables(), [""; 0]);
    let output = run(shop(&lite).env("PORT", "http")).expect(2);
    assert!(output.stderr.contains("invalid value 'http' for '--port"), "{}", output.stderr);

    let database = database(Backend::Postgres);
    let wrong = database.url().replace(PASSWORD, "wr0ng-secret");
    let output = run(shop(&database).arg("--once").env("DATABASE_URL", wrong)).expect(1);
    assert!(output.stderr.contains("password authentication failed"), "{}", output.stderr);
    assert!(!output.text().contains("wr0ng-secret"), "{}", output.text());

    run(shop(&lite).arg("--twice")).expect(2);
}
