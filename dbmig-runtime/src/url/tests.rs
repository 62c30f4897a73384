mod secrecy;

use super::*;

fn shown(text: &str) -> String {
    DatabaseUrl::parse(text).map_or_else(|e| e.to_string(), |url| url.to_string())
}

#[test]
fn no_password_is_shown() {
    for (text, expected) in [
        ("postgres://u:pw@h:5432/d?sslmode=require", "postgres://u:***@h:5432/d?sslmode=require"),
        ("postgresql://h/d?user=u&password=pw", "postgresql://h/d?user=u&password=***"),
        ("mariadb://u:pw@h/d", "mariadb://u:***@h/d"),
        ("mysql://u@h/d", "mysql://u@h/d"),
        ("host=h user=u password=pw dbname=d", "host=h user=u password=*** dbname=d"),
        ("host=h password='p w\\'pw' dbname=d", "host=h password=*** dbname=d"),
        ("host = h password = pw", "host=h password=***"),
        ("postgres:///d?host=/run/pg", "postgres:///d?host=/run/pg"),
    ] {
        assert_eq!(shown(text), expected);
        let url = DatabaseUrl::parse(text).unwrap();
        assert!(!format!("{url:?}").contains("pw"));
    }
}

#[test]
fn a_password_that_would_be_cut_in_two_is_refused_without_being_repeated() {
    for text in ["postgres://u:hun@ter2@h/d", "postgres://u:hun/ter2@h/d", "mysql://u:hun?ter2@h/d"]
    {
        let message = shown(text);
        assert!(message.contains("percent-encoded"), "{message}");
        assert!(!message.contains("hun") && !message.contains("ter2"), "{message}");
    }
}

#[test]
fn messages_of_the_database_are_redacted() {
    let url = DatabaseUrl::parse("postgres://u:p%40ss@h/d").unwrap();
    assert_eq!(url.redact("bad p@ss, bad p%40ss"), "bad ***, bad ***");
}

#[test]
fn the_scheme_tells_the_database() {
    for (text, dialect, database) in [
        ("postgres://h/d", Dialect::Postgres, "d"),
        ("mariadb://u:p@h:3306/shop?ssl_mode=x", Dialect::Mysql, "shop"),
        ("sqlite://data/app.db", Dialect::Sqlite, "data/app.db"),
        ("sqlite://a%20b.db?mode=rwc", Dialect::Sqlite, "a b.db"),
        ("sqlite:///data/app.db", Dialect::Sqlite, "/data/app.db"),
        ("file:app.db?mode=rwc", Dialect::Sqlite, "app.db"),
        ("./app.db", Dialect::Sqlite, "./app.db"),
        ("dbname=d host=/run", Dialect::Postgres, "d"),
    ] {
        let url = DatabaseUrl::parse(text).unwrap();
        assert_eq!((url.dialect(), url.database().as_deref()), (dialect, Some(database)));
    }
    assert!(shown("host=h password='pw").starts_with("the connection string is broken"));
    assert!(shown("oracle://h/d").starts_with("`oracle://` is no database"));
    assert_eq!(shown("  "), "the database URL is empty");
    // libpq knows no fragment, and Diesel decodes no name of MySQL's.
    for (text, database) in [("postgres://u:a#b@h/d#1", "d#1"), ("mysql://u@h/a%20b#c", "a%20b")] {
        assert_eq!(DatabaseUrl::parse(text).unwrap().database().as_deref(), Some(database));
    }
}

#[test]
fn what_is_no_url_is_told_from_a_path() {
    for (text, message) in [
        ("\"postgres://u@h/d\"", "not a URL: it stands in quotes. Leave them out"),
        ("'app.db'", "not a URL: it stands in quotes. Leave them out"),
        ("jdbc:postgresql://h/d", "not a URL: `jdbc:` is Java's form"),
        ("postgres//h/d", "not a URL: behind `postgres` comes `://`. Write postgres://USER"),
        ("mysql:h/d", "not a URL: behind `mysql` comes `://`"),
        ("u:p@h/d", "not a URL: it looks like one, but does not begin like one"),
        ("SQLite://app.db", "not a URL: Diesel knows `sqlite:` in small letters only"),
        (
            "sqlite:app.db",
            "Diesel would open a file that is called `sqlite:app.db`: write `sqlite://app.db` for",
        ),
        (
            "sqlite::memory:",
            "Diesel would open a file that is called `sqlite::memory:`: write `:memory:`",
        ),
        ("sqlite://app.db ", "the database URL begins or ends with white space"),
        ("file://data/app.db", "SQLite takes `data` for a host"),
        ("file:a.db?mode=RW", "SQLite knows no `mode=RW`"),
        ("file:a%00.db", "the path in the database URL holds %00"),
        (
            "postgres://u:hunter2",
            "what stands in the place of the port in the database URL is no number",
        ),
    ] {
        assert!(shown(text).starts_with(message), "{text}: {}", shown(text));
    }
    for path in
        ["app.db", "./u:p@h/d", "/data/a:b@c.db", "./sqlite:app.db", "./'app.db'", "C:\\a@b.db"]
    {
        assert_eq!(DatabaseUrl::parse(path).unwrap().expose(), path);
    }
}

#[test]
fn local_means_this_machine() {
    let local = |text| DatabaseUrl::parse(text).unwrap().is_local();
    assert!(local("postgres://u:p@localhost:5432/d"));
    assert!(local("postgres://[::1]/d") && local("mysql://127.0.0.1/d") && local("x.db"));
    assert!(local("postgres:///d?host=/run/pg") && local("postgres://%2Frun%2Fpg/d"));
    assert!(!local("postgres://db.internal/d") && !local("mysql://10.0.0.7/d"));
    assert!(!local("postgres:///d?host=db.internal") && !local("host=db dbname=d"));
    assert!(!local("postgres://localhost/d?hostaddr=10.0.0.7"));
    assert!(!local("hostaddr=10.0.0.7 dbname=d") && !local("postgres://127.evil.example/d"));
    assert!(!local("postgres://localhost,10.0.0.7/d") && !local("service=far dbname=d"));
    assert!(local("host='127.0.0.1' dbname=d") && local("postgres:///d?hostaddr=::1"));
}

#[cfg(feature = "postgres")]
#[test]
fn parameters_are_added_unless_they_are_given() {
    let with = |text: &str| {
        let url = DatabaseUrl::parse(text).unwrap();
        url.with_parameters(&[("connect_timeout", "10"), ("keepalives", "1")]).expose().to_owned()
    };
    assert_eq!(with("postgres://h/d"), "postgres://h/d?connect_timeout=10&keepalives=1");
    assert_eq!(
        with("postgres://h/d?connect_timeout=2&x=y"),
        "postgres://h/d?connect_timeout=2&x=y&keepalives=1"
    );
    assert_eq!(with("host=h keepalives=0"), "host=h keepalives=0 connect_timeout=10");
}

#[test]
fn another_database_on_the_same_server() {
    let url = DatabaseUrl::parse("postgres://u:p@h:1/d?sslmode=disable").unwrap();
    let admin = url.with_database("postgres");
    assert_eq!(admin.expose(), "postgres://u:p@h:1/postgres?sslmode=disable");
    assert_eq!(admin.to_string(), "postgres://u:***@h:1/postgres?sslmode=disable");
}
