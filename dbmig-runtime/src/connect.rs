//! Opens connections by URL.

use std::time::{Duration, Instant};

use diesel::connection::Connection;

use crate::backend::{Database, Owned};
use crate::control::Control;
use crate::error::{ConnectReason, Error};
use crate::event::{Event, Observe};
use crate::lock::Pause;
use crate::url::DatabaseUrl;
use dbmig_core::Dialect;

#[cfg(feature = "sqlite")]
mod sqlite;

/// What libpq is told where the URL does not say it, in its own words and units: a server that
/// has vanished is noticed in half a minute, not after hours.
#[cfg(feature = "postgres")]
const POSTGRES_PARAMETERS: [(&str, &str); 5] = [
    ("connect_timeout", "10"),
    ("keepalives_idle", "15"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "30000"),
];

/// Connects to the database at `url`.
///
/// # Errors
/// [`Error::NotBuiltIn`] without the feature of that database, [`Error::Connect`] when there is
/// no connection. SQLite creates a missing file.
pub fn connect(url: &DatabaseUrl) -> Result<Box<dyn Database>, Error> {
    connect_with(url, &Control::new())
}

/// The same, and tells `control` of what is asked on the connection.
pub(crate) fn connect_with(
    url: &DatabaseUrl,
    control: &Control,
) -> Result<Box<dyn Database>, Error> {
    let origin = Origin::of(url, control);
    match url.dialect() {
        #[cfg(feature = "postgres")]
        Dialect::Postgres => {
            let text = url.with_parameters(&POSTGRES_PARAMETERS);
            open::<diesel::PgConnection>(origin, text.expose())
        }
        #[cfg(feature = "mysql")]
        Dialect::Mysql => mysql::open(origin),
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => sqlite::open(origin),
        #[cfg(not(all(feature = "postgres", feature = "mysql", feature = "sqlite")))]
        dialect => Err(Error::NotBuiltIn { dialect: dialect.name() }),
    }
}

/// Opens a connection with `open`, and tries again for as long as `wait` while the database is not
/// there yet or takes no more connections.
pub(crate) fn patiently<T>(
    wait: Duration,
    control: &Control,
    observe: &mut Observe<'_>,
    mut open: impl FnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    let since = Instant::now();
    let mut pause = Pause::new();
    loop {
        let error = match open() {
            Err(error @ Error::Connect { reason: ConnectReason::Unreachable, .. }) => error,
            result => return result,
        };
        let waited = since.elapsed();
        if waited >= wait {
            return Err(error);
        }
        observe(&Event::Connecting { error: &error, waited, wait });
        control.sleep(pause.next(wait.saturating_sub(waited)));
        if control.is_cancelled() {
            return Err(Error::Cancelled(Box::default()));
        }
    }
}

/// Where a connection of ours came from, and so where another one comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    pub(crate) url: DatabaseUrl,
    pub(crate) control: Control,
    /// When it was begun to be opened.
    pub(crate) since: Instant,
}

impl Origin {
    fn of(url: &DatabaseUrl, control: &Control) -> Self {
        Self { url: url.clone(), control: control.clone(), since: Instant::now() }
    }

    /// Opens another one, whose session is prepared for dbmig's work: it is never handed out.
    pub(crate) fn open(&self) -> Result<Box<dyn Database>, Error> {
        let mut db = connect_with(&self.url, &self.control)?;
        let entered = db.engine().enter(&mut *db);
        // Ours: there is nothing to give back.
        entered.map(drop).map_err(Error::database("prepare the session"))?;
        Ok(db)
    }
}

/// Connects only to read: a missing SQLite file is an empty database then, and is not created.
///
/// # Errors
/// As [`connect`].
pub(crate) fn connect_to_read(
    url: &DatabaseUrl,
    control: &Control,
) -> Result<Box<dyn Database>, Error> {
    #[cfg(feature = "sqlite")]
    if sqlite::would_create(url) {
        let origin = Origin::of(url, control);
        return open::<diesel::SqliteConnection>(origin, ":memory:");
    }
    connect_with(url, control)
}

/// Whether this program can speak to `dialect`.
pub const fn is_built_in(dialect: Dialect) -> bool {
    match dialect {
        Dialect::Postgres => cfg!(feature = "postgres"),
        Dialect::Mysql => cfg!(feature = "mysql"),
        Dialect::Sqlite => cfg!(feature = "sqlite"),
    }
}

#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
fn open<C>(origin: Origin, text: &str) -> Result<Box<dyn Database>, Error>
where
    C: diesel::connection::LoadConnection + 'static,
    C::Backend: crate::backend::Backend,
{
    let control = origin.control.clone();
    let _asked = control.ask();
    match <C as Connection>::establish(text) {
        Ok(connection) => Ok(Box::new(Owned { connection, origin })),
        Err(error) => Err(Error::connect(&origin.url, &error)),
    }
}

impl Error {
    /// What Diesel's `establish` says, classified and without the password: for apps that open
    /// their connections themselves.
    #[must_use]
    pub fn connect(url: &DatabaseUrl, error: &diesel::ConnectionError) -> Self {
        let said = error.to_string();
        // A password may be one of the words that decide.
        let reason = reason(&said);
        Self::Connect { url: url.to_string(), reason, message: url.redact(&said) }
    }
}

