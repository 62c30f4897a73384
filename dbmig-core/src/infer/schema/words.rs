//! Which words texts have: to know that nothing mentions a name.

use std::borrow::Cow;
use std::collections::HashSet;

/// The words of some texts, in lower case, by their hash: two words with the same one only make
/// less known.
#[derive(Debug, Default)]
pub(super) struct Mentioned(HashSet<u64>);

impl Mentioned {
    pub(super) fn add(&mut self, hashes: &[u64]) {
        self.0.extend(hashes);
    }

    /// Those that were added elsewhere.
    pub(super) fn take_over(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether `name` may be in one of the texts: of one of several words, whether they all are.
    pub(super) fn contain(&self, name: &str) -> bool {
        split(name).all(|word| self.0.contains(&hash(word)))
    }
}

/// The words of a text, each once, by their hash.
pub(in crate::infer) fn hashes(text: &str) -> Vec<u64> {
    let mut hashes: Vec<_> = split(text).map(hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// FNV-1a.
fn hash(word: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    lower_case(word).bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

/// A word in lower case.
pub(super) fn lower_case(word: &str) -> Cow<'_, str> {
    if word.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        Cow::Owned(word.to_lowercase())
    } else {
        Cow::Borrowed(word)
    }
}

/// What a name without quotes can be made of; a `$` may be a placeholder's.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    parts.filter(|part| !part.is_empty())
}

/// Whether a text has all words of a name in it.
pub(in crate::infer) fn mentions(text: &str, name: &str) -> bool {
    let mut wanted = split(name);
    wanted.all(|word| split(text).any(|own| lower_case(own) == lower_case(word)))
}

/// The words of one text, in lower case, each once.
pub(super) fn lower(text: &str) -> HashSet<Cow<'_, str>> {
    split(text).map(lower_case).collect()
}
