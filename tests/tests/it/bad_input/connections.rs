//! Databases that cannot be reached, that do not exist, or that must not be touched unasked.

use std::net::TcpListener;

use dbmig_tests::servers::{mariadb, postgres};
use dbmig_tests::{Backend, PASSWORD, TestDatabase, USER};

use super::{COMMANDS, Case, refusal};

fn scheme(backend: Backend) -> &'static str {
    match backend {
        Backend::Postgres => "postgres",
        _ => "mysql",
    }
}

/// A project with one migration, and a URL that is no database's.
fn with_url(url: &str) -> Case {
    let mut case = Case::new(Backend::Sqlite);
    case.project.migration("1_a", "CREATE TABLE a (x INT);", "DROP TABLE a;");
    case.url = Some(url.to_owned());
    case
}

#[test]
fn no_url_at_all() {
    let mut case = with_url("");
    for url in [None, Some(String::new()), Some("  ".to_owned())] {
        case.url = url;
        for command in COMMANDS {
            case.refused(2, command)
                .says(&["nothing says which database is meant"])
                .offers("set DATABASE_URL (or MIGRATION_DATABASE_URL), also in .env, or pass --database-url URL");
        }
        for command in [&["db", "create"][..], &["db", "drop"], &["db", "reset"]] {
            case.refused(2, command).offers("set DATABASE_URL");
        }
    }
}

#[test]
fn an_unknown_scheme() {
    let case = with_url(&format!("oracle://app:{PASSWORD}@db/shop"));
    case.refused(2, &["run"])
        .says(&["DATABASE_URL: `oracle://` is no database that dbmig knows: use postgres://"]);
    let url = format!("mssql://app:{PASSWORD}@db/shop");
    case.refused(2, &["status", "--database-url", &url])
        .says(&["--database-url: `mssql://` is no database"]);
    case.project.write(".env", format!("DATABASE_URL=redis://app:{PASSWORD}@db/0\n"));
    let mut case = case;
    case.url = None;
    case.refused(2, &["run"]).says(&["DATABASE_URL in .env: `redis://` is no database"]);
}

/// Files of variables and settings of other tools leave these; none of them is a file's path.
#[test]
fn what_is_no_url_is_said_so() {
    let server = format!("app:{PASSWORD}@db/shop");
    for (url, says) in [
        (format!("\"postgres://{server}\""), "not a URL: it stands in quotes. Leave them out"),
        (format!("'sqlite://{PASSWORD}.db'"), "not a URL: it stands in quotes. Leave them out"),
        (
            format!("jdbc:postgresql://{server}"),
            "not a URL: `jdbc:` is Java's form. Write postgres://",
        ),
        (
            format!("postgres//{server}"),
            "not a URL: behind `postgres` comes `://`. Write postgres://",
        ),
        (format!("mysql:{server}"), "not a URL: behind `mysql` comes `://`. Write mysql://"),
        (
            server.clone(),
            "not a URL: it looks like one, but does not begin like one. Use postgres://",
        ),
        (format!("Host=db;Password={PASSWORD}"), "not a URL: it looks like one"),
        (format!("host=db;password={PASSWORD}"), "the connection string is broken"),
        (format!("postgres://app:{PASSWORD}"), "what stands in the place of the port"),
        (format!("sqlite://{server}"), "not a URL: it looks like one"),
    ] {
        let mut case = with_url(&url);
        for command in [&["run"][..], &["status"], &["db", "create"], &["db", "drop", "--yes"]] {
            case.refused(2, command).says(&[&format!("DATABASE_URL: {says}")]);
        }
        case.url = None;
        case.refused(2, &["run", "--database-url", &url]).says(&["--database-url: ", says]);
    }
}

/// A URL in the place of something else is not repeated by who reads the arguments.
#[test]
fn a_url_in_the_wrong_place_is_not_repeated() {
    let case = with_url("app.db");
    let url = format!("postgres://app:{PASSWORD}@db/my_shop");
    for args in [
        &["run", &url][..],
        &[&url],
        &["run", "--to", &url],
        &["run", &format!("--to={url}")],
        &["history", &format!("-n{url}")],
        &["new", "--backend", &url, "x"],
        &["run", &format!("app:{PASSWORD}@db/shop")],
        &["run", &format!("--url={url}")],
    ] {
        let output = case.dbmig(args).expect(2);
        assert!(output.stderr.starts_with("error: "), "{args:?}: {}", output.stderr);
    }
    let shown = case.dbmig(&["run", &url]).stderr;
    assert!(shown.contains("unexpected argument 'postgres://***' found"), "{shown}");
}

