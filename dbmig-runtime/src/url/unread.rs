//! Texts that may be URLs, before or instead of being read as such.

use std::fmt;

/// A text that is meant to be a database's URL and has not been read: nothing shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Unread(String);

impl Unread {
    /// The text, for [`DatabaseUrl::parse`](super::DatabaseUrl::parse).
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Unread {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// `message`, about a command line that is not understood, without those of its `arguments` that may
/// hold a password.
#[cfg(feature = "cli")]
#[doc(hidden)]
pub fn without_urls(message: &str, arguments: impl IntoIterator<Item = String>) -> String {
    let mut hidden: Vec<String> = arguments.into_iter().flat_map(values).collect();
    hidden.retain(|value| value.contains("://") || super::holds_a_secret(value));
    hidden.sort_by_key(|value| std::cmp::Reverse(value.len()));
    hidden.iter().fold(message.to_owned(), |message, value| {
        let shown = match value.split_once("://") {
            Some((scheme, _)) if super::mistake::is_scheme(scheme) => format!("{scheme}://***"),
            _ => "***".to_owned(),
        };
        message.replace(value.as_str(), &shown)
    })
}

/// What `argument` may be the value of: `--name=VALUE`, `-nVALUE`, or all of it.
#[cfg(feature = "cli")]
fn values(argument: String) -> Vec<String> {
    let behind = match argument.strip_prefix("--") {
        Some(long) => long.split_once('=').map(|(_, value)| value.to_owned()),
        None => argument.strip_prefix('-').map(|short| short.chars().skip(1).collect()),
    };
    match behind {
        Some(value) => vec![value],
        None => vec![argument],
    }
}
