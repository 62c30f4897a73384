//! Texts on one line, between tabs.

use crate::escape::{escape, next};

/// What a line begins with. Neither a key nor a comment nor a mark of Git's is at its beginning then.
pub(super) fn escape_first(text: &str) -> String {
    let escaped = escape(text);
    if escaped.starts_with(['[', '#', '<', '=', '>', '|']) {
        return format!("\\{escaped}");
    }
    escaped.into_owned()
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
            name.push(next(&mut chars)?);
        }
        names.push(name);
        match chars.next() {
            None => return Some(names),
            Some('.') => {}
            Some(_) => return None,
        }
    }
}
