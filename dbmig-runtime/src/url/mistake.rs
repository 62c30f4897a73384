//! Texts that are meant to be URLs and are none: none of them may pass for the path of a file, which
//! is printed as it is.

use super::error::{BadSqlite, Mistake, UrlError};
use super::secrets::is_secret;

const SERVERS: [&str; 4] = ["postgresql", "postgres", "mysql", "mariadb"];

/// What is wrong with `text`, which begins with no scheme that is known and is no connection string,
/// where it is no path either.
pub(super) fn mistake(text: &str) -> Option<UrlError> {
    if is_plain_path(text) {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("jdbc:") {
        return Some(UrlError::NotAUrl(Mistake::Jdbc));
    }
    let begins = |scheme: &str| {
        lower
            .strip_prefix(scheme)
            .is_some_and(|rest| rest.starts_with(':') || rest.starts_with("//"))
    };
    if let Some(scheme) = SERVERS.iter().find(|scheme| begins(scheme)) {
        return Some(UrlError::NotAUrl(Mistake::Separator(scheme)));
    }
    if let Some(scheme) = ["sqlite", "file"].into_iter().find(|scheme| begins(scheme)) {
        return Some(of_sqlite(text, scheme));
    }
    match text.split_once("://") {
        Some((scheme, _)) if is_scheme(scheme) => Some(UrlError::UnknownScheme(scheme.to_owned())),
        Some(_) => Some(UrlError::NotAUrl(Mistake::Unclear)),
        None => holds_a_secret(text).then_some(UrlError::NotAUrl(Mistake::Unclear)),
    }
}

/// `sqlite:` or `file:`, written otherwise than Diesel and SQLite read it.
fn of_sqlite(text: &str, scheme: &'static str) -> UrlError {
    let rest = &text[scheme.len()..];
    if holds_a_secret(rest) {
        return UrlError::NotAUrl(Mistake::Unclear);
    }
    match rest.strip_prefix(':') {
        None => UrlError::NotAUrl(Mistake::Separator(scheme)),
        Some(_) if !text.starts_with(scheme) => UrlError::NotAUrl(Mistake::Capitals(scheme)),
        Some(path) => {
            let path = path.split('?').next().unwrap_or_default();
            UrlError::Sqlite(BadSqlite::NoSlashes(path.to_owned()))
        }
    }
}

/// Whether `text` can be nothing but a path.
fn is_plain_path(text: &str) -> bool {
    let has_drive =
        matches!(text.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic());
    let is_absolute = text.starts_with('/') && !text.starts_with("//");
    is_absolute
        || has_drive
        || ["./", "../", ".\\", "..\\"].iter().any(|dots| text.starts_with(dots))
}

/// Whether `text` holds what may be a password: `user:password@`, or `password=`.
pub(super) fn holds_a_secret(text: &str) -> bool {
    let mut names = text.split('=').collect::<Vec<_>>();
    names.pop();
    let last_word = |text: &str| {
        let end = text.trim_end();
        let start = end.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        is_secret(end.get(start..).unwrap_or(end))
    };
    holds_a_user(text) || names.into_iter().any(last_word)
}

/// Whether `text` may hold `user:password@`.
pub(super) fn holds_a_user(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(before, _)| before.contains(':'))
}

pub(super) fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}
