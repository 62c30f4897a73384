//! The secrets of a URL, and texts without them.

use percent_encoding::percent_decode_str;

/// A shorter one is too likely to be a part of an innocent word, and is hidden in a URL's place only.
const LONG: usize = 4;

/// The secrets of a URL, as it writes them and as they are.
#[derive(Clone, Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    pub(super) fn remember(&mut self, written: &str) {
        let decoded = percent_decode_str(written).decode_utf8_lossy().into_owned();
        for secret in [written.to_owned(), decoded] {
            if !secret.is_empty() && !self.0.contains(&secret) {
                self.0.push(secret);
            }
        }
        // One may be a part of another.
        self.0.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }

    /// `text` without them.
    pub(super) fn hide_in(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| {
            if secret.chars().count() >= LONG {
                return text.replace(secret, "***");
            }
            let in_place = [(":", "@"), ("password=", "")];
            in_place.iter().fold(text, |text, (before, after)| {
                text.replace(&format!("{before}{secret}{after}"), &format!("{before}***{after}"))
            })
        })
    }
}

/// The pairs of a query or of a connection string, as they may be shown: a password that is not
/// written as it should be may go on behind the pair that it begins in.
pub(super) fn without_secrets<'p>(
    pairs: impl IntoIterator<Item = (&'p str, Option<&'p str>)>,
    secrets: &mut Secrets,
) -> Vec<(&'p str, Option<&'p str>)> {
    let mut behind_one = false;
    let mut shown = Vec::new();
    for (name, value) in pairs {
        shown.push(match value {
            Some(secret) if is_secret(name) => {
                secrets.remember(secret);
                behind_one = true;
                (name, Some("***"))
            }
            Some(_) if !behind_one || SHOWN.contains(&name) => (name, value),
            Some(_) | None => {
                secrets.remember(name);
                secrets.remember(value.unwrap_or_default());
                ("***", None)
            }
        });
    }
    shown
}

/// The query of a URL, likewise.
pub(super) fn shown_query(query: &str, secrets: &mut Secrets) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (pair, None),
    });
    let shown = without_secrets(pairs, secrets).into_iter().map(|(name, value)| match value {
        Some(value) => format!("{name}={value}"),
        None => name.to_owned(),
    });
    shown.collect::<Vec<_>>().join("&")
}

/// Parameters of libpq, of Diesel's MySQL and of SQLite that say where a connection goes, and how.
const SHOWN: [&str; 23] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "application_name",
    "connect_timeout",
    "options",
    "service",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "target_session_attrs",
    "channel_binding",
    "ssl_mode",
    "ssl_ca",
    "unix_socket",
    "keepalives",
    "mode",
    "cache",
    "vfs",
    "immutable",
];

/// Whether a parameter of this name holds a secret.
pub(super) fn is_secret(name: &str) -> bool {
    const NAMES: [&str; 7] =
        ["password", "passwd", "pwd", "secret", "token", "scram_client_key", "scram_server_key"];
    const KEYS: [&str; 3] = ["key", "hexkey", "textkey"];
    let name = percent_decode_str(name).decode_utf8_lossy().to_ascii_lowercase();
    KEYS.contains(&name.as_str()) || NAMES.iter().any(|secret| name.contains(secret))
}
