//! The URL of a database: which one it is, and how to show it without its password.

mod conninfo;
mod error;
mod mistake;
mod secrets;
mod server;
mod sqlite;
#[cfg(test)]
mod tests;
mod unread;

use std::fmt;

use dbmig_core::Dialect;

pub use error::{BadSqlite, Mistake, UrlError};
pub use sqlite::{Absent, FileAccess, Sharing, SqliteFile, SqlitePlace};
pub use unread::Unread;
#[cfg(feature = "cli")]
pub use unread::without_urls;

use conninfo::{is_conninfo, parameters, written};
use mistake::{holds_a_secret, holds_a_user, mistake};
use secrets::{Secrets, without_secrets};
use server::{Parts, decode, is_local_host, lead_here};

/// A database's URL. [`fmt::Display`] and [`fmt::Debug`] never show its password.
///
/// ```
/// use dbmig_runtime::{Dialect, url::DatabaseUrl};
/// let url = DatabaseUrl::parse("postgres://app:s3cret@db.internal/shop").unwrap();
/// assert_eq!(url.dialect(), Dialect::Postgres);
/// assert_eq!(url.to_string(), "postgres://app:***@db.internal/shop");
/// ```
#[derive(Clone)]
pub struct DatabaseUrl {
    dialect: Dialect,
    /// As Diesel takes it.
    text: String,
    shown: String,
    secrets: Secrets,
    /// Of an SQLite database.
    place: Option<SqlitePlace>,
}

/// The URL to migrate with: that of `MIGRATION_DATABASE_URL` where it is set, else the app's own. So
/// the role that the app works as needs no right to change the schema.
pub fn for_migrations(app: &str) -> String {
    let migrating = std::env::var("MIGRATION_DATABASE_URL").ok();
    migrating.filter(|url| !url.trim().is_empty()).unwrap_or_else(|| app.to_owned())
}

impl TryFrom<&str> for DatabaseUrl {
    type Error = UrlError;

    fn try_from(text: &str) -> Result<Self, UrlError> {
        Self::parse(text)
    }
}

impl TryFrom<&String> for DatabaseUrl {
    type Error = UrlError;

    fn try_from(text: &String) -> Result<Self, UrlError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for DatabaseUrl {
    type Error = UrlError;

    fn try_from(text: String) -> Result<Self, UrlError> {
        Self::parse(&text)
    }
}

impl From<&Self> for DatabaseUrl {
    fn from(url: &Self) -> Self {
        url.clone()
    }
}

impl DatabaseUrl {
    /// Reads a URL: `postgres://`, `postgresql://`, `mysql://`, `mariadb://`, `sqlite://`, `file:`,
    /// `:memory:`, the path of an SQLite file, or libpq's `host=.. dbname=..`.
    ///
    /// # Errors
    /// [`UrlError`]; it never repeats any part of a password.
    pub fn parse(given: &str) -> Result<Self, UrlError> {
        let text = given.trim();
        if text.is_empty() {
            return Err(UrlError::Empty);
        }
        if text.starts_with(['"', '\'', '`', '\u{201c}', '\u{2018}']) {
            return Err(UrlError::NotAUrl(Mistake::Quoted));
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            let scheme = scheme.to_ascii_lowercase();
            match scheme.as_str() {
                "postgres" | "postgresql" => {
                    return Self::server(Dialect::Postgres, &scheme, &scheme, rest);
                }
                // Diesel knows only the first name.
                "mysql" | "mariadb" => return Self::server(Dialect::Mysql, "mysql", &scheme, rest),
                _ => {}
            }
        }
        if let Some(rest) = sqlite::uri(text) {
            return Self::sqlite_uri(given, rest);
        }
        if is_conninfo(text) {
            return Self::conninfo(text);
        }
        mistake(text).map_or_else(|| Self::sqlite(given), Err)
    }

    /// Which database it is.
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The text that Diesel's `establish` takes, password and all.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// `message` without any secret of this URL.
    pub fn redact(&self, message: &str) -> String {
        self.secrets.hide_in(&message.replace(&self.text, &self.shown))
    }

