//! Which SQLite file is meant, and what is said where it may not be written or read.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use dbmig_runtime::url::{DatabaseUrl, UrlError};
use dbmig_runtime::{Error, Migrator};
use dbmig_tests::project::{Output, run};
use dbmig_tests::{Backend, PASSWORD};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use super::Case;
use super::files::without_privilege;
use crate::sets;

/// A project with one migration.
fn case(url: &str) -> Case {
    let mut case = Case::new(Backend::Sqlite);
    case.project.migration("1_a", "CREATE TABLE a (x INT);", "DROP TABLE a;");
    case.url = Some(url.to_owned());
    case
}

/// The files in a folder, sorted.
fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

/// What an app does with the same text.
fn app(url: &str, sql: &str) {
    SqliteConnection::establish(url).unwrap().batch_execute(sql).unwrap();
}

/// The app's connection is Diesel's; `DIR` is an absolute path.
#[test]
fn it_is_the_file_that_the_app_opens() {
    for (url, name) in [
        ("sqlite://DIR/app.db?mode=rwc", "app.db"),
        ("sqlite://DIR/my%20app.db", "my app.db"),
        ("sqlite://localhost.db", "localhost.db"),
        ("file:DIR/app.db?cache=private#x", "app.db"),
        ("file://localhostDIR/app.db?mode=rw", "app.db"),
        ("DIR/app.db?mode=rwc", "app.db?mode=rwc"),
        ("DIR/a%20b.db", "a%20b.db"),
        ("./sqlite:app.db", "sqlite:app.db"),
    ] {
        let mut case = case("");
        let folder = case.project.path("data");
        fs::create_dir(&folder).unwrap();
        let absolute = folder.to_str().unwrap();
        let url = url.replace("DIR", absolute);
        case.url = Some(url.clone());
        // Relative ones are in the project itself.
        let folder =
            if url.contains(absolute) { folder.clone() } else { case.project.root().to_owned() };
        case.dbmig(&["db", "create"]).success();
        assert!(folder.join(name).is_file(), "{url}: {:?}", files(&folder));
        case.dbmig(&["run"]).success();
        let expected = [name.to_owned(), format!("{name}-dbmig-lock")];
        let made: Vec<_> = files(&folder).into_iter().filter(|n| n.starts_with(name)).collect();
        assert_eq!(made, expected, "{url}");
        if url.contains(absolute) {
            app(&url, "INSERT INTO a VALUES (1)");
        }
        case.dbmig(&["status", "--check"]).success();
        case.dbmig(&["db", "drop", "--yes"]).success();
        assert!(!folder.join(name).exists(), "{url}");
        // Where it is not there, reading makes none.
        if !url.contains("mode=rw") || url.contains("mode=rwc") {
            case.dbmig(&["status"]).success();
        } else {
            case.refused(1, &["status"]).says(&["the database does not exist"]);
        }
        assert!(!folder.join(name).exists(), "{url}");
    }
}

#[test]
fn what_diesel_reads_otherwise_is_refused() {
    for (url, says) in [
        ("sqlite:app.db", "write `sqlite://app.db` for the file `app.db`, or `./sqlite:app.db`"),
        ("sqlite::memory:", "write `:memory:` for a database in memory"),
        ("SQLITE://app.db", "Diesel knows `sqlite:` in small letters only"),
        (" app.db", "white space, which Diesel takes for a part of the file's name"),
        ("file://data/app.db", "SQLite takes `data` for a host"),
        ("sqlite://app.db?mode=rwx", "SQLite knows no `mode=rwx`"),
    ] {
        let case = case(url);
        for command in [&["run"][..], &["status"], &["db", "create"], &["db", "drop", "--yes"]] {
            case.refused(2, command).says(&[says]);
        }
        assert_eq!(files(case.project.root()), ["Cargo.toml", "migrations", "src"]);
    }
}

