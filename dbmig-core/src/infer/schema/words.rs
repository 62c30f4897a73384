//! Which words texts have: to know that nothing mentions a name.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// The words of some texts, in lower case, by their hash: two words with the same one only make
/// less known.
#[derive(Clone, Debug, Default)]
pub(in crate::infer) struct Words {
    hashes: HashSet<u64>,
    hasher: BuildHasherDefault<DefaultHasher>,
}

impl Words {
    pub(in crate::infer) fn of(text: &str) -> Self {
        let mut words = Self::default();
        words.hashes = split(text).map(|word| words.hash(word)).collect();
        words
    }

    pub(super) fn extend(&mut self, more: &Self) {
        self.hashes.extend(&more.hashes);
    }

    /// Whether `name` may be in one of the texts: of one of several words, whether they all are.
    pub(super) fn contain(&self, name: &str) -> bool {
        split(name).all(|word| self.hashes.contains(&self.hash(word)))
    }

    fn hash(&self, word: &str) -> u64 {
        self.hasher.hash_one(&*lower_case(word))
    }
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

/// The words of one text, in lower case, each once.
pub(super) fn lower(text: &str) -> HashSet<Cow<'_, str>> {
    split(text).map(lower_case).collect()
}