#[test]
fn a_password_with_reserved_characters() {
    for password in [
        format!("{PASSWORD}@x"),
        format!("a/{PASSWORD}"),
        format!("a?{PASSWORD}#"),
        format!("a@b/{PASSWORD}"),
        format!("a@b?{PASSWORD}"),
        format!("p@ss#w/{PASSWORD}"),
    ] {
        let case = with_url(&format!("postgres://app:{password}@127.0.0.1/shop"));
        case.refused(2, &["run"])
            .says(&["DATABASE_URL: the password in the database URL holds", "percent-encoded"]);
    }
}

/// libpq's own form: spaces around `=` and quotes must not let the password through.
#[test]
fn a_connection_string() {
    let server = postgres();
    let (port, name) = (server.port(), server.fresh_name());
    let case = with_url(&format!(
        "host = 127.0.0.1 port={port} user={USER} password='{PASSWORD}' dbname={name}"
    ));
    let shown = format!("host=127.0.0.1 port={port} user={USER} password=*** dbname={name}");
    case.refused(1, &["run"])
        .says(&[&format!("the database does not exist: {shown}\n")])
        .offers("`cargo dbmig db create`");
    created_and_run(&case, &shown);
    case.dbmig(&["revert"]).success();

    let case =
        with_url(&format!("host=127.0.0.1 port={port} password='{PASSWORD} it\\'s' user=nobody"));
    case.refused(1, &["run"]).says(&["password=*** user=nobody"]);
    let case = with_url(&format!("host=127.0.0.1 password='{PASSWORD}"));
    case.refused(2, &["run"]).says(&["DATABASE_URL: the connection string is broken"]);
}

each_server!(a_wrong_password);
/// The wrong password is no more printed than the right one.
fn a_wrong_password(backend: Backend) {
    let database = dbmig_tests::database(backend);
    let wrong = database.url().replace(USER, "nobody");
    let case = with_url(&wrong);
    // To create a database, another one of the server is connected to.
    let shown = wrong.replace(PASSWORD, "***").replace(database.name(), "");
    for command in [&["run"][..], &["status"], &["db", "create"]] {
        case.refused(1, command)
            .says(&[&format!("the server refuses the connection: {shown}")])
            .offers("check the user and the password in the database URL");
    }
}

each_server!(a_closed_port);
fn a_closed_port(backend: Backend) {
    // Taken and not listened on as a database: closed again before it is used.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let scheme = scheme(backend);
    let mut case = with_url(&format!("{scheme}://{USER}:{PASSWORD}@127.0.0.1:{port}/shop"));
    // It would try again for ten seconds each time.
    case.environment = vec![("DBMIG_CONNECT_WAIT", "0s")];
    for command in COMMANDS.into_iter().chain([&["db", "create"][..]]) {
        case.refused(75, command)
            .says(&[&format!(
                "the database cannot be reached: {scheme}://{USER}:***@127.0.0.1:{port}/shop\n"
            )])
            .offers(
                "check that the server runs and that host and port in the database URL are right",
            );
    }
}

each_server!(a_missing_database_is_offered_to_be_created);
fn a_missing_database_is_offered_to_be_created(backend: Backend) {
    let server = if backend == Backend::Postgres { postgres() } else { mariadb() };
    let name = server.fresh_name();
    let url = server.url(&name);
    let case = with_url(&url);
    let shown = url.replace(PASSWORD, "***");
    for command in COMMANDS {
        case.refused(1, command)
            .says(&[&format!("the database does not exist: {shown}\n"), &name])
            .offers("create it: `cargo dbmig db create`");
    }
    created_and_run(&case, &shown);
    case.dbmig(&["db", "drop", "--yes"]).success();
    case.refused(1, &["status"]).says(&["the database does not exist"]);
}

#[test]
fn a_file_in_a_missing_folder_is_offered_to_be_created() {
    let case = with_url("data/deep/app.db");
    for command in COMMANDS {
        case.refused(1, command)
            .says(&["the database does not exist: data/deep/app.db"])
            .offers("create it: `cargo dbmig db create`");
    }
    assert!(!case.project.path("data").exists());
    created_and_run(&case, "data/deep/app.db");
}

