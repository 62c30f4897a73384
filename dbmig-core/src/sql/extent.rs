//! How far a token reaches.

use super::rules::{Escapes, Quote};

/// As in the client, which keeps 15 bytes; it also bounds the work per character.
const LONGEST_DELIMITER: usize = 15;
/// PostgreSQL's limit, NAMEDATALEN; it also bounds the work per character.
const LONGEST_OPERATOR: usize = 63;

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// All that is not ASCII belongs to words in each of the three databases.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii()
}

/// The length of the content and the closing character, if there is one.
pub(super) fn closing(bytes: &[u8], quote: Quote) -> Option<usize> {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\\' && quote.escapes == Escapes::DoublingAndBackslash {
            at += 1;
        } else if byte == quote.close {
            if quote.escapes == Escapes::Nothing || bytes.get(at + 1) != Some(&quote.close) {
                return Some(at + 1);
            }
            at += 1;
        }
        at += 1;
    }
    None
}

/// The length of the comment with those inside it, if it is closed.
pub(super) fn nested_comment(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match bytes[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] if depth == 1 => return Some(at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    None
}

/// PostgreSQL's rule: the longest run, cut at a comment, without a sign at its end unless a
/// character is in it that only operators of extensions have.
pub(super) fn postgres_operator(bytes: &[u8]) -> usize {
    if let [b':', b':' | b'=', ..] | [b'.', b'.', ..] = bytes {
        return 2;
    }
    let run = bytes.iter().take(LONGEST_OPERATOR).take_while(|b| b"~!@#^&|`?+-*/%<>=".contains(b));
    let run = run.count();
    let comment = |n: &usize| matches!(bytes[*n..], [b'-', b'-', ..] | [b'/', b'*', ..]);
    let length = (1..run).find(comment).unwrap_or(run.max(1));
    let operator = &bytes[..length];
    if operator.iter().any(|byte| b"~!@#%^&|`?".contains(byte)) {
        return length;
    }
    operator.iter().rposition(|byte| !matches!(byte, b'+' | b'-')).map_or(1, |last| last + 1)
}

/// As the client reads it: after white space, in quotes or up to the next white space.
pub(super) fn delimiter_argument(line: &str) -> Option<&str> {
    // Of the line end, which a quote that is never closed would take in.
    let line = line.strip_suffix('\r').unwrap_or(line);
    let argument = line.trim_start_matches([' ', '\t']);
    if argument.len() == line.len() {
        return None;
    }
    let word = match argument.chars().next()? {
        mark @ ('\'' | '"' | '`') => argument[1..].split(mark).next()?,
        _ => argument.split([' ', '\t', '\r']).next()?,
    };
    let longest = word.len().min(LONGEST_DELIMITER);
    let length = (1..=longest).rev().find(|&n| word.is_char_boundary(n))?;
    Some(&word[..length])
}
