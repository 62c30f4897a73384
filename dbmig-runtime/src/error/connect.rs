//! Why there is no connection, told from the words of the database's library.

use super::{ConnectReason, Error};
use crate::url::DatabaseUrl;

impl Error {
    /// What Diesel's `establish` says, classified and without the password: for apps that open
    /// their connections themselves.
    #[must_use]
    pub fn connect(url: &DatabaseUrl, error: &diesel::ConnectionError) -> Self {
        let message = error.to_string();
        // A password may be one of the words that decide.
        let reason = reason(&message);
        Self::Connect { url: url.to_string(), reason, message: url.redact(&message) }
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