/// Diesel hands on only the text of the database's library.
fn reason(message: &str) -> ConnectReason {
    // The third is pgbouncer's.
    const NO_DATABASE: [&str; 3] = ["does not exist", "Unknown database", "no such database"];
    const REFUSED: [&str; 8] = [
        "authentication failed",
        "Access denied",
        "no pg_hba.conf entry",
        "no password supplied",
        "certificate",
        "does not support SSL",
        "is not allowed to connect",
        "permission denied for database",
    ];
    const UNTRUSTED: [&str; 4] = [
        "certificate verify failed",
        "does not match host name",
        "root certificate file",
        "TLS/SSL error",
    ];
    // What libpq and Diesel say about the URL itself.
    const MISUNDERSTOOD: [&str; 12] = [
        "invalid URI",
        "invalid integer value",
        "invalid port number",
        "invalid connection option",
        "invalid sslmode value",
        "invalid percent-encoded",
        "key/value separator",
        "forbidden value %00",
        "unexpected character",
        "could not match",
        "MySQL connection URLs must be in the form",
        "unknown ssl_mode",
    ];
    let message = without_names(message);
    let has = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    // A limit of the role, too: it passes.
    if message.contains("too many connections") {
        ConnectReason::Unreachable
    } else if has(&MISUNDERSTOOD) {
        ConnectReason::Misunderstood
    } else if has(&UNTRUSTED) {
        ConnectReason::Untrusted
    } else if message.contains("role \"") || has(&REFUSED) {
        ConnectReason::Refused
    } else if has(&NO_DATABASE) {
        ConnectReason::NoSuchDatabase
    } else {
        ConnectReason::Unreachable
    }
}

/// `message` without what stands in quotes: a host may be called `certificate`.
fn without_names(message: &str) -> String {
    let mut bare = String::with_capacity(message.len());
    let (mut open, mut before) = (None, ' ');
    for c in message.chars() {
        match open {
            Some(quote) if c == quote => open = None,
            Some(_) => continue,
            // An apostrophe is none.
            None if matches!(c, '"' | '\'' | '`') && !before.is_alphanumeric() => open = Some(c),
            None => {}
        }
        bare.push(c);
        before = c;
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_hosts_and_users_do_not_decide() {
        for (message, expected) in [
            (
                "could not translate host name \"certificate-db.invalid\" to address: unknown",
                ConnectReason::Unreachable,
            ),
            ("FATAL: database \"a\" does not exist", ConnectReason::NoSuchDatabase),
            ("FATAL: role \"a\" does not exist", ConnectReason::Refused),
            ("FATAL: too many connections for role \"a\"", ConnectReason::Unreachable),
            ("FATAL: the database system is starting up", ConnectReason::Unreachable),
            ("Access denied for user 'app'@'%' (using password: YES)", ConnectReason::Refused),
            ("Can't connect to MySQL server on 'certificate' (111)", ConnectReason::Unreachable),
            ("Unknown database 'x'", ConnectReason::NoSuchDatabase),
            ("SSL error: certificate verify failed", ConnectReason::Untrusted),
            ("invalid sslmode value: \"requir\"", ConnectReason::Misunderstood),
            ("invalid URI query parameter: \"bogus\"", ConnectReason::Misunderstood),
            (
                "MySQL connection URLs must be in the form `mysql://[[user]:[password]@]host",
                ConnectReason::Misunderstood,
            ),
            (
                "invalid integer value \"notaport\" for connection option \"port\"",
                ConnectReason::Misunderstood,
            ),
        ] {
            assert_eq!(reason(message), expected, "{message}");
        }
    }
}

#[cfg(feature = "mysql")]
mod mysql {
    use super::{ConnectReason, Database, Error, Origin};

    /// libmariadb knows no `ssl_mode`: it goes on without encryption where the server offers none,
    /// and checks a certificate only against an authority that it was given
    /// (Connector/C 3.3, tried in `tests/tests/it/tls.rs`). So what the URL asks for is checked here.
    pub(super) fn open(origin: Origin) -> Result<Box<dyn Database>, Error> {
        let url = origin.url.clone();
        let mode = url.parameter("ssl_mode").unwrap_or_default().to_ascii_lowercase();
        let verifies = mode.starts_with("verify");
        let wants = verifies || mode == "required" || url.parameter("ssl_ca").is_some();
        let untrusted = |message: &str| Error::Connect {
            url: url.to_string(),
            reason: ConnectReason::Untrusted,
            message: message.to_owned(),
        };
        if verifies && url.parameter("ssl_ca").is_none() {
            return Err(untrusted(
                "`ssl_mode` asks to verify a certificate, and no `ssl_ca` says against what",
            ));
        }
        let mut db = super::open::<diesel::MysqlConnection>(origin, url.expose())?;
        let encrypted = |db: &mut dyn Database| {
            let rows = db.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
            rows.is_ok_and(|rows| rows.first().is_some_and(|row| !row.text(1).is_empty()))
        };
        if wants && mode != "disabled" && !encrypted(&mut *db) {
            return Err(untrusted("the connection is not encrypted: the server offers no TLS"));
        }
        Ok(db)
    }
}