/// A link and the file are one database, with one lock beside the file.
#[test]
fn two_names_of_a_file_share_one_lock() {
    let mut case = case("sqlite://data/app.db");
    fs::create_dir(case.project.path("data")).unwrap();
    std::os::unix::fs::symlink("data", case.project.path("folder")).unwrap();
    std::os::unix::fs::symlink("data/app.db", case.project.path("link.db")).unwrap();
    case.dbmig(&["run"]).success();
    case.project.migration("2_b", "CREATE TABLE b (x INT);", "DROP TABLE b;");
    let lock =
        File::options().write(true).open(case.project.path("data/app.db-dbmig-lock")).unwrap();
    lock.lock().unwrap();
    for url in ["link.db", "sqlite://folder/app.db?mode=rw", "file:data/../folder/app.db"] {
        case.url = Some(url.to_owned());
        case.refused(75, &["run", "--lock-wait", "0s"]).says(&["another runner is migrating"]);
    }
    drop(lock);
    case.dbmig(&["run"]).success();
    assert_eq!(files(&case.project.path("data")), ["app.db", "app.db-dbmig-lock"]);
}

#[test]
fn nothing_is_done_in_memory_by_the_command_line() {
    for url in [
        ":memory:",
        "sqlite://:memory:",
        "sqlite://",
        "file:a?mode=memory&cache=shared",
        "file:/a?vfs=memdb",
    ] {
        let case = case(url);
        for command in
            [&["run"][..], &["revert", "--yes"], &["redo"], &["baseline"], &["sync"], &["wait"]]
        {
            case.refused(2, command)
                .says(&[&format!("{url} is a database in memory, which ends with")]);
        }
        for command in [&["run", "--dry-run"][..], &["status"], &["plan"]] {
            case.dbmig(command).success();
        }
        case.refused(2, &["db", "create"]).says(&[&format!("{url} is no file")]);
    }
}

/// A test harness lends a connection in memory, and nothing is written beside it.
#[test]
fn a_program_migrates_in_memory_on_a_connection_that_it_lends() {
    let name =
        format!("/{}", Case::new(Backend::Sqlite).project.outside().file_name().unwrap().display());
    for url in [":memory:".to_owned(), "file::memory:".to_owned(), format!("file:{name}?vfs=memdb")]
    {
        let mut conn = SqliteConnection::establish(&url).unwrap();
        let report = Migrator::new(&sets::sqlite::ALL).run(&mut conn).unwrap();
        assert!(!report.done.is_empty(), "{url}");
    }
    assert!(!PathBuf::from(format!("{name}-dbmig-lock")).exists());
    let refused = Migrator::new(&sets::sqlite::ALL).run_at(":memory:").unwrap_err();
    assert!(matches!(refused, Error::Url(UrlError::Vanishes(_))), "{refused}");
    // Connections of one process share it, while one of them is open.
    let shared = format!("file:{name}?mode=memory&cache=shared");
    let _open = SqliteConnection::establish(&shared).unwrap();
    Migrator::new(&sets::sqlite::ALL).run_at(shared.as_str()).unwrap();
    let again = Migrator::new(&sets::sqlite::ALL).run_at(shared.as_str()).unwrap();
    assert!(again.done.is_empty());
}

/// The key of an encrypted database is a parameter.
#[test]
fn a_key_in_the_url_is_hidden() {
    let case = case(&format!("file:src/main.rs?key={PASSWORD}"));
    case.refused(1, &["status"]).says(&["file:src/main.rs?key=***", "SQLCipher"]);
}

fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn what_may_not_be_written_is_named() {
    let case = case("data/app.db");
    fs::create_dir(case.project.path("data")).unwrap();
    case.dbmig(&["run"]).success();
    case.project.migration("2_b", "CREATE TABLE b (x INT);", "DROP TABLE b;");
    let bound = |args: &[&str]| without_privilege(&case.command(args));
    let path = |name: &str| case.project.path(name);
    let (file, lock) = (path("data/app.db"), path("data/app.db-dbmig-lock"));

    mode(&file, 0o444);
    case.refused_by(1, &["run"], bound).says(&[
        "attempt to write a readonly database: the file ",
        "data/app.db may only be read: give this process the right to write to it",
    ]);
    run(&mut bound(&["status"])).success();
    mode(&file, 0o644);

    mode(&lock, 0o444);
    case.refused_by(1, &["run"], bound)
        .says(&["the lock file ", "app.db-dbmig-lock cannot be written"]);
    run(&mut bound(&["status"])).success();
    mode(&lock, 0o644);

    fs::remove_file(&lock).unwrap();
    mode(&path("data"), 0o555);
    case.refused_by(1, &["run"], bound)
        .says(&["the folder ", "data cannot be written, where dbmig puts its lock file"]);
    run(&mut bound(&["status"])).success();
    mode(&path("data"), 0o755);

    for url in ["file:data/app.db?mode=ro", "sqlite://data/app.db?immutable=1"] {
        let on = |args: &[&str]| {
            let mut command = case.command(args);
            command.env("DATABASE_URL", url);
            command
        };
        case.refused_by(2, &["run"], on).says(&["opens the database for reading only"]);
        run(&mut on(&["status"])).success();
        // An app that finds all done goes on; this one does not.
        let text = format!("file:{}?mode=ro", file.display());
        let error = Migrator::new(&sets::sqlite::ALL).run_at(text.as_str()).unwrap_err();
        assert!(error.to_string().contains("app.db may only be read: "), "{error}");
    }
    case.dbmig(&["run"]).success();
}

/// In WAL mode SQLite writes beside the file even to read it.
#[cfg(target_os = "linux")]
#[test]
fn a_wal_in_a_folder_that_may_not_be_written() {
    let mut case = case("data/app.db");
    fs::create_dir(case.project.path("data")).unwrap();
    case.dbmig(&["run"]).success();
    let (data, file) = (case.project.path("data"), case.project.path("data/app.db"));
    app(file.to_str().unwrap(), "PRAGMA journal_mode = WAL");
    fn bound<'a>(case: &'a Case) -> impl Fn(&[&str]) -> std::process::Command + 'a {
        |args| without_privilege(&case.command(args))
    }
    fs::remove_file(case.project.path("data/app.db-dbmig-lock")).unwrap();
    mode(&data, 0o555);
    for command in [&["run"][..], &["status"]] {
        case.refused_by(1, command, bound(&case)).says(&[
            "the file cannot be used as a database: data/app.db",
            "attempt to write a readonly database: ",
            "in WAL mode, where SQLite writes ",
            "app.db-shm beside it even to read",
            "the right to write to ",
            "`file:PATH?immutable=1` will do",
        ]);
    }
    // As the message says.
    case.url = Some("file:data/app.db?immutable=1".to_owned());
    let status: Output = run(&mut bound(&case)(&["status"])).success();
    assert!(status.stdout.contains("1 applied"), "{}", status.stdout);
    mode(&data, 0o755);

    // What is in the WAL only, `immutable=1` would leave out.
    let mut open = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    open.batch_execute("CREATE TABLE of_the_app (x INT)").unwrap();
    fs::create_dir(case.project.path("copy")).unwrap();
    for name in ["app.db", "app.db-wal"] {
        fs::copy(data.join(name), case.project.path("copy").join(name)).unwrap();
    }
    drop(open);
    mode(&case.project.path("copy"), 0o555);
    case.url = Some("sqlite://copy/app.db".to_owned());
    case.refused_by(1, &["status"], bound(&case)).says(&[
        "unable to open database file: it is in WAL mode",
        "`immutable=1` is no way out",
        "app.db-wal holds changes that it would leave out",
    ]);
    mode(&case.project.path("copy"), 0o755);
    case.dbmig(&["status", "--check"]).success();
}

/// What the URL says stays as it is for Diesel.
#[test]
fn diesel_gets_the_text_as_it_is() {
    for text in ["sqlite://app.db?mode=rwc", "file:a%20b.db", "a%20b.db", "./x?y", ":memory:"] {
        assert_eq!(DatabaseUrl::parse(text).unwrap().expose(), text);
    }
}
