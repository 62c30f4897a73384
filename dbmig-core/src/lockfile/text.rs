//! Texts on one line, between tabs.

use std::iter::Peekable;
use std::str::Chars;

/// On one line, without tabs.
pub(super) fn escape(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    text.replace('\r', "\\r").replace('\t', "\\t")
}

/// What a line begins with. Neither a key nor a comment nor a mark of Git's is at its beginning then.
pub(super) fn escape_first(text: &str) -> String {
    let escaped = escape(text);
    if escaped.starts_with(['[', '#', '<', '=', '>', '|']) {
        return format!("\\{escaped}");
    }
    escaped
}

pub(super) fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = one(&mut chars) {
        plain.push(char);
    }
    plain
}

/// The next character, whether it was escaped or not.
fn one(chars: &mut Peekable<Chars<'_>>) -> Option<char> {
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

/// `"users"."email"`
pub(super) fn names<'n>(names: impl Iterator<Item = &'n String>) -> String {
    let names = names.map(|name| format!("\"{}\"", escape(name).replace('"', "\\\"")));
    names.collect::<Vec<_>>().join(".")
}

/// Reads what [`names`] has written.
pub(super) fn read_names(text: &str) -> Option<Vec<String>> {
    let mut chars = text.chars().peekable();
    let mut names = Vec::new();
    loop {
        let mut name = String::new();
        chars.next_if_eq(&'"')?;
        while chars.next_if_eq(&'"').is_none() {
            name.push(one(&mut chars)?);
        }
        names.push(name);
        match chars.next() {
            None => return Some(names),
            Some('.') => {}
            Some(_) => return None,
        }
    }
}
