//! The parts of a server's URL, as the database's own library takes it apart.

use dbmig_core::Dialect;
use percent_encoding::percent_decode_str;

use super::error::UrlError;
use super::secrets::{Secrets, shown_query};

/// What stands behind `://`.
#[derive(Clone, Copy)]
pub(super) struct Parts<'u> {
    /// `user:password`
    pub(super) user_info: Option<&'u str>,
    /// `host:port`, or several with commas between.
    pub(super) hosts: &'u str,
    /// With its `/`, where there is one.
    pub(super) path: &'u str,
    /// With its `?`, where there is one.
    pub(super) query: &'u str,
}

impl<'u> Parts<'u> {
    /// libpq knows no fragment, `#` is a character like others; MySQL's URLs are read by the crate
    /// `url`, which ends them there.
    pub(super) fn of(dialect: Dialect, rest: &'u str) -> Self {
        let rest = match dialect {
            Dialect::Mysql => rest.split('#').next().unwrap_or_default(),
            Dialect::Postgres | Dialect::Sqlite => rest,
        };
        let (before, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
        let (authority, path) = before.split_at(before.find('/').unwrap_or(before.len()));
        let (user_info, hosts) = match authority.rsplit_once('@') {
            Some((user_info, hosts)) => (Some(user_info), hosts),
            None => (None, authority),
        };
        Self { user_info, hosts, path, query }
    }

    /// The parts of `rest`, unless a part of a password may stand outside of its place.
    pub(super) fn checked(dialect: Dialect, rest: &'u str) -> Result<Self, UrlError> {
        let parts = Self::of(dialect, rest);
        let at_in_password = parts.user_info.is_some_and(|user_info| user_info.contains('@'));
        if at_in_password || parts.has_stray_at(rest) {
            return Err(UrlError::UnescapedPassword);
        }
        if parts.hosts.split(',').all(has_plain_port) { Ok(parts) } else { Err(UrlError::Port) }
    }

    /// An `@` behind the authority, where a colon before it may begin a password.
    fn has_stray_at(&self, rest: &str) -> bool {
        const MAY_HOLD_IT: [&str; 4] =
            ["user", "password", "application_name", "fallback_application_name"];
        let may_hold = |pair: &str| match pair.split_once('=') {
            Some((name, _)) => MAY_HOLD_IT.contains(&name),
            None => false,
        };
        let query = self.query.strip_prefix('?').unwrap_or_default();
        let in_query = query.split('&').any(|pair| pair.contains('@') && !may_hold(pair));
        let cut_off = self.authority_len() + self.path.len() + self.query.len();
        let in_fragment = rest.get(cut_off..).is_some_and(|fragment| fragment.contains('@'));
        let may_hold_a_password = rest.contains(':') || rest.to_ascii_lowercase().contains("%3a");
        may_hold_a_password && (in_query || in_fragment || self.path.contains('@'))
    }

    fn authority_len(&self) -> usize {
        self.user_info.map_or(0, |user_info| user_info.len() + 1) + self.hosts.len()
    }

    /// The pairs of the query, as they are written.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'u str, &'u str)> + use<'u> {
        let query = self.query.strip_prefix('?').unwrap_or_default();
        query.split('&').filter_map(|pair| pair.split_once('='))
    }

    /// All of it without secrets, which are told to `secrets`.
    pub(super) fn shown(&self, secrets: &mut Secrets) -> String {
        let user_info = self.user_info.map_or(String::new(), |text| {
            // An encoded colon is a part of the user's name to the library, and not to its writer.
            let encoded = text.to_ascii_lowercase().find("%3a").map(|at| (at, 3));
            match text.find(':').map(|at| (at, 1)).into_iter().chain(encoded).min() {
                Some((at, len)) => {
                    secrets.remember(&text[at + len..]);
                    format!("{}:***@", &text[..at])
                }
                None => format!("{text}@"),
            }
        });
        let Some(query) = self.query.strip_prefix('?') else {
            return format!("{user_info}{}{}", self.hosts, self.path);
        };
        let query = shown_query(query, secrets);
        format!("{user_info}{}{}?{query}", self.hosts, self.path)
    }
}

/// Whether what stands behind the host's name is a number: else it may be a password.
fn has_plain_port(host: &str) -> bool {
    let port = match host.strip_prefix('[') {
        Some(v6) => v6.split_once(']').map_or("?", |(_, port)| port),
        None if host.parse::<std::net::Ipv6Addr>().is_ok() => return true,
        None => host.find(':').map_or("", |at| &host[at..]),
    };
    port.is_empty() || port.strip_prefix(':').is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
}

pub(super) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Whether none of libpq's parameters names another machine. A service may name any.
pub(super) fn lead_here<'a>(mut parameters: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    parameters.all(|(key, value)| match key {
        "host" | "hostaddr" => value.split(',').all(is_local_host),
        _ => key != "service",
    })
}

pub(super) fn is_local_host(host: &str) -> bool {
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
