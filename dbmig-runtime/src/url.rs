//! The URL of a database: which one it is, and how to show it without its password.

mod conninfo;
#[cfg(test)]
mod tests;

use std::fmt;

use dbmig_core::Dialect;
use percent_encoding::percent_decode_str;

use conninfo::{is_conninfo, parameters, written};

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
    secrets: Vec<String>,
}

/// A text that is not the URL of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// It is empty.
    Empty,
    /// Its scheme belongs to no database that dbmig knows.
    UnknownScheme(
        /// The scheme.
        String,
    ),
    /// It looks like libpq's `host=.. dbname=..`, but is not.
    Conninfo,
    /// Its password holds a character that ends the password for the database's own library.
    UnescapedPassword,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the database URL is empty"),
            Self::UnknownScheme(scheme) => write!(
                f,
                "`{scheme}://` is no database that dbmig knows: use postgres://, postgresql://, \
                 mysql://, mariadb://, sqlite://, file: or the path of an SQLite file"
            ),
            Self::Conninfo => f.write_str(
                "the connection string is broken: write `key=value` pairs, and a value with spaces in '..'",
            ),
            Self::UnescapedPassword => f.write_str(
                "the password in the database URL holds `@`, `/`, `?` or `#` as it is: write it \
                 percent-encoded (%40, %2F, %3F, %23)",
            ),
        }
    }
}

impl std::error::Error for UrlError {}

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
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UrlError::Empty);
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return if is_conninfo(text) { Self::conninfo(text) } else { Ok(Self::sqlite(text)) };
        };
        match scheme.to_ascii_lowercase().as_str() {
            "postgres" | "postgresql" => Self::server(Dialect::Postgres, scheme, scheme, rest),
            // Diesel knows only the first name.
            "mysql" | "mariadb" => Self::server(Dialect::Mysql, "mysql", scheme, rest),
            "sqlite" => Ok(Self::sqlite(rest)),
            "file" => Ok(Self::sqlite(text)),
            _ if is_scheme(scheme) => Err(UrlError::UnknownScheme(scheme.to_owned())),
            _ => Ok(Self::sqlite(text)),
        }
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
        self.secrets
            .iter()
            .fold(message.to_owned(), |message, secret| message.replace(secret.as_str(), "***"))
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
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let hosts = authority.rsplit('@').next().unwrap_or_default();
        let query = rest.split_once('?').map_or("", |(_, query)| query);
        hosts.split(',').all(is_local_host)
            && lead_here(query.split('&').filter_map(|pair| pair.split_once('=')))
    }

    /// The name of the database on its server; the file of an SQLite database.
    pub fn database(&self) -> Option<String> {
        let text = self.text.as_str();
        if self.dialect == Dialect::Sqlite {
            let path = text.strip_prefix("file:").unwrap_or(text);
            return Some(path.split('?').next().unwrap_or(path).to_owned());
        }
        let name = match text.split_once("://") {
            Some((_, rest)) => rest.split(['?', '#']).next()?.split_once('/')?.1,
            None => {
                return parameters(text)?.into_iter().find_map(|(key, value)| {
                    (key == "dbname" && !value.is_empty()).then_some(value)
                });
            }
        };
        (!name.is_empty()).then(|| decode(name))
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
        let (_, query) = self.text.split_once('?')?;
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| *name == key).map(|(_, value)| decode(value)).next_back()
    }

    /// The same with each of these parameters of libpq that it does not set itself.
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

    fn sqlite(text: &str) -> Self {
        let text = text.strip_prefix("sqlite:").unwrap_or(text);
        Self {
            dialect: Dialect::Sqlite,
            text: text.to_owned(),
            shown: text.to_owned(),
            secrets: Vec::new(),
        }
    }

    fn conninfo(text: &str) -> Result<Self, UrlError> {
        let mut parameters = parameters(text).ok_or(UrlError::Conninfo)?;
        let mut secrets = Vec::new();
        for (key, value) in &mut parameters {
            if key.ends_with("password") {
                secrets.push(std::mem::replace(value, "***".to_owned()));
            }
        }
        let shown = written(&parameters);
        Ok(Self { dialect: Dialect::Postgres, text: text.to_owned(), shown, secrets })
    }

    fn server(
        dialect: Dialect,
        scheme: &str,
        shown_scheme: &str,
        rest: &str,
    ) -> Result<Self, UrlError> {
        let (before_query, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
        let authority_end = before_query.find('/').unwrap_or(before_query.len());
        let (authority, path) = before_query.split_at(authority_end);
        // A second `@`, or one after the first `/` or `?`, is part of a password.
        if authority.matches('@').count() > 1 || (!authority.contains('@') && has_stray_at(rest)) {
            return Err(UrlError::UnescapedPassword);
        }
        let mut secrets = Vec::new();
        let shown_authority = match authority.split_once('@') {
            Some((user_info, hosts)) => match user_info.split_once(':') {
                Some((user, password)) => {
                    remember(&mut secrets, password);
                    format!("{user}:***@{hosts}")
                }
                None => authority.to_owned(),
            },
            None => authority.to_owned(),
        };
        let shown_query = redact_query(query, &mut secrets);
        Ok(Self {
            dialect,
            text: format!("{scheme}://{rest}"),
            shown: format!("{shown_scheme}://{shown_authority}{path}{shown_query}"),
            secrets,
        })
    }
}

/// An `@` behind the authority, other than in the value of a query parameter.
fn has_stray_at(rest: &str) -> bool {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let stray_in_query = query.split('&').any(|pair| pair.contains('@') && !pair.contains('='));
    rest.contains(':') && (path.contains('@') || stray_in_query)
}

fn redact_query(query: &str, secrets: &mut Vec<String>) -> String {
    let Some(query) = query.strip_prefix('?') else { return query.to_owned() };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((key, secret)) if key.to_ascii_lowercase().contains("password") => {
            remember(secrets, secret);
            format!("{key}=***")
        }
        _ => pair.to_owned(),
    });
    format!("?{}", pairs.collect::<Vec<_>>().join("&"))
}

fn remember(secrets: &mut Vec<String>, secret: &str) {
    let decoded = decode(secret);
    for secret in [secret.to_owned(), decoded] {
        if !secret.is_empty() && !secrets.contains(&secret) {
            secrets.push(secret);
        }
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn is_scheme(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// Whether none of libpq's parameters names another machine. A service may name any.
fn lead_here<'a>(mut parameters: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    parameters.all(|(key, value)| match key {
        "host" | "hostaddr" => value.split(',').all(is_local_host),
        _ => key != "service",
    })
}

fn is_local_host(host: &str) -> bool {
    let decoded = decode(host);
    let name = match decoded.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default().to_owned(),
        None if decoded.starts_with('/') => return true,
        // Without brackets, only the text of an IPv6 address holds more than one colon.
        None if decoded.matches(':').count() > 1 => decoded,
        None => decoded.split(':').next().unwrap_or_default().to_owned(),
    };
    let is_loopback = name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    is_loopback || matches!(name.as_str(), "" | "localhost")
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
