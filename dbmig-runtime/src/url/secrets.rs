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

/// Whether a parameter of this name holds a secret.
pub(super) fn is_secret(name: &str) -> bool {
    const NAMES: [&str; 7] =
        ["password", "passwd", "pwd", "secret", "token", "scram_client_key", "scram_server_key"];
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|secret| name.contains(secret))
}
