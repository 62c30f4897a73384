//! Texts on one line, between tabs: in the text of an impact and in the lock file.

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::Chars;

/// On one line, without tabs.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    // Nearly every text.
    if !text.bytes().any(|byte| matches!(byte, b'\\' | b'\n' | b'\r' | b'\t')) {
        return Cow::Borrowed(text);
    }
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    Cow::Owned(text.replace('\r', "\\r").replace('\t', "\\t"))
}

/// Reads what [`escape`] has written.
pub(crate) fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = next(&mut chars) {
        plain.push(char);
    }
    plain
}

/// The next character, whether it was escaped or not.
pub(crate) fn next(chars: &mut Peekable<Chars<'_>>) -> Option<char> {
    Some(match chars.next()? {
        '\\' => match chars.next() {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some(other) => other,
            None => '\\',
        },
        other => other,
    })
}