    /// Whether the server is this machine: a loopback address, a socket, a file.
    pub fn is_local(&self) -> bool {
        if self.dialect == Dialect::Sqlite {
            return true;
        }
        let Some((_, rest)) = self.text.split_once("://") else {
            let parameters = parameters(&self.text).unwrap_or_default();
            return lead_here(parameters.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        };
        let parts = self.parts(rest);
        parts.hosts.split(',').all(is_local_host) && lead_here(parts.pairs())
    }

    /// The name of the database on its server; the file of an SQLite database, as the URL has it.
    pub fn database(&self) -> Option<String> {
        if let Some(place) = &self.place {
            let SqlitePlace::File(file) = place else { return None };
            return Some(file.path.to_string_lossy().into_owned());
        }
        let Some((_, rest)) = self.text.split_once("://") else {
            return parameters(&self.text)?
                .into_iter()
                .find_map(|(key, value)| (key == "dbname" && !value.is_empty()).then_some(value));
        };
        let name = self.parts(rest).path.strip_prefix('/').filter(|name| !name.is_empty())?;
        Some(match self.dialect {
            // Diesel takes it as it is.
            Dialect::Mysql => name.to_owned(),
            Dialect::Postgres | Dialect::Sqlite => decode(name),
        })
    }

    /// What Diesel's own connection opens under this URL, where it is SQLite's.
    pub const fn sqlite_place(&self) -> Option<&SqlitePlace> {
        self.place.as_ref()
    }

    /// The file that Diesel's own connection opens under this URL, where it is SQLite's.
    pub const fn sqlite_file(&self) -> Option<&SqliteFile> {
        match &self.place {
            Some(SqlitePlace::File(file)) => Some(file),
            Some(SqlitePlace::Memory(_) | SqlitePlace::Vfs(_)) | None => None,
        }
    }

    /// Refuses a database that ends with the connection to it: no other one would see what is done.
    ///
    /// # Errors
    /// [`UrlError::Vanishes`]
    pub fn must_outlive_its_connection(&self) -> Result<(), UrlError> {
        match &self.place {
            Some(SqlitePlace::Memory(Sharing::Private)) => self.vanishes(),
            Some(SqlitePlace::Memory(Sharing::Process))
            | Some(SqlitePlace::File(_) | SqlitePlace::Vfs(_))
            | None => Ok(()),
        }
    }

    /// Refuses a database that ends with this process.
    ///
    /// # Errors
    /// [`UrlError::Vanishes`]
    pub fn must_outlive_the_process(&self) -> Result<(), UrlError> {
        match &self.place {
            Some(SqlitePlace::Memory(_)) => self.vanishes(),
            Some(SqlitePlace::File(_) | SqlitePlace::Vfs(_)) | None => Ok(()),
        }
    }

    fn vanishes(&self) -> Result<(), UrlError> {
        Err(UrlError::Vanishes(self.shown.clone()))
    }

    /// Refuses a URL that itself says that nothing is written.
    ///
    /// # Errors
    /// [`UrlError::ReadsOnly`]
    pub fn must_write(&self) -> Result<(), UrlError> {
        match self.sqlite_file() {
            Some(SqliteFile { access: FileAccess::Read, .. }) => {
                Err(UrlError::ReadsOnly(self.shown.clone()))
            }
            Some(SqliteFile { access: FileAccess::Write, .. }) | None => Ok(()),
        }
    }

    /// The same server, but another database on it (none, for an empty `name`).
    #[must_use]
    pub fn with_database(&self, name: &str) -> Self {
        let replace = |text: &str| match text.split_once("://") {
            Some((scheme, rest)) => {
                let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
                let query = tail.find('?').map_or("", |at| &tail[at..]);
                format!("{scheme}://{authority}/{name}{query}")
            }
            None => {
                let mut kept = parameters(text).unwrap_or_default();
                kept.retain(|(key, _)| key != "dbname");
                kept.push(("dbname".to_owned(), name.to_owned()));
                written(&kept)
            }
        };
        Self { text: replace(&self.text), shown: replace(&self.shown), ..self.clone() }
    }

    /// A parameter behind the `?`.
    #[cfg(feature = "mysql")]
    pub(crate) fn parameter(&self, key: &str) -> Option<String> {
        let (_, rest) = self.text.split_once("://")?;
        let pairs = self.parts(rest).pairs();
        pairs.filter(|(name, _)| *name == key).map(|(_, value)| decode(value)).last()
    }

    /// This URL with each of these parameters of libpq that it does not set itself.
    #[cfg(feature = "postgres")]
    pub(crate) fn with_parameters(&self, defaults: &[(&str, &str)]) -> Self {
        let Some((_, rest)) = self.text.split_once("://") else {
            let mut kept = parameters(&self.text).unwrap_or_default();
            let missing = |key: &str| kept.iter().all(|(given, _)| given != key);
            let more: Vec<_> = defaults.iter().filter(|(key, _)| missing(key)).collect();
            kept.extend(more.into_iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
            return Self { text: written(&kept), ..self.clone() };
        };
        let query = rest.split_once('?').map_or("", |(_, query)| query);
        let given = |key: &str| query.split('&').any(|pair| pair.split('=').next() == Some(key));
        let mut text = self.text.clone();
        for (key, value) in defaults.iter().filter(|(key, _)| !given(key)) {
            text.push(if text.contains('?') { '&' } else { '?' });
            text.push_str(&format!("{key}={value}"));
        }
        Self { text, ..self.clone() }
    }

    fn parts<'u>(&self, rest: &'u str) -> Parts<'u> {
        Parts::of(self.dialect, rest)
    }