fn created_and_run(case: &Case, shown: &str) {
    assert_eq!(case.dbmig(&["db", "create"]).success().stdout, format!("{shown}: created\n"));
    assert_eq!(case.dbmig(&["run"]).success().stdout, "applied 1 migration\n");
    assert_eq!(
        case.dbmig(&["db", "create"]).success().stdout,
        format!("{shown}: nothing to do: it exists\n")
    );
    case.dbmig(&["status", "--check"]).success();
}

#[test]
fn a_file_that_is_no_database() {
    let case = with_url("src/main.rs");
    let before = case.project.read("src/main.rs");
    for command in COMMANDS {
        case.refused(1, command)
            .says(&[
                "the file cannot be used as a database: src/main.rs",
                "file is not a database. An encrypted one (SQLCipher, SEE) looks like that, too",
            ])
            .offers("check the path in the database URL");
    }
    for command in [&["db", "create"][..], &["db", "drop", "--yes"], &["db", "reset", "--yes"]] {
        case.refused(4, command)
            .says(&["src/main.rs is a file, but no SQLite database"])
            .offers("check the database URL");
    }
    assert_eq!(case.project.read("src/main.rs"), before);
}

#[test]
fn a_folder_that_is_no_database() {
    let case = with_url("src");
    for command in COMMANDS {
        case.refused(1, command)
            .says(&["the file cannot be used as a database: src"])
            .offers("check the path in the database URL");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_database_that_may_only_be_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let case = Case::new(Backend::Sqlite);
    case.begin();
    case.project.migration("20260102_pending", "CREATE TABLE pending (x INT);", "");
    let file = case.database.file().unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o444)).unwrap();
    let command = |args: &[&str]| super::files::without_privilege(&case.command(args));
    case.refused_by(1, &["run"], command).says(&["readonly database"]);
    dbmig_tests::project::run(&mut command(&["status"])).success();
}

each_server!(what_destroys_is_not_done_far_away_unasked);
/// 203.0.113.0/24 is for documentation: nobody answers there, and to try would take minutes.
fn what_destroys_is_not_done_far_away_unasked(backend: Backend) {
    let far = format!("{}://{USER}:{PASSWORD}@203.0.113.1/shop", scheme(backend));
    let shown = far.replace(PASSWORD, "***");
    let case = with_url(&far);
    for (command, what) in [
        (&["revert"][..], "revert migrations"),
        (&["revert", "--all"], "revert migrations"),
        (&["revert", "--to", "1"], "revert migrations"),
        (&["redo"], "revert migrations and apply them again"),
        (&["db", "drop"], "drop the database"),
        (&["db", "reset"], "drop the database and build it again"),
    ] {
        refusal(2, command, |args| case.command(args))
            .says(&[&format!(
                "{what} on {shown} needs a confirmation, and there is no terminal to ask on"
            )])
            .offers("add --yes if that is what you want");
    }
}

/// Local names that hide a remote server, and the other way round.
#[test]
fn far_away_is_told_by_where_the_connection_goes() {
    for url in [
        "postgres:///shop?host=203.0.113.1",
        "postgres://localhost,203.0.113.1/shop",
        "postgres://localhost/shop?hostaddr=203.0.113.1",
        "postgres://127.0.0.1.example.com/shop",
        "host=203.0.113.1 dbname=shop",
        "hostaddr=203.0.113.1 dbname=shop",
        "mysql://user@203.0.113.1/shop",
        "mariadb://user@db.internal/shop",
    ] {
        let case = with_url(url);
        case.refused(2, &["revert"]).says(&["needs a confirmation"]);
    }
}

/// What the URL leaves out comes from the environment.
#[test]
fn far_away_is_told_by_the_environment_too() {
    for (name, value) in
        [("PGHOST", "203.0.113.1"), ("PGHOSTADDR", "203.0.113.1"), ("PGSERVICE", "shop")]
    {
        let case = with_url("postgres:///shop");
        refusal(2, &["revert"], |args| {
            let mut command = case.command(args);
            command.env(name, value);
            command
        })
        .says(&["needs a confirmation"]);
    }
}

each_server!(near_by_is_not_asked);
fn near_by_is_not_asked(backend: Backend) {
    let database: TestDatabase = dbmig_tests::database(backend);
    let url = database.url().replace("127.0.0.1", "localhost");
    // MariaDB's library takes `localhost` for the socket of the system's own server.
    let url = if backend == Backend::Postgres { url } else { database.url().to_owned() };
    let case = with_url(&url);
    case.dbmig(&["run"]).success();
    case.dbmig(&["revert"]).success();
    case.dbmig(&["db", "drop", "--yes"]).success();
}
