//! Opens connections by URL.

use std::time::{Duration, Instant};

use diesel::connection::Connection;

use crate::backend::{Database, Owned};
use crate::backoff::Pause;
use crate::control::Control;
use crate::error::{ConnectReason, Error};
use crate::event::{Event, Observe};
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