    fn sqlite_uri(given: &str, rest: &str) -> Result<Self, UrlError> {
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        if !path.starts_with(['/', '.']) && (holds_a_secret(path) || holds_a_user(rest)) {
            return Err(UrlError::NotAUrl(Mistake::Unclear));
        }
        Self::sqlite(given)
    }

    /// The text is Diesel's as it is: what an app opens under it, dbmig opens.
    fn sqlite(given: &str) -> Result<Self, UrlError> {
        if given.trim() != given {
            return Err(UrlError::Sqlite(BadSqlite::WhiteSpace));
        }
        let mut secrets = Secrets::default();
        Ok(Self {
            dialect: Dialect::Sqlite,
            text: given.to_owned(),
            shown: sqlite::shown(given, &mut secrets),
            secrets,
            place: Some(sqlite::place(given)?),
        })
    }

    fn conninfo(text: &str) -> Result<Self, UrlError> {
        let parameters = parameters(text).ok_or(UrlError::Conninfo)?;
        // Another one's form: `host=h;password=..`.
        if parameters.iter().any(|(_, value)| value.contains(';') && holds_a_secret(value)) {
            return Err(UrlError::Conninfo);
        }
        let mut secrets = Secrets::default();
        let pairs = parameters.iter().map(|(name, value)| (name.as_str(), Some(value.as_str())));
        let pairs = without_secrets(pairs, &mut secrets).into_iter();
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.unwrap_or("***").to_owned()));
        let shown = written(&pairs.collect::<Vec<_>>());
        let (dialect, text) = (Dialect::Postgres, text.to_owned());
        Ok(Self { dialect, text, shown, secrets, place: None })
    }

    fn server(
        dialect: Dialect,
        scheme: &str,
        shown_scheme: &str,
        rest: &str,
    ) -> Result<Self, UrlError> {
        let mut secrets = Secrets::default();
        let shown = Parts::checked(dialect, rest)?.shown(&mut secrets);
        Ok(Self {
            dialect,
            text: format!("{scheme}://{rest}"),
            shown: format!("{shown_scheme}://{shown}"),
            secrets,
            place: None,
        })
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.shown)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({})", self.shown)
    }
}
