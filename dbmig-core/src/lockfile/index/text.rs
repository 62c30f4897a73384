//! The text of an index: parts with their lengths, so that nothing in them needs an escape.
//!
//! It is read by the build that has written it, and by no other.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::known::no_scripts;
use super::super::settings;
use super::super::{KnownWarning, Outline};
use super::stamp::Files;
use crate::impact::ImpactText;
use crate::migration::{Migration, Settings};
use crate::scan::Rule;
use crate::{Checksum, Version};

/// Counts up when the text changes.
pub(super) const FORMAT: u32 = 1;

pub(super) fn write(
    key: u64,
    stamp: u64,
    found: &Outline,
    files: impl Iterator<Item = Files>,
) -> String {
    let mut text = String::new();
    let mut part = |said: &str| {
        text.push_str(&said.len().to_string());
        text.push(':');
        text.push_str(said);
    };
    part(&hex(stamp));
    part(&found.set.as_slice().len().to_string());
    for (migration, files) in found.set.iter().zip(files) {
        part(&migration.name);
        part(&files.word());
        part(&migration.checksum.to_string());
        part(&settings::write(&migration.settings));
        part(migration.impact.as_str());
    }
    for KnownWarning { version, rule, text } in &found.warnings {
        let version = version.as_ref().map(Version::as_str);
        part(version.map_or("", |_| "of"));
        part(version.unwrap_or_default());
        part(rule.map_or("", Rule::key));
        part(text);
    }
    // Against a file that was cut off, or written by two.
    format!("{}{}{text}", hex(key), hex(sum(&text)))
}

fn hex(number: u64) -> String {
    format!("{number:016x}")
}

fn sum(text: &str) -> u64 {
    let mut hash = DefaultHasher::new();
    text.hash(&mut hash);
    hash.finish()
}

/// What a text holds.
pub(super) struct Kept<'t> {
    pub(super) stamp: u64,
    count: usize,
    parts: Parts<'t>,
}

/// One migration of it.
pub(super) struct Entry<'t> {
    pub(super) name: &'t str,
    pub(super) files: Files,
    checksum: &'t str,
    settings: &'t str,
    impact: &'t str,
}

impl<'t> Kept<'t> {
    /// Nothing where it was written under another key, or is not whole.
    pub(super) fn read(text: &'t str, key: u64) -> Option<Self> {
        let text = text.strip_prefix(&hex(key))?;
        let (said, text) = text.split_at_checked(16)?;
        if said != hex(sum(text)) {
            return None;
        }
        let mut parts = Parts { rest: text };
        let stamp = u64::from_str_radix(parts.next()?, 16).ok()?;
        let count = parts.next()?.parse().ok()?;
        Some(Self { stamp, count, parts })
    }

    /// The migrations, which come first.
    pub(super) fn entries(&mut self) -> Option<Vec<Entry<'t>>> {
        let parts = &mut self.parts;
        let entry = |_| {
            Some(Entry {
                name: parts.next()?,
                files: Files::from_word(parts.next()?)?,
                checksum: parts.next()?,
                settings: parts.next()?,
                impact: parts.next()?,
            })
        };
        (0..self.count).map(entry).collect()
    }

    /// What was warned of.
    pub(super) fn warnings(mut self) -> Option<Vec<KnownWarning>> {
        let mut warnings = Vec::new();
        while !self.parts.rest.is_empty() {
            let [belongs, version, rule] =
                [self.parts.next()?, self.parts.next()?, self.parts.next()?];
            let version = (!belongs.is_empty()).then(|| Version::from_ledger(version));
            let rule = match rule {
                "" => None,
                key => Some(Rule::ALL.into_iter().find(|rule| rule.key() == key)?),
            };
            warnings.push(KnownWarning { version, rule, text: self.parts.next()?.to_owned() });
        }
        Some(warnings)
    }
}

impl Entry<'_> {
    /// The migration, without its scripts.
    pub(super) fn migration(self) -> Option<Migration> {
        Some(Migration {
            version: Version::of_directory(self.name).ok()?,
            name: Cow::Owned(self.name.to_owned()),
            body: no_scripts(),
            settings: match self.settings {
                "" => Settings::DEFAULT,
                said => settings::read(said)?,
            },
            checksum: Checksum::from_hex(self.checksum)?,
            impact: ImpactText::from_history(self.impact.to_owned()),
        })
    }
}

struct Parts<'t> {
    rest: &'t str,
}

impl<'t> Parts<'t> {
    fn next(&mut self) -> Option<&'t str> {
        let (length, rest) = self.rest.split_once(':')?;
        let (part, rest) = rest.split_at_checked(length.parse().ok()?)?;
        self.rest = rest;
        Some(part)
    }
}
