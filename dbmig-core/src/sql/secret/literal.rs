//! What a string says.

use std::borrow::Cow;

use super::super::reading::{Backslash, Reading};

/// Whether there is anything in `text` that makes a secret of a string.
pub(super) fn may_hold_secrets(text: &str) -> bool {
    let text = text.as_bytes();
    let holds = |word: &[u8]| text.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    holds(b"password") || holds(b"identified") || holds(b"://")
}

/// The body of `$tag$ body $tag$`.
pub(super) fn dollar_body(string: &str) -> Option<&str> {
    let rest = string.strip_prefix('$')?;
    let tag = &string[..rest.find('$')? + 2];
    string.strip_prefix(tag)?.strip_suffix(tag)
}

/// What stands between the quotes.
pub(super) fn raw(string: &str) -> &str {
    if let Some(body) = dollar_body(string) {
        return body;
    }
    let open = string.find(['\'', '"']).map_or(0, |at| at + 1);
    let close = string.len().saturating_sub(1).max(open);
    string.get(open..close).unwrap_or_default()
}

/// What the string means, as far as its quotes are concerned.
pub(super) fn content(reading: Reading, string: &str) -> Cow<'_, str> {
    let (raw, quote) = (raw(string), string.chars().next_back().unwrap_or_default());
    let escapes = reading.backslash == Backslash::Escapes || string.starts_with(['e', 'E']);
    let special = |c| c == quote || (escapes && c == '\\');
    if string.starts_with('$') || !raw.contains(special) {
        return Cow::Borrowed(raw);
    }
    let mut content = String::with_capacity(raw.len());
    let mut rest = raw.chars();
    while let Some(char) = rest.next() {
        if !special(char) {
            content.push(char);
            continue;
        }
        match rest.next() {
            Some('n' | 'r' | 't') if char == '\\' => content.push(' '),
            Some(next) => content.push(next),
            None => content.push(char),
        }
    }
    Cow::Owned(content)
}

/// How a string names an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Account {
    /// It does not.
    None,
    /// `host=h password=p`, `postgres://user:p@h/d`
    Whole,
    /// `host=h password=` or `password=%s`: the password comes later.
    Open,
}

pub(super) fn account(string: &str) -> Account {
    // The body of a function is no connection string.
    if string.starts_with('$') {
        return Account::None;
    }
    let text = string.to_ascii_lowercase();
    let values = text.match_indices("password").filter_map(|(at, word)| {
        text[at + word.len()..].trim_start().strip_prefix('=').map(str::trim_start)
    });
    let mut found = Account::None;
    for value in values {
        if value.starts_with(['\'', '"', '%', '?', '$']) {
            return Account::Open;
        }
        found = Account::Whole;
    }
    let url = text.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split(['/', '?', '\'']).next().unwrap_or_default();
        authority.split_once('@').is_some_and(|(account, _)| account.contains(':'))
    });
    if url { Account::Whole } else { found }
}

/// The values of `password=` and the passwords of URLs in what a string says.
pub(super) fn passwords(content: &str) -> Vec<&str> {
    // As long as the text itself, byte for byte.
    let text = content.to_ascii_lowercase();
    let mut found = Vec::new();
    for (at, word) in text.match_indices("password") {
        let behind = content[at + word.len()..].trim_start();
        let Some(value) = behind.strip_prefix('=').map(str::trim_start) else { continue };
        let quoted = value.strip_prefix(['\'', '"']);
        let ends =
            |c: char| if quoted.is_some() { c == '\'' || c == '"' } else { c.is_whitespace() };
        found.extend(quoted.unwrap_or(value).split(ends).next());
    }
    for (at, mark) in content.match_indices("://") {
        let rest = content[at + mark.len()..].split(char::is_whitespace).next().unwrap_or_default();
        // A password may hold an `@` of its own, against the rules.
        let account = rest.rsplit_once('@').map_or("", |(account, _)| account);
        found.extend(account.split_once(':').map(|(_, password)| password));
    }
    found
}
